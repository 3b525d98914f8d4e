//! One run of one job, whatever the job: its lease, its record, and what the job remembers afterwards.
//!
//! A run that is stopped by its deadline, or crashes, stays `unfinished` in the table; the watchdog starts it again once its
//! lease is free, and the new run reads and plans what is left.

use std::collections::BTreeMap;

use habitsync_domain::failing::{Failing, Signature, VendorTrouble};
use habitsync_domain::job::{Failure, Job, JobState, RunRecord, RunState};
use habitsync_domain::trouble::Trouble;
use habitsync_domain::vendor::Vendor;
use jiff::Timestamp;
use uuid::Uuid;

use crate::ports::clock::Now;
use crate::ports::failure::{ServiceFailure, VendorFailure};
use crate::ports::runs::{HoldLease, Lease, RememberJob, SaveRun};

/// Named counts of what a run did; for logs, the run's record and the operator.
pub type Counts = BTreeMap<String, u64>;

/// How a run ended well.
#[derive(Debug, Clone, PartialEq)]
pub enum RunOutcome<T> {
    /// Another run of the same job goes on until then at the latest; nothing was done.
    AlreadyRunning {
        /// The end of its lease.
        until: Timestamp,
    },
    /// The customer is paused, or does not use this job (yet); nothing was done.
    Paused,
    /// All there was to do is done.
    Finished(T),
    /// The time ran out; the rest is left to the next run.
    Unfinished(T),
}

/// How far the work of a run came.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress<T> {
    /// Whether all there was to do is done.
    pub finished: bool,
    /// Whether anything of it was done: slices that get nowhere are the operator's affair.
    pub advanced: bool,
    /// What was done, counted.
    pub counts: Counts,
    /// What was done, for the caller.
    pub outcome: T,
}

/// Why a run failed: it stopped before it could do its work.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum JobFailure {
    /// A vendor did not do what the run cannot go on without.
    #[error(transparent)]
    Vendor(#[from] VendorFailure),
    /// The table, the queue or the mail failed.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
    /// What was read cannot be true, or does not add up: nothing was written on the strength of it.
    #[error("{0}")]
    NotCredible(String),
}

impl JobFailure {
    /// What kind of trouble it is.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Vendor(failure) => failure.trouble(),
            Self::NotCredible(_) => Trouble::Vendor,
            Self::Service(_) => Trouble::Ours,
        }
    }

    /// What is the same for everybody whom this meets; what a job cannot believe comes from the vendor that it reads first.
    #[must_use]
    pub fn signature(&self, job: Job) -> Signature {
        match self {
            Self::Vendor(failure) => failure.signature(),
            Self::Service(failure) => Signature::Service {
                service: failure.service.to_owned(),
            },
            Self::NotCredible(_) => Signature::Vendor {
                vendor: match job {
                    Job::Users => Vendor::EmployeeConnect,
                    Job::Courses | Job::ResultsSweep => Vendor::TribalHabits,
                },
                kind: VendorTrouble::NotCredible,
            },
        }
    }
}

/// So many slices in a row that got nowhere are the operator's affair.
const STALLED: u32 = 3;

/// Closes the job's unfinished runs: there is nothing for anybody to carry on.
///
/// # Errors
/// The table failed.
pub async fn stop_job<S: SaveRun>(store: &S, job: Job) -> Result<(), JobFailure> {
    Ok(store.supersede_runs(job, None).await?)
}

/// Runs `work` under the job's lease until `deadline`, and records how it went. The job's remembered state is handed to the
/// work, which may change it; it is stored in the end, whether the work succeeded or not.
///
/// # Errors
/// The work failed, or the table did; either is on record as far as the table allows.
pub async fn run_job<T, S, C>(
    store: &S,
    clock: &C,
    job: Job,
    deadline: Timestamp,
    work: impl AsyncFnOnce(&mut JobState) -> Result<Progress<T>, JobFailure>,
) -> Result<RunOutcome<T>, JobFailure>
where
    S: HoldLease + SaveRun + RememberJob,
    C: Now,
{
    let started_at = clock.now();
    let id = run_id(started_at);
    if let Lease::HeldUntil(until) = store.acquire_lease(job, &id, started_at, deadline).await? {
        return Ok(RunOutcome::AlreadyRunning { until });
    }
    let state = RunState::Unfinished { lease_until: deadline };
    let mut run = RunRecord {
        id,
        job,
        started_at,
        state,
        counts: Counts::new(),
    };
    store.save_run(&run).await?;
    store.supersede_runs(job, Some(&run.id)).await?;
    let mut remembered = begin_slice(store, job).await?;
    let result = work(&mut remembered).await;
    conclude(&mut run, &mut remembered, &result, clock.now());
    store.save_job(job, &remembered).await?;
    store.save_run(&run).await?;
    store.release_lease(job, &run.id).await?;
    let progress = result?;
    let ended = if progress.finished {
        RunOutcome::Finished
    } else {
        RunOutcome::Unfinished
    };
    Ok(ended(progress.outcome))
}

/// Counts the slice as one that gets nowhere until it has done something: one that crashes cannot say so itself.
async fn begin_slice<S: RememberJob>(store: &S, job: Job) -> Result<JobState, ServiceFailure> {
    let mut remembered = store.load_job(job).await?;
    if remembered.stalled_slices >= STALLED {
        tracing::error!(job = %job, job.stalled_slices = remembered.stalled_slices, "the job gets nowhere");
    }
    remembered.stalled_slices = remembered.stalled_slices.saturating_add(1);
    store.save_job(job, &remembered).await?;
    Ok(remembered)
}

/// Notes that the slice gets somewhere, as soon as it does, where those before it did not: should it crash later on, it is
/// not one of them.
///
/// # Errors
/// The table failed.
pub async fn note_progress<S: RememberJob>(store: &S, job: Job, remembered: &mut JobState) -> Result<(), JobFailure> {
    if remembered.stalled_slices > 1 {
        remembered.stalled_slices = 0;
        store.save_job(job, remembered).await?;
    }
    Ok(())
}

fn conclude<T>(
    run: &mut RunRecord,
    remembered: &mut JobState,
    result: &Result<Progress<T>, JobFailure>,
    now: Timestamp,
) {
    match result {
        Ok(progress) => {
            run.counts.clone_from(&progress.counts);
            remembered.counts.clone_from(&progress.counts);
            remembered.failing = None;
            if progress.finished {
                run.state = RunState::Succeeded { at: now };
                remembered.last_success_at = Some(now);
            } else {
                run.state = RunState::Unfinished { lease_until: now };
            }
            if progress.finished || progress.advanced {
                remembered.stalled_slices = 0;
            }
        }
        Err(failure) => {
            let cause = failure.to_string();
            remembered.last_failure = Some(Failure {
                at: now,
                cause: cause.clone(),
            });
            let before = remembered.failing.take();
            remembered.failing = Some(Failing::after(before, failure.signature(run.job), now));
            run.state = RunState::Failed { at: now, cause };
        }
    }
}

/// Unique, and sorts by time.
fn run_id(now: Timestamp) -> String {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanoseconds)).to_string()
}
