//! Every minute: how the fleet is, in numbers, and which customers are stale. One number each, none by customer; the names go to
//! the log.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};
use habitsync_domain::fleet::incident::Incident;
use habitsync_domain::fleet::summary::{CustomerSummary, LateJob};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::STALLED_AFTER;
use habitsync_domain::results::parked::in_turn;
use habitsync_domain::tenant::TenantId;
use jiff::{SignedDuration, Timestamp};

use crate::fleet::view::FleetView;
use crate::jobs::contained::contained;
use crate::ports::failure::ServiceFailure;
use crate::ports::summary::{CountWaiting, IgnoredCounts, OpenRun};

/// Number of customers whose parked results are counted at a time.
const IN_FLIGHT: usize = 16;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Age at which a pending approval is reported to operators again.
const OLD_HOLD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// State of the fleet. A count is none where it could not be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FleetMeasures {
    /// Number of live customers.
    pub live: u64,
    /// Customers with late jobs, and those jobs; jobs that an incident explains are left out.
    pub stale: BTreeMap<TenantId, Vec<LateJob>>,
    /// Live customers whose jobs fail by an incident.
    pub in_incident: u64,
    /// Live customers whose jobs have no known due time; applying their configuration again restores it.
    pub without_timetable: Vec<TenantId>,
    /// Incidents that are open.
    pub open_incidents: u64,
    /// Results that could be recorded, and have not been.
    pub unsent: Option<u64>,
    /// Age of the result that has waited longest since it could have been recorded.
    pub oldest_unsent: Option<SignedDuration>,
    /// Results that ended as dead within a day, by customer.
    pub dead: Option<BTreeMap<TenantId, u64>>,
    /// Customers with an open breaker, so that their EmployeeConnect is not called.
    pub open_breakers: Option<u64>,
    /// Unfinished runs that no later run has resumed.
    pub stalled_runs: Option<Vec<(TenantId, Job)>>,
    /// Jobs whose last three slices did nothing.
    pub stalled_jobs: Vec<(TenantId, Job)>,
    /// Live customers whose webhooks deliver no completions.
    pub without_webhooks: Vec<TenantId>,
    /// Plans whose pending approvals have waited for a decision for a week.
    pub old_holds: Option<u64>,
    /// Rows and items that could not be read.
    pub unreadable: u64,
    /// Counts that failed.
    pub failures: Vec<ServiceFailure>,
}

/// Measures the fleet: five queries of the index.
pub async fn measure_fleet<F: CountWaiting>(
    fleet: &F,
    view: &FleetView,
    incidents: &[Incident],
    now: Timestamp,
) -> FleetMeasures {
    let mut measures = FleetMeasures {
        live: count(view.live().count()),
        unreadable: view.unreadable,
        open_incidents: count(incidents.iter().filter(|incident| incident.is_open()).count()),
        ..FleetMeasures::default()
    };
    let runs = measures.note(fleet.list_open_runs().await);
    measures.unreadable += runs.as_ref().map_or(0, |runs| runs.unreadable);
    let runs = runs.map(|runs| runs.items);
    measures.look_at_customers(view, runs.as_deref().unwrap_or_default(), incidents, now);
    measures.stalled_runs = runs.map(|runs| stalled(&runs, now));
    if let Some(unsent) = measures.note(fleet.count_unsent().await) {
        measures.unsent = Some(unsent.count);
        let age = unsent.oldest_since.map(|since| now.duration_since(since));
        measures.oldest_unsent = Some(age.unwrap_or_default().max(SignedDuration::ZERO));
    }
    measures.dead = measures.note(fleet.count_dead(ago(now, DAY)).await);
    measures.open_breakers = measures.note(fleet.count_open_breakers().await);
    measures.old_holds = measures.note(fleet.count_holds(ago(now, OLD_HOLD)).await);
    measures
}

/// Numbers of parked and of ignored results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParkedMeasures {
    /// All parked results, each customer's as of the customer's last turn.
    pub parked: u64,
    /// Growth of parked results since the last turn, an hour ago, for the customers whose turn it is.
    pub growth: u64,
    /// All results that are ignored, each customer's as of the customer's last turn.
    pub ignored: u64,
    /// Customers whose parked and ignored results could not be counted.
    pub failures: Vec<ServiceFailure>,
}

/// Counts parked and ignored results: a few queries and one write for each customer whose turn it is, several customers
/// at a time.
pub async fn measure_parked<F: CountWaiting>(fleet: &F, view: &FleetView, now: Timestamp) -> ParkedMeasures {
    let aside = |customer: &CustomerSummary| IgnoredCounts {
        parked: customer.parked,
        ignored: customer.ignored,
    };
    let before: BTreeMap<_, _> = view
        .customers
        .iter()
        .map(|customer| (customer.tenant.clone(), aside(customer)))
        .collect();
    let turn: Vec<_> = in_turn(before.keys().cloned().collect(), now).collect();
    let counts = turn
        .iter()
        .map(async |tenant| (tenant, contained(fleet.count_set_aside(tenant)).await));
    let counts: Vec<_> = stream::iter(counts).buffer_unordered(IN_FLIGHT).collect().await;
    let mut measures = ParkedMeasures::default();
    for (_, known) in before.iter().filter(|(tenant, _)| !turn.contains(tenant)) {
        measures.parked += known.parked;
        measures.ignored += known.ignored;
    }
    for (tenant, counted) in counts {
        let was = before.get(tenant).copied().unwrap_or_default();
        let is = counted.unwrap_or_else(|failure| {
            measures.failures.push(failure);
            was
        });
        measures.parked += is.parked;
        measures.ignored += is.ignored;
        measures.growth += is.parked.saturating_sub(was.parked);
    }
    measures
}

impl FleetMeasures {
    /// Returns every customer that an operator should check.
    #[must_use]
    pub fn unwell(&self) -> Vec<&TenantId> {
        let stalled = self.stalled_runs.iter().flatten().chain(&self.stalled_jobs);
        let mut unwell: Vec<_> = self.stale.keys().chain(stalled.map(|(tenant, _)| tenant)).collect();
        unwell.sort();
        unwell.dedup();
        unwell
    }

    fn look_at_customers(&mut self, view: &FleetView, runs: &[OpenRun], incidents: &[Incident], now: Timestamp) {
        for customer in view.live() {
            let lease_until = |job| {
                let of_job = runs
                    .iter()
                    .filter(|run| run.tenant == customer.tenant && run.job == job);
                of_job.map(|run| run.lease_until).max()
            };
            let mut late = customer.late_jobs(lease_until, now);
            late.retain(|late| !customer.is_explained(late.job, incidents));
            let fails = Job::ALL.into_iter().any(|job| customer.is_explained(job, incidents));
            self.in_incident += u64::from(fails);
            if !late.is_empty() {
                self.stale.insert(customer.tenant.clone(), late);
            }
            if customer.timetable.is_none() {
                self.without_timetable.push(customer.tenant.clone());
            }
            self.stalled_jobs.extend(stalled_jobs(customer));
            let without = customer.without_webhooks().map(|_| customer.tenant.clone());
            self.without_webhooks.extend(without);
        }
    }

    fn note<T>(&mut self, counted: Result<T, ServiceFailure>) -> Option<T> {
        counted.map_err(|failure| self.failures.push(failure)).ok()
    }
}

fn stalled_jobs(customer: &CustomerSummary) -> impl Iterator<Item = (TenantId, Job)> {
    let jobs = Job::ALL.into_iter().filter(|job| customer.gets_nowhere(*job));
    jobs.map(|job| (customer.tenant.clone(), job))
}

fn stalled(runs: &[OpenRun], now: Timestamp) -> Vec<(TenantId, Job)> {
    let stalled = runs
        .iter()
        .filter(|run| now.duration_since(run.lease_until) >= STALLED_AFTER);
    stalled.map(|run| (run.tenant.clone(), run.job)).collect()
}

fn ago(now: Timestamp, time: SignedDuration) -> Timestamp {
    now.checked_sub(time).unwrap_or(Timestamp::MIN)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
