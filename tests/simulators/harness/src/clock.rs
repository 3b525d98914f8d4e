//! The simulated vendor's clock, which can be made to run ahead or behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A clock shared by everything in one simulator: the `Date` header, time stamps, token expiry, webhook signatures.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    skew_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// The time as this vendor believes it to be.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = machine_time();
        now.checked_add(self.skew()).unwrap_or(now)
    }

    /// How far this clock is ahead of the machine's; negative when it is behind.
    #[must_use]
    pub fn skew(&self) -> SignedDuration {
        SignedDuration::from_secs(self.skew_seconds.load(Ordering::Relaxed))
    }

    /// Sets how far this clock is ahead of the machine's, in whole seconds; zero puts it right.
    pub fn set_skew(&self, skew: SignedDuration) {
        self.skew_seconds.store(skew.as_secs(), Ordering::Relaxed);
    }
}

/// The time by the machine's clock, which no skew touches.
#[expect(
    clippy::disallowed_methods,
    reason = "a simulated vendor lives in real time, as vendors do"
)]
pub(crate) fn machine_time() -> Timestamp {
    Timestamp::now()
}
