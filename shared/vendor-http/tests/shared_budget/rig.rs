//! Processes that share a budget, their jobs, and the vendor that they call.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use habitsync_in_memory::{LimitedVendor, SlotStore, TokioClock};
use habitsync_vendor_http::{RequestBudget, SharedBudget};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// A budget as one process sees it.
pub(crate) type Budget = Arc<SharedBudget<SlotStore, TokioClock>>;

/// How long a request takes to the vendor, and its answer back, at most; at least nothing.
pub(crate) const LONGEST_JOURNEY: Duration = Duration::from_millis(400);
/// How long the store takes.
const STORE: Range<Duration> = Duration::from_millis(2)..Duration::from_millis(30);
/// By how many milliseconds a process's clock is ahead of or behind the true time.
const CLOCKS_DIFFER_BY_MS: i64 = 50;

/// One customer's budget with one vendor.
pub(crate) struct Rig {
    pub(crate) store: SlotStore,
    pub(crate) vendor: Arc<LimitedVendor>,
    pub(crate) began: Instant,
    per_minute: u32,
    random: Rng,
}

impl Rig {
    /// A budget of so many requests a minute, with a vendor that answers so many.
    pub(crate) fn new(per_minute: u32, answered: usize) -> Self {
        Self {
            store: SlotStore::taking(STORE, 7),
            vendor: Arc::new(LimitedVendor::answering(answered)),
            began: Instant::now(),
            per_minute,
            random: Rng::with_seed(11),
        }
    }

    /// Another process, with a clock of its own.
    pub(crate) fn process(&mut self) -> Budget {
        self.process_ahead_by(SignedDuration::ZERO)
    }

    /// The same with a clock that is ahead, or behind where `by` is negative.
    pub(crate) fn process_ahead_by(&mut self, by: SignedDuration) -> Budget {
        let differs = self.random.i64(-CLOCKS_DIFFER_BY_MS..=CLOCKS_DIFFER_BY_MS);
        let shown = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(500_000) + SignedDuration::from_millis(differs);
        let clock = TokioClock::showing(shown + by + self.began.elapsed());
        Arc::new(SharedBudget::new(self.store.clone(), clock, self.per_minute))
    }

    /// Jobs of one process, each of which sends one request after the other, as long as it may.
    pub(crate) fn jobs(&mut self, name: &'static str, many: usize, lasting: Duration) -> Vec<JoinHandle<()>> {
        let process = self.process();
        let end = Instant::now() + lasting;
        let job = |_| {
            let caller = self.caller(name, &process);
            tokio::spawn(caller.call_until(end))
        };
        (0..many).map(job).collect()
    }

    /// A job that sends a few requests, rests, and begins again.
    pub(crate) fn short_jobs(&mut self, name: &'static str, requests: usize, lasting: Duration) -> JoinHandle<()> {
        let process = self.process();
        let caller = self.caller(name, &process);
        tokio::spawn(caller.call_in_bursts(requests, Instant::now() + lasting))
    }

    /// Returns a caller of the vendor through this process.
    pub(crate) fn caller(&mut self, name: &'static str, process: &Budget) -> Caller {
        Caller {
            name,
            budget: process.clone(),
            vendor: self.vendor.clone(),
            random: self.random.fork(),
        }
    }

    /// How much of the budget was used until now.
    pub(crate) fn share_used(&self) -> f64 {
        let sent = u32::try_from(self.vendor.arrivals().len()).expect("few");
        f64::from(sent) / (f64::from(self.per_minute) * self.began.elapsed().as_secs_f64() / 60.0)
    }
}

/// A caller of the vendor.
pub(crate) struct Caller {
    pub(crate) budget: Budget,
    name: &'static str,
    vendor: Arc<LimitedVendor>,
    random: Rng,
}

impl Caller {
    /// One request after the other.
    pub(crate) async fn call_until(mut self, end: Instant) {
        while self.budget.draw(end).await.is_ok() {
            self.send().await;
        }
    }

    /// So many requests one after the other, then a rest of a second or two, again and again.
    pub(crate) async fn call_in_bursts(mut self, requests: usize, end: Instant) {
        loop {
            for _ in 0..requests {
                if self.budget.draw(end).await.is_err() {
                    return;
                }
                self.send().await;
            }
            sleep(Duration::from_secs_f64(1.0 + self.random.f64())).await;
        }
    }

    /// Sends a request, and reports a 429 to the budget.
    pub(crate) async fn send(&mut self) {
        self.travel().await;
        let answer = self.vendor.receive(self.name);
        self.travel().await;
        if let Err(lasting) = answer {
            self.budget.blocked(lasting).await.expect("stored");
        }
    }

    async fn travel(&mut self) {
        sleep(LONGEST_JOURNEY.mul_f64(self.random.f64())).await;
    }
}

/// Waits for jobs to end.
pub(crate) async fn ended(jobs: impl IntoIterator<Item = JoinHandle<()>>) {
    for job in jobs {
        job.await.expect("it does not panic");
    }
}
