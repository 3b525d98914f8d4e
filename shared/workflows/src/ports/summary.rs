//! The fleet's summary, and what it takes to measure how the fleet is.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use habitsync_domain::fleet::alert_log::AlertLog;
use habitsync_domain::fleet::summary::CustomerSummary;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::results::result::IgnoredBecause;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;

use super::failure::ServiceFailure;
use super::fleet::Due;

/// Reads the summary.
pub trait ListSummaries {
    /// Every customer, in the order of their identifiers.
    fn list_summaries(&self) -> impl Future<Output = Result<Due<CustomerSummary>, ServiceFailure>> + Send;
}

/// Reads one customer's row of the summary.
pub trait FindSummary {
    /// The row; none where there is no such customer.
    fn find_summary(
        &self,
        tenant: &TenantId,
    ) -> impl Future<Output = Result<Option<CustomerSummary>, ServiceFailure>> + Send;
}

/// Stores the log of alerts already sent to operators.
pub trait SaveAlertLog {
    /// Stores it in the customer's row.
    fn save_told(&self, tenant: &TenantId, told: &AlertLog) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// A run that has not ended: it is running, has to be resumed, or crashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRun {
    /// Customer whose run has not ended.
    pub tenant: TenantId,
    /// Job of the run.
    pub job: Job,
    /// The end of its lease.
    pub lease_until: Timestamp,
}

/// Results that could be recorded, and have not been.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsent {
    /// How many there are; where there are more than can be counted in a moment, so many were.
    pub count: u64,
    /// Since when the first of them could have been recorded.
    pub oldest_since: Option<Timestamp>,
}

/// Results of one customer that nothing is done about for the time being.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IgnoredCounts {
    /// Those that wait for something else to happen.
    pub parked: u64,
    /// Those that are ignored as long as their reasons hold; of a reason with more than can be counted in a moment, so many.
    pub ignored: u64,
}

/// Counts what waits in the table's sparse index.
pub trait CountWaiting {
    /// Runs that have not ended.
    fn list_open_runs(&self) -> impl Future<Output = Result<Due<OpenRun>, ServiceFailure>> + Send;

    /// Results that are due, waiting or claimed.
    fn count_unsent(&self) -> impl Future<Output = Result<Unsent, ServiceFailure>> + Send;

    /// Results that ended as dead after `since`, by customer.
    fn count_dead(
        &self,
        since: Timestamp,
    ) -> impl Future<Output = Result<BTreeMap<TenantId, u64>, ServiceFailure>> + Send;

    /// Customers whose EmployeeConnect is left alone.
    fn count_open_breakers(&self) -> impl Future<Output = Result<u64, ServiceFailure>> + Send;

    /// Removals that have been held since before then.
    fn count_holds(&self, before: Timestamp) -> impl Future<Output = Result<u64, ServiceFailure>> + Send;

    /// Counts this customer's parked and ignored results, and stores both numbers in the customer's row.
    fn count_set_aside(&self, tenant: &TenantId) -> impl Future<Output = Result<IgnoredCounts, ServiceFailure>> + Send;
}

/// Dead results of one customer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dead {
    /// All of them.
    pub count: u64,
    /// Those that died lately.
    pub lately: u64,
}

/// Counts what waits in the table's sparse index, customer by customer: one question each for the whole fleet.
pub trait CountByCustomer {
    /// Results that are due, waiting or claimed; where there are more than can be counted in a moment, so many of them.
    fn count_unsent_by_customer(
        &self,
    ) -> impl Future<Output = Result<BTreeMap<TenantId, Unsent>, ServiceFailure>> + Send;

    /// Results that are dead, and how many of them died after `lately`.
    fn count_dead_by_customer(
        &self,
        lately: Timestamp,
    ) -> impl Future<Output = Result<BTreeMap<TenantId, Dead>, ServiceFailure>> + Send;

    /// Ignored results of one customer by their reason; where there are more of a reason than can be counted in a moment, so
    /// many of them.
    fn count_ignored(
        &self,
        tenant: &TenantId,
    ) -> impl Future<Output = Result<BTreeMap<IgnoredBecause, u64>, ServiceFailure>> + Send;

    /// Customers whose EmployeeConnect does not answer, and is left alone.
    fn list_open_breakers(&self) -> impl Future<Output = Result<BTreeSet<TenantId>, ServiceFailure>> + Send;
}
