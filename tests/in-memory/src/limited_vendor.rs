//! A vendor as far as its request limit goes: past so many requests in any 60 seconds it refuses everything for 60 seconds.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_mins(1);

/// A vendor that counts, in Tokio's time.
#[derive(Debug)]
pub struct LimitedVendor {
    per_minute: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    arrivals: Vec<Arrival>,
    /// When requests of the last minute were answered.
    recent: VecDeque<Instant>,
    blocked_until: Option<Instant>,
}

/// A request that reached the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Time of the request.
    pub at: Instant,
    /// Which job sent it.
    pub from: &'static str,
    /// Whether it was answered 429.
    pub refused: bool,
}

impl LimitedVendor {
    /// A vendor that answers so many requests in any 60 seconds.
    #[must_use]
    pub fn answering(per_minute: usize) -> Self {
        Self {
            per_minute,
            state: Mutex::default(),
        }
    }

    /// A request arrives now; a refusal (429) says for how long everything will be refused.
    ///
    /// # Errors
    /// The request is above the limit; the error is the time for which all requests are refused.
    pub fn receive(&self, from: &'static str) -> Result<(), Duration> {
        let (mut state, at) = (self.state.lock(), Instant::now());
        let answer = state.answer(at, self.per_minute);
        state.arrivals.push(Arrival {
            at,
            from,
            refused: answer.is_err(),
        });
        answer
    }

    /// Every request so far, oldest first.
    #[must_use]
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.state.lock().arrivals.clone()
    }

    /// How many requests were answered 429.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.state
            .lock()
            .arrivals
            .iter()
            .filter(|arrival| arrival.refused)
            .count()
    }

    /// The most requests that arrived within any 60 seconds.
    #[must_use]
    pub fn busiest_minute(&self) -> usize {
        let arrivals = &self.state.lock().arrivals;
        let until = |first: &Arrival| arrivals.partition_point(|later| later.at < first.at + MINUTE);
        let from_each = arrivals.iter().enumerate();
        from_each.map(|(index, first)| until(first) - index).max().unwrap_or(0)
    }
}

impl State {
    fn answer(&mut self, at: Instant, per_minute: usize) -> Result<(), Duration> {
        if let Some(until) = self.blocked_until.filter(|until| *until > at) {
            return Err(until - at);
        }
        while self.recent.front().is_some_and(|answered| *answered + MINUTE <= at) {
            self.recent.pop_front();
        }
        if self.recent.len() < per_minute {
            self.recent.push_back(at);
            return Ok(());
        }
        self.blocked_until = Some(at + MINUTE);
        Err(MINUTE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_request_too_many_within_a_minute_blocks_everything_for_a_minute() {
        let vendor = LimitedVendor::answering(2);
        let second = || tokio::time::advance(Duration::from_secs(1));
        assert_eq!(vendor.receive("a"), Ok(()));
        second().await;
        assert_eq!(vendor.receive("b"), Ok(()));
        second().await;
        assert_eq!(vendor.receive("a"), Err(MINUTE));
        second().await;
        assert_eq!(vendor.receive("b"), Err(Duration::from_secs(59)));
        tokio::time::advance(Duration::from_secs(59)).await;
        assert_eq!(vendor.receive("a"), Ok(()));
        assert_eq!((vendor.refused(), vendor.busiest_minute()), (2, 4));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_of_a_minute_ago_no_longer_counts() {
        let vendor = LimitedVendor::answering(1);
        for _ in 0..3 {
            assert_eq!(vendor.receive("a"), Ok(()));
            tokio::time::advance(MINUTE).await;
        }
        assert_eq!(vendor.busiest_minute(), 1);
    }
}
