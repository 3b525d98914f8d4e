//! Leases and runs of one customer's jobs, and what a job remembers.

use std::future::Future;

use habitsync_domain::job::{Job, JobState, RunRecord};
use jiff::Timestamp;

use super::failure::ServiceFailure;

/// Makes sure that one run of a job goes on at a time.
pub trait HoldLease {
    /// One conditional write: succeeds where nobody holds the job's lease at `now`; then `holder` has it until `until`.
    fn acquire_lease(
        &self,
        job: Job,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = Result<Lease, ServiceFailure>> + Send;

    /// Gives the lease back, if `holder` still has it.
    fn release_lease(&self, job: Job, holder: &str) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// What came of asking for a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// Ours.
    Acquired,
    /// Another run has it until then.
    HeldUntil(Timestamp),
}

/// Writes runs.
pub trait SaveRun {
    /// Stores the run; an unfinished one is due (for the watchdog) when its lease ends.
    fn save_run(&self, run: &RunRecord) -> impl Future<Output = Result<(), ServiceFailure>> + Send;

    /// Closes every unfinished run of the job: the run `by` carries on their work, or nobody does.
    fn supersede_runs(&self, job: Job, by: Option<&str>) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Reads what a customer's jobs did, for an operator.
pub trait ListRuns {
    /// The newest first, at most `limit`; of one job, or of all.
    fn list_runs(
        &self,
        job: Option<Job>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<RunRecord>, ServiceFailure>> + Send;
}

/// What a job remembers between runs.
pub trait RememberJob {
    /// The job's state; the default where it never ran.
    fn load_job(&self, job: Job) -> impl Future<Output = Result<JobState, ServiceFailure>> + Send;

    /// Stores it. Two jobs of one customer do not disturb each other.
    fn save_job(&self, job: Job, state: &JobState) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}
