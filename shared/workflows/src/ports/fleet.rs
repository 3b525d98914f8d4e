//! What waits anywhere in the fleet: the watchdog's view.

use std::future::Future;

use habitsync_domain::completion::Completion;
use habitsync_domain::job::Job;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;

use super::failure::ServiceFailure;

/// A result whose next attempt is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueResult {
    /// Whose.
    pub tenant: TenantId,
    /// What was completed.
    pub completion: Completion,
    /// Since when it has been due.
    pub due_at: Timestamp,
}

/// A run that has work left and whose lease is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedRun {
    /// Whose.
    pub tenant: TenantId,
    /// Which job.
    pub job: Job,
    /// The run.
    pub id: String,
}

/// Finds what is due, through the table's sparse index.
pub trait ListDue {
    /// Results due at `now`, the longest due first, at most `limit`.
    fn list_due_results(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<DueResult>, ServiceFailure>> + Send;

    /// Unfinished runs whose lease has ended at `now`, at most `limit`.
    fn list_unfinished_runs(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<UnfinishedRun>, ServiceFailure>> + Send;
}

/// Puts off what has just been handed on, so that the next look does not hand it on again.
pub trait PostponeDue {
    /// The result is due again at `until`, should the message be lost; false where it has moved on meanwhile.
    fn postpone_result(
        &self,
        due: &DueResult,
        until: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;

    /// The run is due again at `until`, should the start be lost; false where it has moved on meanwhile.
    fn postpone_run(
        &self,
        run: &UnfinishedRun,
        until: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}
