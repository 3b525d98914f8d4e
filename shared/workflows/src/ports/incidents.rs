//! Incidents: kept by the watchdog, read where a mail is muted and where an operator looks.

use std::future::Future;

use habitsync_domain::fleet::incident::Incident;

use super::failure::ServiceFailure;

/// Reads the incidents.
pub trait ListIncidents {
    /// The last one of each vendor's domain, open or history. One that cannot be read is left out.
    fn list_incidents(&self) -> impl Future<Output = Result<Vec<Incident>, ServiceFailure>> + Send;
}

/// Stores incidents by compare and swap.
pub trait KeepIncident {
    /// Stores `next` where the incident still is as it was `seen` (none: where the vendor's domain has none); false where it is
    /// not. One that is history is also put away under the time at which it opened.
    fn change_incident(
        &self,
        seen: Option<&Incident>,
        next: &Incident,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}
