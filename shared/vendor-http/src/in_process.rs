//! A request budget kept in this process: for a program that is alone with the customer's budget, and for tests.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::pace::{Drawing, PaceError, RequestBudget};

/// Evenly spaced slots, without bursts (the generic cell rate algorithm with no tolerance).
#[derive(Debug)]
pub struct InProcessBudget {
    interval: Duration,
    /// When the next slot falls due; in the past when the budget has been idle.
    next: Mutex<Instant>,
}

impl InProcessBudget {
    /// A budget of this many requests a minute; of none at all means one a minute.
    #[must_use]
    pub fn per_minute(requests: u32) -> Self {
        Self {
            interval: Duration::from_mins(1) / requests.max(1),
            next: Mutex::new(Instant::now()),
        }
    }

    /// Takes the next slot, unless it comes after the deadline.
    fn take(&self, deadline: Instant) -> Result<Instant, PaceError> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let slot = now.max(*next);
        if slot > deadline {
            return Err(PaceError::NotInTime {
                retry_after: slot - now,
            });
        }
        *next = slot + self.interval;
        Ok(slot)
    }

    fn block(&self, lasting: Duration) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = (*next).max(Instant::now() + lasting);
    }
}

impl RequestBudget for InProcessBudget {
    fn draw(&self, deadline: Instant) -> Drawing<'_> {
        Box::pin(async move {
            sleep_until(self.take(deadline)?).await;
            Ok(())
        })
    }

    fn blocked(&self, lasting: Duration) -> Drawing<'_> {
        Box::pin(async move {
            self.block(lasting);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_seconds(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn slots_are_evenly_spaced_from_the_first() {
        let (budget, start) = (InProcessBudget::per_minute(60), Instant::now());
        for second in 0..3 {
            budget.draw(in_seconds(60)).await.expect("a slot");
            assert_eq!(start.elapsed().as_secs(), second);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn idle_time_is_not_saved_up_for_a_burst() {
        let budget = InProcessBudget::per_minute(60);
        tokio::time::advance(Duration::from_secs(30)).await;
        let start = Instant::now();
        for _ in 0..3 {
            budget.draw(in_seconds(60)).await.expect("a slot");
        }
        assert_eq!(start.elapsed().as_secs(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_beyond_the_deadline_is_left_for_others() {
        let (budget, start) = (InProcessBudget::per_minute(1), Instant::now());
        budget.draw(in_seconds(5)).await.expect("a slot");
        let refused = budget.draw(in_seconds(5)).await.expect_err("no slot in time");
        assert!(
            matches!(refused, PaceError::NotInTime { retry_after } if retry_after.as_secs() == 60),
            "{refused}"
        );
        budget.draw(in_seconds(60)).await.expect("the same slot");
        assert_eq!(start.elapsed().as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn a_block_moves_every_slot_behind_it_and_is_never_shortened() {
        let (budget, start) = (InProcessBudget::per_minute(60), Instant::now());
        budget.blocked(Duration::from_mins(1)).await.expect("kept");
        budget.blocked(Duration::from_secs(5)).await.expect("kept");
        budget.draw(in_seconds(120)).await.expect("a slot");
        assert_eq!(start.elapsed().as_secs(), 60);
    }
}
