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
    /// Lists every customer's row, in the order of their identifiers.
    fn list_summaries(&self) -> impl Future<Output = Result<Due<CustomerSummary>, ServiceFailure>> + Send;
}

/// Reads one customer's row of the summary.
pub trait FindSummary {
    /// Finds one customer's row; none where there is no such customer.
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
    /// Number of results; a lower bound where there are too many to count at once.
    pub count: u64,
    /// Time since which the oldest of them could have been recorded.
    pub oldest_since: Option<Timestamp>,
}

/// Results of one customer that nothing is done about for the time being.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IgnoredCounts {
    /// Number of parked results.
    pub parked: u64,
    /// Number of ignored results; for each reason a lower bound where there are too many to count at once.
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

    /// Counts the customers with an open breaker.
    fn count_open_breakers(&self) -> impl Future<Output = Result<u64, ServiceFailure>> + Send;

    /// Counts the plans whose approvals have been pending since before then.
    fn count_holds(&self, before: Timestamp) -> impl Future<Output = Result<u64, ServiceFailure>> + Send;

    /// Counts this customer's parked and ignored results, and stores both numbers in the customer's row.
    fn count_set_aside(&self, tenant: &TenantId) -> impl Future<Output = Result<IgnoredCounts, ServiceFailure>> + Send;
}

/// Counts of one customer's dead results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dead {
    /// Number of all dead results.
    pub count: u64,
    /// Number of results that died lately.
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

    /// Counts one customer's ignored results by their reason; for each reason a lower bound where there are too many to
    /// count at once.
    fn count_ignored(
        &self,
        tenant: &TenantId,
    ) -> impl Future<Output = Result<BTreeMap<IgnoredBecause, u64>, ServiceFailure>> + Send;

    /// Lists the customers whose breaker is open, because their EmployeeConnect does not respond.
    fn list_open_breakers(&self) -> impl Future<Output = Result<BTreeSet<TenantId>, ServiceFailure>> + Send;
}
