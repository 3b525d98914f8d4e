//! One customer's budget of requests with one vendor, shared by every job of that customer, in whichever process.
//!
//! The arithmetic is in `slots`. A process leases a few slots with one conditional write and hands them out to its callers;
//! `lease_size` decides how many, so that a result takes one slot and a long sync a second's worth. A 429 moves the next free
//! slot to the end of the block, which every process finds with its next lease. A next free slot that lies further ahead than
//! any lease or block reaches comes from a process whose clock was ahead: the first process that meets it sets it back.

mod lease_size;
mod lease_slots;
mod slots;

use habitsync_workflows::ports::clock::Now;
use tokio::sync::Mutex;
use tokio::time::{Duration, Instant, sleep, timeout_at};

use crate::pace::{Drawing, PaceError, RequestBudget};
use lease_size::{LastLease, LeaseSize};
use slots::{Pace, Slots, Step, is_no_block, is_void, micros, until};

pub use lease_slots::{LeaseSlots, Moved};
pub use slots::{HORIZON, LATENESS, Micros};

/// The budget as one process sees it. Make one per customer and vendor, and share it among its callers.
#[derive(Debug)]
pub struct SharedBudget<L, C> {
    store: L,
    clock: C,
    pace: Pace,
    mine: Mutex<Mine>,
}

/// This process's part of the budget.
#[derive(Debug)]
struct Mine {
    slots: Slots,
    /// The next free slot as last seen in the store: it is there or later.
    next: Option<Micros>,
    lease_size: LeaseSize,
    /// Whether a caller has asked for a slot since the last ones ran out.
    asked: bool,
    /// The end of the last lease.
    leased_until: Micros,
    /// Whether others had leased slots before the last lease.
    beside_others: bool,
    /// The end of the last block that this process met.
    blocked_until: Micros,
    /// The end of the last block that this process found in the store.
    found_block: Micros,
}

/// Outcome of asking for a slot.
enum Turn {
    /// A slot at this time belongs to this process.
    At(Micros),
    /// None is to be had yet: ask again then.
    AskAgain(Micros),
}

impl<L: LeaseSlots, C: Now + Send + Sync> SharedBudget<L, C> {
    /// The budget kept in `store`: the vendor counts no more than so many requests in any minute, however many processes
    /// share it. Its slots are times of `clock`, which must run as fast as Tokio's.
    pub fn new(store: L, clock: C, requests_per_minute: u32) -> Self {
        let pace = Pace::per_minute(requests_per_minute);
        let mine = Mutex::new(Mine {
            slots: Slots::NONE,
            next: None,
            lease_size: LeaseSize::first(pace.longest_lease()),
            asked: false,
            leased_until: 0,
            beside_others: false,
            blocked_until: 0,
            found_block: 0,
        });
        Self {
            store,
            clock,
            pace,
            mine,
        }
    }

    async fn draw_slot(&self, deadline: Instant) -> Result<(), PaceError> {
        let last = self
            .now()
            .saturating_add(micros(deadline.saturating_duration_since(Instant::now())));
        loop {
            // Without an answer from the store by then, there is no slot by then.
            let turn = timeout_at(deadline, self.turn(last))
                .await
                .unwrap_or_else(|_| Err(self.not_in_time(last)))?;
            match turn {
                Turn::At(slot) => {
                    sleep(until(slot, self.now())).await;
                    if self.is_good(slot).await {
                        return Ok(());
                    }
                }
                Turn::AskAgain(then) => sleep(until(then, self.now())).await,
            }
        }
    }

    /// Whether a slot whose time has come may be used: a 429 that another caller met meanwhile holds for it, too, and a
    /// process that was frozen may wake up long after.
    async fn is_good(&self, slot: Micros) -> bool {
        let blocked_until = self.mine.lock().await.blocked_until;
        let now = self.now();
        blocked_until <= now && !is_void(slot, now)
    }

    /// A slot no later than `last`, from those at hand or from a new lease.
    async fn turn(&self, last: Micros) -> Result<Turn, PaceError> {
        let mut mine = self.mine.lock().await;
        loop {
            let now = self.now();
            if let Some(slot) = mine.slots.peek(now) {
                if slot > last {
                    return Err(self.not_in_time(slot));
                }
                mine.slots.take();
                return Ok(Turn::At(slot));
            }
            mine.ask(now);
            match self.pace.step(mine.lease_size.slots(), mine.next, now) {
                Step::Wait { next, .. } if self.is_to_reclaim(&mine, next, now) => {
                    self.reclaim(&mut mine, next, now).await.map_err(unavailable)?;
                }
                Step::Wait { next, .. } if next > last => {
                    mine.asked = false;
                    return Err(self.not_in_time(next));
                }
                Step::Wait { until, .. } => return Ok(Turn::AskAgain(until)),
                step => self.lease(&mut mine, step).await.map_err(unavailable)?,
            }
        }
    }

    /// Tries to lease slots; where another process moved the budget, this one at least knows its position afterwards.
    async fn lease(&self, mine: &mut Mine, step: Step) -> Result<(), L::Error> {
        let now = self.now();
        let (by, moved) = match step {
            Step::Advance { by, from, to } => (by, self.store.advance(by, from, to).await?),
            Step::Restart { first, by, idle_since } => {
                let moved = match self.store.restart(first + by, idle_since).await? {
                    // The slots before it were free, and no process owned them.
                    Moved::Done { .. } => Moved::Done { previous: first },
                    held @ Moved::Held { .. } => held,
                };
                (by, moved)
            }
            Step::Wait { .. } => return Ok(()),
        };
        match moved {
            Moved::Done { previous: first } => {
                mine.beside_others = first > mine.leased_until.max(now);
                mine.leased(self.pace.slots(first, by), first + by);
            }
            Moved::Held { current } => mine.next = Some(current),
        }
        Ok(())
    }

    fn is_to_reclaim(&self, mine: &Mine, next: Micros, now: Micros) -> bool {
        self.pace.is_out_of_reach(next, now)
            && (next != mine.found_block.max(mine.blocked_until) || is_no_block(next, now))
    }

    /// Sets the next free slot back, unless it is the end of a block.
    async fn reclaim(&self, mine: &mut Mine, seen: Micros, now: Micros) -> Result<(), L::Error> {
        match self.store.reclaim(seen, now, is_no_block(seen, now)).await? {
            Moved::Done { .. } => mine.next = Some(now),
            Moved::Held { current } if current == seen => mine.found_block = seen,
            Moved::Held { current } => mine.next = Some(current),
        }
        Ok(())
    }

    async fn block(&self, lasting: Duration) -> Result<(), L::Error> {
        let end = self.now().saturating_add(micros(lasting));
        self.mine.lock().await.block(end, self.pace);
        self.store.block(end).await
    }

    fn now(&self) -> Micros {
        self.clock.now().as_microsecond()
    }

    fn not_in_time(&self, slot: Micros) -> PaceError {
        PaceError::NotInTime {
            retry_after: until(slot, self.now()),
        }
    }
}

impl<L: LeaseSlots, C: Now + Send + Sync> RequestBudget for SharedBudget<L, C> {
    fn draw(&self, deadline: Instant) -> Drawing<'_> {
        Box::pin(self.draw_slot(deadline))
    }

    fn blocked(&self, lasting: Duration) -> Drawing<'_> {
        Box::pin(async move { self.block(lasting).await.map_err(unavailable) })
    }
}

impl Mine {
    /// Notes that a slot is wanted and none is at hand. How large the next lease is to be is decided by when the first
    /// caller asked, not by how long the others kept it waiting.
    fn ask(&mut self, now: Micros) {
        if !self.asked {
            self.lease_size = self.lease_size.after(LastLease {
                ended: now.saturating_sub(self.leased_until),
                lapsed: self.slots.lapsed(),
                beside_others: self.beside_others,
            });
            self.asked = true;
        }
    }

    fn leased(&mut self, slots: Slots, end: Micros) {
        self.slots = slots;
        self.asked = false;
        self.leased_until = end;
        self.next = Some(end);
    }

    fn block(&mut self, end: Micros, pace: Pace) {
        self.slots = Slots::NONE;
        self.next = None;
        self.asked = false;
        self.lease_size = LeaseSize::first(pace.longest_lease());
        self.blocked_until = self.blocked_until.max(end);
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> PaceError {
    PaceError::Unavailable(Box::new(error))
}
