//! What becomes of a completion, decided from what is known: where it goes, whether an earlier attempt may have recorded
//! it, when to try again, and which completions a sweep hands on.

use jiff::Timestamp;

use crate::completion::Completion;
use crate::course::{ResultsGo, TopicRecord};
use crate::identity::{CourseId, EmployeeId};
use crate::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState, WaitsFor};
use crate::retry_ladder::RetryLadder;

/// What is known about a completion beyond itself.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Who had the user name when the topic was completed.
    pub person: Option<&'a EmployeeId>,
    /// The topic, as last seen.
    pub topic: Option<&'a TopicRecord>,
    /// When the last complete user sync began.
    pub users_synced_from: Option<Timestamp>,
}

/// Where a completion goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Into EmployeeConnect.
    Course {
        /// On this course.
        course: CourseId,
        /// For this person.
        employee_id: EmployeeId,
    },
    /// Nowhere before something else happens.
    Parked(ParkedOn),
    /// Nowhere.
    Ignored(IgnoredBecause),
}

/// Decides where a completion goes. What can never be recorded is said before what has to wait.
#[must_use]
pub fn destination(completion: &Completion, known: &Known<'_>) -> Destination {
    let results_go = known.topic.map_or(ResultsGo::Wait, TopicRecord::results_go);
    match (results_go, known.person) {
        (ResultsGo::Nowhere, _) => Destination::Ignored(IgnoredBecause::TopicIsNotACourse),
        (_, None) if known.has_seen_everybody_since(completion) => {
            Destination::Ignored(IgnoredBecause::UserIsNoEmployee)
        }
        (ResultsGo::Wait, _) => Destination::Parked(ParkedOn::Topic(completion.topic)),
        (ResultsGo::To(_), None) => Destination::Parked(ParkedOn::User(completion.user_name.clone())),
        (ResultsGo::To(course), Some(employee)) => Destination::Course {
            course: course.clone(),
            employee_id: employee.clone(),
        },
    }
}

impl Known<'_> {
    /// Whether a complete user sync began after the completion: whoever it did not link is no employee.
    fn has_seen_everybody_since(&self, completion: &Completion) -> bool {
        self.users_synced_from
            .is_some_and(|from| from > completion.completed_at)
    }
}

/// What earlier attempts mean for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Earlier {
    /// Attempts made.
    pub attempts: u32,
    /// One of them may have had its effect: look before writing.
    pub look_first: bool,
    /// What kind of thing the completion has been parked on, and since when.
    pub parked: Option<(WaitsFor, Timestamp)>,
}

impl Earlier {
    /// Reads it off the record as it was before the claim. Any earlier attempt counts as one that may have had its effect:
    /// looking is cheaper than a second result.
    #[must_use]
    pub fn of(before: Option<&ResultRecord>) -> Self {
        let Some(record) = before else {
            return Self::default();
        };
        Self {
            attempts: record.attempts,
            look_first: record.attempts > 0,
            parked: match &record.state {
                ResultState::Parked { on, since } => Some((on.waits_for(), *since)),
                _ => None,
            },
        }
    }

    /// Since when a completion that is parked on this has waited: one that waited for another kind of thing begins anew,
    /// or a long pause would end what the customer comes back for.
    #[must_use]
    pub fn parked_since(&self, on: &ParkedOn, now: Timestamp) -> Timestamp {
        match self.parked {
            Some((waits_for, since)) if waits_for == on.waits_for() => since,
            _ => now,
        }
    }
}

/// Why an attempt failed, as far as trying again is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAttempt {
    /// For an operator; no personal data.
    pub cause: String,
    /// Whether trying again may help.
    pub retryable: bool,
    /// The vendor asked for nothing before then.
    pub not_before: Option<Timestamp>,
}

/// The state after `attempts` attempts, the last of which failed: the ladder's next rung, or the end.
#[must_use]
pub fn after_failure(failed: FailedAttempt, attempts: u32, ladder: &RetryLadder, now: Timestamp) -> ResultState {
    let next = ladder.next_attempt(attempts.max(1), now).filter(|_| failed.retryable);
    match next {
        Some(rung) => ResultState::Waiting {
            cause: failed.cause,
            due_at: failed.not_before.map_or(rung, |earliest| rung.max(earliest)),
        },
        None => ResultState::Dead { cause: failed.cause },
    }
}

/// Whether a completion that is listed (again) has to be handed on: it has no record, what it waited for may be there by
/// now, or whoever had it has let it lie.
#[must_use]
pub fn needs_pushing(record: Option<&ResultRecord>, now: Timestamp) -> bool {
    match record.map(|record| &record.state) {
        None | Some(ResultState::Parked { .. }) => true,
        Some(ResultState::Claimed { until }) => *until <= now,
        Some(ResultState::Waiting { due_at, .. }) => *due_at <= now,
        Some(ResultState::Recorded { .. } | ResultState::Ignored { .. } | ResultState::Dead { .. }) => false,
    }
}
