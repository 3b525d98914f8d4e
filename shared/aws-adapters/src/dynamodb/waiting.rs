//! Counts of waiting items, through the sparse index, for the watchdog's measurement every minute. Each number is one
//! query, and one more for each megabyte that is counted.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::Select;
use habitsync_domain::jobs::state::{RunRecord, RunState};
use habitsync_domain::results::result::IgnoredBecause;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::fleet::Due;
use habitsync_workflows::ports::summary::{CountByCustomer, CountWaiting, Dead, IgnoredCounts, OpenRun, Unsent};
use jiff::Timestamp;

use super::due::tenant_of;
use super::item::{Attributes, number, read_instant, read_value, text};
use super::keys::{
    BODY, DUE_AT, DUE_BREAKER, DUE_DEAD, DUE_HOLD, DUE_RESULT, DUE_RUN, IGNORED, Key, PARKED, PK, SK, UNSENT_SINCE,
    due_at, due_ignored, due_parked,
};
use super::{SERVICE, Table};
use crate::failure::{AwsError, AwsErrorKind};

/// The most results that are counted in a minute: some thirty megabytes. A storm beyond it is as alarming.
const MOST_COUNTED: u64 = 50_000;

impl CountWaiting for Table {
    async fn list_open_runs(&self) -> Result<Due<OpenRun>, ServiceFailure> {
        let query = self.waiting(DUE_RUN).key_condition_expression("#kind = :kind");
        Ok(self.read_waiting(query, usize::MAX, open_run).await?)
    }

    async fn count_unsent(&self) -> Result<Unsent, ServiceFailure> {
        let query = self
            .waiting(DUE_RESULT)
            .key_condition_expression("#kind = :kind")
            .projection_expression("#since, #at")
            .expression_attribute_names("#since", UNSENT_SINCE)
            .expression_attribute_names("#at", DUE_AT);
        let mut pages = query.into_paginator().items().send();
        let mut unsent = Unsent::default();
        while unsent.count < MOST_COUNTED
            && let Some(item) = pages.next().await
        {
            let item = item.map_err(|error| AwsError::from_sdk(SERVICE, "Query", &error))?;
            count_in(&mut unsent, &item);
        }
        Ok(unsent)
    }

    async fn count_dead(&self, since: Timestamp) -> Result<BTreeMap<TenantId, u64>, ServiceFailure> {
        let query = self
            .waiting(DUE_DEAD)
            .key_condition_expression("#kind = :kind AND #at > :since")
            .projection_expression("#pk, #sk")
            .expression_attribute_names("#at", DUE_AT)
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":since", text(due_at(since)));
        let whose = |item: Attributes| tenant_of(&item).map(Some);
        let tenants = self.read_waiting(query, usize::MAX, whose).await?;
        let mut dead = BTreeMap::new();
        for tenant in tenants.items {
            *dead.entry(tenant).or_default() += 1;
        }
        Ok(dead)
    }

    async fn count_open_breakers(&self) -> Result<u64, ServiceFailure> {
        Ok(self.count(DUE_BREAKER, None).await?)
    }

    async fn count_holds(&self, before: Timestamp) -> Result<u64, ServiceFailure> {
        Ok(self.count(DUE_HOLD, Some(before)).await?)
    }

    async fn count_set_aside(&self, tenant: &TenantId) -> Result<IgnoredCounts, ServiceFailure> {
        let parked = self.count(&due_parked(tenant), None).await?;
        let ignored = self.count_ignored(tenant).await?.values().sum();
        let values = vec![(":parked", number(parked)), (":ignored", number(ignored))];
        let update = self.update(
            &Key::summary(tenant),
            "#parked = :parked, #ignored = :ignored",
            &[("#parked", PARKED), ("#ignored", IGNORED)],
            values,
        );
        // A customer without a row gets none by being counted.
        let saved = super::conditional(update.condition_expression("attribute_exists(#schema)"));
        saved.await?;
        Ok(IgnoredCounts { parked, ignored })
    }
}

impl CountByCustomer for Table {
    async fn count_unsent_by_customer(&self) -> Result<BTreeMap<TenantId, Unsent>, ServiceFailure> {
        let query = self
            .waiting(DUE_RESULT)
            .key_condition_expression("#kind = :kind")
            .projection_expression("#pk, #sk, #since, #at")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_names("#since", UNSENT_SINCE)
            .expression_attribute_names("#at", DUE_AT);
        let whose = |item: Attributes| Ok(Some((tenant_of(&item)?, item)));
        let most = usize::try_from(MOST_COUNTED).unwrap_or(usize::MAX);
        let mut unsent = BTreeMap::new();
        for (tenant, item) in self.read_waiting(query, most, whose).await?.items {
            count_in(unsent.entry(tenant).or_default(), &item);
        }
        Ok(unsent)
    }

    async fn count_dead_by_customer(&self, lately: Timestamp) -> Result<BTreeMap<TenantId, Dead>, ServiceFailure> {
        let query = self
            .waiting(DUE_DEAD)
            .key_condition_expression("#kind = :kind")
            .projection_expression("#pk, #sk, #at")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_names("#at", DUE_AT);
        let whose = |item: Attributes| Ok(Some((tenant_of(&item)?, read_instant(&item, DUE_AT)?)));
        let mut dead: BTreeMap<_, Dead> = BTreeMap::new();
        for (tenant, died_at) in self.read_waiting(query, usize::MAX, whose).await?.items {
            let dead = dead.entry(tenant).or_default();
            dead.count += 1;
            dead.lately += u64::from(died_at > lately);
        }
        Ok(dead)
    }

    async fn count_ignored(&self, tenant: &TenantId) -> Result<BTreeMap<IgnoredBecause, u64>, ServiceFailure> {
        let mut ignored = BTreeMap::new();
        for reason in IgnoredBecause::ALL {
            let count = self.count_at_most(&due_ignored(tenant, reason), MOST_COUNTED).await?;
            ignored.insert(reason, count);
        }
        ignored.retain(|_, count| *count > 0);
        Ok(ignored)
    }

    async fn list_open_breakers(&self) -> Result<BTreeSet<TenantId>, ServiceFailure> {
        let query = self.waiting(DUE_BREAKER).key_condition_expression("#kind = :kind");
        let whose = |item: Attributes| tenant_of(&item).map(Some);
        let open = self.read_waiting(query, usize::MAX, whose).await?;
        Ok(open.items.into_iter().collect())
    }
}

/// Counts one more that is unsent. One that was written before this was kept has been due since then at least.
fn count_in(unsent: &mut Unsent, item: &Attributes) {
    unsent.count += 1;
    let since = read_instant(item, UNSENT_SINCE)
        .or_else(|_| read_instant(item, DUE_AT))
        .ok();
    unsent.oldest_since = unsent.oldest_since.into_iter().chain(since).min();
}

impl Table {
    /// Counts the items of this kind; counting ends with the page that reaches `most`.
    async fn count_at_most(&self, kind: &str, most: u64) -> Result<u64, AwsError> {
        let query = self
            .waiting(kind)
            .select(Select::Count)
            .key_condition_expression("#kind = :kind");
        let mut pages = query.into_paginator().send();
        let mut count = 0;
        while count < most
            && let Some(page) = pages.next().await
        {
            let page = page.map_err(|error| AwsError::from_sdk(SERVICE, "Query", &error))?;
            count += u64::try_from(page.count).unwrap_or_default();
        }
        Ok(count)
    }

    /// Counts the items of this kind, or those that are due by then.
    async fn count(&self, kind: &str, until: Option<Timestamp>) -> Result<u64, AwsError> {
        let query = self.waiting(kind).select(Select::Count);
        let query = match until {
            None => query.key_condition_expression("#kind = :kind"),
            Some(until) => query
                .key_condition_expression("#kind = :kind AND #at <= :until")
                .expression_attribute_names("#at", DUE_AT)
                .expression_attribute_values(":until", text(due_at(until))),
        };
        let mut pages = query.into_paginator().send();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk(SERVICE, "Query", &error))?;
            count += u64::try_from(page.count).unwrap_or_default();
        }
        Ok(count)
    }
}

/// None where it has ended since it was listed.
fn open_run(mut item: Attributes) -> Result<Option<OpenRun>, AwsErrorKind> {
    let tenant = tenant_of(&item)?;
    let run: RunRecord = read_value(&mut item, BODY)?;
    Ok(match run.state {
        RunState::Unfinished { lease_until } => Some(OpenRun {
            tenant,
            job: run.job,
            lease_until,
        }),
        RunState::Succeeded { .. } | RunState::Failed { .. } => None,
    })
}
