//! Outages of a vendor that meet many customers: read by every run, kept by the watchdog.

use std::future::Future;

use habitsync_domain::incident::Incident;
use habitsync_domain::job::Job;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;

use super::failure::ServiceFailure;

/// Reads the incidents that are not over.
pub trait ListIncidents {
    /// One for each vendor at most. One that cannot be read is left out: it must not stop everybody's runs.
    fn list_incidents(&self) -> impl Future<Output = Result<Vec<Incident>, ServiceFailure>> + Send;
}

/// Changes incidents.
pub trait KeepIncident {
    /// Stores `next` where the incident still is as it was `seen` (none: where the vendor has none); false where it is not. One
    /// that is over is put away as history.
    fn change_incident(
        &self,
        seen: Option<&Incident>,
        next: &Incident,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}

/// Remembers which of one customer's jobs are held back.
pub trait NoteHeldBack {
    /// A run of the job was held back, or has to be started again, since then; an earlier time stays.
    fn note_held_back(&self, job: Job, since: Timestamp) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// The same, for any customer.
pub trait ManageHeldBack {
    /// A run of the job has to be started again, since then; an earlier time stays.
    fn note_held_back_of(
        &self,
        tenant: &TenantId,
        job: Job,
        since: Timestamp,
    ) -> impl Future<Output = Result<(), ServiceFailure>> + Send;

    /// It has been started.
    fn forget_held_back(&self, tenant: &TenantId, job: Job) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}
