//! One customer's jobs side by side for ten minutes of virtual time: a user sync, course syncs, sweeps and read-backs draw
//! on one budget in memory and call a vendor that refuses everything for a minute past 300 requests a minute.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use habitsync_benches::{BudgetUsage, Sent};
use habitsync_in_memory::{LimitedVendor, SlotStore, TokioClock};
use habitsync_vendor_http::{RequestBudget, SharedBudget};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// What the customer's configuration says.
const PER_MINUTE: u32 = 240;
/// What the vendor answers.
const ANSWERED: usize = 300;
/// How long all of it lasts.
const LASTING: Duration = Duration::from_mins(10);
/// How long a request is under way, and its answer, at most.
const WAY: Duration = Duration::from_millis(400);
/// How long the table takes.
const TABLE: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(30));
/// Functions that push results, one completion at a time.
const PUSHERS: usize = 3;

/// How a job calls the vendor: so many requests one after the other, then a pause, again and again.
struct Job {
    name: &'static str,
    requests: usize,
    pause: Duration,
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> ExitCode {
    let began = Instant::now();
    let vendor = Arc::new(LimitedVendor::answering(ANSWERED));
    let store = SlotStore::taking(TABLE.0..TABLE.1, 1);
    let mut random = Rng::with_seed(2);
    let mut running = JoinSet::new();
    for job in jobs() {
        let process = Process::start(&store, &vendor, random.fork());
        running.spawn(process.run(job, began + LASTING));
    }
    running.join_all().await;
    let usage = usage(&vendor, began);
    print!("{usage}");
    println!(
        "{:<32} {:.2}",
        "table calls for each request",
        per_request(store.calls(), usage.sent.len())
    );
    if usage.is_as_promised() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The user sync has work all the time; a course sync reads a few pages, a sweep a few more; a completion comes to each
/// pusher every nine seconds.
fn jobs() -> Vec<Job> {
    let job = |name, requests, pause| Job {
        name,
        requests,
        pause: Duration::from_secs(pause),
    };
    let mut jobs = vec![
        job("user sync", usize::MAX, 0),
        job("course sync", 4, 1),
        job("sweep", 6, 1),
    ];
    jobs.extend((0..PUSHERS).map(|_| job("read-back", 1, 9)));
    jobs
}

/// A function with a budget of its own making.
struct Process {
    budget: SharedBudget<SlotStore, TokioClock>,
    vendor: Arc<LimitedVendor>,
    random: Rng,
}

impl Process {
    fn start(store: &SlotStore, vendor: &Arc<LimitedVendor>, mut random: Rng) -> Self {
        // Two machines' clocks differ by a little.
        let clock = TokioClock::showing(Timestamp::UNIX_EPOCH + SignedDuration::from_millis(random.i64(0..100)));
        Self {
            budget: SharedBudget::new(store.clone(), clock, PER_MINUTE),
            vendor: vendor.clone(),
            random,
        }
    }

    async fn run(mut self, job: Job, end: Instant) {
        loop {
            for _ in 0..job.requests {
                if self.budget.draw(end).await.is_err() {
                    return;
                }
                self.call(job.name).await;
            }
            sleep(job.pause).await;
        }
    }

    async fn call(&mut self, job: &'static str) {
        self.travel().await;
        let answer = self.vendor.receive(job);
        self.travel().await;
        if let Err(lasting) = answer
            && let Err(error) = self.budget.blocked(lasting).await
        {
            eprintln!("{error}");
        }
    }

    async fn travel(&mut self) {
        sleep(WAY.mul_f64(self.random.f64())).await;
    }
}

fn usage(vendor: &LimitedVendor, began: Instant) -> BudgetUsage {
    let sent = vendor.arrivals().into_iter().map(|arrival| Sent {
        after: arrival.at - began,
        by: arrival.from,
        refused: arrival.refused,
    });
    BudgetUsage {
        per_minute: PER_MINUTE,
        lasting: LASTING,
        sent: sent.collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand calls")]
fn per_request(calls: usize, requests: usize) -> f64 {
    calls as f64 / requests as f64
}
