//! Time as the use cases see it.

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Source of the current time.
pub trait Now {
    /// Returns the current time.
    fn now(&self) -> Timestamp;

    /// Returns the time left until then; negative once it has passed.
    fn time_until(&self, moment: Timestamp) -> SignedDuration {
        moment.duration_since(self.now())
    }
}

/// Lets time pass.
pub trait Pause {
    /// Returns after this long.
    fn pause(&self, wait: Duration) -> impl Future<Output = ()> + Send;

    /// Returns after this long, in parallel to other work of the caller: the wait itself does not advance a test's
    /// clock.
    fn pause_beside(&self, wait: Duration) -> impl Future<Output = ()> + Send {
        self.pause(wait)
    }
}
