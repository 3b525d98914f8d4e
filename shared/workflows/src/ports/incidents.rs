//! Incidents: kept by the watchdog, read where a mail is muted and where an operator looks.

use std::future::Future;

use habitsync_domain::fleet::incident::Incident;

use super::failure::ServiceFailure;

/// Reads the incidents.
pub trait ListIncidents {
    /// Lists the last incident of each vendor's domain, open or closed. One that cannot be read is left out.
    fn list_incidents(&self) -> impl Future<Output = Result<Vec<Incident>, ServiceFailure>> + Send;
}

/// Stores incidents by compare and swap.
pub trait KeepIncident {
    /// Stores `next` where the incident is unchanged since it was `seen` (none: where the vendor's domain has none);
    /// false where it has changed. A closed incident is also archived under the time at which it opened.
    fn change_incident(
        &self,
        seen: Option<&Incident>,
        next: &Incident,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}
