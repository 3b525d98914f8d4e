//! The fleet's summary: one row per customer, with the state of each job, when they are due, the operators' alert log,
//! and when the customer went live. Rows of older versions may also say since when a job was held back: no more is read
//! of it.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use habitsync_domain::configuration::Status;
use habitsync_domain::fleet::alert_log::AlertLog;
use habitsync_domain::fleet::summary::CustomerSummary;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::fleet::Due;
use habitsync_workflows::ports::lease::SaveFailure;
use habitsync_workflows::ports::runs::SaveJobState;
use habitsync_workflows::ports::summary::{FindSummary, ListSummaries, SaveAlertLog};
use habitsync_workflows::ports::tenants::FindGoLive;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use tracing::error;

use super::item::{Attributes, current_schema, encode, read_instant, read_number, read_text, read_value};
use super::keys::{
    IGNORED, Key, LIVE_SINCE, NAME, PARKED, PK, SCHEMA, SK, TENANT_STATUS, TIMETABLE, TOLD, VERSION, job_state,
};
use super::transaction::{built, unwritable};
use super::{SERVICE, Table, TenantTable};
use crate::failure::{AwsError, AwsErrorKind};

impl ListSummaries for Table {
    /// Rows that cannot be read are passed over, counted and logged; so are rows that are no customer's.
    async fn list_summaries(&self) -> Result<Due<CustomerSummary>, ServiceFailure> {
        let (pk, prefix) = Key::summaries();
        let mut due = Due {
            items: Vec::new(),
            unreadable: 0,
        };
        self.query_each(pk, prefix, |row| {
            match row.and_then(summary) {
                Ok(row) => due.items.extend(row),
                Err(why) => {
                    due.unreadable += 1;
                    error!(error = %why, "a customer's row in the summary cannot be read, and is passed over");
                }
            }
            Ok(())
        })
        .await?;
        Ok(due)
    }
}

impl FindSummary for Table {
    async fn find_summary(&self, tenant: &TenantId) -> Result<Option<CustomerSummary>, ServiceFailure> {
        let row = self.get(&Key::summary(tenant)).await?;
        let found = row.map(summary).transpose();
        Ok(found.map_err(|kind| AwsError::new(SERVICE, "GetItem", kind))?.flatten())
    }
}

/// None where the row is of no customer whose configuration was ever applied.
pub(super) fn summary(mut row: Attributes) -> Result<Option<CustomerSummary>, AwsErrorKind> {
    let key = Key {
        pk: read_text(&row, PK)?.to_owned(),
        sk: read_text(&row, SK)?.to_owned(),
    };
    let Some(tenant) = key.summarised().filter(|_| row.contains_key(VERSION)) else {
        return Ok(None);
    };
    let mut jobs = BTreeMap::new();
    for job in Job::ALL {
        jobs.extend(optional(&mut row, &job_state(job))?.map(|state: JobState| (job, state)));
    }
    Ok(Some(CustomerSummary {
        tenant,
        name: read_text(&row, NAME)?.to_owned(),
        status: status(read_text(&row, TENANT_STATUS)?)?,
        version: read_number(&row, VERSION)?,
        live_since: row
            .contains_key(LIVE_SINCE)
            .then(|| read_instant(&row, LIVE_SINCE))
            .transpose()?,
        timetable: optional(&mut row, TIMETABLE)?,
        jobs,
        parked: count(&row, PARKED)?,
        ignored: count(&row, IGNORED)?,
        alert_log: optional(&mut row, TOLD)?.unwrap_or_default(),
    }))
}

/// A number that the row may not hold yet.
fn count(row: &Attributes, name: &str) -> Result<u64, AwsErrorKind> {
    if row.contains_key(name) {
        read_number(row, name)
    } else {
        Ok(0)
    }
}

fn optional<T: DeserializeOwned>(row: &mut Attributes, name: &str) -> Result<Option<T>, AwsErrorKind> {
    row.contains_key(name).then(|| read_value(row, name)).transpose()
}

fn status(text: &str) -> Result<Status, AwsErrorKind> {
    match text {
        "draft" => Ok(Status::Draft),
        "live" => Ok(Status::Live),
        "paused" => Ok(Status::Paused),
        _ => Err(AwsErrorKind::Unreadable("the status of a customer".to_owned())),
    }
}

impl SaveAlertLog for Table {
    async fn save_told(&self, tenant: &TenantId, told: &AlertLog) -> Result<(), ServiceFailure> {
        let told = encode(told).map_err(|kind| AwsError::new(SERVICE, "UpdateItem", kind))?;
        let update = self.update(
            &Key::summary(tenant),
            "#told = :told",
            &[("#told", TOLD)],
            vec![(":told", told)],
        );
        let saved = update.send().await;
        Ok(saved
            .map(drop)
            .map_err(|error| AwsError::from_sdk(SERVICE, "UpdateItem", &error))?)
    }
}

impl SaveJobState for TenantTable {
    async fn load_job(&self, job: Job) -> Result<JobState, ServiceFailure> {
        let row = self.table.get(&Key::summary(&self.tenant)).await?;
        let Some(mut row) = row.filter(|row| row.contains_key(&job_state(job))) else {
            return Ok(JobState::default());
        };
        let state = read_value(&mut row, &job_state(job)).map_err(|kind| AwsError::new(SERVICE, "GetItem", kind))?;
        Ok(state)
    }

    async fn save_job(&self, job: Job, state: &JobState) -> Result<(), SaveFailure> {
        let save = self.saving(job, state).map_err(ServiceFailure::from)?;
        self.commit_under_lease(job, vec![save]).await.map(drop)
    }
}

impl TenantTable {
    fn saving(&self, job: Job, state: &JobState) -> Result<TransactWriteItem, AwsError> {
        let update = Update::builder()
            .table_name(&self.table.name)
            .set_key(Some(Key::summary(&self.tenant).attributes()))
            .update_expression("SET #schema = :schema, #job = :state")
            .expression_attribute_names("#schema", SCHEMA)
            .expression_attribute_names("#job", job_state(job))
            .expression_attribute_values(":schema", current_schema())
            .expression_attribute_values(":state", encode(state).map_err(unwritable)?);
        Ok(TransactWriteItem::builder().update(built(update.build())?).build())
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
