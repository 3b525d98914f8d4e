//! The end of a run: its record, the job's state, and the lease, each written even where another write failed.
//!
//! The caller gets the first failure; later ones are logged. A record that the table refuses is written once more in
//! its smallest form.

use habitsync_domain::failure_class::RetryRule;
use habitsync_domain::fleet::failure_streak::FailureStreak;
use habitsync_domain::jobs::back_off::BackOff;
use habitsync_domain::jobs::state::{Failure, JobState, RunRecord, RunState};
use jiff::Timestamp;
use tracing::error;

use crate::jobs::held_lease::give_back;
use crate::jobs::outcome::{JobFailure, Progress};
use crate::ports::lease::{HoldLease, SaveFailure};
use crate::ports::runs::{SaveJobState, SaveRun};

/// Records how the run ended and gives the lease back. `remembered` is none where the job's state could not be read.
///
/// # Errors
/// The run's own failure; or else that its end could not be recorded. A run that has lost its lease records nothing: the run that
/// took the lease over does.
pub(crate) async fn close_run<T, S: HoldLease + SaveRun + SaveJobState>(
    held: &S,
    run: &mut RunRecord,
    remembered: Option<JobState>,
    result: Result<Progress<T>, JobFailure>,
    now: Timestamp,
) -> Result<Progress<T>, JobFailure> {
    let mut end = End { store: held, run, now };
    let result = end.record(remembered, result).await;
    give_back(held).await;
    result
}

/// A run that is being closed.
struct End<'a, S> {
    store: &'a S,
    run: &'a mut RunRecord,
    now: Timestamp,
}

impl<S: SaveRun + SaveJobState> End<'_, S> {
    /// Stores the run, then the job's state. Where one of them cannot be stored, the other one records the reason.
    async fn record<T>(
        &mut self,
        remembered: Option<JobState>,
        mut result: Result<Progress<T>, JobFailure>,
    ) -> Result<Progress<T>, JobFailure> {
        if matches!(result, Err(JobFailure::LeaseLost)) {
            return result;
        }
        self.conclude(&result);
        if let Err(failure) = self.save_run().await {
            result = first(result, failure);
        }
        let Some(remembered) = remembered else {
            return result;
        };
        if let Err(failure) = self.save_job(remembered, &result).await {
            let was_recorded = result.is_err();
            result = first(result, failure);
            if !was_recorded {
                self.conclude(&result);
                self.save_run().await.unwrap_or_else(|failure| log_unrecorded(&failure));
            }
        }
        result
    }

    fn conclude<T>(&mut self, result: &Result<Progress<T>, JobFailure>) {
        let at = self.now;
        self.run.state = match result {
            Ok(progress) => {
                self.run.counts.clone_from(&progress.counts);
                if progress.finished {
                    RunState::Succeeded { at }
                } else {
                    RunState::Unfinished { lease_until: at }
                }
            }
            Err(failure) => RunState::Failed {
                at,
                cause: failure.to_string().into(),
            },
        };
    }

    /// Stores the run; where the table refuses it, without its counts and with a short cause.
    async fn save_run(&self) -> Result<(), SaveFailure> {
        let failure = match self.store.save_run(self.run).await {
            Err(failure @ (SaveFailure::ItemRefused(_) | SaveFailure::Service(_))) => failure,
            saved => return saved,
        };
        log_unrecorded(&failure);
        self.store.save_run(&self.run.smallest()).await
    }

    /// Stores the job's state; where the table refuses it, stores the earlier state again with only the failure added.
    async fn save_job<T>(
        &self,
        remembered: JobState,
        result: &Result<Progress<T>, JobFailure>,
    ) -> Result<(), SaveFailure> {
        let after = match result {
            Ok(progress) => self.after_progress(remembered, progress),
            Err(failure) => self.after_failure(remembered, failure),
        };
        let Err(failure) = self.store.save_job(self.run.job, &after).await else {
            return Ok(());
        };
        let cause = result.as_ref().err().cloned().unwrap_or_else(|| failure.clone().into());
        if let Err(failure) = self.save_failure_alone(&cause).await {
            log_unrecorded(&failure);
        }
        Err(failure)
    }

    async fn save_failure_alone(&self, cause: &JobFailure) -> Result<(), SaveFailure> {
        let stored = self.store.load_job(self.run.job).await?;
        self.store
            .save_job(self.run.job, &self.after_failure(stored, cause))
            .await
    }

    /// Returns the job's state after a run with this progress.
    fn after_progress<T>(&self, mut job: JobState, progress: &Progress<T>) -> JobState {
        job.back_off = None;
        job.failing = None;
        job.counts.clone_from(&progress.counts);
        if progress.finished {
            job.last_success_at = Some(self.now);
        }
        if progress.finished || progress.advanced {
            job.stalled_slices = 0;
        }
        job
    }

    /// Returns the job's state after a run with this failure.
    fn after_failure(&self, mut job: JobState, failure: &JobFailure) -> JobState {
        if failure.class().policy().retry == RetryRule::WithGrowingWaits {
            job.back_off = Some(BackOff::after(job.back_off, self.run.started_at));
        }
        job.last_failure = Some(Failure::new(self.now, &failure.to_string()));
        let before = job.failing.take();
        job.failing = Some(FailureStreak::after(before, failure.signature(self.run.job), self.now));
        job
    }
}

/// Returns the failure to report: the run's own failure, where it has one, else the failure to record the run. A lost
/// lease comes before either, because the run that holds the lease now reports for the job.
fn first<T>(result: Result<Progress<T>, JobFailure>, failure: SaveFailure) -> Result<Progress<T>, JobFailure> {
    if failure == SaveFailure::LeaseLost {
        return Err(JobFailure::LeaseLost);
    }
    log_unrecorded(&failure);
    result.and(Err(failure.into()))
}

fn log_unrecorded(failure: &SaveFailure) {
    error!(error = %failure, "a part of the run's end could not be recorded");
}
