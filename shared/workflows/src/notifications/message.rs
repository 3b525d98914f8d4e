//! A mail to a customer before it is composed.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::EmailAddress;
use habitsync_domain::jobs::job::Job;
use jiff::Timestamp;

use super::subject::Subject;
use super::worklist::Worklist;

/// A mail to one customer about one subject.
#[derive(Debug)]
pub struct MailMessage<'a> {
    /// Under which name it comes, and whose rules and clocks it speaks of.
    pub configuration: &'a TenantConfiguration,
    /// What it is about.
    pub subject: Subject,
    /// Which job tries again.
    pub job: Job,
    /// Why it is written.
    pub kind: MailKind<'a>,
    /// What there is to do, and to know.
    pub worklist: &'a Worklist,
    /// What the last mail said; none where there was none.
    pub before: Option<&'a Worklist>,
    /// When it is written, shown in the customer's time.
    pub at: Timestamp,
    /// The first mail of the thread, which this one answers.
    pub thread: Option<&'a str>,
    /// The readers' addresses; never empty.
    pub to: &'a [EmailAddress],
}

/// Why a mail is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailKind<'a> {
    /// The set of things to do is another than in the last mail.
    News {
        /// How many are new.
        new: usize,
        /// How many are about the same, and say something else.
        changed: usize,
        /// The employees whose lines are gone.
        fixed: &'a [String],
        /// Whose accounts were left as they are by decision.
        left: &'a [String],
        /// Whose approved changes were made.
        made: &'a [String],
    },
    /// Nothing has changed since then.
    Reminder {
        /// When the set of things to do was mailed.
        told_at: Timestamp,
    },
    /// Nothing is left to do.
    AllClear {
        /// How many things were fixed since the thread began.
        fixed: u64,
        /// The employees of the last of them.
        names: &'a [String],
        /// Whose accounts were left as they are by decision.
        left: &'a [String],
        /// Whose approved changes were made.
        made: &'a [String],
    },
    /// Only notes have changed.
    Notes,
}
