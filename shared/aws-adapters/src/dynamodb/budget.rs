//! One customer's budget of requests with one vendor, shared through the table by every job of that customer.
//!
//! The arithmetic is in [`super::pace`]. A process leases a few slots with one conditional write and hands them out to its
//! callers; it starts with one slot and doubles while its callers use them up, so that a result takes one slot and a sync
//! takes a second's worth. A 429 moves the next free slot to the end of the block, which every process then finds.

use std::sync::Arc;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use habitsync_domain::tenant::TenantId;
use habitsync_vendor_http::{Drawing, PaceError, RequestBudget};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::Vendor;
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::time::{Duration, Instant, sleep, timeout_at};

use super::item::{Attributes, number, read_number, text};
use super::keys::{BLOCKED_UNTIL, Key, NEXT_SLOT};
use super::pace::{Micros, Pace, Slots, Step, micros, until};
use super::{Conditional, SERVICE, Table, conditional};
use crate::clock::SystemClock;
use crate::failure::AwsError;

/// A caller who is back this soon after the last lease has much to do.
const STILL_HUNGRY: Micros = 250_000;

/// The budget as this process sees it. Make one per customer and vendor, and share it.
#[derive(Debug)]
pub struct TableBudget {
    table: Table,
    key: Key,
    pace: Pace,
    mine: Mutex<Mine>,
}

/// What this process has of the budget.
#[derive(Debug)]
struct Mine {
    slots: Slots,
    /// The next free slot as last seen in the table.
    next: Option<Micros>,
    /// How many slots to lease next.
    appetite: u32,
    /// The end of the last lease.
    leased_until: Micros,
    /// The end of the last block that this process met.
    blocked_until: Micros,
}

/// What came of asking for a slot.
enum Turn {
    /// It is ours at this time.
    At(Micros),
    /// None is to be had yet: ask again then.
    AskAgain(Micros),
}

impl Table {
    /// The budget of a customer with a vendor, at this steady rate.
    #[must_use]
    pub fn budget(&self, tenant: &TenantId, vendor: Vendor, requests_per_minute: u32) -> Arc<TableBudget> {
        let mine = Mutex::new(Mine {
            slots: Slots::NONE,
            next: None,
            appetite: 1,
            leased_until: 0,
            blocked_until: 0,
        });
        let pace = Pace::per_minute(requests_per_minute);
        Arc::new(TableBudget {
            table: self.clone(),
            key: Key::budget(tenant, vendor),
            pace,
            mine,
        })
    }
}

impl RequestBudget for TableBudget {
    fn draw(&self, deadline: Instant) -> Drawing<'_> {
        Box::pin(self.draw_slot(deadline))
    }

    fn blocked(&self, lasting: Duration) -> Drawing<'_> {
        Box::pin(async move { self.block(lasting).await.map_err(unavailable) })
    }
}

impl TableBudget {
    async fn draw_slot(&self, deadline: Instant) -> Result<(), PaceError> {
        let last = now().saturating_add(micros(deadline.saturating_duration_since(Instant::now())));
        loop {
            // Without an answer from the table by then, there is no slot by then.
            let turn = timeout_at(deadline, self.turn(last))
                .await
                .unwrap_or_else(|_| Err(not_in_time(last)))?;
            match turn {
                Turn::At(slot) => {
                    sleep(until(slot, now())).await;
                    // A 429 that another caller met meanwhile holds for this slot, too.
                    if self.mine.lock().await.blocked_until <= now() {
                        return Ok(());
                    }
                }
                Turn::AskAgain(then) => sleep(until(then, now())).await,
            }
        }
    }

    /// A slot no later than `last`, from those at hand or from a new lease.
    async fn turn(&self, last: Micros) -> Result<Turn, PaceError> {
        let mut mine = self.mine.lock().await;
        loop {
            if let Some(slot) = mine.slots.peek(now()) {
                if slot > last {
                    return Err(not_in_time(slot));
                }
                mine.slots.take();
                return Ok(Turn::At(slot));
            }
            let now = now();
            match self.pace.step(mine.appetite, mine.next, now) {
                Step::Wait { next, .. } if next > last => return Err(not_in_time(next)),
                Step::Wait { until, .. } => {
                    // By then somebody else may have moved it: it is to be seen anew.
                    mine.next = None;
                    return Ok(Turn::AskAgain(until));
                }
                Step::Advance { by, from, to } => self.advance(&mut mine, by, from, to).await,
                Step::Restart { next, now } => self.restart(&mut mine, next, now).await,
            }
            .map_err(unavailable)?;
        }
    }

    async fn advance(&self, mine: &mut Mine, by: Micros, from: Micros, to: Micros) -> Result<(), AwsError> {
        let values = vec![(":by", number(by)), (":from", number(from)), (":to", number(to))];
        let update = self
            .table
            .update(&self.key, "#next = #next + :by", &[("#next", NEXT_SLOT)], values);
        match lease(update.condition_expression("#next BETWEEN :from AND :to")).await? {
            Conditional::Done(before) => {
                let first =
                    read_number(&before, NEXT_SLOT).map_err(|kind| AwsError::new(SERVICE, "UpdateItem", kind))?;
                self.leased(mine, first, by);
            }
            Conditional::Held(item) => mine.next = Some(next_slot(&item)?),
        }
        Ok(())
    }

    async fn restart(&self, mine: &mut Mine, next: Micros, now: Micros) -> Result<(), AwsError> {
        let values = vec![(":next", number(next)), (":now", number(now))];
        let update = self
            .table
            .update(&self.key, "#next = :next", &[("#next", NEXT_SLOT)], values);
        match lease(update.condition_expression("attribute_not_exists(#next) OR #next < :now")).await? {
            Conditional::Done(_) => self.leased(mine, now, next - now),
            Conditional::Held(item) => mine.next = Some(next_slot(&item)?),
        }
        Ok(())
    }

    /// Takes over the slots of a lease, and asks for twice as many next time if the last ones have only just run out.
    fn leased(&self, mine: &mut Mine, first: Micros, span: Micros) {
        let hungry = now() < mine.leased_until.saturating_add(STILL_HUNGRY);
        mine.appetite = if hungry {
            mine.appetite.saturating_mul(2).min(self.pace.longest_lease())
        } else {
            1
        };
        mine.leased_until = first + span;
        mine.next = Some(mine.leased_until);
        mine.slots = self.pace.slots(first, span);
    }

    async fn block(&self, lasting: Duration) -> Result<(), AwsError> {
        let end = now().saturating_add(micros(lasting));
        let shown = Timestamp::from_microsecond(end).unwrap_or(Timestamp::MAX);
        let names = [("#next", NEXT_SLOT), ("#blocked", BLOCKED_UNTIL)];
        let values = vec![(":end", number(end)), (":shown", text(shown.to_string()))];
        let update = self
            .table
            .update(&self.key, "#next = :end, #blocked = :shown", &names, values);
        let mut mine = self.mine.lock().await;
        (mine.slots, mine.next, mine.appetite) = (Slots::NONE, None, 1);
        mine.blocked_until = mine.blocked_until.max(end);
        conditional(update.condition_expression("attribute_not_exists(#next) OR #next < :end"))
            .await
            .map(drop)
    }
}

/// Sends a lease's write; the budget as it was comes back.
async fn lease(update: UpdateItemFluentBuilder) -> Result<Conditional, AwsError> {
    conditional(update.return_values(ReturnValue::UpdatedOld)).await
}

/// The next free slot of a budget that somebody else has moved; one that nobody ever used is long free.
fn next_slot(item: &Attributes) -> Result<Micros, AwsError> {
    if !item.contains_key(NEXT_SLOT) {
        return Ok(0);
    }
    read_number(item, NEXT_SLOT).map_err(|kind| AwsError::new(SERVICE, "UpdateItem", kind))
}

fn now() -> Micros {
    SystemClock.now().as_microsecond()
}

fn not_in_time(slot: Micros) -> PaceError {
    PaceError::NotInTime {
        retry_after: until(slot, now()),
    }
}

fn unavailable(error: AwsError) -> PaceError {
    PaceError::Unavailable(Box::new(error))
}
