//! Runs of one customer's jobs. An unfinished one is listed in the index under the first end of its lease, so that the
//! watchdog finds what crashed as well as what ran out of time; whether the lease was renewed it learns from the lease.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{RunRecord, RunState};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::SaveFailure;
use habitsync_workflows::ports::runs::{ListRuns, SaveRun};

use super::item::{Attributes, Item, Retention, encode, read_text, read_value, text};
use super::keys::{BODY, DUE_AT, DUE_INDEX, DUE_KIND, DUE_RUN, Key, PK, RUNS, SK};
use super::transaction::{built, unwritable};
use super::{SERVICE, TenantTable};
use crate::clock::SystemClock;
use crate::failure::AwsError;

/// State of a run that another run continues: no longer waiting for anything.
const CLOSE: &str = "SET #body = :body REMOVE #due_kind, #due_at";

impl SaveRun for TenantTable {
    async fn save_run(&self, run: &RunRecord) -> Result<(), SaveFailure> {
        let item = Item::new(&Key::run(&self.tenant, &run.id))
            .kept(Retention::Run)
            .with_body(run);
        let item = item.map(|item| match run.looked_at_from() {
            Some(at) => item.due(DUE_RUN, at),
            None => item,
        });
        let items = item.map(|item| vec![item]);
        self.write_under_lease(run.job, items, &[]).await
    }

    async fn supersede_runs(&self, job: Job, by: Option<&str>) -> Result<(), SaveFailure> {
        for run in self.unfinished_runs().await.map_err(ServiceFailure::from)? {
            if run.job == job && Some(run.id.as_str()) != by {
                self.close(run, by).await?;
            }
        }
        Ok(())
    }
}

impl ListRuns for TenantTable {
    async fn list_runs(&self, job: Option<Job>, limit: usize) -> Result<Vec<RunRecord>, ServiceFailure> {
        let query = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :pk AND begins_with(#sk, :runs)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":pk", text(Key::configuration(&self.tenant).pk))
            .expression_attribute_values(":runs", text(RUNS))
            .scan_index_forward(false)
            .limit(page_of(limit));
        let mut items = query.into_paginator().items().send();
        let mut runs = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| AwsError::from_sdk(SERVICE, "Query", &error))?;
            runs.extend(readable(item).filter(|run| job.is_none_or(|job| job == run.job)));
            if runs.len() >= limit {
                break;
            }
        }
        Ok(runs)
    }
}

/// Decodes a run; one that cannot be decoded must not keep the others from being closed or listed.
fn readable(mut attributes: Attributes) -> Option<RunRecord> {
    let sk = read_text(&attributes, SK).unwrap_or_default().to_owned();
    super::readable(&sk, read_value(&mut attributes, BODY))
}

/// Returns the number of runs to read at once: a customer has thousands, and among one job's last few each other job
/// has about as many.
fn page_of(limit: usize) -> i32 {
    let several = limit.saturating_mul(2 * Job::ALL.len());
    i32::try_from(several).unwrap_or(i32::MAX).clamp(10, 1000)
}

impl TenantTable {
    /// This customer's unfinished runs, as far as the index knows by now. The whole fleet has few.
    async fn unfinished_runs(&self) -> Result<Vec<RunRecord>, AwsError> {
        let query = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .index_name(DUE_INDEX)
            .key_condition_expression("#due_kind = :run")
            .filter_expression("#pk = :pk")
            .expression_attribute_names("#due_kind", DUE_KIND)
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":run", text(DUE_RUN))
            .expression_attribute_values(":pk", text(Key::configuration(&self.tenant).pk));
        let found: Result<Vec<_>, _> = query.into_paginator().items().send().collect().await;
        let found = found.map_err(|error| AwsError::from_sdk(SERVICE, "Query", &error))?;
        Ok(found.into_iter().filter_map(readable).collect())
    }

    async fn close(&self, run: RunRecord, successor: Option<&str>) -> Result<(), SaveFailure> {
        let close = self.closing(&run, successor).map_err(ServiceFailure::from)?;
        // A condition that fails means that the run has ended by itself meanwhile.
        self.commit_under_lease(run.job, vec![close]).await.map(drop)
    }

    fn closing(&self, run: &RunRecord, successor: Option<&str>) -> Result<TransactWriteItem, AwsError> {
        let state = RunState::Failed {
            at: SystemClock.now(),
            cause: RunState::cause_of_closing(successor),
        };
        let closed = RunRecord { state, ..run.clone() };
        let update = Update::builder()
            .table_name(&self.table.name)
            .set_key(Some(Key::run(&self.tenant, &run.id).attributes()))
            .update_expression(CLOSE)
            .condition_expression("attribute_exists(#due_kind)")
            .expression_attribute_names("#body", BODY)
            .expression_attribute_names("#due_kind", DUE_KIND)
            .expression_attribute_names("#due_at", DUE_AT)
            .expression_attribute_values(":body", encode(&closed).map_err(unwritable)?);
        Ok(TransactWriteItem::builder().update(built(update.build())?).build())
    }
}

#[cfg(test)]
mod tests {
    use habitsync_domain::jobs::job::Job;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_run_that_cannot_be_decoded_is_passed_over() {
        let run = RunRecord::begun(
            "1".to_owned(),
            Job::UserSync,
            Timestamp::UNIX_EPOCH,
            Timestamp::UNIX_EPOCH,
        );
        let whole = Attributes::from([(BODY.to_owned(), encode(&run).expect("encodes"))]);
        let broken = Attributes::from([(BODY.to_owned(), text("{}"))]);
        let read: Vec<_> = [Attributes::new(), broken, whole]
            .into_iter()
            .filter_map(readable)
            .collect();
        assert_eq!(read, [run]);
    }
}
