//! Storage of one customer's completions: a result is claimed before it is recorded, and settled afterwards.

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
    /// Claims a completion by one conditional write. It succeeds where the completion is new, parked, ignored,
    /// unconfirmed, waiting and due at `now`, or claimed until a time that has passed by then; the stored values of the
    /// completion stay. The claim lasts until `until`; if it is never settled, the watchdog finds it due some time
    /// after. The stored `attempts` count the claim at once, because a process that dies during the claim may have made
    /// the attempt. A claim whose answer was lost recognises itself.
    fn claim_result(
        &self,
        completion: &Completion,
        now: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = Result<Claim, ServiceFailure>> + Send;
}

/// Outcome of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// This worker holds the claim. The use case decides whether to read back before writing: see
    /// `habitsync_domain::results::delivery`.
    Ours {
        /// The record as it was before (waiting, unconfirmed, parked, ignored, or a claim that ran out); none where the
        /// completion is new.
        before: Option<ResultRecord>,
        /// The number of this claim.
        claim: FencingNumber,
    },
    /// Another worker holds the claim until then, or the next attempt is not due before.
    HeldUntil(Timestamp),
    /// The result is recorded or dead already.
    Settled(ResultState),
}

/// Stores the outcome of a completion.
pub trait SettleResult {
    /// Replaces the state where `claim` is still the last one, and not settled; `attempts` and the completion are stored with it.
    /// A waiting result is due at its `due_at`; a parked one is due only once it is released.
    fn settle_result(
        &self,
        record: &ResultRecord,
        claim: FencingNumber,
    ) -> impl Future<Output = Result<(), SaveFailure>> + Send;
}

/// Finds the stored state of a completion.
pub trait FindResult {
    /// The record; none where the enrolment was never seen.
    fn find_result(
        &self,
        enrolment: EnrolmentId,
    ) -> impl Future<Output = Result<Option<ResultRecord>, ServiceFailure>> + Send;
}

/// Asks about many completions, one after the other.
pub trait LookUpResult {
    /// Returns the stored item of the enrolment. An item that cannot be read is no failure, so that it does not stop
    /// the results of other enrolments.
    fn look_up_result(
        &self,
        enrolment: EnrolmentId,
    ) -> impl Future<Output = Result<KnownResult, ServiceFailure>> + Send;
}

/// Stored state of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownResult {
    /// No item: the enrolment was never seen.
    Nothing,
    /// The record, as stored.
    Record(ResultRecord),
    /// An item that cannot be read. It exists, so that no other can be added or claimed in its place.
    Unreadable,
}

/// Releases parked completions, and those that were ignored for lack of a link.
pub trait ReleaseResults {
    /// Makes every result that this event releases (`ResultRecord::is_released_by`) wait, due at `now`, so that the
    /// watchdog queues it. Returns the number of results. Each is one conditional write: a result that has changed
    /// meanwhile stays as it is. The list may not yet show a result that was parked moments ago; therefore the worker
    /// that parks a result checks once more afterwards, and the watchdog does some hours later.
    fn release_results(
        &self,
        parked_on: &ParkedOn,
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, ServiceFailure>> + Send;

    /// Makes this one result due at `now` if it is parked or ignored, for any reason; false where it has changed since.
    /// It is found by its key, so that it need not be listed yet.
    fn release_result(
        &self,
        enrolment: EnrolmentId,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}
