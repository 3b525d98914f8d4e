//! How long a parked result waits, and when the watchdog checks it meanwhile although no job has released it.
//!
//! The job that stores the missing link releases the results that wait for it through the index, which lags behind the
//! table: a result that is parked in the same moment may not be listed yet. Therefore each is checked again a few times
//! in the hours after it was parked, and a last time when it has waited long enough.

use jiff::{SignedDuration, Timestamp};

use crate::results::result::{ParkedOn, WaitsFor};
use crate::tenant::TenantId;

/// The longest time that a result waits; then it ends.
const LONG_ENOUGH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The age from which a parked result is checked again: a job that stored the link at the same moment is done by then.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// The age up to which it is checked: three checks, of which two may be missed.
const LOOKED_AT_FOR: SignedDuration = SignedDuration::from_hours(4);

/// Each customer has its turn once an hour, so that a tick asks for a sixtieth of them.
const TURNS: usize = 60;

/// The times of parking whose results are checked: from the first to the second.
pub type Window = (Timestamp, Timestamp);

/// Whether a result that has been parked since then ends instead of waiting on. A customer's pause may last: results
/// completed meanwhile wait as long.
#[must_use]
pub fn has_waited_long_enough(on: &ParkedOn, since: Timestamp, now: Timestamp) -> bool {
    match on.waits_for() {
        WaitsFor::Link | WaitsFor::EmployeeConnect => now.duration_since(since) >= LONG_ENOUGH,
        WaitsFor::Customer => false,
    }
}

/// Returns the parked results to check now: those parked some hours ago, and those that have waited long enough.
#[must_use]
pub fn looked_at(now: Timestamp) -> [Window; 2] {
    let ago = |wait| now.checked_sub(wait).unwrap_or(Timestamp::MIN);
    [
        (ago(LOOKED_AT_FOR), ago(SETTLED_AFTER)),
        (Timestamp::MIN, ago(LONG_ENOUGH)),
    ]
}

/// The customers whose turn it is in this minute.
pub fn in_turn(customers: Vec<TenantId>, now: Timestamp) -> impl Iterator<Item = TenantId> {
    let minute = usize::try_from(now.as_second().div_euclid(60)).unwrap_or_default() % TURNS;
    customers.into_iter().skip(minute).step_by(TURNS)
}

const NO_COURSE: &str = "its topic had no course within 30 days";
const NO_PERSON: &str = "its user name was no employee's within 30 days";
const UNKNOWN_EMPLOYEE: &str = "EmployeeConnect did not know its employee within 30 days";
const NO_ANSWER: &str = "EmployeeConnect did not answer within 30 days";

/// Why a result that waited long enough ends; for an operator, and the same for all that waited for the same kind of thing.
#[must_use]
pub fn cause_of_end(on: &ParkedOn) -> &'static str {
    match on {
        ParkedOn::Topic(_) => NO_COURSE,
        ParkedOn::User(_) => NO_PERSON,
        ParkedOn::Employee(_) => UNKNOWN_EMPLOYEE,
        ParkedOn::EmployeeConnect => NO_ANSWER,
        ParkedOn::Customer => "its customer was paused",
    }
}

/// The object that a result waited for when its wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedWait {
    /// The course of its topic.
    ForCourse,
    /// An employee with its user name.
    ForPerson,
    /// An answer of EmployeeConnect.
    ForEmployeeConnect,
}

/// Returns the object that a result waited for that ended with this cause; none where it ended for another cause.
#[must_use]
pub fn ended_waiting(cause: &str) -> Option<EndedWait> {
    match cause {
        NO_COURSE => Some(EndedWait::ForCourse),
        NO_PERSON | UNKNOWN_EMPLOYEE => Some(EndedWait::ForPerson),
        NO_ANSWER => Some(EndedWait::ForEmployeeConnect),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::TopicId;

    fn minute(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60 + 59).expect("a time")
    }

    #[test]
    fn every_customer_has_its_turn_once_an_hour_however_many_there_are() {
        let customers: Vec<TenantId> = (0..130)
            .map(|number| format!("customer-{number}").parse().expect("a name"))
            .collect();
        let mut seen: Vec<_> = (7..67).flat_map(|at| in_turn(customers.clone(), minute(at))).collect();
        assert!(in_turn(customers.clone(), minute(9)).count() <= 3);
        seen.sort();
        let mut all = customers;
        all.sort();
        assert_eq!(seen, all);
    }

    #[test]
    fn thirty_days_are_long_enough_for_everything_but_a_pause() {
        let day = |days: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
        for on in [ParkedOn::Topic(TopicId(456)), ParkedOn::EmployeeConnect] {
            assert!(!has_waited_long_enough(&on, day(0), day(29)));
            assert!(has_waited_long_enough(&on, day(0), day(30)));
        }
        assert!(!has_waited_long_enough(&ParkedOn::Customer, day(0), day(300)));
    }

    #[test]
    fn a_result_is_looked_at_three_times_and_a_last_time() {
        let parked = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(1);
        let is_looked_at = |hour: &i64| {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(*hour);
            looked_at(now)
                .iter()
                .any(|(from, until)| *from <= parked && parked <= *until)
        };
        let hours: Vec<_> = (0..=30 * 24 + 1).filter(is_looked_at).collect();
        assert_eq!(hours, [2, 3, 4, 721]);
    }
}
