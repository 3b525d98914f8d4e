//! Sending mail, and remembering what one customer has been told.

use std::collections::BTreeSet;
use std::future::Future;

use habitsync_domain::identity::EmailAddress;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::ServiceFailure;

/// A complete mail. `Debug` shows no content: it names people.
pub struct Mail {
    /// Whom it goes to; never empty.
    pub to: Vec<EmailAddress>,
    /// The MIME message, headers included.
    pub mime: Vec<u8>,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail")
            .field("recipients", &self.to.len())
            .field("bytes", &self.mime.len())
            .finish()
    }
}

/// Sends mail.
pub trait SendMail {
    /// Returns the Message-ID under which it was sent (SES replaces the one in the message), with its angle brackets.
    fn send_mail(&self, mail: &Mail) -> impl Future<Output = Result<String, ServiceFailure>> + Send;
}

/// What a customer has been told about one subject: one `ALERT` item of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertState {
    /// Digest of the set of problems that was mailed.
    pub digest: String,
    /// How many problems that were; 0 after an all-clear.
    pub problems: u64,
    /// A digest of each line that was mailed: what is not among them is news.
    #[serde(default)]
    pub lines: BTreeSet<String>,
    /// Whether some of it can be seen by a verifying run alone.
    #[serde(default)]
    pub needs_verifying: bool,
    /// When it was mailed.
    pub sent_at: Timestamp,
    /// The Message-ID of the thread's first mail: later ones answer it.
    pub thread: Option<String>,
}

/// What one customer has been told.
pub trait RememberAlert {
    /// The state of the alert with this cause (for instance `users`); none where nothing was ever sent.
    fn load_alert(&self, cause: &str) -> impl Future<Output = Result<Option<AlertState>, ServiceFailure>> + Send;

    /// Stores it.
    fn save_alert(&self, cause: &str, state: &AlertState) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}
