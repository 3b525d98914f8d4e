//! Decides about a completion: its destination, whether an earlier attempt may have recorded it, when to try again, and
//! which completions a sweep queues.

use jiff::Timestamp;

use crate::courses::course::{ResultDestination, TopicRecord};
use crate::identity::{CourseId, EmployeeId};
use crate::results::completion::{Completion, CompletionSource};
use crate::results::parked::{EndedWait, ended_waiting};
use crate::results::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState, Tried, WaitsFor};
use crate::results::retry_ladder::RetryLadder;

/// The stored facts that decide about a completion.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The employee who had the user name when the topic was completed.
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
        /// For this employee.
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
    let results_go = known.topic.map_or(ResultDestination::Wait, TopicRecord::results_go);
    match (results_go, known.person) {
        (ResultDestination::Nowhere, _) => Destination::Ignored(IgnoredBecause::TopicIsNotACourse),
        (_, None) if known.has_seen_everybody_since(completion) => {
            Destination::Ignored(IgnoredBecause::UserIsNoEmployee)
        }
        (ResultDestination::Wait, _) => Destination::Parked(ParkedOn::Topic(completion.topic)),
        (ResultDestination::To(_), None) => Destination::Parked(ParkedOn::User(completion.user_name.clone())),
        (ResultDestination::To(course), Some(employee)) => Destination::Course {
            course: course.clone(),
            employee_id: employee.clone(),
        },
    }
}

impl Known<'_> {
    /// Whether a complete user sync began after the completion: a user that it did not link is no employee.
    fn has_seen_everybody_since(&self, completion: &Completion) -> bool {
        self.users_synced_from
            .is_some_and(|from| from > completion.completed_at)
    }
}

/// Whether Tribal Habits has to confirm these values of a completion before they are recorded, even where the customer's setting asks for none:
/// a bearer token brought them, or Tribal Habits has not confirmed them so far.
#[must_use]
pub fn must_be_confirmed(completion: &Completion, before: Option<&ResultRecord>) -> bool {
    let is_unconfirmed = |record: &ResultRecord| match record.state {
        ResultState::Unconfirmed { .. } => true,
        ResultState::Ignored { reason } => reason.is_unconfirmed(),
        _ => false,
    };
    completion.source == CompletionSource::BearerToken || before.is_some_and(is_unconfirmed)
}

/// The results of earlier attempts that matter for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Earlier {
    /// Attempts made.
    pub attempts: u32,
    /// One of them may have had its effect: look before writing.
    pub look_first: bool,
    /// The kind of object that the completion waits for, and the time of parking.
    pub parked: Option<(WaitsFor, Timestamp)>,
    /// Tribal Habits has not confirmed the completion so far; when it was to be asked again, if it was.
    pub unconfirmed: Option<Option<Timestamp>>,
}

impl Earlier {
    /// Reads it off the record as it was before the claim. Any earlier attempt counts as one that may have had its effect:
    /// looking is cheaper than a second result. A completion that was ignored begins the ladder anew.
    #[must_use]
    pub fn from_record(before: Option<&ResultRecord>) -> Self {
        let Some(record) = before else {
            return Self::default();
        };
        let (mut attempts, mut parked, mut unconfirmed) = (record.attempts, None, None);
        match &record.state {
            ResultState::Parked { on, since } => parked = Some((on.waits_for(), *since)),
            ResultState::Unconfirmed { due_at, .. } => unconfirmed = Some(Some(*due_at)),
            ResultState::Ignored { reason } => {
                attempts = anew(attempts);
                unconfirmed = reason.is_unconfirmed().then_some(None);
            }
            _ => {}
        }
        Self {
            attempts,
            look_first: record.attempts > 0,
            parked,
            unconfirmed,
        }
    }

    /// Once Tribal Habits has confirmed the completion: the questions until then use up no attempt to record it.
    #[must_use]
    pub fn confirmed(self) -> Self {
        let attempts = match self.unconfirmed {
            Some(_) => anew(self.attempts),
            None => self.attempts,
        };
        Self { attempts, ..self }
    }

    /// When Tribal Habits was to be asked again, if that has not come yet: a delivery before then uses up no rung.
    #[must_use]
    pub fn asks_again_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.unconfirmed.flatten().filter(|due_at| now < *due_at)
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
    /// Where it tried to record the completion.
    pub tried: Option<Tried>,
}

/// Why Tribal Habits has not confirmed a completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unconfirmed {
    /// For an operator; no personal data.
    pub cause: String,
    /// Why the result is ignored once no rung is left.
    pub reason: IgnoredBecause,
    /// Tribal Habits asked for nothing before then.
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
        None => ResultState::Dead {
            cause: failed.cause,
            tried: failed.tried,
        },
    }
}

/// The state after Tribal Habits, asked for the `attempts`th time, did not confirm the completion: asked again on the ladder's
/// next rung, or ignored until a sweep lists it. It never ends as dead, so that a forged delivery settles no enrolment.
#[must_use]
pub fn unconfirmed(failed: Unconfirmed, attempts: u32, ladder: &RetryLadder, now: Timestamp) -> ResultState {
    match ladder.next_attempt(attempts.max(1), now) {
        Some(rung) => ResultState::Unconfirmed {
            cause: failed.cause,
            due_at: failed.not_before.map_or(rung, |earliest| rung.max(earliest)),
        },
        None => ResultState::Ignored { reason: failed.reason },
    }
}

/// The attempts of a result that begins the ladder anew. One that was ever tried keeps one: the next attempt then looks before
/// it writes, since an earlier one may have had its effect.
#[must_use]
pub fn anew(attempts: u32) -> u32 {
    attempts.min(1)
}

/// The treatment, by a sweep or a backfill, of a completion that Tribal Habits lists (again).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Queue it: it has no record, the object that it waited for may exist now, its claim has expired, or the listing
    /// confirms it.
    HandOn,
    /// Queue it if it has a destination now: see [`reopens`].
    HandOnIfReopened,
    /// Leave it: it is recorded or under way.
    Leave,
}

/// Decides by the record alone.
#[must_use]
pub fn listed(record: Option<&ResultRecord>, now: Timestamp) -> Listed {
    match record.map(|record| &record.state) {
        None | Some(ResultState::Parked { .. } | ResultState::Unconfirmed { .. }) => Listed::HandOn,
        Some(ResultState::Claimed { until: due_at } | ResultState::Waiting { due_at, .. }) if *due_at <= now => {
            Listed::HandOn
        }
        Some(ResultState::Ignored { reason }) if reason.is_unconfirmed() => Listed::HandOn,
        Some(ResultState::Ignored { .. } | ResultState::Dead { .. }) => Listed::HandOnIfReopened,
        Some(ResultState::Recorded { .. } | ResultState::Claimed { .. } | ResultState::Waiting { .. }) => Listed::Leave,
    }
}

/// Whether a dead result is given another attempt where its destination changes. One that says neither what it waited for nor
/// where it was tried is left to a replay.
#[must_use]
pub fn may_reopen(state: &ResultState) -> bool {
    match state {
        ResultState::Dead { cause, tried } => tried.is_some() || has_ended_without_link(cause),
        _ => false,
    }
}

fn has_ended_without_link(cause: &str) -> bool {
    let ended = ended_waiting(cause);
    matches!(ended, Some(EndedWait::ForCourse | EndedWait::ForPerson))
}

/// Whether a result that was given up gets another attempt, given the present destination of its completion: an ignored
/// one where it is no longer to be ignored; a dead one where its destination differs from the one that was tried.
#[must_use]
pub fn reopens(state: &ResultState, destination: &Destination) -> bool {
    match (state, destination) {
        (ResultState::Ignored { .. }, Destination::Ignored(_)) => false,
        (ResultState::Ignored { .. }, _) => true,
        (ResultState::Dead { cause, tried }, Destination::Course { course, employee_id }) => match tried {
            Some(tried) => (&tried.course, &tried.employee_id) != (course, employee_id),
            None => has_ended_without_link(cause),
        },
        _ => false,
    }
}
