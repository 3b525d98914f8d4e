//! Port of one customer's breaker, and of the results behind it.

use std::future::Future;

use habitsync_domain::results::breaker::Breaker;

use super::failure::ServiceFailure;

/// A breaker as it was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoredBreaker {
    /// State of the breaker.
    pub breaker: Breaker,
    /// Number of changes so far.
    pub version: u64,
}

/// Keeps the customer's breaker.
pub trait KeepBreaker {
    /// The breaker; a closed one where there is none yet.
    fn load_breaker(&self) -> impl Future<Output = Result<StoredBreaker, ServiceFailure>> + Send;

    /// Stores `next` by one conditional write where the breaker is unchanged since `seen` was read; returns false where
    /// it has changed. The breaker itself says when it is due for the watchdog.
    fn change_breaker(
        &self,
        seen: &StoredBreaker,
        next: Breaker,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}
