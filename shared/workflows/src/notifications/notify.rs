//! Whether to write to the customer at all: when the set of things to do changed, once when it became empty, and once a week
//! where only notes changed.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::notifications::reminder::next_reminder;
use jiff::{SignedDuration, Timestamp};

use super::audience::{Readers, may_be_told};
use super::compose::MailSettings;
use super::deliver::deliver;
use super::message::{MailKind, MailMessage};
use super::operator::{OperatorMail, alert_operator};
use super::subject::Subject;
use super::worklist::{Changes, Worklist};
use crate::jobs::outcome::MAILS_FAILED;
use crate::ports::failure::ServiceFailure;
use crate::ports::mail::{AlertState, RememberAlert, SendMail};

/// Notes go out by themselves no more often; a little less than a week, so that the same weekday's run does it.
const BETWEEN_NOTES: SignedDuration = SignedDuration::from_hours(7 * 24 - 12);

/// Whether the customer was written to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Notified {
    /// A worklist was sent.
    Worklist,
    /// An all-clear was sent.
    AllClear,
    /// Notes were sent.
    Notes,
    /// Nothing changed since the last mail, or the customer has no recipients.
    #[default]
    Nothing,
    /// A mail was due and could not be sent; the next run sends it.
    NotSent,
}

impl Notified {
    /// The count of mails that were due and could not be sent, under its name; none where all were sent.
    pub(crate) fn failed_count(self) -> Option<(&'static str, u64)> {
        (self == Self::NotSent).then_some((MAILS_FAILED, 1))
    }

    /// This, or that a mail could not be sent where that is so of either.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        if other == Self::NotSent { other } else { self }
    }
}

/// What a run found, for one customer.
#[derive(Debug, Clone, Copy)]
pub struct MailContent<'a> {
    /// The customer's rules, with the addresses of its readers.
    pub configuration: &'a TenantConfiguration,
    /// About what.
    pub subject: Subject,
    /// What there is to do.
    pub worklist: &'a Worklist,
    /// When it was found.
    pub at: Timestamp,
    /// Whether the run read everything there is to read: what it does not list is in order.
    pub verified: bool,
    /// By which job.
    pub job: Job,
}

/// Mails the worklist to the customer, if it is news. Where no address of the customer can be written to, the operators get
/// the number of lines of each kind.
///
/// # Errors
/// The mail could not be composed or sent, or the table failed. The mail is stored as sent only once it was sent.
pub async fn notify_customer<S, M>(
    store: &S,
    mail: &M,
    settings: &MailSettings,
    news: &MailContent<'_>,
) -> Result<Notified, ServiceFailure>
where
    S: RememberAlert,
    M: SendMail,
{
    let stored = store.load_alert(news.subject.key()).await?;
    if stored.is_none() && news.worklist.is_empty() && news.worklist.notes.is_empty() {
        return Ok(Notified::Nothing);
    }
    let stopped = store.list_stopped().await?;
    let Some(readers) = may_be_told(news.configuration, settings, &stopped) else {
        return Ok(Notified::Nothing);
    };
    // A mail to other readers is no mail to these, unless all of it is over.
    let is_over = news.worklist.is_empty();
    let before = stored.filter(|alert| alert.audience == readers.audience() || is_over);
    let Some(notification) = news.against(before) else {
        return Ok(Notified::Nothing);
    };
    let sent_as = notification.send(mail, settings, &readers).await?;
    if let Some(sent_as) = sent_as {
        let state = notification.state(&readers, sent_as);
        store.save_alert(news.subject.key(), &state).await?;
        return Ok(notification.what);
    }
    Ok(Notified::Nothing)
}

/// A mail to be sent, beside the last one.
struct Notification<'a> {
    content: MailContent<'a>,
    what: Notified,
    worklist: Worklist,
    before: Option<AlertState>,
    changes: Changes,
}

impl<'a> MailContent<'a> {
    /// A run that does not see everything adds lines to those of the last mail, and never takes any away.
    fn against(&self, before: Option<AlertState>) -> Option<Notification<'a>> {
        let last = before.as_ref().map(|alert| &alert.worklist);
        let worklist = match last.filter(|_| !self.verified) {
            Some(last) => self.worklist.clone().with_unseen(last),
            None => self.worklist.clone(),
        };
        let changes = last.map(|last| worklist.since(last)).unwrap_or_default();
        let open_before = before.as_ref().filter(|alert| alert.problems > 0);
        let what = match (worklist.is_empty(), open_before) {
            (false, Some(alert)) if alert.digest == worklist.digest() => None,
            (false, _) => Some(Notified::Worklist),
            (true, Some(_)) => Some(Notified::AllClear),
            (true, None) => None,
        };
        let what = what.or_else(|| self.brings_notes(&worklist, before.as_ref()).then_some(Notified::Notes))?;
        Some(Notification {
            content: *self,
            what,
            worklist,
            before,
            changes,
        })
    }

    fn brings_notes(&self, worklist: &Worklist, before: Option<&AlertState>) -> bool {
        let is_due = |alert: &AlertState| {
            let since = alert.notes_at.map(|at| self.at.duration_since(at));
            alert.notes_digest != worklist.notes_digest() && since.is_none_or(|since| since >= BETWEEN_NOTES)
        };
        !worklist.notes.is_empty() && before.is_none_or(is_due)
    }
}

impl Notification<'_> {
    /// Sends it and returns the Message-ID; none where no address can be written to.
    async fn send<M: SendMail>(
        &self,
        mail: &M,
        settings: &MailSettings,
        readers: &Readers,
    ) -> Result<Option<String>, ServiceFailure> {
        let is_their_thread = |alert: &&AlertState| alert.audience == readers.audience();
        let thread = self.before.as_ref().filter(is_their_thread);
        let thread = thread.and_then(|alert| alert.thread.as_deref());
        let configuration = self.content.configuration;
        match readers {
            Readers::Customer(to) => {
                let letter = MailMessage {
                    configuration,
                    subject: self.content.subject,
                    job: self.content.job,
                    kind: self.kind(),
                    worklist: &self.worklist,
                    before: self.before.as_ref().map(|alert| &alert.worklist),
                    at: self.content.at,
                    thread,
                    to,
                };
                deliver(mail, &letter.compose(settings)?).await.map(Some)
            }
            // Notes are no business of the operators'.
            Readers::Operator if self.what == Notified::Notes => Ok(None),
            Readers::Operator => {
                let notice = counts(configuration, self.content.subject, &self.worklist, "it changed");
                alert_operator(mail, settings, &notice, thread).await
            }
        }
    }

    fn kind(&self) -> MailKind<'_> {
        match self.what {
            Notified::AllClear => MailKind::AllClear {
                fixed: self.fixed_so_far(),
                names: &self.changes.fixed,
                left: &self.changes.left,
                made: &self.changes.made,
            },
            Notified::Notes => MailKind::Notes,
            Notified::Worklist | Notified::Nothing | Notified::NotSent => MailKind::News {
                new: self.changes.new,
                changed: self.changes.changed,
                fixed: &self.changes.fixed,
                left: &self.changes.left,
                made: &self.changes.made,
            },
        }
    }

    fn thread(&self) -> Option<&str> {
        self.before.as_ref()?.thread.as_deref()
    }

    fn fixed_so_far(&self) -> u64 {
        let before = self.before.as_ref().map_or(0, |alert| alert.fixed);
        before + u64::try_from(self.changes.fixed.len()).unwrap_or(u64::MAX)
    }

    fn state(&self, readers: &Readers, sent_as: String) -> AlertState {
        let MailContent {
            at, job, configuration, ..
        } = self.content;
        let before = self.before.as_ref();
        let has_notes = matches!(readers, Readers::Customer(_)) && !self.worklist.notes.is_empty();
        let state = AlertState {
            digest: self.worklist.digest(),
            problems: u64::try_from(self.worklist.len()).unwrap_or(u64::MAX),
            notes_digest: self.worklist.notes_digest(),
            notes_at: has_notes.then_some(at).or_else(|| before?.notes_at),
            sent_at: at,
            changed_at: Some(at),
            // A thread ends with its all-clear: the next problem begins a new one.
            thread: self.thread().map(str::to_owned).or(Some(sent_as)),
            reminders: 0,
            remind_at: Some(next_reminder(0, at, configuration.time_zone.zone())),
            fixed: self.fixed_so_far(),
            audience: readers.audience(),
            raised_by: before.and_then(|alert| alert.raised_by).or(Some(job)),
            worklist: self.worklist.clone(),
        };
        match (self.what, before) {
            (Notified::Worklist | Notified::Nothing | Notified::NotSent, _) => state,
            // The open lines stay as they were mailed.
            (Notified::Notes, Some(before)) => AlertState {
                changed_at: before.changed_at,
                thread: before.thread.clone(),
                reminders: before.reminders,
                remind_at: before.remind_at,
                ..state
            },
            (Notified::AllClear | Notified::Notes, _) => AlertState {
                changed_at: None,
                thread: None,
                remind_at: None,
                fixed: 0,
                raised_by: None,
                ..state
            },
        }
    }
}

/// How many things there are of each kind, for the operators: no names.
pub(crate) fn counts(
    configuration: &TenantConfiguration,
    subject: Subject,
    worklist: &Worklist,
    why: &str,
) -> OperatorMail {
    let TenantConfiguration { tenant, name, .. } = configuration;
    let mut lines = vec![
        format!("Customer: {name} ({tenant})"),
        format!(
            "Nobody of theirs can be written to about their {}; you hear of it because {why}.",
            subject.name()
        ),
    ];
    if worklist.is_empty() {
        lines.push("All clear: nothing is left to do.".to_owned());
    }
    lines.extend(
        worklist
            .counts()
            .iter()
            .map(|(title, count)| format!("{count} × {title}")),
    );
    lines.push("Give the customer recipients that work ([alerts] to), or tell them yourself.".to_owned());
    OperatorMail {
        title: format!(
            "{tenant}: {} needs attention, and nobody can be written to",
            subject.name()
        ),
        lines,
    }
}
