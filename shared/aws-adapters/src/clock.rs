//! This machine's clock: the one place that asks it what time it is, and that corrects it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use habitsync_workflows::ports::clock::{Now, Pause};
use jiff::{SignedDuration, Timestamp};

/// The correction of this process: nothing on a function, whose clock is AWS's own.
static OF_THIS_PROCESS: Correction = Correction::milliseconds(0);

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// Correction added to this machine's time.
#[derive(Debug)]
pub struct Correction(AtomicI64);

impl SystemClock {
    /// From now on this process's time is later by `correction`.
    pub fn add(correction: SignedDuration) {
        OF_THIS_PROCESS.add(correction);
    }

    /// The correction of this process.
    pub(crate) fn correction() -> &'static Correction {
        &OF_THIS_PROCESS
    }
}

impl Correction {
    /// Returns a correction of this many milliseconds.
    #[must_use]
    pub const fn milliseconds(milliseconds: i64) -> Self {
        Self(AtomicI64::new(milliseconds))
    }

    /// The time that it corrects is later by `correction` from now on.
    fn add(&self, correction: SignedDuration) {
        let milliseconds = i64::try_from(correction.as_millis()).unwrap_or_default();
        self.0.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// Adds to the correction, where no other measurement has changed it since it was `seen`.
    pub(crate) fn add_to(&self, seen: i64, correction: SignedDuration) {
        let milliseconds = i64::try_from(correction.as_millis()).unwrap_or_default();
        let next = seen.saturating_add(milliseconds);
        // Where it has changed, another measurement was faster, and measured the same.
        self.0
            .compare_exchange(seen, next, Ordering::Relaxed, Ordering::Relaxed)
            .ok();
    }

    /// The milliseconds that are added.
    pub(crate) fn added(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Now for Correction {
    #[expect(clippy::disallowed_methods, reason = "this is the clock behind the `Now` port")]
    fn now(&self) -> Timestamp {
        let correction = SignedDuration::from_millis(self.added());
        Timestamp::now().saturating_add(correction).unwrap_or(Timestamp::MAX)
    }
}

impl Now for SystemClock {
    fn now(&self) -> Timestamp {
        OF_THIS_PROCESS.now()
    }
}

impl Pause for SystemClock {
    async fn pause(&self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }
}
