//! Storage of a shared budget: one number, changed by conditional writes.

use std::error::Error;
use std::future::Future;

use super::slots::Micros;

/// The next free slot of one budget, which several processes move on. Each change is one write that either has its
/// whole effect or, where its condition does not hold, none; the write then returns the value that it found.
pub trait LeaseSlots: Send + Sync {
    /// Error of the store.
    type Error: Error + Send + Sync + 'static;

    /// Moves the next free slot on by `by`, if it lies between `from` and `to` (both included).
    fn advance(&self, by: Micros, from: Micros, to: Micros) -> impl Future<Output = Result<Moved, Self::Error>> + Send;

    /// Sets the next free slot to `next`, if it lies before `idle_since` or was never set.
    fn restart(&self, next: Micros, idle_since: Micros) -> impl Future<Output = Result<Moved, Self::Error>> + Send;

    /// Sets the next free slot back to `next`, if it is still `seen`. Where `despite_block` is false and it is the end of a
    /// block, it stays.
    fn reclaim(
        &self,
        seen: Micros,
        next: Micros,
        despite_block: bool,
    ) -> impl Future<Output = Result<Moved, Self::Error>> + Send;

    /// Sets the next free slot to `until`, unless it lies behind that already.
    fn block(&self, until: Micros) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Outcome of a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// The number was changed.
    Done {
        /// Number before the write; long past where it was never set.
        previous: Micros,
    },
    /// The condition did not hold.
    Held {
        /// Number as it is now; long past where it was never set.
        current: Micros,
    },
}
