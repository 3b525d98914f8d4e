//! Where a shared request budget is kept, in memory and as slow as a table.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use habitsync_vendor_http::{LeaseSlots, Micros, Moved};
use parking_lot::Mutex;

/// The next free slot of one budget. Clones share it.
#[derive(Debug, Clone)]
pub struct SlotStore {
    state: Arc<Mutex<State>>,
    takes: Range<Duration>,
}

#[derive(Debug)]
struct State {
    next: Option<Micros>,
    blocked: Option<Micros>,
    calls: usize,
    random: Rng,
}

impl SlotStore {
    /// Returns an unused budget, in a store whose calls take this long; `seed` decides how long each does.
    #[must_use]
    pub fn taking(takes: Range<Duration>, seed: u64) -> Self {
        let state = State {
            next: None,
            blocked: None,
            calls: 0,
            random: Rng::with_seed(seed),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            takes,
        }
    }

    /// How many calls there were, those included whose condition did not hold.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.state.lock().calls
    }

    /// Has the effect half-way through the time that the call takes.
    async fn call<T>(&self, effect: impl FnOnce(&mut Option<Micros>) -> T + Send) -> T {
        let half = self.half();
        tokio::time::sleep(half).await;
        let outcome = effect(&mut self.state.lock().next);
        tokio::time::sleep(half).await;
        outcome
    }

    fn half(&self) -> Duration {
        let mut state = self.state.lock();
        state.calls += 1;
        let share = state.random.f64();
        (self.takes.start + self.takes.end.saturating_sub(self.takes.start).mul_f64(share)) / 2
    }

    /// Moves the number where its condition holds.
    async fn moved(&self, change: impl FnOnce(Option<Micros>) -> Option<Micros> + Send) -> Result<Moved, Infallible> {
        let moved = self.call(|next| {
            let before = next.unwrap_or(0);
            match change(*next) {
                Some(after) => {
                    *next = Some(after);
                    Moved::Done { previous: before }
                }
                None => Moved::Held { current: before },
            }
        });
        Ok(moved.await)
    }
}

impl LeaseSlots for SlotStore {
    type Error = Infallible;

    async fn advance(&self, by: Micros, from: Micros, to: Micros) -> Result<Moved, Infallible> {
        self.moved(|next| next.filter(|next| (from..=to).contains(next)).map(|next| next + by))
            .await
    }

    async fn restart(&self, next: Micros, idle_since: Micros) -> Result<Moved, Infallible> {
        self.moved(|found| found.is_none_or(|found| found < idle_since).then_some(next))
            .await
    }

    async fn reclaim(&self, seen: Micros, next: Micros, despite_block: bool) -> Result<Moved, Infallible> {
        let blocked = self.state.lock().blocked.filter(|_| !despite_block);
        self.moved(|found| (found == Some(seen) && blocked != Some(seen)).then_some(next))
            .await
    }

    async fn block(&self, until: Micros) -> Result<(), Infallible> {
        self.state.lock().blocked = Some(until);
        self.moved(|found| found.is_none_or(|found| found < until).then_some(until))
            .await
            .map(drop)
    }
}
