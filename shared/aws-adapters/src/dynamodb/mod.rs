//! The one table: a customer's configuration, people, courses, results, runs, leases, budgets and alerts, and the summary
//! of the fleet. One file per aggregate; all names are in `keys.rs`.
//!
//! The table is the source of truth, so every read is consistent, except those of the index of due items, whose readers
//! act by conditional writes.

mod address_statuses;
mod alerts;
mod breaker;
mod budget;
mod cached;
mod clock_check;
mod configuration;
mod courses;
mod due;
mod fleet;
mod holds;
mod incidents;
mod item;
mod keys;
mod last_days;
mod leases;
mod parked;
mod people;
mod result_list;
mod results;
mod runs;
#[cfg(test)]
mod stored_items;
mod transaction;
mod waiting;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::lease::LeaseTerm;
use serde::de::DeserializeOwned;

pub use budget::{TableBudget, TableSlots};
pub use cached::CachedConfigurations;

use crate::clock::SystemClock;
use crate::connection::Aws;
use crate::failure::{AwsError, AwsErrorKind};
use item::{Attributes, Item};
use keys::{BODY, Key, PK, Prefix, SCHEMA, SK};

const SERVICE: &str = "DynamoDB";

/// The table, and what in it belongs to the whole fleet.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
}

/// The table as far as one customer is concerned: nothing here can touch another's items.
#[derive(Debug, Clone)]
pub struct TenantTable {
    table: Table,
    tenant: TenantId,
    /// Remaining time of the lease that this handle, or a clone of it, holds.
    term: LeaseTerm,
    /// The lease that this handle holds.
    held: Option<Arc<leases::Held>>,
}

impl Aws {
    /// The table with this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Table {
        Table {
            client: Client::new(&self.config),
            name: name.to_owned(),
        }
    }
}

impl Table {
    /// One customer's part of the table.
    #[must_use]
    pub fn tenant(&self, tenant: &TenantId) -> TenantTable {
        TenantTable {
            table: self.clone(),
            tenant: tenant.clone(),
            term: LeaseTerm::default(),
            held: None,
        }
    }

    /// The item with this key, unless it has expired.
    async fn get(&self, key: &Key) -> Result<Option<Attributes>, AwsError> {
        let get = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .consistent_read(true);
        let answer = get
            .send()
            .await
            .map_err(|error| AwsError::from_sdk(SERVICE, "GetItem", &error))?;
        let live = answer
            .item
            .map(|attributes| item::live(attributes, SystemClock.now()))
            .transpose();
        Ok(live.map_err(|kind| AwsError::new(SERVICE, "GetItem", kind))?.flatten())
    }

    /// The domain value of the item with this key.
    async fn get_body<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, AwsError> {
        let found = self.get(key).await?;
        found.map(|mut attributes| body("GetItem", &mut attributes)).transpose()
    }

    /// The domain value of the item with this key; none, and a line in the log, where the item cannot be decoded. For items that
    /// the next write replaces and whose absence does no harm.
    async fn get_readable<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, AwsError> {
        let found = self.get_body(key).await;
        match found {
            Err(why) if matches!(why.kind(), AwsErrorKind::Unreadable(_)) => {
                tracing::error!(item.kind = key.kind(), error = %why, "a stored item cannot be read, and is passed over");
                Ok(None)
            }
            found => found,
        }
    }

    /// Returns every unexpired item of a partition whose sort key begins so, each read as it arrives: a customer has many. An item
    /// that cannot be decoded is named in the log by its sort key, which must not hold personal data, and passed over.
    async fn query<T>(
        &self,
        pk: String,
        prefix: &str,
        read: impl Fn(Attributes) -> Result<T, AwsErrorKind>,
    ) -> Result<Vec<T>, AwsError> {
        let mut found = Vec::new();
        let take = |sk: &str, item: Result<Attributes, AwsErrorKind>| {
            found.extend(readable(sk, item.and_then(&read)));
            Ok(())
        };
        self.query_keyed(pk, prefix, take).await?;
        Ok(found)
    }

    /// Queries items for a reader that handles items which this program does not understand.
    async fn query_each(
        &self,
        pk: String,
        prefix: &str,
        mut take: impl FnMut(Result<Attributes, AwsErrorKind>) -> Result<(), AwsError>,
    ) -> Result<(), AwsError> {
        self.query_keyed(pk, prefix, |_, item| take(item)).await
    }

    /// Queries items together with each item's sort key.
    async fn query_keyed(
        &self,
        pk: String,
        prefix: &str,
        mut take: impl FnMut(&str, Result<Attributes, AwsErrorKind>) -> Result<(), AwsError>,
    ) -> Result<(), AwsError> {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk AND begins_with(#sk, :prefix)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":pk", item::text(pk))
            .expression_attribute_values(":prefix", item::text(prefix));
        let mut pages = query.into_paginator().send();
        let now = SystemClock.now();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk(SERVICE, "Query", &error))?;
            for attributes in page.items.unwrap_or_default() {
                let sk = item::read_text(&attributes, SK).unwrap_or_default().to_owned();
                item::live(attributes, now)
                    .transpose()
                    .map_or(Ok(()), |item| take(&sk, item))?;
            }
        }
        Ok(())
    }

    /// Puts this item, whether or not one exists.
    async fn replace(&self, item: Result<Item, AwsErrorKind>) -> Result<(), AwsError> {
        let item = item.map_err(|kind| AwsError::new(SERVICE, "PutItem", kind))?;
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item.attributes));
        put.send()
            .await
            .map(drop)
            .map_err(|error| AwsError::from_sdk(SERVICE, "PutItem", &error))
    }

    /// Puts all of these items, existing or not, and deletes those with these keys; all of it or none.
    fn changes(
        &self,
        items: Result<Vec<Item>, AwsErrorKind>,
        removed: &[Key],
    ) -> Result<Vec<TransactWriteItem>, AwsError> {
        let items = items.map_err(transaction::unwritable)?.into_iter();
        let puts = items.map(|item| self.put(item));
        puts.chain(removed.iter().map(|key| self.delete(key))).collect()
    }

    /// Removes the item with this key, if there is one.
    async fn remove(&self, key: &Key) -> Result<(), AwsError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()));
        delete
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::from_sdk(SERVICE, "DeleteItem", &error))
    }

    /// A change of the item with this key, which also states its schema. `set` follows the `SET`; `names` and `values`
    /// are those of all the expressions of the change.
    fn update(
        &self,
        key: &Key,
        set: &str,
        names: &[(&str, &str)],
        values: Vec<(&str, AttributeValue)>,
    ) -> UpdateItemFluentBuilder {
        let names = names
            .iter()
            .copied()
            .chain([("#schema", SCHEMA)])
            .map(|(mark, name)| (mark.to_owned(), name.to_owned()));
        let values = values.into_iter().chain([(":schema", item::current_schema())]);
        self.client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .update_expression(format!("SET #schema = :schema, {set}"))
            .set_expression_attribute_names(Some(names.collect()))
            .set_expression_attribute_values(Some(values.map(|(mark, value)| (mark.to_owned(), value)).collect()))
    }
}

impl TenantTable {
    /// Every item of one kind: those that can be decoded, and what stands behind the prefix in the sort keys of the others.
    async fn all_named<T: DeserializeOwned>(&self, prefix: Prefix) -> Result<(Vec<T>, Vec<String>), AwsError> {
        // Any key of the tenant has the tenant's partition.
        let pk = Key::configuration(&self.tenant).pk;
        let (mut found, mut unreadable) = (Vec::new(), Vec::new());
        let take = |sk: &str, item: Result<Attributes, AwsErrorKind>| {
            match item.and_then(|mut attributes| item::read_value(&mut attributes, BODY)) {
                Ok(value) => found.push(value),
                Err(_) => unreadable.extend(sk.strip_prefix(prefix.as_str()).map(str::to_owned)),
            }
            Ok(())
        };
        self.table.query_keyed(pk, prefix.as_str(), take).await?;
        if !unreadable.is_empty() {
            let count = u64::try_from(unreadable.len()).unwrap_or(u64::MAX);
            tracing::error!(
                item.kind = prefix.as_str(),
                items.unreadable = count,
                "stored items cannot be read, and are passed over"
            );
        }
        Ok((found, unreadable))
    }

    /// Every item of one kind whose absence does no harm: those that cannot be decoded are counted in the log, and stay stored.
    async fn all_readable<T: DeserializeOwned>(&self, prefix: Prefix) -> Result<Vec<T>, AwsError> {
        Ok(self.all_named(prefix).await?.0)
    }
}

/// Returns the decoded item with this sort key; where nothing was, the log names the item.
fn readable<T>(sk: &str, item: Result<T, AwsErrorKind>) -> Option<T> {
    item.inspect_err(
        |why| tracing::error!(item.key = sk, error = %why, "a stored item cannot be read, and is passed over"),
    )
    .ok()
}

/// The domain value of an item that `operation` read.
fn body<T: DeserializeOwned>(operation: &'static str, attributes: &mut Attributes) -> Result<T, AwsError> {
    item::read_value(attributes, BODY).map_err(|kind| AwsError::new(SERVICE, operation, kind))
}

/// Outcome of a conditional change.
enum Conditional {
    /// The condition held; the attributes that were asked for.
    Done(Attributes),
    /// The condition did not hold; the item as it is.
    Held(Attributes),
}

/// Sends a conditional change. The item comes back with a condition that failed, which saves a read.
async fn conditional(update: UpdateItemFluentBuilder) -> Result<Conditional, AwsError> {
    use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
    match update.return_values_on_condition_check_failure(AllOld).send().await {
        Ok(answer) => Ok(Conditional::Done(answer.attributes.unwrap_or_default())),
        Err(SdkError::ServiceError(answer)) if answer.err().is_conditional_check_failed_exception() => {
            Ok(Conditional::Held(old_item(answer.into_err())))
        }
        Err(error) => Err(AwsError::from_sdk(SERVICE, "UpdateItem", &error)),
    }
}

/// Whether the item is as the write with this token left it: a write whose answer was lost is repeated by the SDK, and finds that its
/// condition does not hold any more.
fn was_written_by(item: &Attributes, token: &str) -> bool {
    item::read_text(item, keys::TOKEN) == Ok(token)
}

fn old_item(error: UpdateItemError) -> Attributes {
    match error {
        UpdateItemError::ConditionalCheckFailedException(failed) => failed.item.unwrap_or_default(),
        _ => Attributes::new(),
    }
}
