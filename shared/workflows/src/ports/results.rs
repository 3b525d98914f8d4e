//! What becomes of one customer's completions: claim before acting, settle afterwards.

use std::future::Future;

use habitsync_domain::completion::Completion;
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::result::{ParkedOn, ResultRecord, ResultState};
use jiff::Timestamp;

use super::failure::ServiceFailure;

/// Claims a completion for this invocation alone.
pub trait ClaimResult {
    /// One conditional write: succeeds where the completion is new, waiting, parked, or claimed by somebody whose time has
    /// run out at `now`; then it is ours until `until`.
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
    /// Ours. `attempts` were made before; after somebody else's expired claim, or an attempt whose effect is not known,
    /// look before writing.
    Ours {
        /// Attempts made before this one.
        attempts: u32,
        /// An earlier attempt may have had its effect.
        look_first: bool,
    },
    /// Somebody else is at it until then.
    HeldUntil(Timestamp),
    /// Recorded, ignored or dead already.
    Settled(ResultState),
}

/// Writes what became of a completion.
pub trait SettleResult {
    /// Replaces the state, whatever it was; `attempts` and the completion are stored with it.
    fn settle_result(&self, record: &ResultRecord) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Reads what became of a completion.
pub trait FindResult {
    /// The record; none where the enrolment was never seen.
    fn find_result(
        &self,
        enrolment: EnrolmentId,
    ) -> impl Future<Output = Result<Option<ResultRecord>, ServiceFailure>> + Send;
}

/// Releases parked completions.
pub trait ReleaseResults {
    /// Makes every result that is parked on this due at `now`, so that the watchdog queues it. Returns how many.
    fn release_results(
        &self,
        parked_on: &ParkedOn,
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, ServiceFailure>> + Send;
}
