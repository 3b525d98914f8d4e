//! Which results an operator means: those in a state, and the dead ones that are to be tried again.

use std::fmt;

use jiff::Timestamp;

use crate::identity::EnrolmentId;
use crate::results::delivery::anew;
use crate::results::result::{IgnoredBecause, ResultRecord, ResultState};

/// The states of a result without what goes with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResultStatus {
    /// A worker is recording it.
    Claimed,
    /// An attempt failed; the next is due.
    Waiting,
    /// It waits for something else to happen.
    Parked,
    /// It is in EmployeeConnect.
    Recorded,
    /// It is none of EmployeeConnect's business.
    Ignored,
    /// Trying again by itself has ended.
    Dead,
}

impl ResultStatus {
    /// Every one, in the order of a result's life.
    pub const ALL: [Self; 6] = [
        Self::Claimed,
        Self::Waiting,
        Self::Parked,
        Self::Recorded,
        Self::Ignored,
        Self::Dead,
    ];

    /// Returns its name, as typed, printed and stored in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Waiting => "waiting",
            Self::Parked => "parked",
            Self::Recorded => "recorded",
            Self::Ignored => "ignored",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for ResultStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ResultState {
    /// Which state this is.
    #[must_use]
    pub const fn status(&self) -> ResultStatus {
        match self {
            Self::Claimed { .. } => ResultStatus::Claimed,
            Self::Waiting { .. } | Self::Unconfirmed { .. } => ResultStatus::Waiting,
            Self::Parked { .. } => ResultStatus::Parked,
            Self::Recorded { .. } => ResultStatus::Recorded,
            Self::Ignored { .. } => ResultStatus::Ignored,
            Self::Dead { .. } => ResultStatus::Dead,
        }
    }
}

/// Which results are to be tried again: dead or ignored ones that meet every criterion. No criterion means all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayChoice {
    /// Dead ones, or ignored ones.
    pub state: Replayable,
    /// Only these enrolments; all where none is named.
    pub enrolments: Vec<EnrolmentId>,
    /// Only those whose cause or reason contains this text, in any letter case.
    pub cause: Option<String>,
    /// Only results completed then or later.
    pub from: Option<Timestamp>,
    /// Only results completed before then.
    pub until: Option<Timestamp>,
}

/// A state that a result can be replayed from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Replayable {
    /// Dead results.
    #[default]
    Dead,
    /// Ignored results, of one reason or of any.
    Ignored(Option<IgnoredBecause>),
}

impl Replayable {
    /// The state of the results.
    #[must_use]
    pub const fn status(self) -> ResultStatus {
        match self {
            Self::Dead => ResultStatus::Dead,
            Self::Ignored(_) => ResultStatus::Ignored,
        }
    }
}

impl ReplayChoice {
    /// Whether this result is among them.
    #[must_use]
    pub fn has(&self, record: &ResultRecord) -> bool {
        let cause = match (&record.state, self.state) {
            (ResultState::Dead { cause, .. }, Replayable::Dead) => cause.as_str(),
            (ResultState::Ignored { reason }, Replayable::Ignored(wanted))
                if wanted.is_none_or(|wanted| wanted == *reason) =>
            {
                reason.as_str()
            }
            _ => return false,
        };
        let (enrolment, at) = (record.completion.enrolment, record.completion.completed_at);
        let has_cause = |wanted: &String| cause.to_lowercase().contains(&wanted.to_lowercase());
        (self.enrolments.is_empty() || self.enrolments.contains(&enrolment))
            && self.cause.as_ref().is_none_or(has_cause)
            && self.from.is_none_or(|from| from <= at)
            && self.until.is_none_or(|until| at < until)
    }
}

/// A result that was given up as it waits for another attempt, due at `now`: it begins the ladder anew, and one that Tribal
/// Habits has not confirmed still has to be.
#[must_use]
pub fn replayed(found: &ResultRecord, now: Timestamp) -> ResultRecord {
    let (cause, due_at) = (REPLAYED.to_owned(), now);
    let state = match found.state {
        ResultState::Ignored { reason } if reason.is_unconfirmed() => ResultState::Unconfirmed { cause, due_at },
        _ => ResultState::Waiting { cause, due_at },
    };
    ResultRecord {
        completion: found.completion.clone(),
        state,
        attempts: anew(found.attempts),
    }
}

/// Why a replayed result waits, until its next attempt says otherwise.
pub const REPLAYED: &str = "an operator has it tried again";

/// Why a completion from before the go-live waits, until its first attempt says otherwise.
pub const BACKFILLED: &str = "an operator has added it";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::TopicId;
    use crate::results::completion::{Completion, CompletionSource};

    fn dead(enrolment: i64, completed_at: &str, cause: &str) -> ResultRecord {
        let cause = cause.to_owned();
        ResultRecord {
            completion: Completion {
                enrolment: EnrolmentId(enrolment),
                topic: TopicId(456),
                topic_code: None,
                user_name: "jo@acme.example".parse().expect("valid"),
                completed_at: completed_at.parse().expect("valid"),
                training_minutes: None,
                source: CompletionSource::Signature,
            },
            state: ResultState::Dead { cause, tried: None },
            attempts: 8,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn what_is_said_by_nothing_is_every_dead_result_and_nothing_else() {
        let result = dead(1, "2026-03-01T00:00:00Z", "it did not answer");
        assert!(ReplayChoice::default().has(&result));
        let due_at = result.completion.completed_at;
        let cause = "it did not answer".to_owned();
        let state = ResultState::Waiting { cause, due_at };
        assert!(!ReplayChoice::default().has(&ResultRecord { state, ..result }));
    }

    #[test]
    fn ignored_results_are_chosen_by_their_reason_and_never_among_the_dead() {
        let reason = IgnoredBecause::UserIsNoEmployee;
        let state = ResultState::Ignored { reason };
        let result = ResultRecord {
            state,
            ..dead(1, "2026-03-01T00:00:00Z", "")
        };
        let has = |state| {
            ReplayChoice {
                state,
                ..ReplayChoice::default()
            }
            .has(&result)
        };
        let of = |reason| Replayable::Ignored(Some(reason));
        assert!(has(Replayable::Ignored(None)) && has(of(reason)));
        assert!(!has(of(IgnoredBecause::NotConfirmed)) && !has(Replayable::Dead));
    }

    #[test]
    fn a_choice_is_by_enrolment_and_cause_and_a_window_that_ends_before_its_end() {
        let result = dead(7, "2026-03-01T12:00:00Z", "EmployeeConnect refused: status 422");
        let chosen = [
            ReplayChoice {
                enrolments: vec![EnrolmentId(6), EnrolmentId(7)],
                ..ReplayChoice::default()
            },
            ReplayChoice {
                cause: Some("STATUS 422".to_owned()),
                ..ReplayChoice::default()
            },
            ReplayChoice {
                from: Some(at("2026-03-01T12:00:00Z")),
                until: Some(at("2026-03-01T12:00:01Z")),
                ..ReplayChoice::default()
            },
        ];
        assert!(chosen.iter().all(|choice| choice.has(&result)));
        let others = [
            ReplayChoice {
                enrolments: vec![EnrolmentId(6)],
                ..ReplayChoice::default()
            },
            ReplayChoice {
                cause: Some("status 500".to_owned()),
                ..chosen[0].clone()
            },
            ReplayChoice {
                until: Some(at("2026-03-01T12:00:00Z")),
                ..ReplayChoice::default()
            },
            ReplayChoice {
                from: Some(at("2026-03-01T12:00:01Z")),
                ..ReplayChoice::default()
            },
        ];
        assert!(!others.iter().any(|choice| choice.has(&result)));
    }
}
