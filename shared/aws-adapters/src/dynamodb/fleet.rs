//! The fleet's summary: one row per customer, with what each of its jobs remembers and when the customer went live.

use habitsync_domain::job::{Job, JobState};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::runs::RememberJob;
use habitsync_workflows::ports::tenants::FindGoLive;
use jiff::Timestamp;

use super::item::{encode, read_instant, read_value};
use super::keys::{Key, LIVE_SINCE, job_state};
use super::{SERVICE, TenantTable};
use crate::failure::AwsError;

impl RememberJob for TenantTable {
    async fn load_job(&self, job: Job) -> Result<JobState, ServiceFailure> {
        let row = self.table.get(&Key::summary(&self.tenant)).await?;
        let Some(mut row) = row.filter(|row| row.contains_key(&job_state(job))) else {
            return Ok(JobState::default());
        };
        let state = read_value(&mut row, &job_state(job)).map_err(|kind| AwsError::new(SERVICE, "GetItem", kind))?;
        Ok(state)
    }

    async fn save_job(&self, job: Job, state: &JobState) -> Result<(), ServiceFailure> {
        let state = encode(state).map_err(|kind| AwsError::new(SERVICE, "UpdateItem", kind))?;
        let name = job_state(job);
        let update = self.table.update(
            &Key::summary(&self.tenant),
            "#job = :state",
            &[("#job", &name)],
            vec![(":state", state)],
        );
        let saved = update
            .send()
            .await
            .map_err(|error| AwsError::of(SERVICE, "UpdateItem", &error));
        Ok(saved.map(drop)?)
    }
}

impl FindGoLive for TenantTable {
    async fn find_go_live(&self) -> Result<Option<Timestamp>, ServiceFailure> {
        let row = self.table.get(&Key::summary(&self.tenant)).await?;
        let row = row.filter(|row| row.contains_key(LIVE_SINCE));
        let since = row.map(|row| read_instant(&row, LIVE_SINCE)).transpose();
        Ok(since.map_err(|kind| AwsError::new(SERVICE, "GetItem", kind))?)
    }
}
