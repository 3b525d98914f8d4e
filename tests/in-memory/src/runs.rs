//! Runs of one customer's jobs, what a job remembers, and when the customer went live.

use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{JobState, RunRecord, RunState};
use jiff::Timestamp;

use crate::faults::Call;
use crate::table::{StoredRun, Table};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::SaveFailure;
use habitsync_workflows::ports::runs::{ListRuns, SaveJobState, SaveRun};
use habitsync_workflows::ports::tenants::FindGoLive;

impl ListRuns for Table {
    async fn list_runs(&self, job: Option<Job>, limit: usize) -> Result<Vec<RunRecord>, ServiceFailure> {
        let list = || {
            let state = self.state();
            let newest_first = state.runs.values().rev().map(|stored| &stored.record);
            let meant = newest_first.filter(|run| job.is_none_or(|job| job == run.job));
            Ok(meant.take(limit).cloned().collect())
        };
        self.faults.call(Call::ListRuns, list).await
    }
}

impl SaveRun for Table {
    async fn save_run(&self, run: &RunRecord) -> Result<(), SaveFailure> {
        let save = || {
            let due_at = run.looked_at_from();
            let record = run.clone();
            let mut state = self.under_lease(run.job)?;
            state.runs.insert(run.id.clone(), StoredRun { record, due_at });
            Ok(())
        };
        self.faults.call(Call::SaveRun, save).await
    }

    async fn supersede_runs(&self, job: Job, by: Option<&str>) -> Result<(), SaveFailure> {
        let supersede = || {
            let mut state = self.under_lease(job)?;
            let others = state
                .runs
                .values_mut()
                .filter(|run| run.record.job == job && Some(run.record.id.as_str()) != by);
            others.for_each(|run| run.close(by));
            Ok(())
        };
        self.faults.call(Call::SupersedeRuns, supersede).await
    }
}

impl StoredRun {
    fn close(&mut self, successor: Option<&str>) {
        if let RunState::Unfinished { lease_until } = self.record.state {
            let cause = RunState::cause_of_closing(successor);
            self.record.state = RunState::Failed { at: lease_until, cause };
            self.due_at = None;
        }
    }
}

impl SaveJobState for Table {
    async fn load_job(&self, job: Job) -> Result<JobState, ServiceFailure> {
        self.faults.call(Call::LoadJob, || Ok(self.job(job))).await
    }

    async fn save_job(&self, job: Job, state: &JobState) -> Result<(), SaveFailure> {
        let save = || {
            self.under_lease(job)?.jobs.insert(job, state.clone());
            Ok(())
        };
        self.faults.call(Call::SaveJob, save).await
    }
}

impl FindGoLive for Table {
    async fn find_go_live(&self) -> Result<Option<Timestamp>, ServiceFailure> {
        self.faults.call(Call::FindGoLive, || Ok(self.state().live_since)).await
    }
}
