//! What becomes of one customer's completions.
//!
//! A result is claimed by one conditional write before anything is done about it, and settled by another afterwards. The
//! state is stored twice: as the domain has it, and as a status that conditions can compare. What waits is listed in the
//! index; so is a claim, under its end, since its message may be lost together with its claimant.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use habitsync_domain::completion::Completion;
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::results::{Claim, ClaimResult, FindResult, ReleaseResults, SettleResult};
use jiff::Timestamp;
use tokio::task::JoinSet;

use super::item::{Attributes, Item, Retention, encode, number, read_number, read_text, read_value, text};
use super::keys::{
    ATTEMPTS, COMPLETION, DUE_AT, DUE_KIND, DUE_RESULT, HELD_UNTIL, Key, PK, STATE, STATUS, due_at, due_dead,
    due_parked,
};
use super::{Conditional, SERVICE, TenantTable, conditional, leases};
use crate::clock::SystemClock;
use crate::failure::{AwsError, AwsErrorKind};

const CLAIMED: &str = "claimed";
const WAITING: &str = "waiting";
const PARKED: &str = "parked";

/// Writes under way at a time: a long outage holds thousands of results back, and a pusher has seconds.
const RELEASED_AT_ONCE: usize = 16;

/// New, parked, waiting and due, or claimed by somebody whose time has run out. One that is not due yet is left alone
/// whatever brings it: duplicates must not use up its attempts.
const MAY_BE_CLAIMED: &str = "attribute_not_exists(#pk) OR #status = :parked \
                              OR (#status IN (:claimed, :waiting) \
                              AND (attribute_not_exists(#until) OR #until <= :now))";
/// The claim counts as an attempt at once: whoever dies while holding it may have made one.
const CLAIM: &str = "#completion = :completion, #state = :state, #status = :claimed, \
                     #until = :until, #attempts = if_not_exists(#attempts, :none) + :one, \
                     #due_kind = :due_kind, #due_at = :due_at";
const RELEASE: &str = "#state = :state, #status = :waiting, #due_kind = :due_kind, #due_at = :due_at";

impl ClaimResult for TenantTable {
    async fn claim_result(
        &self,
        completion: &Completion,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim, ServiceFailure> {
        let key = Key::result(&self.tenant, completion.enrolment);
        let names = [
            ("#pk", PK),
            ("#completion", COMPLETION),
            ("#state", STATE),
            ("#status", STATUS),
            ("#until", HELD_UNTIL),
            ("#attempts", ATTEMPTS),
            ("#due_kind", DUE_KIND),
            ("#due_at", DUE_AT),
        ];
        let values = claim_values(completion, now, until).map_err(unreadable)?;
        let claim = self
            .table
            .update(&key, CLAIM, &names, values)
            .condition_expression(MAY_BE_CLAIMED);
        match conditional(claim.return_values(ReturnValue::AllOld)).await? {
            Conditional::Done(before) if before.is_empty() => Ok(Claim::Ours { before: None }),
            Conditional::Done(before) => Ok(Claim::Ours {
                before: Some(record(before).map_err(unreadable)?),
            }),
            Conditional::Held(other) => Ok(refused(other)?),
        }
    }
}

impl SettleResult for TenantTable {
    async fn settle_result(&self, record: &ResultRecord) -> Result<(), ServiceFailure> {
        Ok(self.table.replace(settled(self, record)).await?)
    }
}

impl FindResult for TenantTable {
    async fn find_result(&self, enrolment: EnrolmentId) -> Result<Option<ResultRecord>, ServiceFailure> {
        let found = self.table.get(&Key::result(&self.tenant, enrolment)).await?;
        let record = found
            .map(record)
            .transpose()
            .map_err(|kind| AwsError::new(SERVICE, "GetItem", kind))?;
        Ok(record)
    }
}

impl ReleaseResults for TenantTable {
    async fn release_results(&self, parked_on: &ParkedOn, now: Timestamp) -> Result<u64, ServiceFailure> {
        let parked = self
            .table
            .parked(&self.tenant, |on| on == parked_on, usize::MAX)
            .await?;
        let mut released = 0;
        for some in parked.chunks(RELEASED_AT_ONCE) {
            let mut writes = JoinSet::new();
            for record in some {
                let (table, enrolment) = (self.clone(), record.completion.enrolment);
                writes.spawn(async move { table.release(enrolment, now).await });
            }
            for is_released in writes.join_all().await {
                released += u64::from(is_released?);
            }
        }
        Ok(released)
    }

    async fn release_result(&self, enrolment: EnrolmentId, now: Timestamp) -> Result<bool, ServiceFailure> {
        Ok(self.release(enrolment, now).await?)
    }
}

impl TenantTable {
    /// Makes a parked result due; false where it is no longer parked.
    async fn release(&self, enrolment: EnrolmentId, now: Timestamp) -> Result<bool, AwsError> {
        let waiting = ResultState::Waiting {
            cause: "what it waited for is there".to_owned(),
            due_at: now,
        };
        let state = encode(&waiting).map_err(|kind| AwsError::new(SERVICE, "UpdateItem", kind))?;
        let names = [
            ("#state", STATE),
            ("#status", STATUS),
            ("#due_kind", DUE_KIND),
            ("#due_at", DUE_AT),
        ];
        let values = vec![
            (":state", state),
            (":waiting", text(WAITING)),
            (":parked", text(PARKED)),
            (":due_kind", text(DUE_RESULT)),
            (":due_at", text(due_at(now))),
        ];
        let release = self
            .table
            .update(&Key::result(&self.tenant, enrolment), RELEASE, &names, values);
        let outcome = conditional(release.condition_expression("#status = :parked")).await?;
        Ok(matches!(outcome, Conditional::Done(_)))
    }
}

fn claim_values(
    completion: &Completion,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<(&'static str, AttributeValue)>, AwsErrorKind> {
    Ok(vec![
        (":completion", encode(completion)?),
        (":state", encode(&ResultState::Claimed { until })?),
        (":claimed", text(CLAIMED)),
        (":waiting", text(WAITING)),
        (":parked", text(PARKED)),
        (":until", number(until.as_millisecond())),
        (":now", number(now.as_millisecond())),
        (":none", number(0)),
        (":one", number(1)),
        (":due_kind", text(DUE_RESULT)),
        (":due_at", text(due_at(until))),
    ])
}

fn refused(other: Attributes) -> Result<Claim, AwsError> {
    match read_text(&other, STATUS).map_err(unreadable)? {
        CLAIMED | WAITING => Ok(Claim::HeldUntil(leases::held_until(&other)?)),
        _ => Ok(Claim::Settled(record(other).map_err(unreadable)?.state)),
    }
}

fn unreadable(kind: AwsErrorKind) -> AwsError {
    AwsError::new(SERVICE, "UpdateItem", kind)
}

fn settled(table: &TenantTable, record: &ResultRecord) -> Result<Item, AwsErrorKind> {
    let item = Item::new(&Key::result(&table.tenant, record.completion.enrolment))
        .with_value(COMPLETION, &record.completion)?
        .with_value(STATE, &record.state)?
        .with(ATTEMPTS, number(record.attempts));
    Ok(match &record.state {
        ResultState::Claimed { until } => item
            .with_text(STATUS, CLAIMED)
            .with(HELD_UNTIL, number(until.as_millisecond()))
            .due(DUE_RESULT, *until),
        ResultState::Waiting { due_at, .. } => item
            .with_text(STATUS, WAITING)
            .with(HELD_UNTIL, number(due_at.as_millisecond()))
            .due(DUE_RESULT, *due_at),
        ResultState::Parked { since, .. } => item.with_text(STATUS, PARKED).due(due_parked(&table.tenant), *since),
        ResultState::Recorded { .. } => item.with_text(STATUS, "recorded").kept(Retention::ThirteenMonths),
        ResultState::Ignored { .. } => item.with_text(STATUS, "ignored").kept(Retention::ThirteenMonths),
        ResultState::Dead { .. } => item
            .with_text(STATUS, "dead")
            .due(due_dead(&table.tenant), SystemClock.now())
            .kept(Retention::ThirteenMonths),
    })
}

/// A result as the domain has it.
pub(super) fn record(mut attributes: Attributes) -> Result<ResultRecord, AwsErrorKind> {
    Ok(ResultRecord {
        completion: read_value(&mut attributes, COMPLETION)?,
        state: read_value(&mut attributes, STATE)?,
        attempts: read_number(&attributes, ATTEMPTS)?,
    })
}
