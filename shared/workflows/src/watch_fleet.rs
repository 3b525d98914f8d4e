//! Every minute: queue the results that are due, and a probe for each EmployeeConnect that has been silent; start the runs
//! that have work left. Each customer in its turn: queue what is parked and has to be looked at again.
//!
//! What is handed on is put off first, so that two watchdogs, or two looks, do not hand it on twice; should the message or
//! the start be lost, it is due again.

use habitsync_domain::completion::{Completion, CompletionMessage};
use habitsync_domain::parked_results::{Window, in_turn, looked_at};
use habitsync_domain::result::ParkedOn;
use habitsync_domain::tenant::TenantId;
use jiff::{SignedDuration, Timestamp};

use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::fleet::{DueProbe, DueResult, ListDue, ListParked, PostponeDue, UnfinishedRun};
use crate::ports::queue::{QueueCompletion, StartJob};

/// How long a queued result or a started run has before it counts as lost.
const PUT_OFF: SignedDuration = SignedDuration::from_mins(5);

/// How many are looked up at a time.
const PAGE: u32 = 100;

/// How many of what a customer has parked are looked at in an hour; the rest has to wait for another.
const PARKED_PAGE: u32 = 1000;

/// What handing on one more may take: none begins later than this before the deadline.
const ROOM: SignedDuration = SignedDuration::from_secs(5);

/// The watchdog's view of all customers.
pub struct WatchFleet<'a, Fleet, Queue, Jobs, Clock> {
    /// What waits anywhere.
    pub fleet: &'a Fleet,
    /// The result queue.
    pub queue: &'a Queue,
    /// The functions behind the jobs.
    pub jobs: &'a Jobs,
    /// Time.
    pub clock: &'a Clock,
}

/// What the watchdog did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FleetReport {
    /// Results put on the queue.
    pub results_queued: u64,
    /// Results put on the queue to find out whether an EmployeeConnect that has been silent answers again.
    pub probes_queued: u64,
    /// Results put on the queue that are parked and had to be looked at again.
    pub parked_queued: u64,
    /// Runs started.
    pub runs_started: u64,
    /// Items of the index that could not be read. Everything else goes on; somebody has to look at them.
    pub unreadable: u64,
    /// Whatever was due and had moved on before it could be put off.
    pub moved_on: u64,
    /// Whatever could not be handed on; it is due again in five minutes. One customer's failure is nobody else's.
    pub failures: Vec<ServiceFailure>,
}

/// Hands on everything that is due, until nothing is or the invocation is about to end at `deadline`.
///
/// # Errors
/// The results that are due could not be read.
pub async fn watch_fleet<Fleet, Queue, Jobs, Clock>(
    watch: &WatchFleet<'_, Fleet, Queue, Jobs, Clock>,
    deadline: Timestamp,
) -> Result<FleetReport, ServiceFailure>
where
    Fleet: ListDue + ListParked + PostponeDue,
    Queue: QueueCompletion,
    Jobs: StartJob,
    Clock: Now,
{
    let mut report = FleetReport::default();
    watch.start_runs(&mut report).await;
    watch.queue_probes(&mut report).await;
    watch.queue_results(&mut report, deadline).await?;
    watch.queue_parked(&mut report, deadline).await;
    Ok(report)
}

impl<Fleet, Queue, Jobs, Clock> WatchFleet<'_, Fleet, Queue, Jobs, Clock>
where
    Fleet: ListDue + ListParked + PostponeDue,
    Queue: QueueCompletion,
    Jobs: StartJob,
    Clock: Now,
{
    /// Runs that cannot be listed are noted: results wait for nobody else's trouble.
    async fn start_runs(&self, report: &mut FleetReport) {
        let now = self.clock.now();
        match self.fleet.list_unfinished_runs(now, PAGE).await {
            Err(failure) => report.failures.push(failure),
            Ok(runs) => {
                report.unreadable += runs.unreadable;
                for run in runs.items {
                    let started = self.start(&run, now).await;
                    report.note(started, |report| &mut report.runs_started);
                }
            }
        }
    }

    async fn start(&self, run: &UnfinishedRun, now: Timestamp) -> Result<bool, ServiceFailure> {
        if !self.fleet.postpone_run(run, put_off(now)).await? {
            return Ok(false);
        }
        self.jobs.start_job(&run.tenant, run.job).await?;
        Ok(true)
    }

    async fn queue_probes(&self, report: &mut FleetReport) {
        let now = self.clock.now();
        match self.fleet.list_due_probes(now, PAGE).await {
            Err(failure) => report.failures.push(failure),
            Ok(probes) => {
                report.unreadable += probes.unreadable;
                for probe in probes.items {
                    let queued = self.probe(&probe, now).await;
                    report.note(queued, |report| &mut report.probes_queued);
                }
            }
        }
    }

    /// What is held back is not due by itself: the one that has waited longest goes and looks.
    async fn probe(&self, probe: &DueProbe, now: Timestamp) -> Result<bool, ServiceFailure> {
        if !self.fleet.postpone_probe(probe, put_off(now)).await? {
            return Ok(false);
        }
        match self.fleet.find_held_back(&probe.tenant).await? {
            Some(completion) => self.send(&probe.tenant, &completion, now).await.map(|()| true),
            None => Ok(false),
        }
    }

    async fn queue_results(&self, report: &mut FleetReport, deadline: Timestamp) -> Result<(), ServiceFailure> {
        let mut unreadable = 0;
        loop {
            let due = self.fleet.list_due_results(self.clock.now(), PAGE).await?;
            // Those that cannot be read stay due, and are met again by every look of this one tick.
            report.unreadable += due.unreadable.saturating_sub(unreadable);
            unreadable = unreadable.max(due.unreadable);
            let before = report.clone();
            for result in &due.items {
                if self.clock.time_until(deadline) <= ROOM {
                    return Ok(());
                }
                let queued = self.queue(result).await;
                report.note(queued, |report| &mut report.results_queued);
            }
            // The index lags: a page of which nothing was handed on would come again and again.
            let is_last_page = due.items.len() < PAGE as usize;
            let is_stuck =
                report.results_queued == before.results_queued || report.failures.len() > before.failures.len();
            if is_last_page || is_stuck {
                return Ok(());
            }
        }
    }

    async fn queue(&self, due: &DueResult) -> Result<bool, ServiceFailure> {
        if !self.fleet.postpone_result(due, put_off(self.clock.now())).await? {
            return Ok(false);
        }
        self.send(&due.tenant, &due.completion, due.due_at).await?;
        Ok(true)
    }

    /// Nobody may have released them, or nobody will: whoever pushes them decides.
    async fn queue_parked(&self, report: &mut FleetReport, deadline: Timestamp) {
        let now = self.clock.now();
        match self.fleet.list_tenants().await {
            Err(failure) => report.failures.push(failure),
            Ok(tenants) => {
                for tenant in in_turn(tenants, now) {
                    for window in looked_at(now) {
                        self.queue_parked_of(&tenant, window, report, deadline).await;
                    }
                }
            }
        }
    }

    async fn queue_parked_of(&self, tenant: &TenantId, since: Window, report: &mut FleetReport, deadline: Timestamp) {
        let parked = match self.fleet.list_parked(tenant, since, PARKED_PAGE).await {
            Ok(parked) => parked,
            Err(failure) => return report.failures.push(failure),
        };
        report.unreadable += parked.unreadable;
        for parked in parked
            .items
            .into_iter()
            .filter(|parked| parked.on != ParkedOn::Customer)
        {
            if self.clock.time_until(deadline) <= ROOM {
                return;
            }
            let queued = self.send(tenant, &parked.completion, parked.since).await;
            report.note(queued.map(|()| true), |report| &mut report.parked_queued);
        }
    }

    async fn send(
        &self,
        tenant: &TenantId,
        completion: &Completion,
        accepted_at: Timestamp,
    ) -> Result<(), ServiceFailure> {
        let message = CompletionMessage {
            tenant: tenant.clone(),
            completion: completion.clone(),
            accepted_at,
        };
        self.queue.queue_completion(&message).await
    }
}

impl FleetReport {
    fn note(&mut self, handed_on: Result<bool, ServiceFailure>, count: impl FnOnce(&mut Self) -> &mut u64) {
        match handed_on {
            Ok(true) => *count(self) += 1,
            Ok(false) => self.moved_on += 1,
            Err(failure) => self.failures.push(failure),
        }
    }
}

fn put_off(now: Timestamp) -> Timestamp {
    now.checked_add(PUT_OFF).unwrap_or(Timestamp::MAX)
}
