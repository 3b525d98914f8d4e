//! The one place that a run asks about a vendor's outage: whether it may begin, and whether what it failed with is the
//! customer's to hear.

use habitsync_domain::failing::Signature;
use habitsync_domain::job::Job;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;

use crate::job_run::JobFailure;
use crate::ports::failure::ServiceFailure;
use crate::ports::incidents::{ListIncidents, NoteHeldBack};

/// Whether the customer's run of this job has to wait until a vendor's outage is over. That it waits is noted: the watchdog
/// starts it then.
///
/// # Errors
/// The table failed.
pub async fn is_held_back<S: ListIncidents + NoteHeldBack>(
    store: &S,
    tenant: &TenantId,
    job: Job,
    now: Timestamp,
) -> Result<bool, ServiceFailure> {
    let incidents = store.list_incidents().await?;
    let waits = !incidents.iter().all(|incident| incident.admits(tenant, job, now));
    if waits {
        store.note_held_back(job, now).await?;
    }
    Ok(waits)
}

/// Whether the customer is to hear of this failure now: it is the customer's to mend, and no vendor's outage explains it.
///
/// # Errors
/// The table failed.
pub async fn is_for_customer<S: ListIncidents>(
    store: &S,
    job: Job,
    failure: &JobFailure,
) -> Result<bool, ServiceFailure> {
    if !failure.trouble().is_for_customer() {
        return Ok(false);
    }
    let signature: Signature = failure.signature(job);
    let incidents = store.list_incidents().await?;
    Ok(!incidents.iter().any(|incident| incident.explains(&signature)))
}
