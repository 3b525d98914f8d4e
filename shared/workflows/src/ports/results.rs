//! What becomes of one customer's completions: claim before acting, settle afterwards.

use std::future::Future;

use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::jobs::lease::FencingNumber;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use jiff::Timestamp;

use super::failure::ServiceFailure;
use super::lease::SaveFailure;

/// Claims a completion for this invocation alone.
pub trait ClaimResult {
    /// One conditional write: succeeds where the completion is new, parked, ignored, unconfirmed, waiting and due at `now`, or
    /// claimed until a time that has passed by then; the stored values of the completion stay. Then it is ours until `until`, and due for the watchdog some time after, should it
    /// never be settled. The stored `attempts` count the claim at once: whoever dies while holding it may have made one.
    /// A claim whose answer was lost recognises itself.
    fn claim_result(
        &self,
        completion: &Completion,
        now: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = Result<Claim, ServiceFailure>> + Send;
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Ours. Whether to look before writing is the use case's affair: see `habitsync_domain::results::delivery`.
    Ours {
        /// The record as it was before (waiting, unconfirmed, parked, ignored, or a claim that ran out); none where the
        /// completion is new.
        before: Option<ResultRecord>,
        /// The number of this claim.
        claim: FencingNumber,
    },
    /// Somebody else is at it until then, or its next attempt is not due before.
    HeldUntil(Timestamp),
    /// Recorded or dead already.
    Settled(ResultState),
}

/// Writes what became of a completion.
pub trait SettleResult {
    /// Replaces the state where `claim` is still the last one, and not settled; `attempts` and the completion are stored with it.
    /// A waiting result is due at its `due_at`; a parked one is due only once it is released.
    fn settle_result(
        &self,
        record: &ResultRecord,
        claim: FencingNumber,
    ) -> impl Future<Output = Result<(), SaveFailure>> + Send;
}

/// Reads what became of a completion.
pub trait FindResult {
    /// The record; none where the enrolment was never seen.
    fn find_result(
        &self,
        enrolment: EnrolmentId,
    ) -> impl Future<Output = Result<Option<ResultRecord>, ServiceFailure>> + Send;
}

/// Asks about many completions, one after the other.
pub trait LookUpResult {
    /// What the table has of the enrolment. One that cannot be read is no failure: it must keep nobody else's waiting.
    fn look_up_result(
        &self,
        enrolment: EnrolmentId,
    ) -> impl Future<Output = Result<KnownResult, ServiceFailure>> + Send;
}

/// What the table has of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownResult {
    /// Nothing: it was never seen.
    Nothing,
    /// Its record.
    Record(ResultRecord),
    /// Something that cannot be read. It is there, so that nothing can be added or claimed in its place.
    Unreadable,
}

/// Releases parked completions, and those that were ignored for lack of a link.
pub trait ReleaseResults {
    /// Makes every result wait that this releases (`ResultRecord::is_released_by`), due at `now`, so that the watchdog queues it.
    /// Returns how many. Each is one conditional write: a result that has moved on meanwhile stays as it is. One that was parked moments ago
    /// may not be listed yet: whoever parks looks once more afterwards, and the watchdog does some hours later.
    fn release_results(
        &self,
        parked_on: &ParkedOn,
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, ServiceFailure>> + Send;

    /// Makes this one result due at `now` if it is parked or ignored, on or for any reason; false where it has moved on meanwhile. It is found by
    /// its key, so that it does not matter whether it is listed yet.
    fn release_result(
        &self,
        enrolment: EnrolmentId,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}
