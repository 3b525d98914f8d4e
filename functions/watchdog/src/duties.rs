//! The watchdog's duties of one tick, each by itself: a duty that fails, or hangs, does not affect the others.

use std::time::Duration;

use habitsync_lambda_support::caught;
use habitsync_workflows::ports::failure::ServiceFailure;
use tokio::time::timeout;
use tracing::error;

/// A duty that takes longer is given up for this tick: what it has done stays, and the rest is the next one's.
const LONGEST: Duration = Duration::from_secs(10);

/// The duties of one tick, as far as they have come.
#[derive(Debug, Default)]
pub(crate) struct Duties {
    failed: u64,
}

impl Duties {
    /// Does one duty, and returns its outcome; none where it failed.
    pub(crate) async fn run<T>(
        &mut self,
        name: &'static str,
        duty: impl Future<Output = Result<T, ServiceFailure>>,
    ) -> Option<T> {
        match timeout(LONGEST, caught(duty)).await {
            Ok(Ok(Ok(done))) => Some(done),
            Ok(Ok(Err(failure))) => {
                self.note(name, &[failure]);
                None
            }
            Ok(Err(panicked)) => {
                self.failed += 1;
                error!(duty.name = name, error = %panicked, "a duty panicked; it is tried again by the next tick");
                None
            }
            Err(_) => {
                self.note_time_out(name);
                None
            }
        }
    }

    /// Notes a duty that took too long.
    pub(crate) fn note_time_out(&mut self, name: &'static str) {
        self.failed += 1;
        error!(
            duty.name = name,
            "a duty took too long, and is given up until the next tick"
        );
    }

    /// Notes what a duty could not do that has done the rest of it.
    pub(crate) fn note(&mut self, name: &'static str, failures: &[ServiceFailure]) {
        for failure in failures {
            self.failed += 1;
            error!(duty.name = name, error = %failure, "a duty could not be done; it is tried again by the next tick");
        }
    }

    /// Returns the number of pieces of work that failed.
    pub(crate) fn failed(&self) -> u64 {
        self.failed
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use habitsync_in_memory::service_failure;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_duty_that_fails_hangs_or_panics_is_counted_and_the_next_one_is_done() {
        let mut duties = Duties::default();
        let failing = async { Err::<(), _>(service_failure()) };
        assert_eq!(duties.run("failing", failing).await, None);
        assert_eq!(duties.run::<()>("hanging", pending()).await, None);
        let panicking = async { panic!("a duty panics") };
        assert_eq!(duties.run::<()>("panicking", panicking).await, None);
        assert_eq!(duties.run("well", async { Ok(7) }).await, Some(7));
        assert_eq!(duties.failed(), 3);
    }
}
