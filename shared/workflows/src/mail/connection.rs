//! A run that failed because of the customer's set-up is told once, whichever job meets it first, and cleared when that job
//! succeeds.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::job::Job;
use jiff::Timestamp;

use super::compose::MailSettings;
use super::subject::Subject;
use super::tell::{News, Told, tell_customer};
use super::worklist::Worklist;
use crate::held_back::is_for_customer;
use crate::job_run::{JobFailure, RunOutcome};
use crate::ports::failure::{ServiceFailure, Vendor};
use crate::ports::incidents::ListIncidents;
use crate::ports::mail::{RememberAlert, SendMail};
use crate::ports::runs::RememberJob;

/// Tells the customer of a run's failure, where they can mend it, and of its end, once the job that met it succeeds.
///
/// # Errors
/// The mail could not be composed or sent, or the table failed.
pub async fn tell_of_run<T, S, M>(
    store: &S,
    mail: &M,
    settings: &MailSettings,
    (configuration, job, at): (&TenantConfiguration, Job, Timestamp),
    result: &Result<RunOutcome<T>, JobFailure>,
) -> Result<Told, ServiceFailure>
where
    S: RememberAlert + RememberJob + ListIncidents,
    M: SendMail,
{
    let tell = async |subject, worklist: &Worklist| {
        let news = News {
            configuration,
            subject,
            worklist,
            at,
            verified: true,
            job,
        };
        tell_customer(store, mail, settings, &news).await
    };
    match result {
        // What a vendor's outage explains is not the customer's to mend.
        Err(failure) if is_for_customer(store, job, failure).await? => {
            let last_success_at = store.load_job(job).await?.last_success_at;
            if let Some((subject, worklist)) = Worklist::of_failure(failure, last_success_at) {
                return tell(subject, &worklist).await;
            }
        }
        Ok(RunOutcome::Finished(_)) => {
            for vendor in [Vendor::TribalHabits, Vendor::EmployeeConnect] {
                let subject = Subject::Connection(vendor);
                let alert = store.load_alert(subject.key()).await?;
                if alert.is_some_and(|alert| alert.problems > 0 && alert.raised_by == Some(job)) {
                    tell(subject, &Worklist::default()).await?;
                }
            }
        }
        Err(_)
        | Ok(
            RunOutcome::Unfinished(_)
            | RunOutcome::AlreadyRunning { .. }
            | RunOutcome::Superseded
            | RunOutcome::BackingOff { .. }
            | RunOutcome::Paused
            | RunOutcome::HeldBack,
        ) => {}
    }
    Ok(Told::Nothing)
}
