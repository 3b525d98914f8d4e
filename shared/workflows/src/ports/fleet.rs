//! What waits anywhere in the fleet: the watchdog's view.

use std::collections::BTreeSet;
use std::future::Future;

use habitsync_domain::jobs::job::Job;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::parked::Window;
use habitsync_domain::results::result::ParkedOn;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;

use super::failure::ServiceFailure;

/// A result whose next attempt is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueResult {
    /// Customer whose result is due.
    pub tenant: TenantId,
    /// The completion that is due.
    pub completion: Completion,
    /// Time since which it has been due.
    pub due_at: Timestamp,
}

/// A run that is not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedRun {
    /// Customer whose run is unfinished.
    pub tenant: TenantId,
    /// Job of the run.
    pub job: Job,
    /// Id of the run.
    pub id: String,
}

/// A customer whose EmployeeConnect has been silent, and may be probed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueProbe {
    /// Customer whose EmployeeConnect may be probed.
    pub tenant: TenantId,
    /// Time since which the probe has been due.
    pub due_at: Timestamp,
}

/// A result that waits for something else to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedResult {
    /// The parked completion.
    pub completion: Completion,
    /// Event that the result waits for.
    pub on: ParkedOn,
    /// Time since which it has waited.
    pub since: Timestamp,
}

/// Items that are due. An item that cannot be read is left out and counted, so that it hides no other item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due<T> {
    /// The longest due first.
    pub items: Vec<T>,
    /// Items passed over because they could not be read.
    pub unreadable: u64,
}

/// Lists the items that are due, through the table's sparse index.
pub trait ListDue {
    /// Results due at `now`, the longest due first, at most `limit`, without those of the customers in `except`.
    fn list_due_results(
        &self,
        now: Timestamp,
        limit: u32,
        except: &BTreeSet<TenantId>,
    ) -> impl Future<Output = Result<Due<DueResult>, ServiceFailure>> + Send;

    /// Lists at most `limit` unfinished runs that are due at `now`. A run that is still running is listed from its
    /// first minute on, since renewing its lease does not write its item.
    fn list_unfinished_runs(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<Due<UnfinishedRun>, ServiceFailure>> + Send;

    /// Returns whether no process works on the run any more: the lease of its job is free, or has missed a renewal.
    fn has_stopped(
        &self,
        run: &UnfinishedRun,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;

    /// Lists at most `limit` customers whose open breaker may be probed at `now`.
    fn list_due_probes(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<Due<DueProbe>, ServiceFailure>> + Send;

    /// Finds the result that has waited longest behind the customer's breaker; none where there is none.
    fn find_held_back(
        &self,
        tenant: &TenantId,
    ) -> impl Future<Output = Result<Option<Completion>, ServiceFailure>> + Send;
}

/// Lists parked results, customer by customer.
pub trait ListParked {
    /// Lists every customer, in the same order each time.
    fn list_tenants(&self) -> impl Future<Output = Result<Vec<TenantId>, ServiceFailure>> + Send;

    /// Lists at most `limit` of this customer's results that have been parked since a moment in this window, the
    /// longest first.
    fn list_parked(
        &self,
        tenant: &TenantId,
        since: Window,
        limit: u32,
    ) -> impl Future<Output = Result<Due<ParkedResult>, ServiceFailure>> + Send;
}

/// Puts off what has just been handed on, so that the next look does not hand it on again.
pub trait PostponeDue {
    /// Makes the result due again at `until`, in case the message is lost; false where it has changed since.
    fn postpone_result(
        &self,
        due: &DueResult,
        until: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;

    /// Makes the probe due again at `until`, in case the message is lost; false where it has changed since.
    fn postpone_probe(
        &self,
        probe: &DueProbe,
        until: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;

    /// Makes the run due again at `until`, in case the start is lost; false where it has changed since.
    fn postpone_run(
        &self,
        run: &UnfinishedRun,
        until: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}
