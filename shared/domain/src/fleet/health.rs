//! The health of one customer, with the symptoms that it rests on. The one place that decides it, for every view of the
//! fleet.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::approvals::PlanId;
use crate::configuration::{Status, ZoneName};
use crate::fleet::alert_thresholds::{AlertThresholds, is_hypercare};
use crate::fleet::failure_streak::FailureStreak;
use crate::fleet::incident::Incident;
use crate::fleet::summary::CustomerSummary;
use crate::jobs::job::Job;
use crate::jobs::state::{Failure, STALLED_AFTER};
use crate::tenant::TenantId;

/// How long a result that could be recorded may stay unsent: the alarm's own time.
const UNSENT_FOR_LONG: SignedDuration = SignedDuration::from_hours(2);

/// How a customer is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// A job's last run failed.
    Failing,
    /// A job was due, and has not succeeded since.
    Late,
    /// A job makes no progress, or no run continues it.
    Stalled,
    /// Results that could be recorded have not been for long.
    Unsent,
    /// Results ended as dead lately, more than a customer of this standing may have.
    Dead,
    /// Changes wait for approval.
    Held,
    /// A job's last run failed, as those of many customers of the same vendor do.
    Incident,
    /// Live, and no job has succeeded yet; none is late either.
    New,
    /// Well, in the first four weeks.
    Hypercare,
    /// Well.
    Well,
    /// Runs plan and write nothing.
    Draft,
    /// Nothing runs.
    Paused,
}

impl Health {
    /// Returns its name, as printed and stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Late => "late",
            Self::Stalled => "stalled",
            Self::Unsent => "unsent",
            Self::Dead => "dead",
            Self::Held => "held",
            Self::Incident => "incident",
            Self::New => "new",
            Self::Hypercare => "hypercare",
            Self::Well => "well",
            Self::Draft => "draft",
            Self::Paused => "paused",
        }
    }

    /// Whether an operator has to act on it or watch it.
    #[must_use]
    pub fn is_unhealthy(self) -> bool {
        self <= Self::Incident
    }
}

/// One thing that is wrong with a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Symptom {
    /// What.
    pub is: Health,
    /// The job concerned; none where the symptom is about results or deactivations.
    pub job: Option<Job>,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
}

/// Changes that wait for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PendingDeactivations {
    /// The plan.
    pub plan: PlanId,
    /// How many people are in it.
    pub people: u64,
    /// Since when they wait.
    pub since: Timestamp,
}

/// The numbers of one customer's waiting items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Runs that have not ended: which job, and the end of its lease.
    pub open_runs: Vec<(Job, Timestamp)>,
    /// Deactivations that wait for an operator's decision.
    pub held: Option<PendingDeactivations>,
    /// Results that are due, waiting or claimed.
    pub unsent: u64,
    /// Since when the first of them could have been recorded.
    pub unsent_since: Option<Timestamp>,
    /// Results that are dead, however long ago they died.
    pub dead: u64,
    /// Those of them that died within a day.
    pub dead_lately: u64,
    /// Whether the customer's EmployeeConnect does not answer, and is left alone.
    pub breaker_open: bool,
}

/// How a customer is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerHealth {
    /// Who.
    pub tenant: TenantId,
    /// The customer's name.
    pub name: String,
    /// Whether runs write.
    pub status: Status,
    /// The customer's health: the worst of the symptoms, or well where there is none.
    pub health: Health,
    /// Everything that is wrong, the worst first.
    pub symptoms: Vec<Symptom>,
    /// When the configuration first was live.
    pub live_since: Option<Timestamp>,
    /// The customer's time zone; none where the version in force was applied before it was kept here.
    pub time_zone: Option<ZoneName>,
    /// Each job.
    pub jobs: Vec<JobHealth>,
    /// Changes that wait for approval.
    pub held: Option<PendingDeactivations>,
    /// Results that wait for something else to happen, as of the last count, within the hour.
    pub parked: u64,
    /// Results that are ignored as long as their reasons hold, as of the last count, within the hour.
    pub ignored: u64,
    /// Results that are due, waiting or claimed.
    pub unsent: u64,
    /// Since when the first of them could have been recorded.
    pub unsent_since: Option<Timestamp>,
    /// Results that are dead.
    pub dead: u64,
    /// Whether the customer's EmployeeConnect does not answer, and is left alone.
    pub breaker_open: bool,
}

/// How one job of a customer is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobHealth {
    /// Which.
    pub job: Job,
    /// Whether it runs by a schedule.
    pub scheduled: bool,
    /// The end of the last run that succeeded.
    pub last_success_at: Option<Timestamp>,
    /// When it is due next; none of a customer who is paused.
    pub next_due_at: Option<Timestamp>,
    /// Since when it has been due in vain, where it is late.
    pub late_since: Option<Timestamp>,
    /// Its failure streak, where its last run failed.
    pub failing: Option<FailureStreak>,
    /// How the last run that failed did.
    pub last_failure: Option<Failure>,
    /// The end of its lease, where a run has not ended.
    pub lease_until: Option<Timestamp>,
}

impl CustomerHealth {
    /// How the customer is at `now`.
    #[must_use]
    pub fn new(summary: &CustomerSummary, waiting: Waiting, incidents: &[Incident], now: Timestamp) -> Self {
        let late = summary.late_jobs(|job| waiting.lease_until(job), now);
        let job = |job| {
            let late = late.iter().find(|late| late.job == job);
            job_health(summary, &waiting, job, late.map(|late| late.due_since), now)
        };
        let jobs: Vec<_> = Job::ALL.into_iter().map(job).collect();
        let mut symptoms: Vec<_> = if summary.status == Status::Paused {
            Vec::new()
        } else {
            let of_jobs = jobs.iter().filter_map(|job| symptom(summary, job, incidents, now));
            of_jobs
                .chain(waiting.symptoms(summary.alert_thresholds(now), now))
                .collect()
        };
        symptoms.sort_by_key(|symptom| (symptom.is, symptom.since, symptom.job));
        let health = symptoms
            .first()
            .map_or_else(|| calm(summary, now), |symptom| symptom.is);
        Self {
            tenant: summary.tenant.clone(),
            name: summary.name.clone(),
            status: summary.status,
            health,
            symptoms,
            live_since: summary.live_since,
            time_zone: summary.timetable.as_ref().map(|timetable| timetable.time_zone.clone()),
            jobs,
            held: waiting.held,
            parked: summary.parked,
            ignored: summary.ignored,
            unsent: waiting.unsent,
            unsent_since: waiting.unsent_since,
            dead: waiting.dead,
            breaker_open: waiting.breaker_open,
        }
    }

    /// One of the jobs.
    #[must_use]
    pub fn job(&self, job: Job) -> Option<&JobHealth> {
        self.jobs.iter().find(|health| health.job == job)
    }
}

impl Waiting {
    /// The end of the lease of the job's run, where one has not ended.
    fn lease_until(&self, job: Job) -> Option<Timestamp> {
        let of_job = self.open_runs.iter().filter(|(open, _)| *open == job);
        of_job.map(|(_, lease_until)| *lease_until).max()
    }

    /// Returns the symptoms of results and deactivations.
    fn symptoms(&self, thresholds: AlertThresholds, now: Timestamp) -> impl Iterator<Item = Symptom> {
        let symptom = |is, since| Symptom { is, job: None, since };
        let is_old = |since: &Timestamp| now.duration_since(*since) >= UNSENT_FOR_LONG;
        let unsent = self.unsent_since.filter(is_old);
        let held = self.held.as_ref();
        [
            unsent.map(|since| symptom(Health::Unsent, Some(since))),
            (self.dead_lately >= thresholds.dead_told_at).then(|| symptom(Health::Dead, None)),
            held.map(|held| symptom(Health::Held, Some(held.since))),
        ]
        .into_iter()
        .flatten()
    }
}

fn job_health(
    summary: &CustomerSummary,
    waiting: &Waiting,
    job: Job,
    late_since: Option<Timestamp>,
    now: Timestamp,
) -> JobHealth {
    let state = summary.job(job);
    let timetable = summary.timetable.as_ref();
    let schedule = timetable.and_then(|timetable| Some((timetable.schedule(job)?, timetable.zone())));
    let is_running = summary.status != Status::Paused;
    let next_due_at = schedule.as_ref().filter(|_| is_running);
    JobHealth {
        job,
        scheduled: schedule.is_some(),
        next_due_at: next_due_at.and_then(|(schedule, zone)| schedule.next_due(zone, now, state.last_success_at)),
        last_success_at: state.last_success_at,
        late_since,
        failing: state.failing,
        last_failure: state.last_failure,
        lease_until: waiting.lease_until(job),
    }
}

/// The worst that is wrong with a job.
fn symptom(summary: &CustomerSummary, health: &JobHealth, incidents: &[Incident], now: Timestamp) -> Option<Symptom> {
    let job = health.job;
    let symptom = |is, since| Symptom {
        is,
        job: Some(job),
        since,
    };
    if let Some(failing) = &health.failing {
        let is_explained = summary.is_live() && summary.is_explained(job, incidents);
        let is = if is_explained {
            Health::Incident
        } else {
            Health::Failing
        };
        return Some(symptom(is, Some(failing.since)));
    }
    if let Some(since) = health.late_since {
        return Some(symptom(Health::Late, Some(since)));
    }
    let is_left = |until: &Timestamp| now.duration_since(*until) >= STALLED_AFTER;
    let left = health.lease_until.filter(is_left);
    if summary.gets_nowhere(job) || left.is_some() {
        return Some(symptom(Health::Stalled, left));
    }
    None
}

/// Returns the health of a customer without symptoms.
fn calm(summary: &CustomerSummary, now: Timestamp) -> Health {
    let ran = summary.jobs.values().any(|job| job.last_success_at.is_some());
    match summary.status {
        Status::Draft => Health::Draft,
        Status::Paused => Health::Paused,
        Status::Live if !ran => Health::New,
        Status::Live if is_hypercare(summary.live_since, now) => Health::Hypercare,
        Status::Live => Health::Well,
    }
}
