//! The watchdog's view of the whole fleet in one tick: read once, and used by each of its duties.

use habitsync_domain::fleet::incident::{Attempt, Incident};
use habitsync_domain::fleet::summary::CustomerSummary;

use crate::ports::failure::ServiceFailure;
use crate::ports::incidents::ListIncidents;
use crate::ports::summary::ListSummaries;

/// The fleet at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetView {
    /// Every customer whose row can be read.
    pub customers: Vec<CustomerSummary>,
    /// Rows that cannot.
    pub unreadable: u64,
    /// The last incident of each vendor's domain.
    pub incidents: Vec<Incident>,
}

/// Reads the fleet's summary.
///
/// # Errors
/// The table failed.
pub async fn look_at_fleet<F: ListSummaries + ListIncidents>(fleet: &F) -> Result<FleetView, ServiceFailure> {
    let summaries = fleet.list_summaries().await?;
    Ok(FleetView {
        customers: summaries.items,
        unreadable: summaries.unreadable,
        incidents: fleet.list_incidents().await?,
    })
}

impl FleetView {
    /// Returns the live customers, whose runs write.
    pub fn live(&self) -> impl Iterator<Item = &CustomerSummary> {
        self.customers.iter().filter(|customer| customer.is_live())
    }

    /// The last attempts of every live customer.
    #[must_use]
    pub fn attempts(&self) -> Vec<Attempt> {
        self.customers.iter().flat_map(CustomerSummary::attempts).collect()
    }
}
