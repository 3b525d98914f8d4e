//! One customer's row in the fleet's summary: all that the watchdog, and `status`, know of a customer without reading anything
//! else.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::configuration::Status;
use crate::fleet::alert_log::AlertLog;
use crate::fleet::alert_thresholds::AlertThresholds;
use crate::fleet::failure_streak::FailureSignature;
use crate::fleet::incident::{Attempt, Incident};
use crate::jobs::freshness::{Freshness, Timetable};
use crate::jobs::job::Job;
use crate::jobs::state::{JobState, MOST_UNDELIVERED, STALLED_SLICES, Undelivered};
use crate::tenant::TenantId;

/// One customer, in short.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerSummary {
    /// Who.
    pub tenant: TenantId,
    /// The customer's name.
    pub name: String,
    /// Whether runs write.
    pub status: Status,
    /// The number of the configuration in force.
    pub version: u64,
    /// When the configuration first was live.
    pub live_since: Option<Timestamp>,
    /// When the jobs are due; none where the version in force was applied before this was kept.
    pub timetable: Option<Timetable>,
    /// The stored state of each job.
    pub jobs: BTreeMap<Job, JobState>,
    /// How many results are parked, as of the customer's last turn.
    pub parked: u64,
    /// How many results are ignored, as of the customer's last turn.
    pub ignored: u64,
    /// The alerts already sent to the operators.
    pub alert_log: AlertLog,
}

/// A job that is late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateJob {
    /// Which.
    pub job: Job,
    /// Since when it has been due.
    pub due_since: Timestamp,
}

impl CustomerSummary {
    /// Whether anything is expected of the customer's jobs.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.status == Status::Live
    }

    /// Returns the alert thresholds of this customer.
    #[must_use]
    pub fn alert_thresholds(&self, now: Timestamp) -> AlertThresholds {
        AlertThresholds::new(self.live_since, now)
    }

    /// Returns the stored state of a job.
    #[must_use]
    pub fn job(&self, job: Job) -> JobState {
        self.jobs.get(&job).cloned().unwrap_or_default()
    }

    /// The completions that no webhook delivered, where they are so many in a row that webhooks are refused, or sent elsewhere.
    #[must_use]
    pub fn without_webhooks(&self) -> Option<Undelivered> {
        let undelivered = self.job(Job::ResultSweep).undelivered.filter(|_| self.is_live());
        undelivered.filter(|undelivered| undelivered.completions >= MOST_UNDELIVERED)
    }

    /// Which jobs are late at `now`; `lease_until` returns the end of the lease of a job's unfinished run. A customer
    /// that is not live has no late jobs.
    #[must_use]
    pub fn late_jobs(&self, lease_until: impl Fn(Job) -> Option<Timestamp>, now: Timestamp) -> Vec<LateJob> {
        let Some(timetable) = self.timetable.as_ref().filter(|_| self.is_live()) else {
            return Vec::new();
        };
        let thresholds = self.alert_thresholds(now);
        let late = Job::ALL.into_iter().filter_map(|job| {
            match timetable.freshness(job, &self.job(job), lease_until(job), thresholds, now) {
                Freshness::Late { due_since } => Some(LateJob { job, due_since }),
                Freshness::Fresh | Freshness::GoesOn => None,
            }
        });
        late.collect()
    }

    /// Whether an open incident explains what the job fails with.
    #[must_use]
    pub fn is_explained(&self, job: Job, incidents: &[Incident]) -> bool {
        let JobState { failing, domains, .. } = self.job(job);
        let Some(signature) = failing.map(|failing| failing.signature) else {
            return false;
        };
        let domain = signature.vendor().and_then(|vendor| domains.get(&vendor));
        domain.is_some_and(|domain| incidents.iter().any(|incident| incident.explains(&signature, domain)))
    }

    /// Whether the job's last slices did nothing. A failing job has its own symptom, and does not count as stalled.
    #[must_use]
    pub fn gets_nowhere(&self, job: Job) -> bool {
        let state = self.job(job);
        state.failing.is_none() && state.stalled_slices > STALLED_SLICES
    }

    /// The customer's last attempts to use a vendor: each job's last success, and its failure where it fails. None of a customer
    /// that is not live, and none at a domain that is not on record.
    #[must_use]
    pub fn attempts(&self) -> Vec<Attempt> {
        let jobs = Job::ALL.into_iter().filter(|_| self.is_live());
        jobs.flat_map(|job| self.attempts_of(job)).collect()
    }

    fn attempts_of(&self, job: Job) -> impl Iterator<Item = Attempt> {
        let JobState {
            last_success_at,
            failing,
            domains,
            ..
        } = self.job(job);
        let succeeded = last_success_at.map(|at| (job.source(), at, None));
        let failed = failing.and_then(|failing| match failing.signature {
            FailureSignature::Vendor { vendor, kind } => Some((vendor, failing.last_at, Some(kind))),
            FailureSignature::Service { .. } => None,
        });
        let tenant = self.tenant.clone();
        [succeeded, failed]
            .into_iter()
            .flatten()
            .filter_map(move |(vendor, at, failed)| {
                Some(Attempt {
                    tenant: tenant.clone(),
                    vendor,
                    domain: domains.get(&vendor).filter(|domain| !domain.is_unknown())?.clone(),
                    at,
                    failed,
                })
            })
    }
}
