//! The lease of a customer's job, as its holder uses it: its end, and the failure of a write after the lease was lost.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease;
use jiff::Timestamp;

use super::failure::ServiceFailure;

/// Makes sure that one process works on a job at a time. The handle of the table that holds the lease carries its
/// fencing number: each of its writes checks, in the same transaction, that no other process has acquired the lease
/// since.
pub trait HoldLease: Sized {
    /// Acquires the job's lease for `holder`, a name that no other acquisition has, until [`lease::end`] of `now`: one conditional
    /// write, which succeeds where the lease is free at `now`.
    fn acquire_lease(
        &self,
        job: Job,
        holder: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Lease<Self>, ServiceFailure>> + Send;

    /// Renews the lease that this handle holds, until [`lease::end`] of `now`, where no write has renewed it for
    /// [`lease::RENEWED_AFTER`].
    fn renew_lease(&self, now: Timestamp) -> impl Future<Output = Result<(), SaveFailure>> + Send;

    /// Gives the lease back, if this handle still holds it. The fencing number stays.
    fn release_lease(&self) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// The answer to an acquisition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease<Held> {
    /// Acquired: the handle that holds it.
    Acquired(Held),
    /// Another process holds the lease until then, or longer if it renews it.
    HeldUntil(Timestamp),
}

/// Reads whether a job's lease is held.
pub trait FindLease {
    /// The end of the lease; none where it is free.
    fn find_lease(&self, job: Job) -> impl Future<Output = Result<Option<Timestamp>, ServiceFailure>> + Send;
}

/// Reason why a write under a lease, or under a claim, was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaveFailure {
    /// Another process has acquired the lease, or the claim: this write was not made, and no later one may be.
    #[error("another process has taken over: nothing was written")]
    LeaseLost,
    /// The table refuses this very item, which is too large or not valid: nothing was written, and other items may be.
    #[error("the table refuses the item: {0}")]
    ItemRefused(ServiceFailure),
    /// The table failed.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
}

/// Remaining time of this process's lease, for the clients that call vendors under it. Clones share it.
#[derive(Clone)]
pub struct LeaseTerm(Arc<AtomicI64>);

/// The end of a lease that this process does not need.
const NO_LEASE: i64 = i64::MAX;
/// The end of a lease that was lost.
const LOST: i64 = i64::MIN;

impl LeaseTerm {
    /// The lease was acquired, or renewed: it ends then. A lease that was lost stays lost.
    pub fn ends_at(&self, end: Timestamp) {
        let keep_lost = |before| (before != LOST).then(|| end.as_millisecond());
        // A failure means that the lease was lost.
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, keep_lost)
            .ok();
    }

    /// Marks the lease as lost to another process, so that no request starts any more.
    pub fn lost(&self) {
        self.0.store(LOST, Ordering::Relaxed);
    }

    /// The lease was given back: this process calls vendors without one.
    pub fn given_back(&self) {
        self.0.store(NO_LEASE, Ordering::Relaxed);
    }

    /// Returns the time that a request to a vendor may take if it starts at `now`; none where none may start.
    #[must_use]
    pub fn time_for_request(&self, now: Timestamp) -> Option<Duration> {
        let end = match self.0.load(Ordering::Relaxed) {
            NO_LEASE => return Some(Duration::MAX),
            LOST => return None,
            end => Timestamp::from_millisecond(end).unwrap_or(Timestamp::MIN),
        };
        lease::time_for_request(end, now).and_then(|left| Duration::try_from(left).ok())
    }
}

impl Default for LeaseTerm {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(NO_LEASE)))
    }
}

impl fmt::Debug for LeaseTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeaseTerm")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_start_without_a_lease_and_never_again_once_one_is_lost() {
        let (term, now) = (LeaseTerm::default(), Timestamp::UNIX_EPOCH);
        assert_eq!(term.time_for_request(now), Some(Duration::MAX));
        term.ends_at(lease::end(now));
        assert_eq!(term.time_for_request(now), Some(Duration::from_secs(58)));
        assert_eq!(term.time_for_request(lease::end(now)), None);
        term.clone().lost();
        term.ends_at(lease::end(lease::end(now)));
        assert_eq!(term.time_for_request(now), None);
    }
}
