//! What becomes of a completion: the states of one `RESULT` item of the table.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::completion::Completion;
use crate::identity::{CourseId, EmployeeId, TopicId, UserName};

/// What is recorded in EmployeeConnect: this person completed this course on this day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewResult {
    /// The same for every attempt to record the same completion.
    pub idempotency_key: String,
    /// Who.
    pub employee_id: EmployeeId,
    /// The customer's calendar day.
    pub completed_on: Date,
    /// Where it is known.
    pub duration_minutes: Option<u32>,
}

/// One completion and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultRecord {
    /// What was completed.
    pub completion: Completion,
    /// How far it has come.
    pub state: ResultState,
    /// Attempts that reached EmployeeConnect, or tried to.
    pub attempts: u32,
}

/// How far a completion has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ResultState {
    /// Somebody is recording it; past `until` the claim may be taken over.
    Claimed {
        /// The claimant's time runs out then.
        until: Timestamp,
    },
    /// An attempt failed; the next is due.
    Waiting {
        /// What went wrong, for an operator; no personal data.
        cause: String,
        /// When to try again.
        due_at: Timestamp,
    },
    /// It cannot be recorded before something else happens.
    Parked {
        /// What it waits for.
        on: ParkedOn,
        /// Since when.
        since: Timestamp,
    },
    /// It is in EmployeeConnect.
    Recorded {
        /// The course it is on.
        course: CourseId,
        /// Whose it is.
        employee_id: EmployeeId,
        /// When it was recorded, or found recorded.
        at: Timestamp,
    },
    /// It is none of EmployeeConnect's business.
    Ignored {
        /// Why.
        reason: IgnoredBecause,
    },
    /// It could not be recorded, and trying again does not help.
    Dead {
        /// What went wrong; no personal data.
        cause: String,
    },
}

/// What a parked result waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum ParkedOn {
    /// The course of this topic.
    Topic(TopicId),
    /// The employee behind this user name.
    User(UserName),
    /// The customer is paused, or does not record results.
    Customer,
    /// The customer's EmployeeConnect answers again.
    EmployeeConnect,
}

/// What kind of thing a parked result waits for: how long it waits depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// A person or a course that is not linked yet.
    Link,
    /// The customer, to go on.
    Customer,
    /// EmployeeConnect, to answer.
    EmployeeConnect,
}

impl ParkedOn {
    /// The kind of thing that this is.
    #[must_use]
    pub fn waits_for(&self) -> WaitsFor {
        match self {
            Self::Topic(_) | Self::User(_) => WaitsFor::Link,
            Self::Customer => WaitsFor::Customer,
            Self::EmployeeConnect => WaitsFor::EmployeeConnect,
        }
    }
}

/// Why a completion is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoredBecause {
    /// The topic was seen and is not a course.
    TopicIsNotACourse,
    /// The account belongs to no employee.
    UserIsNoEmployee,
    /// Tribal Habits does not confirm the completion, however often it was asked.
    NotConfirmed,
}
