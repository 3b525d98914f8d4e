//! This machine's clock: the one place that asks it what time it is, and that corrects it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use habitsync_workflows::ports::clock::{Now, Pause};
use jiff::{SignedDuration, Timestamp};

/// What is added to this machine's time, in milliseconds: nothing on a function, whose clock is AWS's own.
static CORRECTION: AtomicI64 = AtomicI64::new(0);

/// Real time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl SystemClock {
    /// From now on this process's time is later by `correction`.
    pub fn add(correction: SignedDuration) {
        let milliseconds = i64::try_from(correction.as_millis()).unwrap_or_default();
        CORRECTION.fetch_add(milliseconds, Ordering::Relaxed);
    }
}

impl Now for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock behind the `Now` port")]
    fn now(&self) -> Timestamp {
        let correction = SignedDuration::from_millis(CORRECTION.load(Ordering::Relaxed));
        Timestamp::now().saturating_add(correction).unwrap_or(Timestamp::MAX)
    }
}

impl Pause for SystemClock {
    async fn pause(&self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }
}
