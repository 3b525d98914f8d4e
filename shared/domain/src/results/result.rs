//! The state of a completion's result: one `RESULT` item of the table.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::identity::{CourseId, EmployeeId, TopicId, UserName};
use crate::results::completion::Completion;

/// A record for EmployeeConnect: this employee completed this course on this day.
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
    /// The completion.
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
    /// A worker is recording it; past `until` another one may take over the claim.
    Claimed {
        /// The claimant's time runs out then.
        until: Timestamp,
    },
    /// An attempt failed; the next is due.
    Waiting {
        /// The cause, for an operator; no personal data.
        cause: String,
        /// When to try again.
        due_at: Timestamp,
    },
    /// Tribal Habits has not confirmed it yet; it is asked again then, and sooner if the completion is delivered or listed again.
    Unconfirmed {
        /// The different answer of Tribal Habits, for an operator; no personal data.
        cause: String,
        /// When to ask again.
        due_at: Timestamp,
    },
    /// It cannot be recorded before something else happens.
    Parked {
        /// The object that it waits for.
        on: ParkedOn,
        /// The time of parking.
        since: Timestamp,
    },
    /// It is in EmployeeConnect.
    Recorded {
        /// The course it is on.
        course: CourseId,
        /// The employee who completed it.
        employee_id: EmployeeId,
        /// When it was recorded, or found recorded.
        at: Timestamp,
    },
    /// It is not recorded as long as its reason holds; see [`IgnoredBecause`] for what ends each.
    Ignored {
        /// Why.
        reason: IgnoredBecause,
    },
    /// It could not be recorded, and trying the same again does not help.
    Dead {
        /// The cause; no personal data.
        cause: String,
        /// The course and the employee of the last attempt; none where no attempt was made, or it was made before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tried: Option<Tried>,
    },
}

/// Where an attempt tried to record a completion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// The EmployeeConnect course.
    pub course: CourseId,
    /// The employee.
    pub employee_id: EmployeeId,
}

/// The object that a parked result waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum ParkedOn {
    /// The course of this topic.
    Topic(TopicId),
    /// The employee behind this user name.
    User(UserName),
    /// EmployeeConnect knows this employee again, or the user name is linked to another employee.
    Employee(EmployeeId),
    /// The customer is paused, or does not record results.
    Customer,
    /// The customer's EmployeeConnect answers again.
    EmployeeConnect,
}

/// The kind of object that a parked result waits for: the longest wait depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// A user or a course that is not linked yet.
    Link,
    /// The customer, to go on.
    Customer,
    /// A response of EmployeeConnect.
    EmployeeConnect,
}

impl ParkedOn {
    /// The kind of thing that this is.
    #[must_use]
    pub fn waits_for(&self) -> WaitsFor {
        match self {
            Self::Topic(_) | Self::User(_) | Self::Employee(_) => WaitsFor::Link,
            Self::Customer => WaitsFor::Customer,
            Self::EmployeeConnect => WaitsFor::EmployeeConnect,
        }
    }
}

impl ResultRecord {
    /// Whether a link of this topic or user name, or this customer or vendor going on, is a reason to look at the result again.
    #[must_use]
    pub fn is_released_by(&self, brought: &ParkedOn) -> bool {
        match (&self.state, brought) {
            (ResultState::Parked { on, .. }, _) if on == brought => true,
            (
                ResultState::Parked {
                    on: ParkedOn::Employee(_),
                    ..
                }
                | ResultState::Ignored {
                    reason: IgnoredBecause::UserIsNoEmployee,
                },
                ParkedOn::User(name),
            ) => self.completion.user_name == *name,
            (
                ResultState::Ignored {
                    reason: IgnoredBecause::TopicIsNotACourse,
                },
                ParkedOn::Topic(topic),
            ) => self.completion.topic == *topic,
            _ => false,
        }
    }
}

/// Why a completion is not recorded. No reason is final: each names what makes the result be examined again. A delivery of the
/// same enrolment, `results replay` and `results backfill` examine every ignored result again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoredBecause {
    /// The topic was seen and is not a course: until a course sync links it to a course.
    TopicIsNotACourse,
    /// The account belongs to no employee: until its user name is linked to one.
    UserIsNoEmployee,
    /// Tribal Habits denied the completion whenever it was asked: until a sweep lists it.
    NotConfirmed,
    /// Tribal Habits could not be asked for the completion: until a sweep lists it.
    ConfirmationFailed,
}

impl IgnoredBecause {
    /// Every reason.
    pub const ALL: [Self; 4] = [
        Self::TopicIsNotACourse,
        Self::UserIsNoEmployee,
        Self::NotConfirmed,
        Self::ConfirmationFailed,
    ];

    /// Whether the reason is that Tribal Habits has not confirmed the completion.
    #[must_use]
    pub const fn is_unconfirmed(self) -> bool {
        matches!(self, Self::NotConfirmed | Self::ConfirmationFailed)
    }

    /// The name of the reason, here and in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TopicIsNotACourse => "topic_is_not_a_course",
            Self::UserIsNoEmployee => "user_is_no_employee",
            Self::NotConfirmed => "not_confirmed",
            Self::ConfirmationFailed => "confirmation_failed",
        }
    }
}
