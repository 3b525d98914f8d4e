//! Clocks for tests: one that moves only when a test advances or pauses it, and one that agrees with Tokio's.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use tokio::time::Instant;

use habitsync_workflows::ports::clock::{Now, Pause};

/// Time under the control of a test.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<Timestamp>,
    pauses: Mutex<Vec<Duration>>,
}

impl ManualClock {
    /// A clock that shows this moment.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: Mutex::new(now),
            pauses: Mutex::default(),
        }
    }

    /// Advances the clock by this much.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.now.lock();
        *now = now.saturating_add(by).unwrap_or(Timestamp::MAX);
    }

    /// Every pause that was made, in order.
    pub fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().clone()
    }
}

impl Now for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.lock()
    }
}

impl Pause for ManualClock {
    async fn pause(&self, wait: Duration) {
        tokio::task::yield_now().await;
        self.pauses.lock().push(wait);
        self.advance(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX));
    }

    async fn pause_beside(&self, wait: Duration) {
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        let end = self.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
        while self.now() < end {
            tokio::task::yield_now().await;
        }
    }
}

/// Tokio's clock as a wall clock: where a test pauses the one, the other stands still and jumps with it.
#[derive(Debug, Clone, Copy)]
pub struct TokioClock {
    origin: Timestamp,
    began: Instant,
}

impl TokioClock {
    /// A clock that shows this moment now. Clones, and clocks made at once, agree with one another.
    #[must_use]
    pub fn showing(now: Timestamp) -> Self {
        Self {
            origin: now,
            began: Instant::now(),
        }
    }
}

impl Now for TokioClock {
    fn now(&self) -> Timestamp {
        self.origin + self.began.elapsed()
    }
}

impl Pause for TokioClock {
    async fn pause(&self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }
}
