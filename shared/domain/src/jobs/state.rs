//! The state of a customer's job between its runs, and the record of one run.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::approvals::{Agreement, PlanId};
use crate::configuration::Status;
use crate::fleet::failure_streak::FailureStreak;
use crate::jobs::back_off::BackOff;
use crate::jobs::baseline_read::BaselineRead;
use crate::jobs::job::Job;
use crate::jobs::lease;
use crate::text::excerpt::{Excerpt, clip};
use crate::user_plan::{FieldBaseline, LostSource};
use crate::vendors::domain::VendorDomain;
use crate::vendors::vendor::Vendor;

/// The number of slices in a row without progress from which the operators are alerted.
pub const STALLED_SLICES: u32 = 3;

/// How long a run may wait for the watchdog to carry it on: three starts that went nowhere.
pub const STALLED_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// The state of a job between runs: one part of the customer's row in the fleet summary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobState {
    /// The end of the last run that succeeded.
    #[serde(default)]
    pub last_success_at: Option<Timestamp>,
    /// The start of the last run that made every write it planned: it has read, and linked, every employee who existed
    /// before. A draft customer's runs write nothing and do not count. Of a sweep in several slices, the first slice
    /// counts.
    #[serde(default)]
    pub last_complete_began_at: Option<Timestamp>,
    /// The end of the last run that failed, and how (no personal data).
    #[serde(default, deserialize_with = "none_if_unreadable")]
    pub last_failure: Option<Failure>,
    /// The job's failure streak, where its last run failed.
    #[serde(default, deserialize_with = "none_if_unreadable")]
    pub failing: Option<FailureStreak>,
    /// The domains at which the last run called the vendors; empty in rows of the versions that recorded none.
    #[serde(default)]
    pub domains: BTreeMap<Vendor, VendorDomain>,
    /// The local day on which the portal's users were last read and compared.
    #[serde(default)]
    pub last_verified_on: Option<Date>,
    /// When the last run began that read and compared the portal's users and stored what it saw.
    #[serde(default)]
    pub last_verified_at: Option<Timestamp>,
    /// Completions up to here have been swept.
    #[serde(default)]
    pub watermark: Option<Timestamp>,
    /// Go-live: completions before it are history, which no sweep records by itself.
    #[serde(default)]
    pub swept_from: Option<Timestamp>,
    /// Whether the results that earlier versions ignored or gave up are in the index that finds them.
    #[serde(default)]
    pub has_indexed_given_up: bool,
    /// Completions that sweeps found and no webhook had delivered; none since the last one that a webhook delivered.
    #[serde(default, deserialize_with = "none_if_unreadable")]
    pub undelivered: Option<Undelivered>,
    /// How far a sweep came that was cut off; none once one has come to its end.
    #[serde(default)]
    pub interrupted: Option<Interrupted>,
    /// Slices in a row that did nothing and left something to do, or crashed; including the running slice.
    #[serde(default)]
    pub stalled_slices: u32,
    /// Until when the job stays away from a vendor that failed it; none once a run has succeeded.
    #[serde(default, deserialize_with = "none_if_unreadable")]
    pub back_off: Option<BackOff>,
    /// The read of EmployeeConnect that later ones are measured by.
    #[serde(default)]
    pub last_good_read: Option<BaselineRead>,
    /// The values that reads had in the fields behind the filter and the user name.
    #[serde(default)]
    pub baseline: FieldBaseline,
    /// Those fields that many employees had lost at the last run.
    #[serde(default)]
    pub lost_sources: Vec<LostSource>,
    /// The plan of changes that wait for approval.
    #[serde(default)]
    pub held_plan: Option<PlanId>,
    /// The rest of the agreement to creates, renames and updates after the last complete run; none where it had none.
    #[serde(default, deserialize_with = "none_if_unreadable")]
    pub agreement_rest: Option<AgreementRest>,
    /// Whether a run is writing, or did not come to its end while it did: its last write may not be saved.
    #[serde(default)]
    pub unsaved_write: bool,
    /// The last run's counts, by name.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// The versions that the last run was planned under; none before the first one, or for a run of an earlier release.
    #[serde(default)]
    pub planned_under: Option<PlannedUnder>,
    /// When a run was last asked for, or began under another version: rejected writes of before are tried again at once.
    #[serde(default)]
    pub retry_from: Option<Timestamp>,
}

/// The rest of an agreement to creates, renames and updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementRest {
    /// The agreement as it was stored with the configuration.
    pub agreed: Agreement,
    /// The same, without the changes that turned out to be needed by no employee.
    pub rest: Agreement,
}

/// The configuration version that a run is planned under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedUnder {
    /// The number of the configuration version.
    pub version: u64,
    /// Whether runs under it write.
    pub status: Status,
}

impl JobState {
    /// Whether the last run was planned under another version, or as that of a draft.
    #[must_use]
    pub fn is_new_under(&self, under: PlannedUnder) -> bool {
        self.planned_under != Some(under)
    }

    /// Notes that a run begins at `now`. Where an operator requested it, or another version is in force, it starts
    /// afresh: it reads the portal, and rejected writes do not wait. Reads of a draft's runs are no baseline for runs
    /// that write.
    pub fn begin(&mut self, under: PlannedUnder, asked_for: bool, now: Timestamp) {
        if asked_for || self.is_new_under(under) {
            self.last_verified_on = None;
            self.retry_from = Some(now);
        }
        if self.unsaved_write {
            self.last_verified_on = None;
        }
        if self.was_draft() && under.status != Status::Draft {
            self.last_good_read = None;
        }
        self.planned_under = Some(under);
    }

    /// Returns the operator's agreement with the configuration in force, reduced to the rest that earlier runs left.
    #[must_use]
    pub fn agreed(&self, with_configuration: Option<Agreement>) -> Option<Agreement> {
        let agreed = with_configuration?;
        let rest = self.agreement_rest.filter(|rest| rest.agreed == agreed);
        Some(rest.map_or(agreed, |rest| rest.rest))
    }

    fn was_draft(&self) -> bool {
        self.planned_under.is_some_and(|before| before.status == Status::Draft)
    }
}

/// Reads a note about a failure, and none where another version of the program wrote what this one does not understand: such a
/// note must not keep a job from running.
fn none_if_unreadable<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let note = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(note).ok())
}

/// Completions in a row that no webhook delivered, as sweeps find them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    /// When the first of them was completed.
    pub since: Timestamp,
    /// How many there are.
    pub completions: u64,
}

/// The number of completions in a row without a webhook from which webhooks count as refused or sent elsewhere.
pub const MOST_UNDELIVERED: u64 = 3;

/// How far a sweep came before it was cut off: everything completed in between was handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interrupted {
    /// From when on it listed completions.
    pub since: Timestamp,
    /// When its first slice began.
    pub began: Timestamp,
    /// The last completion that it handed on.
    pub at: Timestamp,
}

/// A run that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// When it ended.
    pub at: Timestamp,
    /// The cause; no personal data.
    #[serde(default)]
    pub cause: Excerpt,
}

impl Failure {
    /// A run that ended at `at` by this cause, cut to an excerpt.
    #[must_use]
    pub fn new(at: Timestamp, cause: &str) -> Self {
        let cause = cause.into();
        Self { at, cause }
    }
}

/// A run: a slice of a job that has begun. One `RUN` item of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Unique, and sorts by time (UUID version 7).
    pub id: String,
    /// Which job.
    pub job: Job,
    /// When it began.
    pub started_at: Timestamp,
    /// Its state.
    pub state: RunState,
    /// Its counts, by name.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
}

impl RunRecord {
    /// A run that has just acquired its job's lease, and whose invocation ends at `deadline`.
    #[must_use]
    pub fn begun(id: String, job: Job, now: Timestamp, deadline: Timestamp) -> Self {
        let lease_until = deadline;
        Self {
            id,
            job,
            started_at: now,
            state: RunState::Unfinished { lease_until },
            counts: BTreeMap::new(),
        }
    }

    /// When the watchdog begins to check whether the run continues: as soon as its first lease can have missed a
    /// renewal, or at once where it ran out of time; none where it has ended.
    #[must_use]
    pub fn looked_at_from(&self) -> Option<Timestamp> {
        match self.state {
            RunState::Unfinished { lease_until } => Some(lease_until.min(lease::first_look(self.started_at))),
            RunState::Succeeded { .. } | RunState::Failed { .. } => None,
        }
    }
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum RunState {
    /// It has work left: it is running, ran out of time, or crashed. The watchdog starts it again as soon as its job's lease is free.
    Unfinished {
        /// The latest end of its lease: that of its invocation.
        lease_until: Timestamp,
    },
    /// It did all there was to do.
    Succeeded {
        /// When it ended.
        at: Timestamp,
    },
    /// It stopped before it could do its work.
    Failed {
        /// When it ended.
        at: Timestamp,
        /// The cause; no personal data.
        #[serde(default)]
        cause: Excerpt,
    },
}

/// The cause in the smallest form of a run's record, in bytes.
const SMALLEST_CAUSE_BYTES: usize = 120;

impl RunRecord {
    /// The same run without its counts, and with the beginning of its cause: the form to store where the table refuses
    /// the whole record.
    #[must_use]
    pub fn smallest(&self) -> Self {
        let mut smallest = Self {
            counts: BTreeMap::new(),
            ..self.clone()
        };
        if let RunState::Failed { cause, .. } = &mut smallest.state {
            *cause = clip(cause, SMALLEST_CAUSE_BYTES).into();
        }
        smallest
    }
}

impl RunState {
    /// Why an unfinished run is closed: another run continues it, or none does.
    #[must_use]
    pub fn cause_of_closing(successor: Option<&str>) -> Excerpt {
        successor.map_or_else(
            || "the customer's job does not run any more".into(),
            |id| format!("carried on by run {id}").into(),
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_note_about_a_failure_that_cannot_be_read_does_not_hide_what_else_a_job_remembers() {
        let mut job = JobState {
            watermark: Some(Timestamp::UNIX_EPOCH),
            last_failure: Some(Failure::new(Timestamp::UNIX_EPOCH, "an outage")),
            ..JobState::default()
        };
        let mut stored = serde_json::to_value(&job).expect("JSON");
        assert_eq!(serde_json::from_value::<JobState>(stored.clone()).expect("reads"), job);
        let odd = json!({"source": "a later version's", "kind": 7});
        for name in ["last_failure", "failing", "back_off"] {
            stored[name] = odd.clone();
        }
        job.last_failure = None;
        assert_eq!(serde_json::from_value::<JobState>(stored).expect("reads"), job);
    }

    #[test]
    fn a_failed_run_without_a_cause_and_one_with_a_very_long_one_are_read() {
        let stored =
            |state: Value| json!({"id": "r", "job": "users", "started_at": "2026-03-01T00:00:00Z", "state": state});
        let at = "2026-03-01T00:00:05Z";
        for cause in [None, Some("k".repeat(450_000))] {
            let mut state = json!({"state": "failed", "at": at});
            if let Some(cause) = &cause {
                state["cause"] = json!(cause);
            }
            let run: RunRecord = serde_json::from_value(stored(state)).expect("reads");
            assert!(
                matches!(run.state, RunState::Failed { cause, .. } if cause.len() <= crate::text::excerpt::EXCERPT_BYTES)
            );
        }
    }
}
