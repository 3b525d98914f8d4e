//! How far a clock is from another one that showed its time in an HTTP `Date` header, which shows whole seconds.

use jiff::{SignedDuration, Timestamp};

/// Beyond this a clock may disturb the leases and budgets of others.
const ALLOWED: SignedDuration = SignedDuration::from_secs(2);

/// Half of what a `Date` header leaves open.
const HALF_A_SECOND: SignedDuration = SignedDuration::from_millis(500);

/// The answer to a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// The correction to add to the clock; zero where it may be right.
    Offset(SignedDuration),
    /// The answer took so long that it does not give the time to within two seconds.
    TooSlow,
}

/// Compares a clock that showed `sent` and `answered` with one that showed `date` in between: the difference at half-way.
#[must_use]
pub fn offset(sent: Timestamp, answered: Timestamp, date: Timestamp) -> Measured {
    let half_way = answered.duration_since(sent) / 2;
    let uncertain = half_way.abs() + HALF_A_SECOND;
    if uncertain > ALLOWED {
        return Measured::TooSlow;
    }
    let offset = date.duration_since(sent) + HALF_A_SECOND - half_way;
    Measured::Offset(if offset.abs() > uncertain {
        offset
    } else {
        SignedDuration::ZERO
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + millisecond).expect("a timestamp")
    }

    #[test]
    fn a_clock_four_minutes_ahead_is_put_back_by_four_minutes_to_within_a_second() {
        for true_time in [0, 250, 999] {
            let (sent, answered) = (at(240_000 + true_time), at(240_000 + true_time + 80));
            let date = at((true_time + 40) / 1000 * 1000);
            let Measured::Offset(offset) = offset(sent, answered, date) else {
                panic!("80 ms are fast enough")
            };
            let error = (offset + SignedDuration::from_secs(240)).abs();
            assert!(error <= SignedDuration::from_millis(500), "{offset:?}");
        }
    }

    #[test]
    fn a_clock_that_may_be_right_is_left_as_it_is() {
        for true_time in [0, 250, 500, 999] {
            let measured = offset(at(true_time), at(true_time), at(0));
            assert_eq!(measured, Measured::Offset(SignedDuration::ZERO), "{true_time}");
        }
    }

    #[test]
    fn an_answer_that_took_long_tells_nothing() {
        assert_eq!(offset(at(0), at(3_100), at(1_000)), Measured::TooSlow);
        assert_eq!(
            offset(at(0), at(-3_100), at(1_000)),
            Measured::TooSlow,
            "the clock was put back meanwhile"
        );
    }
}
