//! When a customer is reminded of what stays as it is: daily three times, then every third day three times, then weekly,
//! within the working hours of the customer's zone.

use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

/// The days between one mail and the next, from the first mail on; every later wait is the last of them.
const WAITS: [i64; 7] = [1, 1, 1, 3, 3, 3, 7];

/// Reminders are sent from this local time of day.
const OPENS: Time = time(8, 0, 0, 0);
/// No reminder is sent from this local time of day on.
const CLOSES: Time = time(18, 0, 0, 0);

/// When the next reminder is due, after a mail at `last` that was followed by so many reminders, or was the last of them.
#[must_use]
pub fn next_reminder(reminders: u32, last: Timestamp, zone: &TimeZone) -> Timestamp {
    let step = usize::try_from(reminders).unwrap_or(usize::MAX);
    let days = WAITS.get(step).or(WAITS.last()).copied().unwrap_or(7);
    let local = last.to_zoned(zone.clone());
    let due = local.checked_add(days.days()).unwrap_or(local);
    working_time_from(due.timestamp(), zone)
}

/// This moment where it is within working hours, else the next at which they begin.
#[must_use]
pub fn working_time_from(moment: Timestamp, zone: &TimeZone) -> Timestamp {
    let local = moment.to_zoned(zone.clone());
    if is_working_time(&local) {
        return moment;
    }
    let today = local.date();
    let day = if local.time() < OPENS { today } else { tomorrow(today) };
    opening(first_working_day(day), zone).unwrap_or(moment)
}

fn is_working_time(local: &Zoned) -> bool {
    is_working_day(local.date()) && local.time() >= OPENS && local.time() < CLOSES
}

fn first_working_day(from: Date) -> Date {
    let mut day = from;
    while !is_working_day(day) && day < Date::MAX {
        day = tomorrow(day);
    }
    day
}

fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn tomorrow(day: Date) -> Date {
    day.saturating_add(1.day())
}

fn opening(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let opening = day.to_datetime(OPENS).to_zoned(zone.clone());
    Some(opening.ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sydney() -> TimeZone {
        TimeZone::get("Australia/Sydney").expect("bundled")
    }

    fn local(text: &str) -> Timestamp {
        let civil: jiff::civil::DateTime = text.parse().expect("a time");
        civil.to_zoned(sydney()).expect("exists").timestamp()
    }

    fn days_of(mut last: Timestamp, reminders: u32) -> Vec<String> {
        let mut days = Vec::new();
        for sent in 0..reminders {
            last = next_reminder(sent, last, &sydney());
            days.push(last.to_zoned(sydney()).strftime("%a %-d %b %H:%M").to_string());
        }
        days
    }

    #[test]
    fn reminders_come_daily_three_times_then_every_third_day_then_weekly() {
        assert_eq!(
            days_of(local("2026-11-02T09:05"), 9),
            [
                "Tue 3 Nov 09:05",
                "Wed 4 Nov 09:05",
                "Thu 5 Nov 09:05",
                "Mon 9 Nov 08:00",
                "Thu 12 Nov 08:00",
                "Mon 16 Nov 08:00",
                "Mon 23 Nov 08:00",
                "Mon 30 Nov 08:00",
                "Mon 7 Dec 08:00"
            ]
        );
    }

    #[test]
    fn nobody_is_reminded_at_night_or_on_a_weekend() {
        let from = |text| working_time_from(local(text), &sydney());
        assert_eq!(from("2026-11-02T12:00"), local("2026-11-02T12:00"));
        assert_eq!(from("2026-11-02T07:59"), local("2026-11-02T08:00"));
        assert_eq!(from("2026-11-02T18:00"), local("2026-11-03T08:00"));
        assert_eq!(from("2026-11-06T18:00"), local("2026-11-09T08:00"));
        assert_eq!(from("2026-11-07T10:00"), local("2026-11-09T08:00"));
    }

    #[test]
    fn a_reminder_keeps_its_local_hour_when_the_clocks_change() {
        // Daylight saving begins on 4 October 2026.
        let friday = local("2026-10-02T10:00");
        assert_eq!(next_reminder(3, friday, &sydney()), local("2026-10-05T10:00"));
    }
}
