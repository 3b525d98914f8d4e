//! Whether to write to the customer at all: when the set of problems changed, and once when it became empty.

use habitsync_domain::configuration::TenantConfiguration;
use jiff::Timestamp;

use super::compose::{Letter, MailSettings};
use super::worklist::{Subject, Worklist};
use crate::ports::failure::ServiceFailure;
use crate::ports::mail::{AlertState, RememberAlert, SendMail};

/// Whether the customer was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// A worklist was sent.
    Worklist,
    /// An all-clear was sent.
    AllClear,
    /// Nothing changed since the last mail, or there is nobody to write to.
    Nothing,
}

/// What a run found, for one customer.
#[derive(Debug, Clone, Copy)]
pub struct News<'a> {
    /// To whom.
    pub configuration: &'a TenantConfiguration,
    /// About what.
    pub subject: Subject,
    /// What there is to do.
    pub worklist: &'a Worklist,
    /// When it was found.
    pub at: Timestamp,
    /// Whether the run read everything there is to read: what it does not list is in order.
    pub verified: bool,
}

/// Tells the customer what there is to do, if that is news.
///
/// # Errors
/// The mail could not be composed or sent, or the table failed. What was told is remembered only once it was sent.
pub async fn tell_customer<S, M>(
    store: &S,
    mail: &M,
    settings: &MailSettings,
    news: &News<'_>,
) -> Result<Told, ServiceFailure>
where
    S: RememberAlert,
    M: SendMail,
{
    let News {
        configuration,
        subject,
        worklist,
        at,
        ..
    } = *news;
    let before = store.load_alert(subject.key()).await?;
    let Some(told) = news
        .against(before.as_ref())
        .filter(|_| !configuration.alerts.to.is_empty())
    else {
        return Ok(Told::Nothing);
    };
    let thread = before.and_then(|alert| alert.thread);
    let letter = Letter {
        configuration,
        subject,
        worklist,
        at,
        thread: thread.as_deref(),
    };
    let sent_as = mail.send_mail(&letter.compose(settings)?).await?;
    let state = AlertState {
        digest: worklist.digest(),
        problems: u64::try_from(worklist.len()).unwrap_or(u64::MAX),
        lines: worklist.line_digests(),
        needs_verifying: worklist.needs_verifying,
        sent_at: at,
        // A thread ends with its all-clear: the next problem begins a new one.
        thread: (told == Told::Worklist).then(|| thread.unwrap_or(sent_as)),
    };
    store.save_alert(subject.key(), &state).await?;
    Ok(told)
}

impl News<'_> {
    /// A run that may not see all that was told before can add to it, and never take from it.
    fn against(&self, before: Option<&AlertState>) -> Option<Told> {
        let told_before = before.filter(|alert| alert.problems > 0);
        let sees_all = self.verified || told_before.is_none_or(|alert| !alert.needs_verifying);
        let is_known = match before {
            None => false,
            Some(alert) if sees_all => alert.digest == self.worklist.digest(),
            Some(alert) => self.worklist.line_digests().is_subset(&alert.lines),
        };
        if self.worklist.is_empty() {
            told_before.filter(|_| sees_all).map(|_| Told::AllClear)
        } else {
            (!is_known).then_some(Told::Worklist)
        }
    }
}
