//! Outages of a vendor that meet many customers: one item per vendor, changed only by whoever has seen it as it was. One that is
//! over stays until the next begins, since the next counts from its end; a copy is kept as history.

use habitsync_domain::incident::Incident;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::incidents::{KeepIncident, ListIncidents};
use tracing::error;

use super::item::{Item, Retention, encode, number};
use super::keys::{BODY, Key, VERSION};
use super::{Conditional, SERVICE, Table, TenantTable, body, conditional};
use crate::failure::AwsError;

impl ListIncidents for Table {
    async fn list_incidents(&self) -> Result<Vec<Incident>, ServiceFailure> {
        let (pk, prefix) = Key::incidents();
        let read = |mut item| Ok(body::<Incident>("Query", &mut item));
        let incidents = self.query(pk, prefix, read).await?;
        let readable = incidents.into_iter().filter_map(|incident| {
            let unreadable = |why: &AwsError| error!(error = %why, "an incident cannot be read, and is passed over");
            incident.inspect_err(unreadable).ok()
        });
        Ok(readable.collect())
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
        let change = self.update(&Key::incident(next.vendor), set, &names, values);
        let outcome = conditional(change.condition_expression(condition)).await?;
        let is_ours = matches!(outcome, Conditional::Done(_));
        if is_ours && next.is_over() {
            let past = Item::new(&Key::past_incident(next.vendor, next.opened_at)).kept(Retention::Run);
            self.replace(past.with_body(next)).await?;
        }
        Ok(is_ours)
    }
}
