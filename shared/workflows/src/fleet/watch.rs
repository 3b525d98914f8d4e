//! Work of every minute: queues the results that are due, and a probe for each EmployeeConnect that has been silent;
//! starts the runs that have work left. For each customer in turn: queues the parked results that have to be looked at
//! again.
//!
//! No customer waits for another. The four kinds of work run side by side, and several customers' at a time. In each
//! round every customer gets a share of the due results. A customer whose call fails, hangs or panics is left for the
//! next minute, and the others continue.
//!
//! Each item is postponed before it is handed on, so that two watchdogs, or two passes, do not hand it on twice; if the
//! message or the start is lost, the item is due again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use futures_util::future::{join4, ready};
use futures_util::stream::{self, StreamExt};
use habitsync_domain::results::completion::{Completion, CompletionMessage};
use habitsync_domain::results::parked::{in_turn, looked_at};
use habitsync_domain::results::result::ParkedOn;
use habitsync_domain::tenant::TenantId;
use jiff::{SignedDuration, Timestamp};

use crate::jobs::contained::contained;
use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::fleet::{Due, DueProbe, DueResult, ListDue, ListParked, ParkedResult, PostponeDue, UnfinishedRun};
use crate::ports::queue::{QueueCompletion, StartJob};

/// Time after which a queued result or a started run counts as lost.
const PUT_OFF: SignedDuration = SignedDuration::from_mins(5);

/// Number of due results that are looked up at a time, and of one customer's results that are queued in a round.
const PAGE: u32 = 100;

/// Number of calls in flight at a time: a slow one delays only a fraction of the others.
const IN_FLIGHT: usize = 16;

/// Number of a customer's parked results that are checked in an hour; the rest waits for a later hour.
const PARKED_PAGE: u32 = 1000;

/// Time reserved for handing on one more item: none begins later than this before the deadline.
const ROOM: SignedDuration = SignedDuration::from_secs(5);

/// The watchdog's view of all customers.
pub struct WatchFleet<'a, Fleet, Queue, Jobs, Clock> {
    /// Lists the due work of all customers.
    pub fleet: &'a Fleet,
    /// The result queue.
    pub queue: &'a Queue,
    /// The functions behind the jobs.
    pub jobs: &'a Jobs,
    /// Source of the current time.
    pub clock: &'a Clock,
}

/// Counts of the watchdog's work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FleetReport {
    /// Results put on the queue.
    pub results_queued: u64,
    /// Results put on the queue to find out whether an EmployeeConnect that has been silent answers again.
    pub probes_queued: u64,
    /// Results put on the queue that are parked and had to be looked at again.
    pub parked_queued: u64,
    /// Number of runs started.
    pub runs_started: u64,
    /// Items of the index that could not be read. All other work continues; an operator has to look at these items.
    pub unreadable: u64,
    /// Items that were due and had changed before they could be postponed.
    pub moved_on: u64,
    /// Items that could not be handed on; each is due again in five minutes. One customer's failure does not delay the
    /// others.
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
    let (runs, probes) = (watch.start_runs(), watch.queue_probes());
    let (results, parked) = (watch.queue_results(deadline), watch.queue_parked(deadline));
    let (runs, probes, results, parked) = join4(runs, probes, results, parked).await;
    Ok(runs.and(probes).and(parked).and(results?))
}

impl<Fleet, Queue, Jobs, Clock> WatchFleet<'_, Fleet, Queue, Jobs, Clock>
where
    Fleet: ListDue + ListParked + PostponeDue,
    Queue: QueueCompletion,
    Jobs: StartJob,
    Clock: Now,
{
    /// Starts each customer's job once, even where several of its runs are unfinished.
    async fn start_runs(&self) -> FleetReport {
        let now = self.clock.now();
        let mut report = FleetReport::default();
        match self.fleet.list_unfinished_runs(now, u32::MAX).await {
            Err(failure) => report.failures.push(failure),
            Ok(runs) => {
                report.unreadable = runs.unreadable;
                let mut jobs = BTreeSet::new();
                let runs = runs.items.iter().filter(|run| jobs.insert((&run.tenant, run.job)));
                let started = runs.map(|run| contained(self.start(run, now)));
                let mut started = stream::iter(started).buffer_unordered(IN_FLIGHT);
                while let Some(started) = started.next().await {
                    if let Some(started) = started.transpose() {
                        report.note(started, |report| &mut report.runs_started);
                    }
                }
            }
        }
        report
    }

    /// Returns whether the run was started; none where it is still running.
    async fn start(&self, run: &UnfinishedRun, now: Timestamp) -> Result<Option<bool>, ServiceFailure> {
        if !self.fleet.has_stopped(run, now).await? {
            return Ok(None);
        }
        if !self.fleet.postpone_run(run, put_off(now)).await? {
            return Ok(Some(false));
        }
        self.jobs.start_job(&run.tenant, run.job).await?;
        Ok(Some(true))
    }

    async fn queue_probes(&self) -> FleetReport {
        let now = self.clock.now();
        let mut report = FleetReport::default();
        match self.fleet.list_due_probes(now, u32::MAX).await {
            Err(failure) => report.failures.push(failure),
            Ok(probes) => {
                report.unreadable = probes.unreadable;
                let probes = probes.items.iter().map(|probe| contained(self.probe(probe, now)));
                let mut queued = stream::iter(probes).buffer_unordered(IN_FLIGHT);
                while let Some(queued) = queued.next().await {
                    report.note(queued, |report| &mut report.probes_queued);
                }
            }
        }
        report
    }

    /// Queues the result that has waited longest as a probe. Results behind an open breaker are not due by themselves.
    async fn probe(&self, probe: &DueProbe, now: Timestamp) -> Result<bool, ServiceFailure> {
        if !self.fleet.postpone_probe(probe, put_off(now)).await? {
            return Ok(false);
        }
        match self.fleet.find_held_back(&probe.tenant).await? {
            Some(completion) => self.send(&probe.tenant, &completion, now).await.map(|()| true),
            None => Ok(false),
        }
    }

    /// Queues due results in rounds, so that a customer with thousands of them does not go before one with a single
    /// result.
    async fn queue_results(&self, deadline: Timestamp) -> Result<FleetReport, ServiceFailure> {
        let (mut report, mut unreadable) = (FleetReport::default(), 0);
        let (mut round, mut left) = (Round::default(), BTreeSet::new());
        loop {
            let except = left.union(&round.served).cloned().collect();
            let due = self.fleet.list_due_results(self.clock.now(), PAGE, &except).await?;
            // Those that cannot be read stay due, and each look of this one tick finds them again.
            report.unreadable += due.unreadable.saturating_sub(unreadable);
            unreadable = unreadable.max(due.unreadable);
            let tried = self.queue_page(&due.items, deadline).await;
            left.extend(round.note(&tried));
            report = report.noting(tried);
            let is_over = self.clock.time_until(deadline) <= ROOM;
            if is_over || (due.items.len() < PAGE as usize && !round.begin_next()) {
                return Ok(report);
            }
        }
    }

    /// Queues a page of results, as far as there is time. Once a call about a customer has failed, no other is made about it.
    async fn queue_page<'d>(&self, due: &'d [DueResult], deadline: Timestamp) -> Vec<Tried<'d>> {
        let failed = Mutex::new(BTreeSet::new());
        let failed = &failed;
        let in_time = due.iter().map(|result| async move {
            let has_failed = failed.lock().is_ok_and(|failed| failed.contains(&result.tenant));
            if has_failed || self.clock.time_until(deadline) <= ROOM {
                return None;
            }
            let queued = contained(self.queue(result)).await;
            if let (Err(_), Ok(mut failed)) = (&queued, failed.lock()) {
                failed.insert(&result.tenant);
            }
            Some((&result.tenant, queued))
        });
        let tried = stream::iter(in_time).buffer_unordered(IN_FLIGHT);
        tried.filter_map(ready).collect().await
    }

    async fn queue(&self, due: &DueResult) -> Result<bool, ServiceFailure> {
        if !self.fleet.postpone_result(due, put_off(self.clock.now())).await? {
            return Ok(false);
        }
        self.send(&due.tenant, &due.completion, due.due_at).await?;
        Ok(true)
    }

    /// Queues parked results, since a release may have missed them; the push decides.
    async fn queue_parked(&self, deadline: Timestamp) -> FleetReport {
        let now = self.clock.now();
        let tenants = match self.fleet.list_tenants().await {
            Ok(tenants) => tenants,
            Err(failure) => return FleetReport::default().noting_failure(failure),
        };
        let customers = in_turn(tenants, now).map(|tenant| self.queue_parked_of(tenant, now, deadline));
        let reports = stream::iter(customers).buffer_unordered(IN_FLIGHT);
        reports
            .fold(FleetReport::default(), async |all, one| all.and(one))
            .await
    }

    async fn queue_parked_of(&self, tenant: TenantId, now: Timestamp, deadline: Timestamp) -> FleetReport {
        let mut report = FleetReport::default();
        for window in looked_at(now) {
            let listed = contained(self.fleet.list_parked(&tenant, window, PARKED_PAGE)).await;
            let queued = match listed {
                Ok(parked) => self.queue_again(&tenant, parked, &mut report, deadline).await,
                Err(failure) => Err(failure),
            };
            if let Err(failure) = queued {
                return report.noting_failure(failure);
            }
        }
        report
    }

    async fn queue_again(
        &self,
        tenant: &TenantId,
        parked: Due<ParkedResult>,
        report: &mut FleetReport,
        deadline: Timestamp,
    ) -> Result<(), ServiceFailure> {
        report.unreadable += parked.unreadable;
        for parked in parked
            .items
            .into_iter()
            .filter(|parked| parked.on != ParkedOn::Customer)
        {
            if self.clock.time_until(deadline) <= ROOM {
                break;
            }
            contained(self.send(tenant, &parked.completion, parked.since)).await?;
            report.parked_queued += 1;
        }
        Ok(())
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

/// A due result's customer, and whether it was queued; false where it had moved on.
type Tried<'d> = (&'d TenantId, Result<bool, ServiceFailure>);

/// Number of each customer's results that a round has queued.
#[derive(Default)]
struct Round {
    queued: BTreeMap<TenantId, u32>,
    /// The customers that had their share.
    served: BTreeSet<TenantId>,
}

impl Round {
    /// Counts a page of attempts. Returns the customers whose next turn is in a minute: a call about them failed and is
    /// likely to fail again, or none of their results was queued, since the index lags.
    fn note(&mut self, tried: &[Tried<'_>]) -> BTreeSet<TenantId> {
        let (mut failed, mut queued) = (BTreeSet::new(), BTreeSet::new());
        for (tenant, outcome) in tried {
            match outcome {
                Ok(true) => drop(queued.insert(*tenant)),
                Ok(false) => {}
                Err(_) => drop(failed.insert(*tenant)),
            }
            let share = self.queued.entry((*tenant).clone()).or_default();
            *share += 1;
            if *share >= PAGE {
                self.served.insert((*tenant).clone());
            }
        }
        let is_left = |tenant: &&TenantId| failed.contains(tenant) || !queued.contains(tenant);
        let tenants = tried.iter().map(|(tenant, _)| *tenant).filter(is_left);
        tenants.cloned().collect()
    }

    /// Begins another round. Returns whether it has work: some customers have used up their share and may have more
    /// results.
    fn begin_next(&mut self) -> bool {
        self.queued.clear();
        !std::mem::take(&mut self.served).is_empty()
    }
}

impl FleetReport {
    /// Adds both counts.
    fn and(mut self, other: Self) -> Self {
        self.results_queued += other.results_queued;
        self.probes_queued += other.probes_queued;
        self.parked_queued += other.parked_queued;
        self.runs_started += other.runs_started;
        self.unreadable += other.unreadable;
        self.moved_on += other.moved_on;
        self.failures.extend(other.failures);
        self
    }

    fn noting(mut self, tried: Vec<Tried<'_>>) -> Self {
        for (_, queued) in tried {
            self.note(queued, |report| &mut report.results_queued);
        }
        self
    }

    fn noting_failure(mut self, failure: ServiceFailure) -> Self {
        self.failures.push(failure);
        self
    }

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
