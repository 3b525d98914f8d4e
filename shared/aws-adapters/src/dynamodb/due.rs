//! What is due anywhere in the fleet, through the sparse index; and putting it off once it has been handed on.
//!
//! The index lags behind the table by moments, so what it lists may have moved on: whoever acts on it does so by a
//! conditional write.

use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::job::RunRecord;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::fleet::{DueResult, ListDue, PostponeDue, UnfinishedRun};
use jiff::Timestamp;

use super::item::{Attributes, read_instant, read_text, text};
use super::keys::{DUE_AT, DUE_INDEX, DUE_KIND, DUE_RESULT, DUE_RUN, Key, PK, SK, due_at};
use super::{Conditional, SERVICE, Table, body, conditional, results};
use crate::failure::{AwsError, AwsErrorKind};

impl ListDue for Table {
    async fn list_due_results(&self, now: Timestamp, limit: u32) -> Result<Vec<DueResult>, ServiceFailure> {
        let found = self.due(DUE_RESULT, now, limit).await?;
        let due: Result<_, _> = found.into_iter().map(due_result).collect();
        Ok(due.map_err(|kind| AwsError::new(SERVICE, "Query", kind))?)
    }

    async fn list_unfinished_runs(&self, now: Timestamp, limit: u32) -> Result<Vec<UnfinishedRun>, ServiceFailure> {
        let found = self.due(DUE_RUN, now, limit).await?;
        Ok(found.into_iter().map(unfinished_run).collect::<Result<_, AwsError>>()?)
    }
}

impl PostponeDue for Table {
    async fn postpone_result(&self, due: &DueResult, until: Timestamp) -> Result<bool, ServiceFailure> {
        let key = Key::result(&due.tenant, due.completion.enrolment);
        let unchanged = ("#due_at = :seen", (":seen", text(due_at(due.due_at))));
        Ok(self.postpone(&key, until, unchanged).await?)
    }

    async fn postpone_run(&self, run: &UnfinishedRun, until: Timestamp) -> Result<bool, ServiceFailure> {
        let key = Key::run(&run.tenant, &run.id);
        let still_due = ("#due_at < :until", (":until", text(due_at(until))));
        Ok(self.postpone(&key, until, still_due).await?)
    }
}

impl Table {
    /// What of this kind is due at `now`, the longest first, at most `limit`.
    async fn due(&self, kind: &str, now: Timestamp, limit: u32) -> Result<Vec<Attributes>, AwsError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(DUE_INDEX)
            .key_condition_expression("#kind = :kind AND #at <= :now")
            .expression_attribute_names("#kind", DUE_KIND)
            .expression_attribute_names("#at", DUE_AT)
            .expression_attribute_values(":kind", text(kind))
            .expression_attribute_values(":now", text(due_at(now)));
        let mut pages = query.into_paginator().items().send();
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(attributes) = pages.next().await
        {
            found.push(attributes.map_err(|error| AwsError::of(SERVICE, "Query", &error))?);
        }
        Ok(found)
    }

    /// Makes the item due at `until` while the condition holds; false where it does not, or nothing waits there.
    async fn postpone(
        &self,
        key: &Key,
        until: Timestamp,
        (condition, seen): (&str, (&str, AttributeValue)),
    ) -> Result<bool, AwsError> {
        let mut values = vec![(":until", text(due_at(until)))];
        if seen.0 != ":until" {
            values.push((seen.0, seen.1));
        }
        let update = self.update(key, "#due_at = :until", &[("#due_at", DUE_AT)], values);
        let condition = format!("attribute_exists(#due_at) AND {condition}");
        Ok(matches!(
            conditional(update.condition_expression(condition)).await?,
            Conditional::Done(_)
        ))
    }
}

fn due_result(attributes: Attributes) -> Result<DueResult, AwsErrorKind> {
    let (tenant, due_at) = (key(&attributes)?, read_instant(&attributes, DUE_AT)?);
    let tenant = tenant
        .tenant()
        .ok_or_else(|| AwsErrorKind::Unreadable("the customer of a due result".to_owned()))?;
    Ok(DueResult {
        tenant,
        completion: results::record(attributes)?.completion,
        due_at,
    })
}

fn unfinished_run(mut attributes: Attributes) -> Result<UnfinishedRun, AwsError> {
    let unreadable = |kind| AwsError::new(SERVICE, "Query", kind);
    let tenant = key(&attributes).map_err(unreadable)?.tenant();
    let run: RunRecord = body("Query", &mut attributes)?;
    let tenant = tenant.ok_or_else(|| unreadable(AwsErrorKind::Unreadable("the customer of a run".to_owned())))?;
    Ok(UnfinishedRun {
        tenant,
        job: run.job,
        id: run.id,
    })
}

fn key(attributes: &Attributes) -> Result<Key, AwsErrorKind> {
    Ok(Key {
        pk: read_text(attributes, PK)?.to_owned(),
        sk: read_text(attributes, SK)?.to_owned(),
    })
}
