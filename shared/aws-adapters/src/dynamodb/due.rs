//! Due items of the whole fleet, from the sparse index; and postponing them once they have been handed on.
//!
//! The index lags behind the table by moments, so that a listed item may have changed: a caller acts on it by
//! conditional writes.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::jobs::lease;
use habitsync_domain::jobs::state::RunRecord;
use habitsync_domain::results::choice::ResultStatus;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::parked::Window;
use habitsync_domain::results::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState};
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::fleet::{
    Due, DueProbe, DueResult, ListDue, ListParked, ParkedResult, PostponeDue, UnfinishedRun,
};
use habitsync_workflows::ports::lease::FindLease as _;
use jiff::Timestamp;
use tracing::error;
use uuid::Uuid;

use super::item::{Attributes, read_instant, read_text, read_value, text};
use super::keys::{
    BODY, DUE_AT, DUE_BREAKER, DUE_DEAD, DUE_INDEX, DUE_KIND, DUE_RESULT, DUE_RUN, Key, PK, SK, TOKEN, due_at,
    due_ignored, due_parked, ignored_topic, ignored_user,
};
use super::{Conditional, SERVICE, Table, conditional, results, was_written_by};
use crate::failure::{AwsError, AwsErrorKind};

impl ListDue for Table {
    async fn list_due_results(
        &self,
        now: Timestamp,
        limit: u32,
        except: &BTreeSet<TenantId>,
    ) -> Result<Due<DueResult>, ServiceFailure> {
        let read = |attributes| {
            let is_meant = !except.contains(&tenant_of(&attributes)?);
            is_meant.then(|| due_result(attributes)).transpose()
        };
        Ok(self.due(DUE_RESULT, now, limit, read).await?)
    }

    async fn list_unfinished_runs(&self, now: Timestamp, limit: u32) -> Result<Due<UnfinishedRun>, ServiceFailure> {
        Ok(self
            .due(DUE_RUN, now, limit, |run| unfinished_run(run).map(Some))
            .await?)
    }

    async fn has_stopped(&self, run: &UnfinishedRun, now: Timestamp) -> Result<bool, ServiceFailure> {
        let held_until = self.tenant(&run.tenant).find_lease(run.job).await?;
        Ok(held_until.is_none_or(|until| lease::has_missed_renewal(until, now)))
    }

    async fn list_due_probes(&self, now: Timestamp, limit: u32) -> Result<Due<DueProbe>, ServiceFailure> {
        Ok(self
            .due(DUE_BREAKER, now, limit, |probe| due_probe(&probe).map(Some))
            .await?)
    }

    async fn find_held_back(&self, tenant: &TenantId) -> Result<Option<Completion>, ServiceFailure> {
        let is_held_back = |record: &ResultRecord| record.is_released_by(&ParkedOn::EmployeeConnect);
        let longest = self.parked(tenant, is_held_back, 1).await?.pop();
        Ok(longest.map(|record| record.completion))
    }
}

impl ListParked for Table {
    async fn list_tenants(&self) -> Result<Vec<TenantId>, ServiceFailure> {
        let (pk, prefix) = Key::summaries();
        let mut tenants = Vec::new();
        // A row that names no customer is none's, and one that cannot be read hides no other customer.
        self.query_each(pk, prefix, |row| {
            tenants.extend(row.and_then(|row| key(&row)).ok().and_then(|key| key.summarised()));
            Ok(())
        })
        .await?;
        Ok(tenants)
    }

    async fn list_parked(
        &self,
        tenant: &TenantId,
        (from, until): Window,
        limit: u32,
    ) -> Result<Due<ParkedResult>, ServiceFailure> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let query = self
            .waiting(&due_parked(tenant))
            .key_condition_expression("#kind = :kind AND #at BETWEEN :from AND :until")
            .expression_attribute_names("#at", DUE_AT)
            .expression_attribute_values(":from", text(due_at(from)))
            .expression_attribute_values(":until", text(due_at(until)));
        Ok(self.read_waiting(query, limit, parked_result).await?)
    }
}

impl PostponeDue for Table {
    async fn postpone_result(&self, due: &DueResult, until: Timestamp) -> Result<bool, ServiceFailure> {
        let key = Key::result(&due.tenant, due.completion.enrolment);
        Ok(self.postpone(&key, until, unchanged(due.due_at)).await?)
    }

    async fn postpone_probe(&self, probe: &DueProbe, until: Timestamp) -> Result<bool, ServiceFailure> {
        let key = Key::breaker(&probe.tenant);
        Ok(self.postpone(&key, until, unchanged(probe.due_at)).await?)
    }

    async fn postpone_run(&self, run: &UnfinishedRun, until: Timestamp) -> Result<bool, ServiceFailure> {
        let key = Key::run(&run.tenant, &run.id);
        let still_due = ("#due_at < :until", (":until", text(due_at(until))));
        Ok(self.postpone(&key, until, still_due).await?)
    }
}

/// Due since the very moment at which it was seen to be.
pub(super) fn unchanged(seen: Timestamp) -> (&'static str, (&'static str, AttributeValue)) {
    ("#due_at = :seen", (":seen", text(due_at(seen))))
}

impl Table {
    /// Lists the items of this kind that are due at `now`, the longest first, at most `limit` of those that can be read
    /// and are wanted.
    pub(super) async fn due<T>(
        &self,
        kind: &str,
        now: Timestamp,
        limit: u32,
        read: impl Fn(Attributes) -> Result<Option<T>, AwsErrorKind>,
    ) -> Result<Due<T>, AwsError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let query = self
            .waiting(kind)
            .key_condition_expression("#kind = :kind AND #at <= :now")
            .expression_attribute_names("#at", DUE_AT)
            .expression_attribute_values(":now", text(due_at(now)));
        self.read_waiting(query, limit, read).await
    }

    /// Lists this customer's results that are parked on this, the longest first, at most `limit`, as far as the index
    /// is up to date.
    pub(super) async fn parked(
        &self,
        tenant: &TenantId,
        is_meant: impl Fn(&ResultRecord) -> bool,
        limit: usize,
    ) -> Result<Vec<ResultRecord>, AwsError> {
        let query = self
            .waiting(&due_parked(tenant))
            .key_condition_expression("#kind = :kind");
        let parked = |attributes| {
            let record = results::record(attributes)?;
            Ok(is_meant(&record).then_some(record))
        };
        Ok(self.read_waiting(query, limit, parked).await?.items)
    }

    /// Lists this customer's ignored results that this link releases, as far as the index is up to date: only results
    /// of the topic or the user name are read, however many others are ignored.
    pub(super) async fn ignored(&self, tenant: &TenantId, brought: &ParkedOn) -> Result<Vec<ResultRecord>, AwsError> {
        let (reason, place) = match brought {
            ParkedOn::Topic(topic) => (IgnoredBecause::TopicIsNotACourse, ignored_topic(*topic)),
            ParkedOn::User(user_name) => (IgnoredBecause::UserIsNoEmployee, ignored_user(user_name)),
            ParkedOn::Employee(_) | ParkedOn::Customer | ParkedOn::EmployeeConnect => return Ok(Vec::new()),
        };
        let query = self
            .waiting(&due_ignored(tenant, reason))
            .key_condition_expression("#kind = :kind AND begins_with(#at, :place)")
            .expression_attribute_names("#at", DUE_AT)
            .expression_attribute_values(":place", text(place));
        let ignored = |attributes| {
            let record = results::record(attributes)?;
            Ok(record.is_released_by(brought).then_some(record))
        };
        Ok(self.read_waiting(query, usize::MAX, ignored).await?.items)
    }

    /// Lists this customer's dead results, the earliest death first, at most `limit`, as far as the index is up to
    /// date. The whole fleet has few.
    pub(super) async fn dead(&self, tenant: &TenantId, limit: usize) -> Result<Vec<ResultRecord>, AwsError> {
        self.waiting_of(tenant, DUE_DEAD, limit, |state| {
            matches!(state, ResultState::Dead { .. })
        })
        .await
    }

    /// Lists this customer's results that are due, waiting or claimed, the next due first, at most `limit`, as far as
    /// the index is up to date. It skips other customers' items.
    pub(super) async fn unsent(&self, tenant: &TenantId, limit: usize) -> Result<Vec<ResultRecord>, AwsError> {
        let is_unsent = |state: &ResultState| matches!(state.status(), ResultStatus::Waiting | ResultStatus::Claimed);
        self.waiting_of(tenant, DUE_RESULT, limit, is_unsent).await
    }

    async fn waiting_of(
        &self,
        tenant: &TenantId,
        kind: &str,
        limit: usize,
        is_meant: impl Fn(&ResultState) -> bool,
    ) -> Result<Vec<ResultRecord>, AwsError> {
        let query = self
            .waiting(kind)
            .key_condition_expression("#kind = :kind")
            .filter_expression("#pk = :pk")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":pk", text(Key::configuration(tenant).pk));
        let meant = |attributes| {
            let record = results::record(attributes)?;
            Ok(is_meant(&record.state).then_some(record))
        };
        Ok(self.read_waiting(query, limit, meant).await?.items)
    }

    pub(super) fn waiting(&self, kind: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.name)
            .index_name(DUE_INDEX)
            .expression_attribute_names("#kind", DUE_KIND)
            .expression_attribute_values(":kind", text(kind))
    }

    /// Reads until `limit` are found that are wanted. One that cannot be read must not keep the others waiting: it is
    /// passed over, counted, and logged by its kind alone.
    pub(super) async fn read_waiting<T>(
        &self,
        query: QueryFluentBuilder,
        limit: usize,
        read: impl Fn(Attributes) -> Result<Option<T>, AwsErrorKind>,
    ) -> Result<Due<T>, AwsError> {
        let mut pages = query.into_paginator().items().send();
        let mut due = Due {
            items: Vec::new(),
            unreadable: 0,
        };
        while due.items.len() < limit
            && let Some(attributes) = pages.next().await
        {
            let attributes = attributes.map_err(|error| AwsError::from_sdk(SERVICE, "Query", &error))?;
            let kind = key(&attributes).map_or_else(|_| "unknown".to_owned(), |key| key.kind().to_owned());
            match read(attributes) {
                Ok(item) => due.items.extend(item),
                Err(why) => {
                    due.unreadable += 1;
                    error!(item.kind = kind, error = %why, "an item that waits cannot be read, and is passed over");
                }
            }
        }
        Ok(due)
    }

    /// Makes the item due at `until` while the condition holds; false where it does not, or nothing waits there.
    pub(super) async fn postpone(
        &self,
        key: &Key,
        until: Timestamp,
        (condition, seen): (&str, (&str, AttributeValue)),
    ) -> Result<bool, AwsError> {
        let mut values = vec![(":until", text(due_at(until)))];
        if seen.0 != ":until" {
            values.push((seen.0, seen.1));
        }
        let token = Uuid::new_v4().to_string();
        values.push((":token", text(&token)));
        let names = [("#due_at", DUE_AT), ("#token", TOKEN)];
        let update = self.update(key, "#due_at = :until, #token = :token", &names, values);
        let condition = format!("attribute_exists(#due_at) AND {condition}");
        Ok(match conditional(update.condition_expression(condition)).await? {
            Conditional::Done(_) => true,
            Conditional::Held(item) => was_written_by(&item, &token),
        })
    }
}

fn due_result(attributes: Attributes) -> Result<DueResult, AwsErrorKind> {
    let (tenant, due_at) = (tenant_of(&attributes)?, read_instant(&attributes, DUE_AT)?);
    Ok(DueResult {
        tenant,
        completion: results::record(attributes)?.completion,
        due_at,
    })
}

/// Reads a parked result; none where it has changed since it was listed.
fn parked_result(attributes: Attributes) -> Result<Option<ParkedResult>, AwsErrorKind> {
    let ResultRecord { completion, state, .. } = results::record(attributes)?;
    Ok(match state {
        ResultState::Parked { on, since } => Some(ParkedResult { completion, on, since }),
        _ => None,
    })
}

fn due_probe(attributes: &Attributes) -> Result<DueProbe, AwsErrorKind> {
    Ok(DueProbe {
        tenant: tenant_of(attributes)?,
        due_at: read_instant(attributes, DUE_AT)?,
    })
}

fn unfinished_run(mut attributes: Attributes) -> Result<UnfinishedRun, AwsErrorKind> {
    let tenant = tenant_of(&attributes)?;
    let run: RunRecord = read_value(&mut attributes, BODY)?;
    Ok(UnfinishedRun {
        tenant,
        job: run.job,
        id: run.id,
    })
}

pub(super) fn tenant_of(attributes: &Attributes) -> Result<TenantId, AwsErrorKind> {
    let tenant = key(attributes)?.tenant();
    tenant.ok_or_else(|| AwsErrorKind::Unreadable("the customer of an item that waits".to_owned()))
}

fn key(attributes: &Attributes) -> Result<Key, AwsErrorKind> {
    Ok(Key {
        pk: read_text(attributes, PK)?.to_owned(),
        sk: read_text(attributes, SK)?.to_owned(),
    })
}
