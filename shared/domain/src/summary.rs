//! One customer's row in the fleet's summary: all that the watchdog, and `status`, know of a customer without reading anything
//! else.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::configuration::Status;
use crate::freshness::{Freshness, Timetable};
use crate::incident::{Incident, Sighting};
use crate::job::{Job, JobState, STALLED_SLICES};
use crate::outage::Told;
use crate::tenant::TenantId;
use crate::vigilance::Vigilance;

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
    /// What each job remembers.
    pub jobs: BTreeMap<Job, JobState>,
    /// Since when a run of a job has been held back by a vendor's outage.
    pub held_since: BTreeMap<Job, Timestamp>,
    /// How many results are parked, as of the customer's last turn.
    pub parked: u64,
    /// What the operators have been told.
    pub told: Told,
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

    /// How soon the operators hear of this customer.
    #[must_use]
    pub fn vigilance(&self, now: Timestamp) -> Vigilance {
        Vigilance::of(self.live_since, now)
    }

    /// What a job remembers.
    #[must_use]
    pub fn job(&self, job: Job) -> JobState {
        self.jobs.get(&job).cloned().unwrap_or_default()
    }

    /// Which jobs are late at `now`; `lease_until` tells the end of the lease of a job's unfinished run. None of a customer
    /// that is not live.
    #[must_use]
    pub fn late_jobs(&self, lease_until: impl Fn(Job) -> Option<Timestamp>, now: Timestamp) -> Vec<LateJob> {
        let Some(timetable) = self.timetable.as_ref().filter(|_| self.is_live()) else {
            return Vec::new();
        };
        let vigilance = self.vigilance(now);
        let late = Job::ALL.into_iter().filter_map(|job| {
            match timetable.freshness(job, &self.job(job), lease_until(job), vigilance, now) {
                Freshness::Late { due_since } => Some(LateJob { job, due_since }),
                Freshness::Fresh | Freshness::GoesOn => None,
            }
        });
        late.collect()
    }

    /// Whether a job does not do what it should because of a vendor's outage that meets many.
    #[must_use]
    pub fn is_explained(&self, job: Job, incidents: &[Incident]) -> bool {
        let failing = self.job(job).failing;
        let mut open = incidents.iter().filter(|incident| !incident.is_over());
        // What is still held back when nothing holds it back any more is late like everything else.
        let waits = |incident: &Incident| self.held_since.contains_key(&job) && job.calls(incident.vendor);
        let fails = |incident: &Incident| {
            failing
                .as_ref()
                .is_some_and(|failing| incident.explains(&failing.signature))
        };
        open.any(|incident| waits(incident) || fails(incident))
    }

    /// Whether the job's last slices did nothing. One that fails says so itself: it is not one that gets nowhere.
    #[must_use]
    pub fn gets_nowhere(&self, job: Job) -> bool {
        let state = self.job(job);
        state.failing.is_none() && state.stalled_slices > STALLED_SLICES
    }

    /// What an incident sees of the customer: the jobs that run. A customer that is not live is not seen.
    #[must_use]
    pub fn sightings(&self) -> Vec<Sighting> {
        let seen = Job::ALL.into_iter().filter(|_| self.is_live()).map(|job| {
            let state = self.job(job);
            Sighting {
                tenant: self.tenant.clone(),
                job,
                failing: state.failing,
                held_since: self.held_since.get(&job).copied(),
                last_success_at: state.last_success_at,
            }
        });
        seen.collect()
    }
}
