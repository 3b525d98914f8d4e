//! One customer's budget of requests with one vendor, shared through the table by every job of that customer: one item,
//! whose one number is the time of the next free slot. How slots are leased is `habitsync-vendor-http`'s affair.

use std::sync::Arc;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use habitsync_domain::tenant::TenantId;
use habitsync_vendor_http::{LeaseSlots, Micros, Moved, SharedBudget};
use habitsync_workflows::ports::failure::Vendor;
use jiff::Timestamp;

use super::item::{Attributes, number, read_number, text};
use super::keys::{BLOCKED_UNTIL, Key, NEXT_SLOT};
use super::{Conditional, SERVICE, Table, conditional};
use crate::clock::SystemClock;
use crate::failure::AwsError;

/// A budget in the table, in real time.
pub type TableBudget = SharedBudget<TableSlots, SystemClock>;

/// The item of a budget.
#[derive(Debug, Clone)]
pub struct TableSlots {
    table: Table,
    key: Key,
}

impl Table {
    /// The budget of a customer with a vendor, at this steady rate. Make one per process.
    #[must_use]
    pub fn budget(&self, tenant: &TenantId, vendor: Vendor, requests_per_minute: u32) -> Arc<TableBudget> {
        Arc::new(SharedBudget::new(
            self.slots(tenant, vendor),
            SystemClock,
            requests_per_minute,
        ))
    }

    /// The slots of that budget.
    #[must_use]
    pub fn slots(&self, tenant: &TenantId, vendor: Vendor) -> TableSlots {
        TableSlots {
            table: self.clone(),
            key: Key::budget(tenant, vendor),
        }
    }
}

impl LeaseSlots for TableSlots {
    type Error = AwsError;

    /// A move that the SDK repeats after a lost answer moves twice: the slots of the first one stay unused.
    async fn advance(&self, by: Micros, from: Micros, to: Micros) -> Result<Moved, AwsError> {
        let values = vec![(":by", number(by)), (":from", number(from)), (":to", number(to))];
        let update = self
            .table
            .update(&self.key, "#next = #next + :by", &[("#next", NEXT_SLOT)], values);
        moved(update.condition_expression("#next BETWEEN :from AND :to")).await
    }

    async fn restart(&self, next: Micros, idle_since: Micros) -> Result<Moved, AwsError> {
        let values = vec![(":next", number(next)), (":idle", number(idle_since))];
        let update = self
            .table
            .update(&self.key, "#next = :next", &[("#next", NEXT_SLOT)], values);
        let restarted = moved(update.condition_expression("attribute_not_exists(#next) OR #next < :idle")).await?;
        Ok(match restarted {
            // The number is the one of this very write, whose answer was lost.
            Moved::Held { current } if current == next => Moved::Done { previous: idle_since },
            moved => moved,
        })
    }

    async fn reclaim(&self, seen: Micros, next: Micros, despite_block: bool) -> Result<Moved, AwsError> {
        let mut names = vec![("#next", NEXT_SLOT)];
        let mut values = vec![(":next", number(next)), (":seen", number(seen))];
        let condition = if despite_block {
            "#next = :seen"
        } else {
            names.push(("#blocked", BLOCKED_UNTIL));
            values.push((":shown", text(shown(seen))));
            "#next = :seen AND (attribute_not_exists(#blocked) OR #blocked <> :shown)"
        };
        let update = self.table.update(&self.key, "#next = :next", &names, values);
        let reclaimed = moved(update.condition_expression(condition)).await?;
        Ok(match reclaimed {
            // The number is the one of this very write, whose answer was lost.
            Moved::Held { current } if current == next => Moved::Done { previous: seen },
            moved => moved,
        })
    }

    async fn block(&self, until: Micros) -> Result<(), AwsError> {
        let names = [("#next", NEXT_SLOT), ("#blocked", BLOCKED_UNTIL)];
        let values = vec![(":end", number(until)), (":shown", text(shown(until)))];
        let update = self
            .table
            .update(&self.key, "#next = :end, #blocked = :shown", &names, values);
        conditional(update.condition_expression("attribute_not_exists(#next) OR #next < :end"))
            .await
            .map(drop)
    }
}

/// The end of a block, as the item shows it.
fn shown(until: Micros) -> String {
    Timestamp::from_microsecond(until).unwrap_or(Timestamp::MAX).to_string()
}

/// Sends a write that moves the next free slot on.
async fn moved(update: UpdateItemFluentBuilder) -> Result<Moved, AwsError> {
    Ok(
        match conditional(update.return_values(ReturnValue::UpdatedOld)).await? {
            Conditional::Done(before) => Moved::Done {
                previous: next_slot(&before)?,
            },
            Conditional::Held(item) => Moved::Held {
                current: next_slot(&item)?,
            },
        },
    )
}

/// The next free slot of a budget; a slot that was never used has long been free.
fn next_slot(item: &Attributes) -> Result<Micros, AwsError> {
    if !item.contains_key(NEXT_SLOT) {
        return Ok(0);
    }
    read_number(item, NEXT_SLOT).map_err(|kind| AwsError::new(SERVICE, "UpdateItem", kind))
}
