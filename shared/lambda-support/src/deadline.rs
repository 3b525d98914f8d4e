//! The end of an invocation, and the earlier time at which its work stops, so that the outcome can still be stored.

use std::time::Duration;

use jiff::Timestamp;
use lambda_runtime::Context;

/// The instant at which Lambda kills this invocation, and the margin kept before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    killed_at: Timestamp,
    margin: Duration,
}

impl Deadline {
    /// The deadline of the invocation with this context. `margin` is what recording the outcome may need; a margin longer
    /// than the invocation itself leaves no time at all, never a negative one.
    #[must_use]
    pub fn new(context: &Context, margin: Duration) -> Self {
        let milliseconds = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        Self {
            killed_at: Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX),
            margin,
        }
    }

    /// Returns the time at which Lambda kills the invocation: claims and leases on this work should expire then.
    #[must_use]
    pub fn killed_at(&self) -> Timestamp {
        self.killed_at
    }

    /// Returns the time from which no new work starts: the margin before the end.
    #[must_use]
    pub fn stop_at(&self) -> Timestamp {
        self.killed_at.checked_sub(self.margin).unwrap_or(Timestamp::MIN)
    }

    /// The time left for work at `now`, zero when there is none.
    #[must_use]
    pub fn remaining(&self, now: Timestamp) -> Duration {
        Duration::try_from(self.stop_at().duration_since(now)).unwrap_or(Duration::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deadline(killed_at: &str, margin: Duration) -> Deadline {
        let mut context = Context::default();
        let instant: Timestamp = killed_at.parse().expect("a timestamp");
        context.deadline = u64::try_from(instant.as_millisecond()).expect("after 1970");
        Deadline::new(&context, margin)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn the_margin_comes_off_the_time_that_is_left() {
        let deadline = deadline("2026-03-02T00:15:00Z", Duration::from_mins(1));
        assert_eq!(deadline.stop_at(), at("2026-03-02T00:14:00Z"));
        assert_eq!(deadline.remaining(at("2026-03-02T00:04:00Z")), Duration::from_mins(10));
    }

    #[test]
    fn no_time_is_left_once_the_margin_has_begun() {
        let deadline = deadline("2026-03-02T00:15:00Z", Duration::from_mins(1));
        assert_eq!(deadline.remaining(at("2026-03-02T00:14:30Z")), Duration::ZERO);
        assert_eq!(deadline.remaining(at("2026-03-02T00:20:00Z")), Duration::ZERO);
    }

    #[test]
    fn an_absurd_deadline_does_not_overflow() {
        let mut context = Context::default();
        context.deadline = u64::MAX;
        assert_eq!(
            Deadline::new(&context, Duration::from_secs(1)).killed_at(),
            Timestamp::MAX
        );
    }
}
