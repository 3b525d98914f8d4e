//! Incidents: one item per vendor and domain, changed only from the revision that was read. One that is history stays until the
//! next opens; a copy is kept under the time at which it opened.

use habitsync_domain::incident::Incident;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::incidents::{KeepIncident, ListIncidents};
use tracing::error;

use super::item::{Item, Retention, encode, number, read_value};
use super::keys::{BODY, Key, VERSION};
use super::{Conditional, SERVICE, Table, TenantTable, conditional};
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
        let encoded = encode(next).map_err(|kind| AwsError::new(SERVICE, "UpdateItem", kind))?;
        let names = [("#body", BODY), ("#version", VERSION)];
        let mut values = vec![(":body", encoded), (":version", number(next.revision))];
        let condition = match seen {
            None => "attribute_not_exists(#version)",
            Some(seen) => {
                values.push((":seen", number(seen.revision)));
                "#version = :seen"
            }
        };
        let set = "#body = :body, #version = :version";
        let change = self.update(&Key::incident(next.vendor, &next.domain), set, &names, values);
        let outcome = conditional(change.condition_expression(condition)).await?;
        let is_stored = matches!(outcome, Conditional::Done(_));
        if is_stored && next.is_history() {
            let key = Key::past_incident(next.vendor, &next.domain, next.opened_at);
            self.replace(Item::new(&key).kept(Retention::Run).with_body(next))
                .await?;
        }
        Ok(is_stored)
    }
}
