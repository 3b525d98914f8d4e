//! A process: its clock, when it is stopped and for how long, and its way to a vendor.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use habitsync_in_memory::{Table, TokioClock, vendor_failure};
use habitsync_workflows::ports::clock::{Now, Pause};
use habitsync_workflows::ports::failure::{Vendor, VendorFailure, VendorFailureKind};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use proptest::prelude::*;
use tokio::time::{Sleep, sleep, timeout};

/// The time-out of one request.
const REQUEST: Duration = Duration::from_secs(5);

/// How one process fares.
#[derive(Debug, Clone)]
pub(crate) struct Fate {
    /// When it begins, in seconds.
    pub(crate) begins: u64,
    /// How far its clock is ahead, in milliseconds.
    ahead: i64,
    /// Before which of its steps it is stopped, and for how many seconds.
    stops: Vec<(usize, u64)>,
    /// Which of the things it may do it does.
    pub(crate) does: usize,
}

/// Two to four processes, stopped up to three times each.
pub(crate) fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let stops = prop::collection::vec((1_usize..400, 1_u64..240), 0..4);
    let fate = (0_u64..180, -2_000_i64..=2_000, stops, 0_usize..4);
    let fate = fate.prop_map(|(begins, ahead, stops, does)| Fate {
        begins,
        ahead,
        stops,
        does,
    });
    prop::collection::vec(fate, 2..5)
}

impl Fate {
    /// A process that nothing happens to, some time after all others.
    pub(crate) fn calm(begins: u64) -> Self {
        Self {
            begins,
            ahead: 0,
            stops: Vec::new(),
            does: 0,
        }
    }

    /// A process that is stopped once.
    pub(crate) fn stopped_at(step: usize, seconds: u64) -> Self {
        Self {
            stops: vec![(step, seconds)],
            ..Self::calm(0)
        }
    }

    pub(crate) fn clock(&self, clock: TokioClock) -> Skewed {
        Skewed {
            clock,
            ahead: SignedDuration::from_millis(self.ahead),
        }
    }

    /// Runs the work as a process that is stopped when it is to be.
    pub(crate) async fn live<T>(&self, work: impl Future<Output = T>) -> T {
        sleep(Duration::from_secs(self.begins)).await;
        let stops = self.stops.iter().copied().collect();
        Stopped {
            work: Box::pin(work),
            step: 0,
            stops,
            asleep: None,
        }
        .await
    }
}

/// A clock that is ahead of the true time, or behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Skewed {
    clock: TokioClock,
    ahead: SignedDuration,
}

impl Now for Skewed {
    fn now(&self) -> Timestamp {
        self.clock.now() + self.ahead
    }
}

impl Pause for Skewed {
    async fn pause(&self, wait: Duration) {
        sleep(wait).await;
    }
}

/// Work that makes no step while its process is stopped, its timers included.
struct Stopped<F> {
    work: Pin<Box<F>>,
    step: usize,
    stops: BTreeMap<usize, u64>,
    asleep: Option<Pin<Box<Sleep>>>,
}

impl<F: Future> Future for Stopped<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        loop {
            if let Some(asleep) = &mut self.asleep {
                ready!(asleep.as_mut().poll(context));
                self.asleep = None;
            }
            self.step += 1;
            let step = self.step;
            match self.stops.remove(&step) {
                Some(seconds) => self.asleep = Some(Box::pin(sleep(Duration::from_secs(seconds)))),
                None => return self.work.as_mut().poll(context),
            }
        }
    }
}

/// A process's way to a vendor, as its client goes it: no request starts without a lease that lasts, each is given up after its time,
/// and one that has started arrives whatever becomes of the process.
pub(crate) struct Line<V> {
    pub(crate) vendor: Arc<V>,
    pub(crate) table: Table,
    pub(crate) clock: Skewed,
    pub(crate) watch: Watch,
    sent: AtomicU64,
}

/// Writes that arrived at a vendor, and what was wrong with them.
#[derive(Clone, Default)]
pub(crate) struct Watch {
    pub(crate) offences: Arc<Mutex<Vec<String>>>,
    pub(crate) arrived: Arc<AtomicU64>,
}

impl<V: Send + Sync + 'static> Line<V> {
    pub(crate) fn new(vendor: &Arc<V>, table: &Table, clock: Skewed, watch: &Watch) -> Self {
        Self {
            vendor: Arc::clone(vendor),
            table: table.clone(),
            clock,
            watch: watch.clone(),
            sent: AtomicU64::new(u64::from(table.process)),
        }
    }

    /// Sends a request whose effect is this. `holder`: which process may have it, once it arrives.
    pub(crate) async fn send<T, F>(
        &self,
        holder: impl FnOnce(&Table) -> Option<u32> + Send + 'static,
        effect: impl FnOnce(Arc<V>) -> F,
    ) -> Result<T, VendorFailure>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, VendorFailure>> + Send + 'static,
    {
        self.must_hold_lease().await?;
        let (table, watch) = (self.table.clone(), self.watch.clone());
        let (effect, takes) = (effect(Arc::clone(&self.vendor)), self.takes());
        let request = tokio::spawn(async move {
            sleep(takes).await;
            watch.arrived.fetch_add(1, Ordering::Relaxed);
            let holder = holder(&table);
            if holder.is_some_and(|holder| holder != table.process) {
                let offence = format!("process {} wrote when {holder:?} had begun", table.process);
                watch.offences.lock().push(offence);
            }
            effect.await
        });
        match timeout(REQUEST, request).await {
            Ok(answer) => answer.expect("no panic"),
            Err(_) => Err(unavailable(true)),
        }
    }

    async fn must_hold_lease(&self) -> Result<(), VendorFailure> {
        for _ in 0..20 {
            if self.table.term.time_for_request(self.clock.now()).is_some() {
                return Ok(());
            }
            sleep(Duration::from_millis(250)).await;
        }
        Err(vendor_failure(Vendor::TribalHabits, VendorFailureKind::NoTimeLeft))
    }

    /// How long the next request takes to arrive: up to just less than its time-out.
    fn takes(&self) -> Duration {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        Duration::from_millis(number * 7_919 % 4_900)
    }
}

pub(crate) fn unavailable(may_have_happened: bool) -> VendorFailure {
    vendor_failure(
        Vendor::TribalHabits,
        VendorFailureKind::Unavailable { may_have_happened },
    )
}

/// Runs a story in time that passes only when nothing else happens.
pub(crate) fn told<T>(story: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(story)
}

pub(crate) fn beginning() -> Timestamp {
    "2026-11-22T21:00:00Z".parse().expect("a time")
}
