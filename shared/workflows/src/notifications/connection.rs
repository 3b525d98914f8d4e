//! The mail about a run that failed because of the customer's set-up: sent once, whichever job fails first, and cleared when
//! that job succeeds. An open incident of the vendor's domain mutes it; the next run that fails after its end sends it.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::fleet::incident::Incident;
use habitsync_domain::jobs::job::Job;
use jiff::Timestamp;
use tracing::warn;

use super::compose::MailSettings;
use super::notify::{MailContent, Notified, notify_customer};
use super::subject::Subject;
use super::worklist::Worklist;
use crate::jobs::outcome::{JobFailure, RunOutcome};
use crate::ports::failure::{ServiceFailure, Vendor, VendorFailure, VendorFailureKind};
use crate::ports::incidents::ListIncidents;
use crate::ports::mail::{AlertState, RememberAlert, SendMail};
use crate::ports::runs::SaveJobState;

/// Whether an incident is open where this failed. A vendor that fails many refuses credentials that are good. Where the incidents
/// cannot be read, the customer rather gets a mail too many.
async fn is_muted<S: ListIncidents>(store: &S, configuration: &TenantConfiguration, failure: &JobFailure) -> bool {
    let JobFailure::Vendor(VendorFailure {
        vendor,
        kind: VendorFailureKind::Credentials,
        ..
    }) = failure
    else {
        return false;
    };
    let domains = configuration.vendor_domains();
    let incidents = store.list_incidents().await;
    let incidents =
        incidents.inspect_err(|failure| warn!(error = %failure, "the incidents cannot be read: no mail is muted"));
    let is_here = |incident: &Incident| {
        domains
            .get(vendor)
            .is_some_and(|domain| incident.is_at(*vendor, domain))
    };
    incidents.unwrap_or_default().iter().any(is_here)
}

/// Takes the refused values of single employees off the stored worklist, so that no reminder repeats it while one mistake
/// lasts. The next run that finishes lists the rest.
async fn withdraw_refusals<S: RememberAlert>(store: &S) -> Result<(), ServiceFailure> {
    let Some(alert) = store.load_alert(Subject::Users.key()).await? else {
        return Ok(());
    };
    let worklist = alert.worklist.clone().without_refusals();
    if worklist == alert.worklist {
        return Ok(());
    }
    let left = AlertState {
        digest: worklist.digest(),
        problems: u64::try_from(worklist.len()).unwrap_or(u64::MAX),
        remind_at: alert.remind_at.filter(|_| !worklist.is_empty()),
        worklist,
        ..alert
    };
    store.save_alert(Subject::Users.key(), &left).await
}

/// Mails a run's failure to the customer, where they can mend it, and its end, once the job that failed succeeds.
///
/// # Errors
/// The mail could not be composed or sent, or the table failed.
pub async fn notify_of_run<T, S, M>(
    store: &S,
    mail: &M,
    settings: &MailSettings,
    (configuration, job, at): (&TenantConfiguration, Job, Timestamp),
    result: &Result<RunOutcome<T>, JobFailure>,
) -> Result<Notified, ServiceFailure>
where
    S: RememberAlert + SaveJobState + ListIncidents,
    M: SendMail,
{
    let tell = async |subject, worklist: &Worklist| {
        let news = MailContent {
            configuration,
            subject,
            worklist,
            at,
            verified: true,
            job,
        };
        notify_customer(store, mail, settings, &news).await
    };
    match result {
        Err(failure) if failure.class().is_for_customer() && !is_muted(store, configuration, failure).await => {
            if matches!(failure, JobFailure::RefusedAlike(_)) {
                withdraw_refusals(store).await?;
            }
            let last_success_at = store.load_job(job).await?.last_success_at;
            if let Some((subject, worklist)) = Worklist::of_failure(failure, job, last_success_at) {
                return tell(subject, &worklist).await;
            }
        }
        Ok(RunOutcome::Finished(_)) => {
            let connections = [Vendor::TribalHabits, Vendor::EmployeeConnect].map(Subject::Connection);
            for subject in connections.into_iter().chain([Subject::UserSyncStopped]) {
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
            | RunOutcome::Paused,
        ) => {}
    }
    Ok(Notified::Nothing)
}
