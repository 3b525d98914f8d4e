//! The breaker of a customer's EmployeeConnect: missing responses open it, single probes test whether EmployeeConnect
//! responds again, and a response closes it.
//!
//! A result that is held back uses no attempt, and only one call at a time waits for a vendor that hangs: results of
//! other customers are not delayed.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Missing responses in a row that open the breaker.
const SILENCES_THAT_OPEN: u32 = 3;

/// The waits before the first, second, … probe; the last is the longest.
const WAITS: [SignedDuration; 4] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(10),
];

/// The longest time that releasing the held-back results may take.
const RELEASED_WITHIN: SignedDuration = SignedDuration::from_mins(1);

/// One customer's breaker: the `BREAKER` item of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Breaker {
    /// EmployeeConnect is called.
    Closed {
        /// Missing responses in a row, fewer than open it.
        silences: u32,
    },
    /// EmployeeConnect is left alone.
    Open {
        /// Probes that failed, in a row.
        failed_probes: u32,
        /// No call is made before then. A probing worker moves it to the end of its own time: if that worker crashes,
        /// the next may probe.
        probe_at: Timestamp,
    },
    /// EmployeeConnect responds again, and is called. The worker that got the response releases the held-back results.
    Releasing {
        /// The end of the time for releasing. If that worker crashes, the next one that gets a response releases them.
        until: Timestamp,
    },
}

/// What a call showed about EmployeeConnect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// It answered, be it with a refusal.
    Responded,
    /// It did not confirm or refuse the request, or could not be reached.
    NoResponse,
    /// Nothing either way: no call was made, or it asks to be left alone for a while.
    Inconclusive,
}

/// Whether EmployeeConnect may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may, and more than once.
    Free,
    /// It may, once, by the worker that succeeds in storing this.
    Probe(Breaker),
    /// Not before then.
    HeldBack {
        /// The next probe.
        until: Timestamp,
    },
}

/// The breaker of a customer without a stored one is closed.
impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { silences: 0 }
    }
}

impl Breaker {
    /// Returns whether a worker whose time ends at `deadline` may call at `now`.
    #[must_use]
    pub fn admits(self, now: Timestamp, deadline: Timestamp) -> Admission {
        match self {
            Self::Closed { .. } | Self::Releasing { .. } => Admission::Free,
            Self::Open { probe_at, .. } if probe_at > now => Admission::HeldBack { until: probe_at },
            Self::Open { failed_probes, .. } => Admission::Probe(Self::Open {
                failed_probes,
                probe_at: deadline,
            }),
        }
    }

    /// Returns the breaker after a call that was no probe. A call that was under way when the breaker opened is none
    /// either: its missing response belongs to the same outage, and does not lengthen the wait.
    #[must_use]
    pub fn after_call(self, heard: CallOutcome, now: Timestamp) -> Self {
        match (self, heard) {
            (Self::Closed { .. }, CallOutcome::Responded) => Self::default(),
            (Self::Open { .. }, CallOutcome::Responded) => Self::releasing(now),
            (Self::Releasing { until }, CallOutcome::Responded) if until <= now => Self::releasing(now),
            (Self::Closed { silences }, CallOutcome::NoResponse) if silences + 1 < SILENCES_THAT_OPEN => {
                Self::Closed { silences: silences + 1 }
            }
            // A vendor that has only just begun to respond is not given three more missing responses.
            (Self::Closed { .. } | Self::Releasing { .. }, CallOutcome::NoResponse) => Self::opened(0, now),
            (unchanged, CallOutcome::Inconclusive)
            | (unchanged @ Self::Releasing { .. }, CallOutcome::Responded)
            | (unchanged @ Self::Open { .. }, CallOutcome::NoResponse) => unchanged,
        }
    }

    /// The breaker after a probe.
    #[must_use]
    pub fn after_probe(self, heard: CallOutcome, now: Timestamp) -> Self {
        match (self, heard) {
            (Self::Open { failed_probes, .. }, CallOutcome::NoResponse) => {
                Self::opened(failed_probes.saturating_add(1), now)
            }
            (breaker, heard) => breaker.after_call(heard, now),
        }
    }

    /// Returns when the watchdog has to act on it if no other call comes: to probe, or to release the held-back
    /// results.
    #[must_use]
    pub fn due_at(self) -> Option<Timestamp> {
        match self {
            Self::Closed { .. } => None,
            Self::Open { probe_at: due_at, .. } | Self::Releasing { until: due_at } => Some(due_at),
        }
    }

    /// Whether only a probe may call.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }

    fn releasing(now: Timestamp) -> Self {
        let until = now.checked_add(RELEASED_WITHIN).unwrap_or(Timestamp::MAX);
        Self::Releasing { until }
    }

    fn opened(failed_probes: u32, now: Timestamp) -> Self {
        let [.., longest] = WAITS;
        let wait = usize::try_from(failed_probes).ok().and_then(|failed| WAITS.get(failed));
        Self::Open {
            failed_probes,
            probe_at: now.checked_add(*wait.unwrap_or(&longest)).unwrap_or(Timestamp::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn seconds(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("a time")
    }

    fn after(heard: &[CallOutcome]) -> Breaker {
        heard
            .iter()
            .fold(Breaker::default(), |breaker, heard| breaker.after_call(*heard, NOW))
    }

    #[test]
    fn three_silences_in_a_row_open_it_and_an_answer_in_between_begins_the_row_again() {
        use CallOutcome::{Inconclusive, NoResponse, Responded};
        assert!(!after(&[NoResponse, NoResponse]).is_open());
        assert!(after(&[NoResponse, NoResponse, NoResponse]).is_open());
        assert!(!after(&[NoResponse, NoResponse, Responded, NoResponse, NoResponse]).is_open());
        assert!(after(&[NoResponse, Inconclusive, NoResponse, Inconclusive, NoResponse]).is_open());
    }

    #[test]
    fn it_waits_longer_with_every_probe_that_fails_and_ten_minutes_at_most() {
        let mut breaker = after(&[CallOutcome::NoResponse; 3]);
        let mut waits = Vec::new();
        for _ in 0..6 {
            let Admission::HeldBack { until } = breaker.admits(NOW, seconds(30)) else {
                panic!("it is open")
            };
            waits.push(until.as_second() / 60);
            breaker = breaker.after_probe(CallOutcome::NoResponse, NOW);
        }
        assert_eq!(waits, [1, 2, 5, 10, 10, 10]);
    }

    #[test]
    fn one_probe_is_admitted_at_a_time_and_the_next_once_its_time_has_ended() {
        let open = after(&[CallOutcome::NoResponse; 3]);
        let Admission::Probe(probed) = open.admits(seconds(60), seconds(90)) else {
            panic!("the wait is over")
        };
        let until = seconds(90);
        assert_eq!(probed.admits(seconds(61), seconds(91)), Admission::HeldBack { until });
        assert!(matches!(probed.admits(seconds(90), seconds(120)), Admission::Probe(_)));
    }

    #[test]
    fn calls_that_were_on_their_way_when_it_opened_make_nobody_wait_longer() {
        let open = after(&[CallOutcome::NoResponse; 3]);
        assert_eq!(after(&[CallOutcome::NoResponse; 10]), open);
    }

    #[test]
    fn a_probe_that_is_answered_opens_the_way_and_one_that_says_nothing_leaves_it_to_the_next() {
        let open = after(&[CallOutcome::NoResponse; 3]);
        assert_eq!(open.after_probe(CallOutcome::Inconclusive, NOW), open);
        let answering = open.after_probe(CallOutcome::Responded, NOW);
        assert_eq!(answering, Breaker::Releasing { until: seconds(60) });
        assert_eq!(answering.admits(NOW, seconds(30)), Admission::Free);
    }

    #[test]
    fn one_releases_what_was_held_back_and_another_should_they_not_come_back() {
        let answering = Breaker::Releasing { until: seconds(60) };
        assert_eq!(answering.after_call(CallOutcome::Responded, seconds(59)), answering);
        let again = Breaker::Releasing { until: seconds(120) };
        assert_eq!(answering.after_call(CallOutcome::Responded, seconds(60)), again);
        assert!(answering.after_call(CallOutcome::NoResponse, seconds(1)).is_open());
    }
}
