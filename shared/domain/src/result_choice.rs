//! Which results an operator means: those in a state, and the dead ones that are to be tried again.

use std::fmt;

use jiff::Timestamp;

use crate::identity::EnrolmentId;
use crate::result::{ResultRecord, ResultState};

/// The states of a result without what goes with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResultStatus {
    /// Somebody is recording it.
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

    /// The word for it, here and in the table.
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
            Self::Waiting { .. } => ResultStatus::Waiting,
            Self::Parked { .. } => ResultStatus::Parked,
            Self::Recorded { .. } => ResultStatus::Recorded,
            Self::Ignored { .. } => ResultStatus::Ignored,
            Self::Dead { .. } => ResultStatus::Dead,
        }
    }
}

/// Which dead results are to be tried again: those that meet everything that is said. What is said by nothing is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayChoice {
    /// Only these enrolments; all where none is named.
    pub enrolments: Vec<EnrolmentId>,
    /// Only those whose cause has this in it, whatever the letter case.
    pub cause: Option<String>,
    /// Only what was completed then or later.
    pub from: Option<Timestamp>,
    /// Only what was completed before then.
    pub until: Option<Timestamp>,
}

impl ReplayChoice {
    /// Whether this result is among them.
    #[must_use]
    pub fn has(&self, record: &ResultRecord) -> bool {
        let ResultState::Dead { cause } = &record.state else {
            return false;
        };
        let (enrolment, at) = (record.completion.enrolment, record.completion.completed_at);
        let has_cause = |wanted: &String| cause.to_lowercase().contains(&wanted.to_lowercase());
        (self.enrolments.is_empty() || self.enrolments.contains(&enrolment))
            && self.cause.as_ref().is_none_or(has_cause)
            && self.from.is_none_or(|from| from <= at)
            && self.until.is_none_or(|until| at < until)
    }
}

/// Why a replayed result waits, until its next attempt says otherwise.
pub const REPLAYED: &str = "an operator has it tried again";

/// Why a completion from before the go-live waits, until its first attempt says otherwise.
pub const BACKFILLED: &str = "an operator has added it";

/// The attempts of a result that is tried again as if it were new. One that was ever tried keeps one: the next attempt then
/// looks before it writes, since an earlier one may have had its effect.
#[must_use]
pub fn attempts_after_replay(record: &ResultRecord) -> u32 {
    record.attempts.min(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Completion;
    use crate::identity::TopicId;

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
            },
            state: ResultState::Dead { cause },
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

    #[test]
    fn a_result_that_was_tried_is_looked_for_before_it_is_written_again() {
        let tried = dead(1, "2026-03-01T00:00:00Z", "refused");
        assert_eq!(attempts_after_replay(&tried), 1);
        assert_eq!(attempts_after_replay(&ResultRecord { attempts: 0, ..tried }), 0);
    }
}
