//! Runs of one customer's jobs, and the state that a job keeps between runs.

use std::future::Future;

use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{JobState, RunRecord};

use super::failure::ServiceFailure;
use super::lease::SaveFailure;
pub use super::lease::{HoldLease, Lease};

/// Writes runs, under the lease of their job.
pub trait SaveRun {
    /// Stores the run; an unfinished one is due for the watchdog a lease's length after it began, whether its lease is renewed or not.
    fn save_run(&self, run: &RunRecord) -> impl Future<Output = Result<(), SaveFailure>> + Send;

    /// Closes every unfinished run of the job: the run `by` resumes their work; with none, no run does.
    fn supersede_runs(&self, job: Job, by: Option<&str>) -> impl Future<Output = Result<(), SaveFailure>> + Send;
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

/// Reads and stores the state that a job keeps between runs.
pub trait SaveJobState {
    /// The job's state; the default where it never ran.
    fn load_job(&self, job: Job) -> impl Future<Output = Result<JobState, ServiceFailure>> + Send;

    /// Stores it, under the job's lease. Two jobs of one customer do not disturb each other.
    fn save_job(&self, job: Job, state: &JobState) -> impl Future<Output = Result<(), SaveFailure>> + Send;
}
