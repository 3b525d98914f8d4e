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
    /// It writes: after a failure that may have had its effect, the caller must check before it sends the write again.
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
/// A `Retry-After` is waited for in the place of the schedule's wait.
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
            let wait = wait(planned?, error.retry_after());
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

/// After the vendor's own wait, callers come back within a second, and not all at once.
const SPREAD: Duration = Duration::from_secs(1);

fn wait(planned: Duration, asked: Option<Duration>) -> Duration {
    asked.map_or(planned, |asked| asked.saturating_add(planned.min(SPREAD)))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

    use super::*;
    use crate::error::PrivateBody;
    use crate::retry_after::retry_after;
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

    type Headers = Vec<(HeaderName, &'static str)>;

    /// An answer of this status with these headers.
    fn answer(code: u16, headers: &[(HeaderName, &'static str)]) -> HttpError {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.clone(), value.parse().expect("a value"));
        }
        HttpError::Status {
            status: code,
            retry_after: retry_after(code, &map),
            body: PrivateBody::default(),
        }
    }

    /// Each form of the header, with the seconds that a 429 and a 503 ask for; none where the schedule's own wait holds.
    fn forms() -> Vec<(Headers, u64, Option<u64>)> {
        let after = |value| vec![(RETRY_AFTER, value)];
        let dated = |value| vec![(RETRY_AFTER, value), (DATE, "Sun, 06 Nov 2044 08:49:00 GMT")];
        vec![
            (after("2"), 2, Some(2)),
            (after("0"), 1, Some(1)),
            (after("2.5"), 2, Some(2)),
            (after("86400"), 600, Some(600)),
            (after("99999999999999999999999999"), 600, Some(600)),
            (after("-5"), 60, None),
            (after("soon"), 60, None),
            (after(""), 60, None),
            (Vec::new(), 60, None),
            (dated("Sun, 06 Nov 2044 08:49:07 GMT"), 7, Some(7)),
            (dated("Sun, 06 Nov 2044 08:40:00 GMT"), 1, Some(1)),
            (dated("Sun, 06 Nov 2144 08:40:00 GMT"), 600, Some(600)),
            (dated("2044-11-06T08:49:07Z"), 7, Some(7)),
            (after("Sun, 06 Nov 2044 08:49:07 GMT"), 60, None),
            (vec![(RETRY_AFTER, "2"), (RETRY_AFTER, "5")], 5, Some(5)),
            (vec![(RETRY_AFTER, "soon"), (RETRY_AFTER, "3")], 3, Some(3)),
            (after("2, 4"), 4, Some(4)),
        ]
    }

    #[tokio::test(start_paused = true)]
    async fn each_form_of_retry_after_is_waited_for_as_long_as_it_says() {
        for (headers, limited, unavailable) in forms() {
            for (code, asked, effect) in [
                (429, Some(limited), Effect::Read),
                (429, Some(limited), Effect::Write),
                (503, unavailable, Effect::Read),
            ] {
                let (count, took) = attempts(effect, 10_000, || answer(code, &headers)).await;
                let least = Duration::from_secs(2 * asked.unwrap_or(0));
                let most = asked.map_or(Duration::from_secs(5), |asked| Duration::from_secs(2 * (asked + 1) + 1));
                assert_eq!(count, 3, "{code} {headers:?}");
                assert!((least..=most).contains(&took), "{code} {headers:?}: {took:?}");
            }
            let (count, took) = attempts(Effect::Write, 10_000, || answer(503, &headers)).await;
            assert_eq!(
                (count, took),
                (1, Duration::ZERO),
                "it may have had its effect: {headers:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_after_beyond_the_time_that_is_left_is_left_to_the_caller_at_once() {
        for (headers, limited, _) in forms() {
            let (count, took) = attempts(Effect::Read, limited, || answer(429, &headers)).await;
            assert_eq!((count, took), (1, Duration::ZERO), "{headers:?}");
            assert!(
                answer(429, &headers)
                    .retry_after()
                    .is_some_and(|wait| wait.as_secs() == limited)
            );
        }
    }
}
