//! Leases: one process at a time works on a customer's job, and writes only while it holds the lease.
//!
//! Each acquisition counts the item's fencing number up; giving the lease back keeps the number. A write under the lease is one
//! transaction with the renewal of the lease, on condition that number and holder are still its own.

use std::sync::Arc;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TransactWriteItem, Update};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease::{self, FencingNumber, RENEWED_AFTER};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::{FindLease, HoldLease, Lease, LeaseTerm, SaveFailure};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::item::{Attributes, Item, number, read_number, read_text, text};
use super::keys::{FENCE, HELD_UNTIL, HOLDER, Key, PK};
use super::transaction::{Committed, built};
use super::{Conditional, SERVICE, TenantTable, conditional};
use crate::clock::SystemClock;
use crate::failure::{AwsError, AwsErrorKind};

/// Free, or run out.
const MAY_BE_TAKEN: &str = "attribute_not_exists(#pk) OR #until <= :now";
const TAKE: &str = "#holder = :holder, #until = :until, #fence = if_not_exists(#fence, :none) + :one";
/// The lease is still this handle's.
const IS_HELD: &str = "#holder = :holder AND #fence = :fence";

/// The lease that a handle of the table holds.
#[derive(Debug)]
pub(super) struct Held {
    job: Job,
    holder: String,
    fence: FencingNumber,
    /// Time at which the lease was last acquired or renewed. The mutex allows one write at a time, since two of one
    /// process would disturb each other.
    renewed_at: Mutex<Timestamp>,
}

impl HoldLease for TenantTable {
    async fn acquire_lease(&self, job: Job, holder: &str, now: Timestamp) -> Result<Lease<Self>, ServiceFailure> {
        let end = lease::end(now);
        let key = Key::lease(&self.tenant, job);
        let names = [
            ("#pk", PK),
            ("#until", HELD_UNTIL),
            ("#holder", HOLDER),
            ("#fence", FENCE),
        ];
        let values = vec![
            (":holder", text(holder)),
            (":until", number(end.as_millisecond())),
            (":now", number(now.as_millisecond())),
            (":none", number(0)),
            (":one", number(1)),
        ];
        let take = self.table.update(&key, TAKE, &names, values);
        let take = take
            .condition_expression(MAY_BE_TAKEN)
            .return_values(ReturnValue::UpdatedNew);
        match conditional(take).await? {
            Conditional::Done(stored) => Ok(Lease::Acquired(self.holding(job, holder, &stored, now)?)),
            // The SDK repeats a write whose answer was lost.
            Conditional::Held(stored) if is_by(&stored, holder) => {
                Ok(Lease::Acquired(self.holding(job, holder, &stored, now)?))
            }
            Conditional::Held(other) => Ok(Lease::HeldUntil(held_until(&other)?)),
        }
    }

    async fn renew_lease(&self, now: Timestamp) -> Result<(), SaveFailure> {
        let held = self.held()?;
        let mut renewed_at = held.renewed_at.lock().await;
        // A clock that was put back says nothing about how long ago that was.
        if (SignedDuration::ZERO..RENEWED_AFTER).contains(&now.duration_since(*renewed_at)) {
            return Ok(());
        }
        let key = Key::lease(&self.tenant, held.job);
        let values = held.values(lease::end(now)).to_vec();
        let renew = self.table.update(&key, "#until = :until", &Held::NAMES, values);
        match conditional(renew.condition_expression(IS_HELD))
            .await
            .map_err(ServiceFailure::from)?
        {
            Conditional::Done(_) => {
                *renewed_at = now;
                self.term.ends_at(lease::end(now));
                Ok(())
            }
            Conditional::Held(_) => {
                self.term.lost();
                Err(SaveFailure::LeaseLost)
            }
        }
    }

    async fn release_lease(&self) -> Result<(), ServiceFailure> {
        let Some(held) = &self.held else { return Ok(()) };
        let key = Key::lease(&self.tenant, held.job);
        let values = held.values(Timestamp::UNIX_EPOCH).to_vec();
        let release = self
            .table
            .update(&key, "#until = :until REMOVE #holder", &Held::NAMES, values)
            .condition_expression(IS_HELD);
        // A condition that fails means that the lease is another's by now, or that the answer of this very write was lost.
        if matches!(conditional(release).await?, Conditional::Done(_)) {
            self.term.given_back();
        }
        Ok(())
    }
}

impl FindLease for TenantTable {
    async fn find_lease(&self, job: Job) -> Result<Option<Timestamp>, ServiceFailure> {
        let lease = self.table.get(&Key::lease(&self.tenant, job)).await?;
        let held = lease.filter(|lease| lease.contains_key(HOLDER));
        Ok(held.map(|lease| held_until(&lease)).transpose()?)
    }
}

impl TenantTable {
    /// Returns the table, noting in `term` the remaining time of the lease that it, or a clone of it, holds.
    #[must_use]
    pub fn noting(self, term: LeaseTerm) -> Self {
        Self { term, ..self }
    }

    fn holding(&self, job: Job, holder: &str, stored: &Attributes, now: Timestamp) -> Result<Self, AwsError> {
        let fence = read_number(stored, FENCE).map_err(|kind| AwsError::new(SERVICE, "UpdateItem", kind))?;
        self.term.ends_at(lease::end(now));
        let held = Held {
            job,
            holder: holder.to_owned(),
            fence: FencingNumber(fence),
            renewed_at: Mutex::new(now),
        };
        Ok(Self {
            held: Some(Arc::new(held)),
            ..self.clone()
        })
    }

    fn held(&self) -> Result<&Held, ServiceFailure> {
        self.held.as_deref().ok_or_else(|| no_lease("no lease"))
    }

    /// Makes these changes, at most one of them with a condition of its own, under the lease of `job`, which is renewed by them: all
    /// or none. False where that condition did not hold.
    pub(super) async fn commit_under_lease(
        &self,
        job: Job,
        changes: Vec<TransactWriteItem>,
    ) -> Result<bool, SaveFailure> {
        let held = self.held()?;
        if held.job != job {
            return Err(no_lease(held.job.key()).into());
        }
        let mut renewed_at = held.renewed_at.lock().await;
        let now = SystemClock.now();
        let renewal = self.renewal(held, lease::end(now))?;
        let changes = [renewal].into_iter().chain(changes).collect();
        match self.table.commit(changes).await? {
            Committed::Done => {
                *renewed_at = now;
                self.term.ends_at(lease::end(now));
                Ok(true)
            }
            Committed::Refused { first: true } => {
                self.term.lost();
                Err(SaveFailure::LeaseLost)
            }
            Committed::Refused { first: false } => Ok(false),
        }
    }

    /// Puts these items and deletes those with these keys, under the lease of `job`; all of it or none.
    pub(super) async fn write_under_lease(
        &self,
        job: Job,
        items: Result<Vec<Item>, AwsErrorKind>,
        removed: &[Key],
    ) -> Result<(), SaveFailure> {
        let changes = self.table.changes(items, removed)?;
        self.commit_under_lease(job, changes).await.map(drop)
    }

    fn renewal(&self, held: &Held, end: Timestamp) -> Result<TransactWriteItem, AwsError> {
        let update = Update::builder()
            .table_name(&self.table.name)
            .set_key(Some(Key::lease(&self.tenant, held.job).attributes()))
            .update_expression("SET #until = :until")
            .condition_expression(IS_HELD);
        let update = Held::NAMES.into_iter().fold(update, |update, (mark, name)| {
            update.expression_attribute_names(mark, name)
        });
        let update = held.values(end).into_iter().fold(update, |update, (mark, value)| {
            update.expression_attribute_values(mark, value)
        });
        Ok(TransactWriteItem::builder().update(built(update.build())?).build())
    }
}

impl Held {
    const NAMES: [(&'static str, &'static str); 3] = [("#until", HELD_UNTIL), ("#holder", HOLDER), ("#fence", FENCE)];

    fn values(&self, until: Timestamp) -> [(&'static str, AttributeValue); 3] {
        [
            (":until", number(until.as_millisecond())),
            (":holder", text(&self.holder)),
            (":fence", number(self.fence)),
        ]
    }
}

/// A programming error: a write that needs the lease is made through a handle without it.
fn no_lease(held: &str) -> ServiceFailure {
    let detail = format!("a write was to be made under a lease that is not held ({held} is)");
    AwsError::new(SERVICE, "TransactWriteItems", AwsErrorKind::Refused(detail)).into()
}

fn is_by(stored: &Attributes, holder: &str) -> bool {
    read_text(stored, HOLDER) == Ok(holder)
}

/// Until when a lease or a claim holds.
pub(super) fn held_until(attributes: &Attributes) -> Result<Timestamp, AwsError> {
    let unreadable = |kind| AwsError::new(SERVICE, "UpdateItem", kind);
    let milliseconds = read_number(attributes, HELD_UNTIL).map_err(unreadable)?;
    Timestamp::from_millisecond(milliseconds)
        .map_err(|_| unreadable(AwsErrorKind::Unreadable("the end of a lease or claim".to_owned())))
}
