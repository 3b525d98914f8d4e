//! The rows of the fleet's summary, and the incidents that all customers share.

use std::collections::BTreeMap;

use habitsync_domain::fleet::alert_log::AlertLog;
use habitsync_domain::fleet::incident::Incident;
use habitsync_domain::jobs::freshness::Timetable;
use habitsync_domain::vendors::domain::VendorDomain;
use habitsync_domain::vendors::vendor::Vendor;
use jiff::Timestamp;
use parking_lot::Mutex;

/// What a customer's row in the summary holds besides what its jobs remember.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Whether the customer is paused.
    pub is_paused: bool,
    /// When the jobs are due.
    pub timetable: Option<Timetable>,
    /// How many results were parked when they were last counted.
    pub parked: u64,
    /// How many results were ignored when they were last counted.
    pub ignored: u64,
    /// The operators' alert log.
    pub told: AlertLog,
    /// Times since when deactivations wait for approval.
    pub holds: Vec<Timestamp>,
    /// When results ended as dead, as a test has it.
    pub dead_at: Vec<Timestamp>,
}

/// The incidents, which every customer's table sees.
#[derive(Debug, Default)]
pub struct IncidentBoard {
    pub(crate) incidents: Mutex<BTreeMap<(Vendor, VendorDomain), Incident>>,
}

impl IncidentBoard {
    /// The last incident of each vendor's domain.
    pub fn all(&self) -> Vec<Incident> {
        self.incidents.lock().values().cloned().collect()
    }
}
