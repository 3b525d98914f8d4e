//! Writes of employees, and of single fields, that Tribal Habits keeps refusing: each backs off with growing waits, and
//! is tried at once when the value to write changes.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::identity::EmployeeId;
use crate::people::problem::Problem;
use crate::people::user::FieldName;

/// The waits after the first refusals; every later one is the last of them.
const WAITS: [SignedDuration; 3] = [
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(12),
    SignedDuration::from_hours(24),
];

/// After this long a refusal is reported a last time and tried no more until something changes.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(28 * 24);

/// The rejected writes of one employee: one `PARKED` item of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedWrites {
    /// The employee concerned.
    pub employee_id: EmployeeId,
    /// Never empty in the table.
    #[serde(rename = "setbacks")]
    pub writes: Vec<RejectedWrite>,
}

/// One rejected write. Holds personal data for the customer's own mail; `Debug` withholds it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedWrite {
    /// The part of the employee's write that was refused.
    pub what: RejectedPart,
    /// Digest of the values that were to be written.
    pub digest: String,
    /// The line of the worklist.
    pub problem: Problem,
    /// When it was refused first.
    pub since: Timestamp,
    /// How often it has been refused.
    pub attempts: u32,
    /// Not to be tried before.
    pub due_at: Timestamp,
    /// Tried no more: it was refused for too long.
    #[serde(default)]
    pub given_up: bool,
}

/// The part of an employee's write that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what", content = "field")]
pub enum RejectedPart {
    /// The whole write.
    Person,
    /// The new user name of a rename.
    UserName,
    /// One field.
    Field(FieldName),
}

/// A refusal that has just come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The part of the employee's write that was refused.
    pub what: RejectedPart,
    /// Digest of the values that were to be written.
    pub digest: String,
    /// The line of the worklist.
    pub problem: Problem,
}

impl RejectedWrite {
    /// Whether it is left alone at `now`.
    #[must_use]
    pub fn rests(&self, now: Timestamp) -> bool {
        self.given_up || now < self.due_at
    }

    /// Whether it was refused last before `asked`.
    fn was_tried_before(&self, asked: Timestamp) -> bool {
        let tried_at = self.due_at.saturating_sub(wait_after(self.attempts));
        tried_at.is_ok_and(|tried_at| tried_at < asked)
    }

    /// Whether a run that read the portal found this obstacle: the next such run checks it again.
    #[must_use]
    pub fn was_seen_in_portal(&self) -> bool {
        self.problem.cause.needs_verifying()
    }

    fn first(refusal: Rejection, now: Timestamp) -> Self {
        Self {
            what: refusal.what,
            digest: refusal.digest,
            problem: refusal.problem,
            since: now,
            attempts: 1,
            due_at: due_after(1, now),
            given_up: false,
        }
    }

    fn again(&self, refusal: Rejection, now: Timestamp) -> Self {
        let attempts = self.attempts.saturating_add(1);
        Self {
            problem: refusal.problem,
            attempts,
            due_at: due_after(attempts, now),
            given_up: now.duration_since(self.since) >= GIVEN_UP_AFTER,
            ..self.clone()
        }
    }
}

impl RejectedWrites {
    /// Returns the same, with the back-off ended for each write that was refused before `asked`: since then an operator
    /// has requested a run, or another configuration version has come into force.
    #[must_use]
    pub fn tried_again_from(mut self, asked: Timestamp) -> Self {
        let refused_before = self
            .writes
            .iter_mut()
            .filter(|rejected_write| rejected_write.was_tried_before(asked));
        for rejected_write in refused_before {
            rejected_write.due_at = rejected_write.due_at.min(asked);
            rejected_write.given_up = false;
        }
        self
    }

    /// Returns the remaining rejected writes after a run, begun at `began`, that one repeated refusal stopped: without
    /// those that the refusal explains, and without those that are new in this run, since no mail names them. None
    /// where nothing changes.
    #[must_use]
    pub fn after_stop(&self, is_explained: impl Fn(&RejectedWrite) -> bool, began: Timestamp) -> Option<Self> {
        let is_kept = |rejected_write: &&RejectedWrite| rejected_write.since < began && !is_explained(rejected_write);
        let left = self.writes.iter().filter(is_kept);
        let rejected_writes: Vec<_> = left.cloned().collect();
        (rejected_writes.len() < self.writes.len()).then(|| Self {
            employee_id: self.employee_id.clone(),
            writes: rejected_writes,
        })
    }

    /// Whether this very write was refused before.
    #[must_use]
    pub fn knows(&self, refusal: &Rejection) -> bool {
        let is_same = |rejected_write: &RejectedWrite| {
            rejected_write.what == refusal.what && rejected_write.digest == refusal.digest
        };
        self.writes.iter().any(is_same)
    }

    /// Returns the rejected writes of this employee after another attempt: those still backing off, and those refused
    /// now.
    #[must_use]
    pub fn after(before: Option<&Self>, employee_id: &EmployeeId, refusals: Vec<Rejection>, now: Timestamp) -> Self {
        let known = before.map(|parked| parked.writes.as_slice()).unwrap_or_default();
        let same = |refusal: &Rejection| {
            known
                .iter()
                .find(|rejected_write| rejected_write.what == refusal.what && rejected_write.digest == refusal.digest)
        };
        let resting = known.iter().filter(|rejected_write| {
            rejected_write.rests(now) && !refusals.iter().any(|refusal| refusal.what == rejected_write.what)
        });
        let resting: Vec<_> = resting.cloned().collect();
        let refused = refusals.into_iter().map(|refusal| match same(&refusal) {
            Some(rejected_write) => rejected_write.again(refusal, now),
            None => RejectedWrite::first(refusal, now),
        });
        Self {
            employee_id: employee_id.clone(),
            writes: refused.chain(resting).collect(),
        }
    }
}

fn due_after(attempts: u32, now: Timestamp) -> Timestamp {
    now.saturating_add(wait_after(attempts)).unwrap_or(Timestamp::MAX)
}

fn wait_after(attempts: u32) -> SignedDuration {
    let rung = usize::try_from(attempts).unwrap_or(usize::MAX).saturating_sub(1);
    WAITS.get(rung).or(WAITS.last()).copied().unwrap_or_default()
}

impl fmt::Debug for RejectedWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setback")
            .field("what", &self.what)
            .field("attempts", &self.attempts)
            .field("due_at", &self.due_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::problem::Cause;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn refusal(what: RejectedPart, digest: &str) -> Rejection {
        let problem = Problem {
            cause: Cause::RefusedPerson {
                reason: "no".to_owned(),
            },
            employee_id: employee(),
            person: "Jo".to_owned(),
            seen: None,
        };
        Rejection {
            what,
            digest: digest.to_owned(),
            problem,
        }
    }

    fn employee() -> EmployeeId {
        "E1".parse().expect("an id")
    }

    fn after(before: Option<&RejectedWrites>, refusals: Vec<Rejection>, hours: i64) -> RejectedWrites {
        RejectedWrites::after(before, &employee(), refusals, at(hours))
    }

    #[test]
    fn a_refusal_rests_for_six_hours_then_twelve_then_a_day_at_a_time() {
        let mut parked = after(None, vec![refusal(RejectedPart::Person, "a")], 0);
        let mut hours = 0;
        for wait in [6, 12, 24, 24] {
            let rejected_write = &parked.writes[0];
            assert!(rejected_write.rests(at(hours + wait - 1)) && !rejected_write.rests(at(hours + wait)));
            hours += wait;
            parked = after(Some(&parked), vec![refusal(RejectedPart::Person, "a")], hours);
        }
        assert_eq!(parked.writes[0].attempts, 5);
    }

    #[test]
    fn after_four_weeks_it_is_given_up_until_something_else_is_to_be_written() {
        let parked = after(None, vec![refusal(RejectedPart::Person, "a")], 0);
        let parked = after(Some(&parked), vec![refusal(RejectedPart::Person, "a")], 28 * 24);
        assert!(parked.writes[0].given_up && parked.writes[0].rests(at(99_999)));
        let changed = after(Some(&parked), vec![refusal(RejectedPart::Person, "b")], 28 * 24 + 1);
        assert_eq!((changed.writes.len(), changed.writes[0].given_up), (1, false));
    }

    #[test]
    fn a_run_that_is_asked_for_ends_the_rest_of_what_was_refused_before_it() {
        let mut parked = None;
        for hours in [0, 6, 18, 42, 28 * 24] {
            let tried = after(parked.as_ref(), vec![refusal(RejectedPart::Person, "a")], hours);
            let asked = |asked| tried.clone().tried_again_from(at(asked)).writes[0].rests(at(hours + 1));
            assert!(!asked(hours + 1) && asked(hours), "after {hours} hours");
            parked = Some(tried);
        }
        assert!(parked.expect("is refused").writes[0].given_up);
    }

    #[test]
    fn what_rests_goes_on_resting_and_what_went_through_is_forgotten() {
        let city = || RejectedPart::Field("X-City".parse().expect("a field"));
        let team = || RejectedPart::Field("X-Team".parse().expect("a field"));
        let parked = after(None, vec![refusal(city(), "a")], 0);
        let parked = after(Some(&parked), vec![refusal(team(), "b")], 5);
        assert_eq!(parked.writes.len(), 2);
        let parked = after(Some(&parked), Vec::new(), 7);
        let left: Vec<_> = parked
            .writes
            .iter()
            .map(|rejected_write| rejected_write.what.clone())
            .collect();
        assert_eq!(left, [team()]);
    }
}
