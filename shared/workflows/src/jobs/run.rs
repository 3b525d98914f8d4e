//! One run of any job: its lease, its record, and the state that the job keeps.
//!
//! A run that is stopped by its deadline, or crashes, stays `unfinished` in the table; the watchdog starts it again once its
//! lease is free, and the new run reads and plans the rest.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease;
use habitsync_domain::jobs::state::{JobState, RunRecord, STALLED_SLICES};
use jiff::Timestamp;
use uuid::Uuid;

use crate::jobs::end::close_run;
use crate::jobs::held_lease::{give_back, keep_renewed};
use crate::jobs::outcome::{JobFailure, Progress, RunOutcome, Start};
use crate::ports::clock::{Now, Pause};
use crate::ports::failure::ServiceFailure;
use crate::ports::lease::{HoldLease, Lease, SaveFailure};
use crate::ports::runs::{SaveJobState, SaveRun};

/// Closes the job's unfinished runs, so that no run resumes them. A run that is still running ends by itself.
///
/// # Errors
/// The table failed.
pub async fn stop_job<S: HoldLease + SaveRun, C: Now>(store: &S, clock: &C, job: Job) -> Result<(), JobFailure> {
    let now = clock.now();
    let Lease::Acquired(held) = store.acquire_lease(job, &run_id(now), now).await? else {
        return Ok(());
    };
    let closed = held.supersede_runs(job, None).await;
    give_back(&held).await;
    Ok(closed?)
}

/// Runs `work` under the job's lease until the deadline, and records the outcome. The work gets the handle of the table
/// that holds the lease, and the job's state, which it may change. The state is stored at the end, whether the work
/// succeeded, failed or panicked.
///
/// # Errors
/// The work failed or panicked, or the table failed; the cause is on record as far as the table allows, and the lease is free.
pub async fn run_job<T, S, C>(
    store: &S,
    clock: &C,
    job: Job,
    start: Start,
    work: impl AsyncFnOnce(&S, &mut JobState) -> Result<Progress<T>, JobFailure>,
) -> Result<RunOutcome<T>, JobFailure>
where
    S: HoldLease + SaveRun + SaveJobState,
    C: Now + Pause,
{
    if let Some(until) = stays_away(store, job, start, clock.now()).await? {
        return Ok(RunOutcome::BackingOff { until });
    }
    let id = run_id(clock.now());
    let held = match take_lease(store, clock, job, &id).await? {
        Lease::Acquired(held) => held,
        Lease::HeldUntil(until) => return Ok(RunOutcome::AlreadyRunning { until }),
    };
    let mut run = RunRecord::begun(id, job, clock.now(), start.deadline);
    let slice = Box::pin(run_slice(&held, &run, work));
    let slice = keep_renewed(&held, clock, slice).await;
    let (result, remembered) = slice.unwrap_or_else(|lost| (Err(lost.into()), None));
    match close_run(&held, &mut run, remembered, result, clock.now()).await {
        Ok(progress) if progress.finished => Ok(RunOutcome::Finished(progress.outcome)),
        Ok(progress) => Ok(RunOutcome::Unfinished(progress.outcome)),
        Err(JobFailure::LeaseLost) => Ok(RunOutcome::Superseded),
        Err(failure) => Err(failure),
    }
}

/// Acquires the job's lease. A lease whose holder has missed a renewal most likely ends within seconds, so that this
/// function waits for it. If the table's answer to an acquisition was lost, this process may hold the lease all the
/// same: asked again, the lease recognises its holder.
async fn take_lease<S, C>(store: &S, clock: &C, job: Job, holder: &str) -> Result<Lease<S>, ServiceFailure>
where
    S: HoldLease,
    C: Now + Pause,
{
    let now = clock.now();
    let answer = match store.acquire_lease(job, holder, now).await {
        Err(_) => store.acquire_lease(job, holder, now).await?,
        Ok(answer) => answer,
    };
    match answer {
        Lease::HeldUntil(until) if lease::has_missed_renewal(until, now) => {
            clock.pause(until.duration_since(now).unsigned_abs()).await;
            store.acquire_lease(job, holder, clock.now()).await
        }
        answer => Ok(answer),
    }
}

/// Performs the run from its record to the end of its work. Returns the result and the job's state afterwards.
async fn run_slice<T, S>(
    held: &S,
    run: &RunRecord,
    work: impl AsyncFnOnce(&S, &mut JobState) -> Result<Progress<T>, JobFailure>,
) -> (Result<Progress<T>, JobFailure>, Option<JobState>)
where
    S: SaveRun + SaveJobState,
{
    match begin_slice(held, run).await {
        Ok(before) => work_under_lease(held, before, work).await,
        // The job's state is unknown: it is read again, so that the failure is added to the stored state.
        Err(failure) => (Err(failure.into()), held.load_job(run.job).await.ok()),
    }
}

/// Does the work, and turns a panic into a failure, so that the run ends like any other. Returns the result and the
/// job's state afterwards.
async fn work_under_lease<T, S>(
    held: &S,
    mut remembered: JobState,
    work: impl AsyncFnOnce(&S, &mut JobState) -> Result<Progress<T>, JobFailure>,
) -> (Result<Progress<T>, JobFailure>, Option<JobState>) {
    // Boxed: the futures of a job are many calls deep.
    let caught = AssertUnwindSafe(Box::pin(work(held, &mut remembered)))
        .catch_unwind()
        .await;
    let result = caught.unwrap_or_else(|panic| Err(JobFailure::Panicked(panic_message(panic.as_ref()))));
    (result, Some(remembered))
}

/// The message of a panic where it is a literal of the program. A message that was put together at run time may quote the data
/// that the program worked on, so this function leaves it out.
fn panic_message(panic: &(dyn Any + Send)) -> &'static str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("see the log line of the panic for its place")
}

/// Returns the end of the job's back-off, if it is backing off.
async fn stays_away<S: SaveJobState>(
    store: &S,
    job: Job,
    start: Start,
    now: Timestamp,
) -> Result<Option<Timestamp>, ServiceFailure> {
    if start.asked_for {
        return Ok(None);
    }
    let back_off = store.load_job(job).await?.back_off;
    Ok(back_off.map(|back_off| back_off.until).filter(|until| now < *until))
}

/// Records the run, and counts the slice as one without progress until it has made some, because a slice that crashes
/// cannot record that itself.
async fn begin_slice<S: SaveRun + SaveJobState>(store: &S, run: &RunRecord) -> Result<JobState, SaveFailure> {
    store.save_run(run).await?;
    store.supersede_runs(run.job, Some(&run.id)).await?;
    let mut remembered = store.load_job(run.job).await?;
    if remembered.stalled_slices >= STALLED_SLICES {
        tracing::error!(job = %run.job, job.stalled_slices = remembered.stalled_slices, "the job gets nowhere");
    }
    remembered.stalled_slices = remembered.stalled_slices.saturating_add(1);
    store.save_job(run.job, &remembered).await?;
    Ok(remembered)
}

/// Records progress as soon as the slice makes any, where the slices before it made none: if it crashes later, it does
/// not count as one of them.
///
/// # Errors
/// The table failed.
pub async fn note_progress<S: SaveJobState>(store: &S, job: Job, remembered: &mut JobState) -> Result<(), JobFailure> {
    if remembered.stalled_slices > 1 {
        remembered.stalled_slices = 0;
        store.save_job(job, remembered).await?;
    }
    Ok(())
}

/// Returns a unique id that sorts by time.
fn run_id(now: Timestamp) -> String {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanoseconds)).to_string()
}
