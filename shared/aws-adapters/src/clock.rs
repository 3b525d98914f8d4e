//! This machine's clock: the one place that asks it what time it is.

use std::time::Duration;

use habitsync_workflows::ports::clock::{Now, Pause};
use jiff::Timestamp;

/// Real time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Now for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock behind the `Now` port")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Pause for SystemClock {
    async fn pause(&self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }
}
