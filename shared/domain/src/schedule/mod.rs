//! When a job is due: the schedules that EventBridge Scheduler takes (`cron(…)`, `rate(…)`), and the last and the next due time of
//! each in the customer's time zone.
//!
//! Daylight saving is EventBridge Scheduler's, as its guide documents it: a `cron` time that does not exist on a day is
//! skipped, one that exists twice is due once (here: the first time), and a `rate` counts hours that pass, whatever clocks
//! say.

mod cron;
mod days;
mod field;

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use cron::Cron;

/// A schedule: `cron(minutes hours day month weekday year)` or `rate(value unit)`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Schedule {
    text: String,
    timing: Timing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Timing {
    /// Due at times of the local calendar.
    Cron(Cron),
    /// Due once per interval, from the time at which the schedule was created, which only EventBridge Scheduler knows.
    Rate(SignedDuration),
}

/// A text that is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    /// Neither of the two kinds.
    #[error("{0:?} is not a schedule; write cron(0 7-19 ? * MON-FRI *), with six fields, or rate(6 hours)")]
    Neither(String),
    /// A `cron(…)` that EventBridge Scheduler would refuse.
    #[error("{text:?} is not a schedule; {reason}")]
    Cron {
        /// The expression.
        text: String,
        /// Which field is wrong and what it takes.
        reason: String,
    },
}

impl FromStr for Schedule {
    type Err = InvalidSchedule;

    fn from_str(text: &str) -> Result<Self, InvalidSchedule> {
        let inner = |kind: &str| text.strip_prefix(kind)?.strip_suffix(')');
        let timing = match inner("cron(") {
            Some(fields) => Timing::Cron(Cron::parse(fields).map_err(|reason| InvalidSchedule::Cron {
                text: text.to_owned(),
                reason,
            })?),
            None => inner("rate(")
                .and_then(interval)
                .map(Timing::Rate)
                .ok_or_else(|| InvalidSchedule::Neither(text.to_owned()))?,
        };
        Ok(Self {
            text: text.to_owned(),
            timing,
        })
    }
}

impl TryFrom<String> for Schedule {
    type Error = InvalidSchedule;

    fn try_from(text: String) -> Result<Self, InvalidSchedule> {
        text.parse()
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Schedule {
    /// The expression as it was written, and as EventBridge Scheduler takes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The interval of a `rate`.
    #[must_use]
    pub const fn rate(&self) -> Option<SignedDuration> {
        match self.timing {
            Timing::Cron(_) => None,
            Timing::Rate(interval) => Some(interval),
        }
    }

    /// Since when, at `now`, the schedule has been due at least once for certain: the last due time of a `cron`, one interval ago
    /// for a `rate`, whose beginning is not known. None where it never was due.
    #[must_use]
    pub fn due_since(&self, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
        match &self.timing {
            Timing::Cron(cron) => cron.last_until(now, zone),
            Timing::Rate(interval) => now.checked_sub(*interval).ok(),
        }
    }

    /// The next due time after `now`. A `rate` is counted on from when it last was due (`before`: when its last run began), and
    /// is as exact as that; without one the result is the latest time that is possible. None where it never is due again.
    #[must_use]
    pub fn next_due(&self, zone: &TimeZone, now: Timestamp, before: Option<Timestamp>) -> Option<Timestamp> {
        match &self.timing {
            Timing::Cron(cron) => cron.next_after(now, zone),
            Timing::Rate(interval) => {
                let before = before.filter(|before| *before <= now).unwrap_or(now);
                let past = now.duration_since(before).as_secs() / interval.as_secs().max(1);
                let next = interval.saturating_mul(i32::try_from(past + 1).unwrap_or(i32::MAX));
                before.checked_add(next).ok()
            }
        }
    }
}

/// The interval of `6 hours`; none where the text is none. A day has 24 hours.
fn interval(text: &str) -> Option<SignedDuration> {
    let mut words = text.split_whitespace();
    let value: u32 = words.next()?.parse().ok().filter(|value| *value > 0)?;
    let minutes = match words.next()? {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        _ => return None,
    };
    let interval = SignedDuration::from_mins(i64::from(value) * minutes);
    words.next().is_none().then_some(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(text: &str) -> Schedule {
        text.parse().expect("a schedule")
    }

    fn sydney() -> TimeZone {
        TimeZone::get("Australia/Sydney").expect("a zone")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn a_cron_is_due_by_the_customers_clock() {
        let hourly = schedule("cron(0 7-19 ? * MON-FRI *)");
        // Monday, 06:59 in Sydney (UTC+11): the last was on Friday evening.
        let early = at("2026-03-01T19:59:00Z");
        assert_eq!(hourly.due_since(&sydney(), early), Some(at("2026-02-27T08:00:00Z")));
        assert_eq!(
            hourly.next_due(&sydney(), early, None),
            Some(at("2026-03-01T20:00:00Z"))
        );
        let seven = at("2026-03-01T20:00:00Z");
        assert_eq!(
            hourly.due_since(&sydney(), seven),
            Some(seven),
            "due at that very moment"
        );
        assert_eq!(
            hourly.next_due(&sydney(), seven, None),
            Some(at("2026-03-01T21:00:00Z"))
        );
    }

    #[test]
    fn a_rate_has_certainly_been_due_once_in_its_last_interval() {
        let sweep = schedule("rate(6 hours)");
        let now = at("2026-03-02T12:00:00Z");
        assert_eq!(sweep.due_since(&sydney(), now), Some(at("2026-03-02T06:00:00Z")));
        assert_eq!(
            schedule("rate(1 day)").due_since(&sydney(), now),
            Some(at("2026-03-01T12:00:00Z"))
        );
    }

    #[test]
    fn the_next_of_a_rate_is_counted_on_from_its_last_run() {
        let sweep = schedule("rate(6 hours)");
        let now = at("2026-03-02T12:00:00Z");
        let next = |before| sweep.next_due(&sydney(), now, before);
        assert_eq!(next(Some(at("2026-03-02T07:30:00Z"))), Some(at("2026-03-02T13:30:00Z")));
        assert_eq!(next(Some(at("2026-03-01T07:30:00Z"))), Some(at("2026-03-02T13:30:00Z")));
        assert_eq!(next(None), Some(at("2026-03-02T18:00:00Z")));
    }

    #[test]
    fn a_year_that_is_over_is_never_due_again_and_one_to_come_never_was() {
        let past = schedule("cron(0 7 1 1 ? 2020)");
        let now = at("2026-03-02T12:00:00Z");
        assert_eq!(past.next_due(&sydney(), now, None), None);
        assert_eq!(past.due_since(&sydney(), now), Some(at("2019-12-31T20:00:00Z")));
        let future = schedule("cron(0 7 1 1 ? 2030)");
        assert_eq!(future.due_since(&sydney(), now), None);
        assert_eq!(future.next_due(&sydney(), now, None), Some(at("2029-12-31T20:00:00Z")));
    }

    #[test]
    fn a_local_time_that_does_not_exist_is_skipped_and_one_that_exists_twice_is_due_once() {
        let daily = schedule("cron(30 2 * * ? *)");
        // Clocks in Sydney go from 02:00 to 03:00 on 4 October 2026, and from 03:00 to 02:00 on 5 April.
        let before_spring = at("2026-10-03T12:00:00Z");
        assert_eq!(
            daily.next_due(&sydney(), before_spring, None),
            Some(at("2026-10-04T15:30:00Z"))
        );
        let before_autumn = at("2026-04-04T12:00:00Z");
        let first = at("2026-04-04T15:30:00Z");
        assert_eq!(daily.next_due(&sydney(), before_autumn, None), Some(first));
        assert_eq!(daily.next_due(&sydney(), first, None), Some(at("2026-04-05T16:30:00Z")));
        let second_half_past_two = at("2026-04-04T16:30:00Z");
        assert_eq!(daily.due_since(&sydney(), second_half_past_two), Some(first));
    }

    #[test]
    fn a_schedule_is_a_cron_of_six_fields_or_a_rate() {
        for good in ["cron(0 7-19 ? * MON-FRI *)", "rate(1 minute)", "rate(6 hours)"] {
            assert!(good.parse::<Schedule>().is_ok(), "{good}");
        }
        for bad in [
            "0 7 * * *",
            "cron(0 7 * * *)",
            "cron(61 7 ? * MON-FRI *)",
            "rate(0 hours)",
            "rate(6 moons)",
            "rate(6 hours",
            "",
        ] {
            assert!(bad.parse::<Schedule>().is_err(), "{bad}");
        }
    }
}
