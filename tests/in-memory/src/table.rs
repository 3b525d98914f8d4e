//! One customer's part of the table. Its ports are implemented one file per group.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use habitsync_domain::approvals::{Decision, Matter, PendingPlan, PlanId};
use habitsync_domain::courses::course::TopicRecord;
use habitsync_domain::identity::{EmailAddress, EmployeeId, EnrolmentId, TopicId};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease::FencingNumber;
use habitsync_domain::jobs::state::{JobState, RunRecord};
use habitsync_domain::notifications::mail_feedback::AddressStatus;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::link::{Person, PersonChange};
use habitsync_domain::people::rejected_writes::RejectedWrites;
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};

use crate::board::{IncidentBoard, Row};
use crate::faults::Faults;
use habitsync_workflows::ports::breaker::StoredBreaker;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::{LeaseTerm, SaveFailure};
use habitsync_workflows::ports::mail::AlertState;

/// One customer's part of the table. Clones share it; one that holds a lease writes under it.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Its failures and its journal.
    pub faults: Arc<Faults<ServiceFailure>>,
    /// How long the lease lasts that this handle, or a clone of it, holds.
    pub term: LeaseTerm,
    /// The process that this handle belongs to, where a test has several.
    pub process: u32,
    pub(crate) board: Arc<IncidentBoard>,
    pub(crate) held: Option<(Job, FencingNumber)>,
    state: Arc<Mutex<TableState>>,
}

/// A job's lease.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredLease {
    /// The number of its last acquisition.
    pub number: FencingNumber,
    /// Who holds it until when; none where it was given back.
    pub held: Option<(String, Timestamp)>,
    /// The process that acquired it last.
    pub process: u32,
}

/// Everything that is stored.
#[derive(Debug, Default)]
pub struct TableState {
    /// Links, by employee number.
    pub people: BTreeMap<EmployeeId, Person>,
    /// Changes of people, oldest first.
    pub changes: Vec<PersonChange>,
    /// What the portal refuses.
    pub parked: BTreeMap<EmployeeId, RejectedWrites>,
    /// Last days that were seen beside an active status.
    pub last_days: BTreeMap<EmployeeId, LastDaySeen>,
    /// Decisions about employees.
    pub decisions: BTreeMap<(EmployeeId, Matter), Decision>,
    /// Decisions whose stored item cannot be decoded.
    pub unreadable_decisions: BTreeSet<(EmployeeId, Matter)>,
    /// Employees whose items the table refuses as too large.
    pub refused_people: BTreeSet<EmployeeId>,
    /// Topics whose items the table refuses as too large.
    pub refused_topics: BTreeSet<TopicId>,
    /// Employees whose stored link cannot be decoded.
    pub unreadable_people: BTreeSet<EmployeeId>,
    /// Pending plans of deactivations, and when the watchdog checks each.
    pub holds: BTreeMap<PlanId, (PendingPlan, Option<Timestamp>)>,
    /// Topics that a run has seen.
    pub topics: BTreeMap<TopicId, TopicRecord>,
    /// Results, by enrolment.
    pub results: BTreeMap<EnrolmentId, WaitingResult>,
    /// Since when completions could have been recorded that are due, waiting or claimed.
    pub unsent_since: BTreeMap<EnrolmentId, Timestamp>,
    /// Completions whose parking the index does not list yet: it lags behind the table.
    pub unlisted: BTreeSet<EnrolmentId>,
    /// Completions that an earlier version ignored or gave up: the index lists none of them.
    pub unindexed: BTreeSet<EnrolmentId>,
    /// Whether results parked from now on stay unlisted until [`TableState::list_all`].
    pub index_lags: bool,
    /// Completions of which nothing can be read: what waits of them is due and passed over.
    pub unreadable: BTreeSet<EnrolmentId>,
    /// The breaker of EmployeeConnect, and when the watchdog is to look at it.
    pub breaker: (StoredBreaker, Option<Timestamp>),
    /// Runs, in the order of their ids.
    pub runs: BTreeMap<String, StoredRun>,
    /// The jobs' leases.
    pub leases: BTreeMap<Job, StoredLease>,
    /// The number of the last claim of each result, as long as it is not settled.
    pub claims: BTreeMap<EnrolmentId, FencingNumber>,
    /// The process that made the last claim of each result.
    pub claimed_by: BTreeMap<EnrolmentId, u32>,
    /// How many claims there were.
    pub claimed: u64,
    /// When the customer went live.
    pub live_since: Option<Timestamp>,
    /// What else the customer's row in the summary holds.
    pub row: Row,
    /// What the jobs remember.
    pub jobs: BTreeMap<Job, JobState>,
    /// The customer's alert states, by cause.
    pub alerts: BTreeMap<String, AlertState>,
    /// The number of the configuration in force.
    pub version: u64,
    /// Statuses of the addresses that SES reported about.
    pub address_statuses: BTreeMap<String, (EmailAddress, AddressStatus)>,
}

impl TableState {
    /// The index catches up with the table.
    pub fn list_all(&mut self) {
        self.index_lags = false;
        self.unlisted.clear();
    }

    /// Returns the parked and listed results, the longest-parked first.
    pub(crate) fn parked(&self) -> Vec<(EnrolmentId, ParkedOn, Timestamp)> {
        let mut parked: Vec<_> = self
            .results
            .values()
            .filter_map(|stored| match &stored.record.state {
                ResultState::Parked { on, since } => Some((stored.record.completion.enrolment, on.clone(), *since)),
                _ => None,
            })
            .filter(|(enrolment, _, _)| !self.unlisted.contains(enrolment))
            .collect();
        parked.sort_by_key(|(_, _, since)| *since);
        parked
    }
}

/// A completion's record, and when the watchdog is to look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingResult {
    /// The stored record.
    pub record: ResultRecord,
    /// None where nothing is to be done.
    pub due_at: Option<Timestamp>,
}

/// A run's record, and when the watchdog is to look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRun {
    /// The stored record.
    pub record: RunRecord,
    /// None where it has ended.
    pub due_at: Option<Timestamp>,
}

impl Table {
    /// A customer's part of a table that others share.
    #[must_use]
    pub fn beside(board: &Arc<IncidentBoard>) -> Self {
        Self {
            board: Arc::clone(board),
            ..Self::default()
        }
    }

    /// The same table, as another process sees it.
    #[must_use]
    pub fn of_process(&self, process: u32) -> Self {
        Self {
            term: LeaseTerm::default(),
            held: None,
            process,
            ..self.clone()
        }
    }

    /// That the table refuses this very item.
    pub(crate) fn refuse_item() -> SaveFailure {
        SaveFailure::ItemRefused(ServiceFailure {
            service: "memory",
            retryable: false,
            detail: "the item is too large".to_owned(),
        })
    }

    pub(crate) fn holding(&self, job: Job, number: FencingNumber) -> Self {
        Self {
            held: Some((job, number)),
            ..self.clone()
        }
    }

    /// Returns the state, where the handle holds this job's lease, as every write of a person, job, run or course does.
    pub(crate) fn under_lease(&self, job: Job) -> Result<MutexGuard<'_, TableState>, SaveFailure> {
        let state = self.state();
        let number = state.leases.get(&job).map(|lease| lease.number);
        match self.held {
            Some(held) if number == Some(held.1) && held.0 == job => Ok(state),
            Some(held) if held.0 == job => {
                self.term.lost();
                Err(SaveFailure::LeaseLost)
            }
            _ => Err(SaveFailure::Service(ServiceFailure {
                service: "memory",
                retryable: false,
                detail: format!("the lease of {job} is not held"),
            })),
        }
    }

    /// Returns the state, to read and to change. Give it back before anything is awaited.
    pub fn state(&self) -> MutexGuard<'_, TableState> {
        self.state.lock()
    }

    /// How far a completion has come.
    #[must_use]
    pub fn result(&self, enrolment: EnrolmentId) -> Option<ResultState> {
        let state = self.state();
        state.results.get(&enrolment).map(|stored| stored.record.state.clone())
    }

    /// What the job remembers.
    #[must_use]
    pub fn job(&self, job: Job) -> JobState {
        self.state().jobs.get(&job).cloned().unwrap_or_default()
    }
}
