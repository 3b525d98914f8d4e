//! Incidents: one item per vendor and domain, changed only from the revision that was read. One that is history stays until the
//! next opens; a copy is kept under the time at which it opened, written in the same transaction.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use habitsync_domain::fleet::incident::Incident;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::incidents::{KeepIncident, ListIncidents};
use tracing::error;

use super::item::{Item, Retention, number, read_value};
use super::keys::{BODY, Key, VERSION};
use super::transaction::{Committed, built, unwritable};
use super::{Table, TenantTable};
use crate::failure::AwsError;

impl ListIncidents for Table {
    async fn list_incidents(&self) -> Result<Vec<Incident>, ServiceFailure> {
        let (pk, prefix) = Key::incidents();
        let mut incidents = Vec::new();
        self.query_each(pk, prefix, |item| {
            match item.and_then(|mut item| read_value(&mut item, BODY)) {
                Ok(incident) => incidents.push(incident),
                Err(why) => error!(error = %why, "an incident cannot be read, and is passed over"),
            }
            Ok(())
        })
        .await?;
        Ok(incidents)
    }
}

impl ListIncidents for TenantTable {
    async fn list_incidents(&self) -> Result<Vec<Incident>, ServiceFailure> {
        self.table.list_incidents().await
    }
}

impl KeepIncident for Table {
    async fn change_incident(&self, seen: Option<&Incident>, next: &Incident) -> Result<bool, ServiceFailure> {
        let past = next
            .is_history()
            .then(|| Key::past_incident(next.vendor, &next.domain, next.opened_at));
        let past = past.map(|key| Item::new(&key).kept(Retention::Run).with_body(next));
        let past = self.changes(past.into_iter().collect(), &[])?;
        let changes = [self.changing(seen, next)?].into_iter().chain(past).collect();
        Ok(self.commit(changes).await? == Committed::Done)
    }
}

impl Table {
    /// That the incident is written over the revision that was seen.
    fn changing(&self, seen: Option<&Incident>, next: &Incident) -> Result<TransactWriteItem, AwsError> {
        let item = Item::new(&Key::incident(next.vendor, &next.domain)).with(VERSION, number(next.revision));
        let item = item.with_body(next).map_err(unwritable)?;
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item.attributes))
            .expression_attribute_names("#version", VERSION);
        let put = match seen {
            None => put.condition_expression("attribute_not_exists(#version)"),
            Some(seen) => put
                .condition_expression("#version = :seen")
                .expression_attribute_values(":seen", number(seen.revision)),
        };
        Ok(TransactWriteItem::builder().put(built(put.build())?).build())
    }
}
