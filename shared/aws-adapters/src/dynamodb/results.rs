//! One customer's results.
//!
//! A result is claimed by one conditional write before anything is done about it, and settled by another afterwards. The
//! state is stored twice: as the domain has it, and as a status that conditions can compare. What waits is listed in the
//! index; so is a claim, under its end, since its message may be lost together with its claimant.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::jobs::lease::FencingNumber;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::SaveFailure;
use habitsync_workflows::ports::results::{
    Claim, ClaimResult, FindResult, KnownResult, LookUpResult, ReleaseResults, SettleResult,
};
use jiff::Timestamp;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::item::{Attributes, Item, Retention, encode, number, read_number, read_text, read_value, text};
use super::keys::{
    ATTEMPTS, COMPLETION, DUE_AT, DUE_DEAD, DUE_KIND, DUE_RESULT, EXPIRES_AT, FENCE, HELD_UNTIL, Key, PK, SK, STATE,
    STATUS, TOKEN, UNSENT_SINCE, due_at, due_ignored, due_parked, ignored_place,
};
use super::{Conditional, SERVICE, TenantTable, conditional, leases, was_written_by};
use crate::clock::SystemClock;
use crate::failure::{AwsError, AwsErrorKind};

const CLAIMED: &str = "claimed";
const WAITING: &str = "waiting";
const PARKED: &str = "parked";
const IGNORED: &str = "ignored";

/// Writes under way at a time: a long outage holds thousands of results back, and a pusher has seconds.
const RELEASED_AT_ONCE: usize = 16;

/// New, parked, ignored, unconfirmed, waiting and due, or claimed until a time that has passed. One that is not due yet
/// is left alone, whether a message or the watchdog brings it: duplicates must not use up its attempts. An unconfirmed
/// one is held by no time.
const MAY_BE_CLAIMED: &str = "attribute_not_exists(#pk) OR #status IN (:parked, :ignored) \
                              OR (#status IN (:claimed, :waiting) \
                              AND (attribute_not_exists(#until) OR #until <= :now))";
/// The claim counts as an attempt at once: an invocation that dies while holding it may have made one. The stored values of the
/// completion stay: a claim proves nothing about its own.
const CLAIM: &str = "#completion = if_not_exists(#completion, :completion), #state = :state, #status = :claimed, \
                     #until = :until, #attempts = if_not_exists(#attempts, :none) + :one, \
                     #due_kind = :due_kind, #due_at = :due_at, #unsent = if_not_exists(#unsent, :since), \
                     #fence = if_not_exists(#fence, :none) + :one, #token = :token \
                     REMOVE #expires_at";
/// The claim is the last one, and not settled.
const IS_CLAIMED: &str = "#status = :claimed AND #fence = :claim";
const RELEASE: &str = "#state = :state, #status = :waiting, #due_kind = :due_kind, #due_at = :due_at, #unsent = :since, \
                       #token = :token \
                       REMOVE #expires_at";

/// Attributes that only some states have; settling a result removes those that its new state lacks.
const OF_SOME_STATES: [&str; 5] = [HELD_UNTIL, DUE_KIND, DUE_AT, EXPIRES_AT, UNSENT_SINCE];

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
            ("#unsent", UNSENT_SINCE),
            ("#fence", FENCE),
            ("#token", TOKEN),
            ("#expires_at", EXPIRES_AT),
        ];
        let token = Uuid::new_v4().to_string();
        let values = claim_values(completion, &token, now, until).map_err(unreadable)?;
        let claim = self
            .table
            .update(&key, CLAIM, &names, values)
            .condition_expression(MAY_BE_CLAIMED);
        match conditional(claim.return_values(ReturnValue::AllOld)).await? {
            Conditional::Done(before) => Ok(claimed(before).map_err(unreadable)?),
            Conditional::Held(ours) if was_written_by(&ours, &token) => {
                Ok(claimed_before(ours, now).map_err(unreadable)?)
            }
            Conditional::Held(other) => Ok(refused(other)?),
        }
    }
}

impl SettleResult for TenantTable {
    async fn settle_result(&self, record: &ResultRecord, claim: FencingNumber) -> Result<(), SaveFailure> {
        let settled = settled(self, record).map_err(|kind| ServiceFailure::from(unreadable(kind)))?;
        let key = Key::result(&self.tenant, record.completion.enrolment);
        let outcome = conditional(self.settling(&key, settled, claim)).await;
        match outcome.map_err(ServiceFailure::from)? {
            Conditional::Done(_) => Ok(()),
            // Only the claim itself settles under its number: the answer of this very write was lost.
            Conditional::Held(other) if fence(&other) == claim && read_text(&other, STATUS) != Ok(CLAIMED) => Ok(()),
            Conditional::Held(_) => Err(SaveFailure::LeaseLost),
        }
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

impl LookUpResult for TenantTable {
    async fn look_up_result(&self, enrolment: EnrolmentId) -> Result<KnownResult, ServiceFailure> {
        let found = self.table.get(&Key::result(&self.tenant, enrolment)).await;
        let known = match found {
            Ok(None) => KnownResult::Nothing,
            Ok(Some(attributes)) => record(attributes).map_or(KnownResult::Unreadable, KnownResult::Record),
            Err(error) if matches!(error.kind(), AwsErrorKind::Unreadable(_)) => KnownResult::Unreadable,
            Err(error) => return Err(error.into()),
        };
        Ok(known)
    }
}

impl ReleaseResults for TenantTable {
    async fn release_results(&self, parked_on: &ParkedOn, now: Timestamp) -> Result<u64, ServiceFailure> {
        let is_meant = |record: &ResultRecord| record.is_released_by(parked_on);
        let parked = self.table.parked(&self.tenant, is_meant, usize::MAX);
        let ignored = self.table.ignored(&self.tenant, parked_on);
        let (parked, ignored) = tokio::try_join!(parked, ignored)?;
        let mut released = 0;
        for some in [parked, ignored].concat().chunks(RELEASED_AT_ONCE) {
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
    /// Makes the item what it is to be where the claim holds, but for since when it could have been recorded: that stays as long as
    /// it could be.
    fn settling(&self, key: &Key, item: Item, claim: FencingNumber) -> UpdateItemFluentBuilder {
        let mut attributes = item.attributes;
        attributes.remove(PK);
        attributes.remove(SK);
        let removed: Vec<_> = OF_SOME_STATES
            .into_iter()
            .filter(|name| !attributes.contains_key(*name))
            .collect();
        let (mut sets, mut update) = (Vec::new(), self.table.client.update_item());
        for (place, (name, value)) in attributes.into_iter().enumerate() {
            sets.push(if name == UNSENT_SINCE {
                format!("#n{place} = if_not_exists(#n{place}, :v{place})")
            } else {
                format!("#n{place} = :v{place}")
            });
            update = update
                .expression_attribute_names(format!("#n{place}"), name)
                .expression_attribute_values(format!(":v{place}"), value);
        }
        let mut expression = format!("SET {}", sets.join(", "));
        if !removed.is_empty() {
            let marks: Vec<_> = (0..removed.len()).map(|place| format!("#r{place}")).collect();
            expression = format!("{expression} REMOVE {}", marks.join(", "));
        }
        for (place, name) in removed.into_iter().enumerate() {
            update = update.expression_attribute_names(format!("#r{place}"), name);
        }
        update
            .table_name(&self.table.name)
            .set_key(Some(key.attributes()))
            .update_expression(expression)
            .condition_expression(IS_CLAIMED)
            .expression_attribute_names("#status", STATUS)
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_values(":claimed", text(CLAIMED))
            .expression_attribute_values(":claim", number(claim))
    }

    /// Makes a parked or ignored result due; false where it is no longer either.
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
            ("#unsent", UNSENT_SINCE),
            ("#expires_at", EXPIRES_AT),
            ("#token", TOKEN),
        ];
        let token = Uuid::new_v4().to_string();
        let values = vec![
            (":token", text(&token)),
            (":since", text(now.to_string())),
            (":state", state),
            (":waiting", text(WAITING)),
            (":parked", text(PARKED)),
            (":ignored", text(IGNORED)),
            (":due_kind", text(DUE_RESULT)),
            (":due_at", text(due_at(now))),
        ];
        let release = self
            .table
            .update(&Key::result(&self.tenant, enrolment), RELEASE, &names, values);
        Ok(
            match conditional(release.condition_expression("#status IN (:parked, :ignored)")).await? {
                Conditional::Done(_) => true,
                Conditional::Held(other) => was_written_by(&other, &token),
            },
        )
    }
}

/// A claim, with the record as it was before.
fn claimed(before: Attributes) -> Result<Claim, AwsErrorKind> {
    let claim = FencingNumber(fence(&before).0 + 1);
    let before = if before.is_empty() { None } else { Some(record(before)?) };
    Ok(Claim::Ours { before, claim })
}

/// A claim that finds itself in the table, since its answer was lost. Of the record before it only the attempts are left.
fn claimed_before(ours: Attributes, now: Timestamp) -> Result<Claim, AwsErrorKind> {
    let claim = fence(&ours);
    let mut before = record(ours)?;
    before.attempts = before.attempts.saturating_sub(1);
    before.state = ResultState::Waiting {
        cause: String::new(),
        due_at: now,
    };
    let before = Some(before).filter(|before| before.attempts > 0);
    Ok(Claim::Ours { before, claim })
}

/// The number of the last claim; 0 before the first.
fn fence(attributes: &Attributes) -> FencingNumber {
    FencingNumber(read_number(attributes, FENCE).unwrap_or_default())
}

fn claim_values(
    completion: &Completion,
    token: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<(&'static str, AttributeValue)>, AwsErrorKind> {
    Ok(vec![
        (":completion", encode(completion)?),
        (":state", encode(&ResultState::Claimed { until })?),
        (":claimed", text(CLAIMED)),
        (":waiting", text(WAITING)),
        (":parked", text(PARKED)),
        (":ignored", text(IGNORED)),
        (":until", number(until.as_millisecond())),
        (":now", number(now.as_millisecond())),
        (":none", number(0)),
        (":one", number(1)),
        (":due_kind", text(DUE_RESULT)),
        (":due_at", text(due_at(until))),
        (":since", text(now.to_string())),
        (":token", text(token)),
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
    let unsent = |item: Item| item.with_text(UNSENT_SINCE, SystemClock.now().to_string());
    Ok(match &record.state {
        ResultState::Claimed { until } => unsent(item)
            .with_text(STATUS, CLAIMED)
            .with(HELD_UNTIL, number(until.as_millisecond()))
            .due(DUE_RESULT, *until),
        ResultState::Waiting { due_at, .. } => unsent(item)
            .with_text(STATUS, WAITING)
            .with(HELD_UNTIL, number(due_at.as_millisecond()))
            .due(DUE_RESULT, *due_at),
        ResultState::Unconfirmed { due_at, .. } => unsent(item).with_text(STATUS, WAITING).due(DUE_RESULT, *due_at),
        ResultState::Parked { since, .. } => item.with_text(STATUS, PARKED).due(due_parked(&table.tenant), *since),
        ResultState::Recorded { .. } => item.with_text(STATUS, "recorded").kept(Retention::ThirteenMonths),
        ResultState::Ignored { reason } => item
            .with_text(STATUS, IGNORED)
            .with_text(DUE_KIND, due_ignored(&table.tenant, *reason))
            .with_text(DUE_AT, ignored_place(*reason, &record.completion))
            .kept(kept_ignored(*reason)),
        ResultState::Dead { .. } => item
            .with_text(STATUS, "dead")
            .due(DUE_DEAD, SystemClock.now())
            .kept(Retention::ThirteenMonths),
    })
}

/// A result that Tribal Habits never confirmed may be forged, and a forger may bring any number: it is kept for as long as a
/// sweep may list it, and some weeks more. The same completion would be a new one afterwards.
const fn kept_ignored(reason: IgnoredBecause) -> Retention {
    if reason.is_unconfirmed() {
        Retention::NinetyDays
    } else {
        Retention::ThirteenMonths
    }
}

/// A result as the domain has it.
pub(super) fn record(mut attributes: Attributes) -> Result<ResultRecord, AwsErrorKind> {
    Ok(ResultRecord {
        completion: read_value(&mut attributes, COMPLETION)?,
        state: read_value(&mut attributes, STATE)?,
        attempts: read_number(&attributes, ATTEMPTS)?,
    })
}
