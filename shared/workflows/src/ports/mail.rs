//! Sending mail, the notifications that one customer has received, and the feedback about mail addresses.

use std::future::Future;

use habitsync_domain::identity::EmailAddress;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::notifications::mail_feedback::{AddressStatus, Feedback};
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::ServiceFailure;
use super::fleet::Due;
use crate::notifications::Worklist;

/// A complete mail. `Debug` shows no content: it names people.
pub struct Mail {
    /// The recipients; never empty.
    pub to: Vec<EmailAddress>,
    /// Customer to whom the mail belongs, so that bounces and complaints are attributed to that customer; none for mail
    /// to the operators.
    pub tenant: Option<TenantId>,
    /// The MIME message, headers included.
    pub mime: Vec<u8>,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail")
            .field("recipients", &self.to.len())
            .field("bytes", &self.mime.len())
            .finish_non_exhaustive()
    }
}

/// Sends mail.
pub trait SendMail {
    /// Returns the Message-ID under which it was sent (SES replaces the one in the message), with its angle brackets.
    fn send_mail(&self, mail: &Mail) -> impl Future<Output = Result<String, ServiceFailure>> + Send;
}

/// The last notification of a customer about one subject: one `ALERT` item of the table, and the worklist beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertState {
    /// Digest of the tasks in the last mail.
    pub digest: String,
    /// Number of those tasks; 0 after an all-clear.
    pub problems: u64,
    /// Digest of the notes of the last mail.
    #[serde(default)]
    pub notes_digest: String,
    /// Time at which notes were last mailed.
    #[serde(default)]
    pub notes_at: Option<Timestamp>,
    /// Time at which the last mail of any kind was sent.
    pub sent_at: Timestamp,
    /// Time at which the set of tasks last changed, and was mailed.
    #[serde(default)]
    pub changed_at: Option<Timestamp>,
    /// The Message-ID of the thread's first mail: later ones answer it.
    pub thread: Option<String>,
    /// Number of reminders since the last change.
    #[serde(default)]
    pub reminders: u32,
    /// Time at which the next reminder is due; none where no task is open.
    #[serde(default)]
    pub remind_at: Option<Timestamp>,
    /// Number of tasks that were completed since the thread began.
    #[serde(default)]
    pub fixed: u64,
    /// The audience of the last mail.
    #[serde(default)]
    pub audience: Audience,
    /// Job that found the problem: its next success clears problems that any job could have found.
    #[serde(default)]
    pub raised_by: Option<Job>,
    /// The worklist as last sent: personal data, kept beside the item in pieces, and only while a task is open.
    #[serde(skip)]
    pub worklist: Worklist,
}

/// The audience of a mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The customer, with everything.
    #[default]
    Customer,
    /// The operators, in counts: the customer has no address.
    Operator,
}

/// The notifications that one customer has received.
pub trait RememberAlert: ListStopped {
    /// The state of the alert with this cause (for instance `users`); none where nothing was ever sent.
    fn load_alert(&self, cause: &str) -> impl Future<Output = Result<Option<AlertState>, ServiceFailure>> + Send;

    /// Stores it; it is due, for the watchdog, when a reminder is.
    fn save_alert(&self, cause: &str, state: &AlertState) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Lists the suppressed mail addresses.
pub trait ListStopped {
    /// Lists the addresses that are suppressed under the configuration in force.
    fn list_stopped(&self) -> impl Future<Output = Result<Vec<EmailAddress>, ServiceFailure>> + Send;
}

/// A customer who is to be reminded of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReminder {
    /// Customer to remind.
    pub tenant: TenantId,
    /// Cause of the alert that is due for a reminder.
    pub cause: String,
    /// Time since which it has been due.
    pub due_at: Timestamp,
}

/// Lists the reminders that are due, and stores that they were sent.
pub trait KeepReminders {
    /// Reminders due at `now`, the longest due first, at most `limit`.
    fn list_due_reminders(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<Due<DueReminder>, ServiceFailure>> + Send;

    /// The reminder is due again at `until`, or never by itself; false where it has moved on since it was seen.
    fn postpone_reminder(
        &self,
        reminder: &DueReminder,
        until: Option<Timestamp>,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;

    /// Loads the record of the mail last sent about this cause; see [`RememberAlert::load_alert`].
    fn load_told(
        &self,
        tenant: &TenantId,
        cause: &str,
    ) -> impl Future<Output = Result<Option<AlertState>, ServiceFailure>> + Send;

    /// See [`ListStopped::list_stopped`].
    fn list_stopped_of(
        &self,
        tenant: &TenantId,
    ) -> impl Future<Output = Result<Vec<EmailAddress>, ServiceFailure>> + Send;

    /// Stores the worklist just sent, where no other was sent since the reminder was postponed until then;
    /// returns false where another was.
    fn note_reminded(
        &self,
        reminder: &DueReminder,
        state: &AlertState,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}

/// The report of Amazon SES about one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailReport {
    /// The report's own id: it may be delivered twice.
    pub id: String,
    /// Customer to whom the mail belonged; none where the report does not name one.
    pub tenant: Option<TenantId>,
    /// Bounce or complaint that was reported.
    pub feedback: Feedback,
    /// Addresses that the report concerns.
    pub addresses: Vec<EmailAddress>,
}

/// Reports as they were received. Each stays on the queue until it is given back as done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedReports<Receipt> {
    /// Reports that could be read, each with its receipt.
    pub reports: Vec<(MailReport, Receipt)>,
    /// Receipts of reports that count for nothing: deliveries, opened mails.
    pub others: Vec<Receipt>,
    /// Receipts of what could not be read.
    pub unreadable: Vec<Receipt>,
}

/// Receives reports about sent mails.
pub trait ReceiveMailFeedback {
    /// Receipt that removes a report from the queue.
    type Receipt: Send + Sync;

    /// A few reports; none of any kind where the queue is empty. Does not wait for more to come.
    fn receive_feedback(&self) -> impl Future<Output = Result<ReceivedReports<Self::Receipt>, ServiceFailure>> + Send;

    /// This one is done, and is not received again.
    fn settle_feedback(&self, receipt: &Self::Receipt) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Keeps how a customer's addresses stand.
pub trait KeepAddressStatuses {
    /// The status of this address; that of a new address where no report has arrived.
    fn load_address_status(
        &self,
        tenant: &TenantId,
        address: &EmailAddress,
    ) -> impl Future<Output = Result<AddressStatus, ServiceFailure>> + Send;

    /// Stores the status of an address.
    fn save_address_status(
        &self,
        tenant: &TenantId,
        address: &EmailAddress,
        status: &AddressStatus,
    ) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}
