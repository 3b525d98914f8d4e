//! One customer in full: the configuration, each job, waiting work with its reasons, operator alerts, and the next
//! command for each problem.

use habitsync_domain::fleet::failure_streak::FailureStreak;
use habitsync_domain::fleet::health::JobHealth;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{RunRecord, RunState};
use habitsync_domain::results::breaker::Breaker;
use habitsync_domain::results::result::IgnoredBecause;
use habitsync_workflows::fleet::customer_status::{Counted, CustomerStatus, ParkedKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::advice::advice;
use super::fleet;
use super::reason::reasons;
use crate::stage::Stage;
use crate::terminal::{Answer, age, counted, local, printable};

/// A customer in full.
#[derive(Debug, Serialize)]
pub(super) struct Customer {
    stage: String,
    at: Timestamp,
    #[serde(flatten)]
    status: CustomerStatus,
    #[serde(skip)]
    zone: TimeZone,
}

impl Customer {
    pub(super) fn new(status: CustomerStatus, stage: &Stage, now: Timestamp) -> Self {
        Self::at(status, &stage.name, now)
    }

    pub(super) fn at(status: CustomerStatus, stage: &str, now: Timestamp) -> Self {
        let zone = status.health.time_zone.as_ref();
        Self {
            stage: stage.to_owned(),
            at: now,
            zone: zone.map_or(TimeZone::UTC, |zone| zone.zone().clone()),
            status,
        }
    }

    #[cfg(test)]
    pub(super) fn status_mut(&mut self) -> &mut CustomerStatus {
        &mut self.status
    }

    fn local(&self, at: Timestamp) -> String {
        local(at, &self.zone)
    }

    /// A time that has passed, and how long ago it was.
    fn ago(&self, at: Timestamp) -> String {
        format!("{} ({} ago)", self.local(at), age(self.at.duration_since(at)))
    }

    fn is(&self) -> String {
        let health = &self.status.health;
        let why = reasons(health, self.at);
        let why = if why.is_empty() { why } else { format!(": {why}") };
        format!("{}{why}", health.health.as_str())
    }

    fn configuration(&self) -> String {
        let status = fleet::status(self.status.health.status);
        let since = self.status.applied_at;
        let since = since.map_or_else(String::new, |at| format!(", since {}", self.local(at)));
        let live = self.status.health.live_since;
        let live = live.map_or_else(String::new, |at| format!("; live since {}", self.local(at)));
        format!("{status}, version {}{since}{live}", self.status.version)
    }

    /// Describes a job, one fact a line.
    fn job(&self, job: &JobHealth) -> Vec<String> {
        let last_run = self.status.last_runs.iter().find(|run| run.job == job.job);
        let late = job
            .late_since
            .map(|since| format!("late: due since {}", self.ago(since)));
        let failing = job.failing.as_ref().map(|failing| self.failing(failing));
        [
            Some(self.success(job)),
            last_run.map(|run| self.last_run(run)),
            failing,
            late,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn success(&self, job: &JobHealth) -> String {
        let success = match job.last_success_at {
            Some(at) => format!("succeeded {}", self.ago(at)),
            None => "has never succeeded".to_owned(),
        };
        match job.next_due_at {
            Some(due) => format!("{success}; due next {}", self.local(due)),
            None if job.scheduled => format!("{success}; paused"),
            None => format!("{success}; not scheduled"),
        }
    }

    fn last_run(&self, run: &RunRecord) -> String {
        let began = self.local(run.started_at);
        match &run.state {
            RunState::Succeeded { .. } => format!("last run {began}: well"),
            RunState::Failed { cause, .. } => format!("last run {began}: failed: {cause}"),
            RunState::Unfinished { lease_until } if *lease_until > self.at => {
                format!("last run {began}: goes on, until {} at most", self.local(*lease_until))
            }
            RunState::Unfinished { .. } => format!("last run {began}: has to be carried on"),
        }
    }

    fn failing(&self, failing: &FailureStreak) -> String {
        format!("failing since {}: {}", self.ago(failing.since), failing.signature)
    }

    fn held(&self) -> Option<String> {
        let held = self.status.health.held.as_ref()?;
        let people = counted(held.people, "change");
        Some(format!(
            "{people} of plan {}, since {}",
            held.plan,
            self.ago(held.since)
        ))
    }

    /// What the last user sync did not do because operators rejected it.
    fn kept(&self) -> Option<String> {
        let mut runs = self.status.last_runs.iter();
        let run = runs.find(|run| run.job == Job::UserSync)?;
        let kept = run.counts.get("kept").copied().filter(|kept| *kept > 0)?;
        let kept = counted(kept, "change");
        let tenant = &self.status.health.tenant;
        Some(format!("{kept} rejected by decision: habitsync holds list {tenant}"))
    }

    fn parked(&self) -> Vec<String> {
        let line = |on: &Counted<ParkedKind>| {
            let what = match on.what {
                ParkedKind::Course => "a course",
                ParkedKind::Employee => "an employee",
                ParkedKind::Customer => "the customer",
                ParkedKind::EmployeeConnect => "EmployeeConnect",
            };
            format!("{} for {what}", on.count)
        };
        self.status.parked_on.iter().map(line).collect()
    }

    fn ignored(&self) -> Vec<String> {
        let line = |because: &Counted<IgnoredBecause>| {
            let why = match because.what {
                IgnoredBecause::TopicIsNotACourse => "the topic is not a course",
                IgnoredBecause::UserIsNoEmployee => "the account belongs to no employee",
                IgnoredBecause::NotConfirmed => "Tribal Habits does not confirm it",
                IgnoredBecause::ConfirmationFailed => "Tribal Habits could not be asked",
            };
            format!("{}: {why}", because.count)
        };
        self.status.ignored_because.iter().map(line).collect()
    }

    fn unsent(&self) -> Option<String> {
        let since = self.status.health.unsent_since?;
        let count = self.status.health.unsent;
        Some(format!(
            "{}, the first since {}",
            counted(count, "result"),
            self.ago(since)
        ))
    }

    fn breaker(&self) -> Option<String> {
        match self.status.breaker {
            Breaker::Closed { .. } => None,
            Breaker::Open {
                failed_probes,
                probe_at,
            } => Some(format!(
                "does not answer ({}); asked again {}",
                counted(failed_probes, "probe"),
                self.local(probe_at)
            )),
            Breaker::Releasing { .. } => Some("answers again; what was held back is released".to_owned()),
        }
    }

    fn incidents(&self) -> Vec<String> {
        let line = |incident: &habitsync_workflows::fleet::status::OpenIncident| {
            let kinds: Vec<_> = incident.kinds.iter().map(ToString::to_string).collect();
            let (vendor, domain, kinds) = (incident.vendor, &incident.domain, kinds.join(", "));
            let customers = counted(incident.customers, "customer");
            let since = self.ago(incident.opened_at);
            format!("{vendor} {kinds} at {domain}, {customers}, since {since}")
        };
        self.status.incidents.iter().map(line).collect()
    }

    fn webhooks(&self) -> Option<String> {
        let undelivered = self.status.without_webhooks?;
        Some(format!(
            "refused, or sent elsewhere: none delivered the last {} since {}; sweeps found them",
            counted(undelivered.completions, "completion"),
            self.ago(undelivered.since)
        ))
    }

    fn told(&self) -> Vec<String> {
        let told = &self.status.alert_log;
        let outages = told.outages.iter();
        let outages =
            outages.map(|(job, failing)| format!("{job}: {} since {}", failing.signature, self.local(failing.since)));
        let ours = told
            .ours
            .iter()
            .map(|(what, at)| format!("{what}, {}", self.local(*at)));
        let config = told.config.iter();
        let config = config.map(|(what, at)| format!("{what}, {}", self.local(*at)));
        let dead = told.dead_at.map(|at| format!("results died, {}", self.local(at)));
        outages.chain(ours).chain(config).chain(dead).collect()
    }
}

fn because(because: &[Counted<String>]) -> Vec<String> {
    let line = |because: &Counted<String>| format!("{} × {}", because.count, because.what);
    because.iter().map(line).collect()
}

impl Answer for Customer {
    fn heading(&self) -> String {
        let health = &self.status.health;
        let zone = health.time_zone.as_ref().map_or("UTC", |zone| zone.as_str());
        format!(
            "# {} ({}) on stage {}, from the table; times in {zone}",
            health.tenant,
            printable(&health.name),
            self.stage
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &["what", "how it is"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let health = &self.status.health;
        let job = |job: Job| health.job(job).map(|health| self.job(health)).unwrap_or_default();
        let stopped = &self.status.mails_stopped;
        let stopped = stopped
            .iter()
            .map(|address| format!("no mail goes to {} any more", address.as_str()));
        let what: [(&str, Vec<String>); 16] = [
            ("is", vec![self.is()]),
            ("configuration", vec![self.configuration()]),
            (Job::UserSync.as_str(), job(Job::UserSync)),
            (Job::CourseSync.as_str(), job(Job::CourseSync)),
            (Job::ResultSweep.as_str(), job(Job::ResultSweep)),
            ("held", self.held().into_iter().collect()),
            ("kept", self.kept().into_iter().collect()),
            ("parked", self.parked()),
            ("ignored", self.ignored()),
            (
                "unsent",
                self.unsent()
                    .into_iter()
                    .chain(because(&self.status.waiting_because))
                    .collect(),
            ),
            ("dead", because(&self.status.dead_because)),
            ("EmployeeConnect", self.breaker().into_iter().collect()),
            ("incident", self.incidents()),
            ("webhooks", self.webhooks().into_iter().collect()),
            ("mails", stopped.collect()),
            ("operators told", self.told()),
        ];
        let rows = what.into_iter().flat_map(|(what, lines)| {
            let names = std::iter::once(what).chain(std::iter::repeat(""));
            names.zip(lines).map(|(what, line)| vec![what.to_owned(), line])
        });
        rows.collect()
    }

    fn next(&self) -> Vec<String> {
        advice(&self.status)
    }
}
