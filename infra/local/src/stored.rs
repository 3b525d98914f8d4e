//! What a test puts into the table, written as the product writes it: under a job's lease, or under a result's claim.

use std::io;

use habitsync_aws_adapters::SystemClock;
pub use habitsync_aws_adapters::TenantTable;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::results::result::ResultRecord;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::lease::{HoldLease, Lease};
use habitsync_workflows::ports::results::{Claim, ClaimResult, SettleResult};
use habitsync_workflows::ports::runs::SaveJobState;

/// Why something could not be put into the table.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Stores what the job remembers.
///
/// # Errors
/// The table failed, or a run of the job is in progress.
pub async fn put_job(table: &TenantTable, job: Job, state: &JobState) -> Result<(), Failed> {
    let Lease::Acquired(held) = table.acquire_lease(job, "a test", SystemClock.now()).await? else {
        return Err(io::Error::other(format!("a run of {job} goes on")).into());
    };
    held.save_job(job, state).await?;
    Ok(held.release_lease().await?)
}

/// Stores a result that is not there yet.
///
/// # Errors
/// The table failed, or the result is there.
pub async fn put_result(table: &TenantTable, record: &ResultRecord) -> Result<(), Failed> {
    let now = SystemClock.now();
    match table.claim_result(&record.completion, now, now).await? {
        Claim::Ours { claim, .. } => Ok(table.settle_result(record, claim).await?),
        other => Err(io::Error::other(format!("the result is there: {other:?}")).into()),
    }
}
