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

/// Tells the customer what there is to do, if that is news.
///
/// # Errors
/// The mail could not be composed or sent, or the table failed. What was told is remembered only once it was sent.
pub async fn tell_customer<S, M>(
    store: &S,
    mail: &M,
    settings: &MailSettings,
    configuration: &TenantConfiguration,
    subject: Subject,
    worklist: &Worklist,
    now: Timestamp,
) -> Result<Told, ServiceFailure>
where
    S: RememberAlert,
    M: SendMail,
{
    let before = store.load_alert(subject.key()).await?;
    let Some(told) = news(before.as_ref(), worklist).filter(|_| !configuration.alerts.to.is_empty()) else {
        return Ok(Told::Nothing);
    };
    let thread = before.and_then(|alert| alert.thread);
    let letter = Letter {
        configuration,
        subject,
        worklist,
        at: now,
        thread: thread.as_deref(),
    };
    let sent_as = mail.send_mail(&letter.compose(settings)?).await?;
    let problems = u64::try_from(worklist.len()).unwrap_or(u64::MAX);
    // A thread ends with its all-clear: the next problem begins a new one.
    let thread = (told == Told::Worklist).then(|| thread.unwrap_or(sent_as));
    let state = AlertState {
        digest: worklist.digest(),
        problems,
        sent_at: now,
        thread,
    };
    store.save_alert(subject.key(), &state).await?;
    Ok(told)
}

fn news(before: Option<&AlertState>, worklist: &Worklist) -> Option<Told> {
    let had_problems = before.is_some_and(|alert| alert.problems > 0);
    let is_known = before.is_some_and(|alert| alert.digest == worklist.digest());
    match (worklist.is_empty(), had_problems) {
        (true, true) => Some(Told::AllClear),
        (false, _) if !is_known => Some(Told::Worklist),
        (true | false, _) => None,
    }
}
