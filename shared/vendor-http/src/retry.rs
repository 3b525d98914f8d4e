//! Retry as data: a list of waits, a rule, full jitter, and a deadline.

use std::future::Future;
use std::time::Duration;

use backon::Retryable;
use tokio::time::Instant;

use crate::error::{HttpError, chain};

/// The longest waits before the second, third, … try of one request; empty for no retry. Each wait is drawn evenly
/// between nothing and its bound (full jitter), so that callers that failed together do not come back together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule(Vec<Duration>);

impl RetrySchedule {
    /// Tries after at most these waits.
    #[must_use]
    pub fn new(waits: impl Into<Vec<Duration>>) -> Self {
        Self(waits.into())
    }

    /// One try only: for a caller that has its own way of trying again.
    #[must_use]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    fn jittered(&self) -> impl Iterator<Item = Duration> + Send + Sync + Unpin + use<> {
        self.0.clone().into_iter().map(|wait| wait.mul_f64(fastrand::f64()))
    }
}

/// Two more tries, within 1 s and 4 s.
impl Default for RetrySchedule {
    fn default() -> Self {
        Self::new([Duration::from_secs(1), Duration::from_secs(4)])
    }
}

/// What a repeated request could do that a single one does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing: it only reads.
    Read,
    /// It writes: after a failure that may have had its effect, somebody must look before it is sent again.
    Write,
}

impl Effect {
    /// Whether a request of this effect is sent again after this failure.
    pub(crate) fn allows_retry_after(self, error: &HttpError) -> bool {
        match self {
            Self::Read => error.is_retryable(),
            Self::Write => error.is_retryable() && !error.is_ambiguous(),
        }
    }
}

/// Attempts until success, a failure that is not retried, the end of the schedule, or a wait beyond the deadline.
/// A `Retry-After` comes before the wait of the schedule.
pub(crate) async fn retrying<T, A, F>(
    vendor: &'static str,
    schedule: &RetrySchedule,
    effect: Effect,
    deadline: Instant,
    attempt: A,
) -> Result<T, HttpError>
where
    A: FnMut() -> F,
    F: Future<Output = Result<T, HttpError>>,
{
    attempt
        .retry(schedule.jittered())
        .when(|error| effect.allows_retry_after(error))
        .adjust(|error, planned| {
            let wait = planned?.saturating_add(error.retry_after().unwrap_or_default());
            let next = Instant::now().checked_add(wait)?;
            (next < deadline).then_some(wait)
        })
        .notify(|error, wait| {
            tracing::info!(
                vendor.name = vendor,
                wait_ms = wait.as_millis(),
                error = chain(error),
                "vendor call is tried again"
            );
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::PrivateBody;
    use std::cell::Cell;

    fn status(status: u16, retry_after: Option<u64>) -> HttpError {
        HttpError::Status {
            status,
            retry_after: retry_after.map(Duration::from_secs),
            body: PrivateBody::default(),
        }
    }

    /// How often a request that always fails is sent within this many seconds, and how long that takes.
    async fn attempts(effect: Effect, within: u64, error: impl Fn() -> HttpError) -> (u32, Duration) {
        let (count, start) = (Cell::new(0), Instant::now());
        let (schedule, deadline) = (RetrySchedule::default(), start + Duration::from_secs(within));
        let failed = retrying("Test", &schedule, effect, deadline, || {
            count.set(count.get() + 1);
            std::future::ready(Err::<(), _>(error()))
        });
        failed.await.expect_err("it always fails");
        (count.get(), start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_is_tried_as_often_as_the_schedule_says() {
        let (count, took) = attempts(Effect::Read, 60, || status(503, None)).await;
        assert_eq!(count, 3);
        assert!(took <= Duration::from_secs(5), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_may_have_had_its_effect_is_not_repeated() {
        assert_eq!(attempts(Effect::Write, 60, || status(503, None)).await.0, 1);
        assert_eq!(attempts(Effect::Write, 600, || status(429, Some(60))).await.0, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_not_repeated() {
        assert_eq!(attempts(Effect::Read, 60, || status(422, None)).await.0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_vendors_own_wait_is_kept() {
        let (count, took) = attempts(Effect::Read, 600, || status(429, Some(60))).await;
        assert_eq!(count, 3);
        assert!(took >= Duration::from_mins(2), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_deadline_is_not_begun() {
        let (count, took) = attempts(Effect::Read, 30, || status(429, Some(60))).await;
        assert_eq!((count, took), (1, Duration::ZERO));
    }
}
