//! The vendors' request limit: past so many requests in a minute, everything is refused for a while.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

const WINDOW: Duration = Duration::from_mins(1);

/// How many requests a minute are answered, and what happens past that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests answered in any 60 seconds; `u32::MAX` switches the limit off.
    pub per_minute: u32,
    /// How long everything is refused once the limit is passed.
    pub block: Duration,
    /// Whether a refusal says in `Retry-After` how many seconds are left.
    pub retry_after: bool,
}

impl RateLimit {
    /// No limit at all.
    pub const OFF: Self = Self {
        per_minute: u32::MAX,
        block: Duration::ZERO,
        retry_after: false,
    };

    /// So many requests a minute, then a block of 60 s without a `Retry-After` header.
    #[must_use]
    pub const fn per_minute(per_minute: u32) -> Self {
        Self {
            per_minute,
            block: WINDOW,
            retry_after: false,
        }
    }
}

/// The limit with its memory of recent requests.
#[derive(Debug, Clone)]
pub(crate) struct Limiter {
    limit: RateLimit,
    recent: Arc<Mutex<Recent>>,
}

#[derive(Debug, Default)]
struct Recent {
    answered: VecDeque<Instant>,
    blocked_until: Option<Instant>,
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            recent: Arc::default(),
        }
    }

    /// Whether refusals carry `Retry-After`.
    pub(crate) fn tells_when(&self) -> bool {
        self.limit.retry_after
    }

    /// Counts a request at `now`; refused with the time left when the limit is passed.
    pub(crate) fn admit(&self, now: Instant) -> Result<(), Duration> {
        if self.limit.per_minute == u32::MAX {
            return Ok(());
        }
        let mut recent = self.recent.lock();
        if let Some(until) = recent.blocked_until.filter(|until| *until > now) {
            return Err(until - now);
        }
        while recent
            .answered
            .front()
            .is_some_and(|at| now.duration_since(*at) >= WINDOW)
        {
            recent.answered.pop_front();
        }
        if recent.answered.len() >= usize::try_from(self.limit.per_minute).unwrap_or(usize::MAX) {
            recent.blocked_until = Some(now + self.limit.block);
            recent.answered.clear();
            return Err(self.limit.block);
        }
        recent.answered.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_request_too_many_blocks_everything_for_the_whole_block() {
        let limiter = Limiter::new(RateLimit::per_minute(2));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(limiter.admit(at(0)), Ok(()));
        assert_eq!(limiter.admit(at(1)), Ok(()));
        assert_eq!(limiter.admit(at(2)), Err(Duration::from_mins(1)));
        assert_eq!(
            limiter.admit(at(61)),
            Err(Duration::from_secs(1)),
            "refused calls do not lengthen the block"
        );
        assert_eq!(limiter.admit(at(62)), Ok(()));
    }

    #[test]
    fn requests_older_than_a_minute_no_longer_count() {
        let limiter = Limiter::new(RateLimit::per_minute(1));
        let start = Instant::now();
        assert_eq!(limiter.admit(start), Ok(()));
        assert_eq!(limiter.admit(start + WINDOW), Ok(()));
    }

    #[test]
    fn a_limit_that_is_off_never_refuses() {
        let limiter = Limiter::new(RateLimit::OFF);
        let now = Instant::now();
        assert!((0..10_000).all(|_| limiter.admit(now).is_ok()));
    }
}
