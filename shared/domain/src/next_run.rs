//! When a customer's job runs next by its schedule, as EventBridge Scheduler reads it in the customer's zone.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::configuration::TenantConfiguration;
use crate::job::Job;

/// No schedule is looked for further ahead: 29 February comes within eight years.
const DAYS_AHEAD: i64 = 8 * 366;

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
/// From 1 on.
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// When a job runs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextRun {
    /// At this moment, or within the customer's jitter after it.
    At(Timestamp),
    /// Within this time: a rate does not say when it began.
    Within(SignedDuration),
}

/// The first run of the job after `now`; none where it is not scheduled, or never again.
#[must_use]
pub fn next_run(configuration: &TenantConfiguration, job: Job, now: Timestamp) -> Option<NextRun> {
    let expression = configuration.schedule(job)?.as_str();
    if let Some(rate) = inner(expression, "rate(") {
        return period(rate).map(NextRun::Within);
    }
    let cron = Cron::of(inner(expression, "cron(")?)?;
    cron.first_after(now, configuration.time_zone.zone()).map(NextRun::At)
}

fn inner<'t>(expression: &'t str, kind: &str) -> Option<&'t str> {
    expression.strip_prefix(kind)?.strip_suffix(')')
}

fn period(rate: &str) -> Option<SignedDuration> {
    let (value, unit) = rate.trim().split_once(' ')?;
    let value: i64 = value.parse().ok()?;
    let seconds = match unit.trim().trim_end_matches('s') {
        "minute" => 60,
        "hour" => 60 * 60,
        _ => 24 * 60 * 60,
    };
    Some(SignedDuration::from_secs(value.saturating_mul(seconds)))
}

/// A cron expression whose six fields have been checked when the configuration was.
struct Cron {
    minutes: BTreeSet<i16>,
    hours: BTreeSet<i16>,
    months: BTreeSet<i16>,
    years: BTreeSet<i16>,
    day_of_month: String,
    day_of_week: String,
}

impl Cron {
    fn of(text: &str) -> Option<Self> {
        let text = text.to_uppercase();
        let fields: Vec<_> = text.split_whitespace().collect();
        let [minutes, hours, day_of_month, month, day_of_week, year] = fields.as_slice() else {
            return None;
        };
        Some(Self {
            minutes: values(minutes, 0, 59, &[]),
            hours: values(hours, 0, 23, &[]),
            months: values(month, 1, 12, &MONTHS),
            years: values(year, 1970, 2199, &[]),
            day_of_month: (*day_of_month).to_owned(),
            day_of_week: (*day_of_week).to_owned(),
        })
    }

    /// A time that the clocks leave out is passed over, as the scheduler does.
    fn first_after(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = now.to_zoned(zone.clone()).date();
        let days = (0..DAYS_AHEAD).map(|ahead| today.saturating_add(ahead.days()));
        days.filter(|day| self.has_day(*day))
            .find_map(|day| self.times_of(day, zone).find(|time| *time > now))
    }

    fn times_of(&self, day: Date, zone: &TimeZone) -> impl Iterator<Item = Timestamp> {
        let times = self
            .hours
            .iter()
            .flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)));
        times.filter_map(move |(hour, minute)| {
            let hour = i8::try_from(hour).ok()?;
            let civil = day.at(hour, i8::try_from(minute).ok()?, 0, 0);
            let zoned = civil.to_zoned(zone.clone()).ok()?;
            (zoned.hour() == hour).then(|| zoned.timestamp())
        })
    }

    fn has_day(&self, day: Date) -> bool {
        let in_year = self.years.contains(&day.year()) && self.months.contains(&i16::from(day.month()));
        in_year && has_day_of_month(&self.day_of_month, day) && has_day_of_week(&self.day_of_week, day)
    }
}

/// The values of a field without signs of its own. A range that wraps around goes by way of the end.
fn values(field: &str, first: i16, last: i16, names: &[&str]) -> BTreeSet<i16> {
    let value = |text: &str| -> Option<i16> {
        let named = names.iter().position(|name| *name == text);
        let named = named.and_then(|index| i16::try_from(index).ok());
        named.map(|index| index + first).or_else(|| text.parse().ok())
    };
    let mut found = BTreeSet::new();
    for item in field.split(',') {
        let (base, step) = item.split_once('/').unwrap_or((item, "1"));
        let Ok(step) = step.parse::<usize>() else { continue };
        let bounds = match (base, base.split_once('-')) {
            ("*" | "?", _) => Some((first, last)),
            (_, Some((from, to))) => value(from).zip(value(to)),
            (_, None) if item.contains('/') => value(base).map(|from| (from, last)),
            (_, None) => value(base).map(|only| (only, only)),
        };
        let Some((from, to)) = bounds else { continue };
        let range: Vec<i16> = if from <= to {
            (from..=to).collect()
        } else {
            (from..=last).chain(first..=to).collect()
        };
        found.extend(range.into_iter().step_by(step.max(1)));
    }
    found
}

fn has_day_of_month(field: &str, day: Date) -> bool {
    let number = i16::from(day.day());
    let last = i16::from(day.days_in_month());
    field.split(',').any(|item| match item {
        "L" => number == last,
        "LW" => is_nearest_weekday(day, last),
        _ => {
            let before_last = item.strip_prefix("L-").and_then(|before| before.parse::<i16>().ok());
            let weekday = item.strip_suffix('W').and_then(|near| near.parse::<i16>().ok());
            match (before_last, weekday) {
                (Some(before), _) => number == last - before,
                (_, Some(near)) => is_nearest_weekday(day, near.min(last)),
                (None, None) => values(item, 1, 31, &[]).contains(&number),
            }
        }
    })
}

/// Whether this day is the weekday nearest to the `near`-th of its month.
fn is_nearest_weekday(day: Date, near: i16) -> bool {
    let Some(target) = i8::try_from(near)
        .ok()
        .and_then(|near| Date::new(day.year(), day.month(), near).ok())
    else {
        return false;
    };
    let moved = match target.weekday() {
        Weekday::Saturday if near == 1 => 2,
        Weekday::Saturday => -1,
        Weekday::Sunday if near == i16::from(target.days_in_month()) => -2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    day == target.saturating_add(moved.days())
}

fn has_day_of_week(field: &str, day: Date) -> bool {
    let number = i16::from(day.weekday().to_sunday_one_offset());
    let named = |text: &str| values(text, 1, 7, &WEEKDAYS);
    field.split(',').any(|item| {
        if let Some((weekday, nth)) = item.split_once('#') {
            let is_nth = nth.parse::<i8>().is_ok_and(|nth| (day.day() - 1) / 7 + 1 == nth);
            return named(weekday).contains(&number) && is_nth;
        }
        match item.strip_suffix('L') {
            Some("") => number == 7,
            Some(weekday) => named(weekday).contains(&number) && day.day() + 7 > day.days_in_month(),
            None => named(item).contains(&number),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme(schedule: &str, zone: &str) -> TenantConfiguration {
        include_str!("configuration/acme.toml")
            .replace("cron(0 7-19 ? * MON-FRI *)", schedule)
            .replace("Australia/Sydney", zone)
            .parse()
            .expect("valid")
    }

    fn next(schedule: &str, now: &str) -> Option<String> {
        let now = now.parse::<jiff::civil::DateTime>().expect("a time");
        let zone = TimeZone::get("Australia/Sydney").expect("bundled");
        let now = now.to_zoned(zone.clone()).expect("exists").timestamp();
        match next_run(&acme(schedule, "Australia/Sydney"), Job::Users, now)? {
            NextRun::At(at) => Some(at.to_zoned(zone).strftime("%a %Y-%m-%d %H:%M").to_string()),
            NextRun::Within(time) => Some(format!("{} min", time.as_mins())),
        }
    }

    #[test]
    fn the_next_run_is_the_schedules_in_the_customers_zone() {
        for (schedule, now, expected) in [
            ("cron(0 7-19 ? * MON-FRI *)", "2026-11-23T08:05", "Mon 2026-11-23 09:00"),
            ("cron(0 7-19 ? * MON-FRI *)", "2026-11-20T19:00", "Mon 2026-11-23 07:00"),
            ("cron(0/15 * * * ? *)", "2026-11-23T08:59", "Mon 2026-11-23 09:00"),
            (
                "cron(0 8-18/2 ? * mon-fri *)",
                "2026-11-23T08:30",
                "Mon 2026-11-23 10:00",
            ),
            ("cron(30 6 1,15 * ? *)", "2026-11-16T00:00", "Tue 2026-12-01 06:30"),
            ("cron(0 6 L * ? *)", "2026-11-16T00:00", "Mon 2026-11-30 06:00"),
            ("cron(0 6 L-3 * ? *)", "2026-11-16T00:00", "Fri 2026-11-27 06:00"),
            ("cron(0 6 LW * ? *)", "2026-10-16T00:00", "Fri 2026-10-30 06:00"),
            ("cron(0 6 1W * ? *)", "2026-08-01T00:00", "Mon 2026-08-03 06:00"),
            ("cron(0 6 ? * 6L *)", "2026-11-16T00:00", "Fri 2026-11-27 06:00"),
            ("cron(0 6 ? * 2#1 *)", "2026-11-16T00:00", "Mon 2026-12-07 06:00"),
            ("cron(0 6 ? * L *)", "2026-11-16T00:00", "Sat 2026-11-21 06:00"),
            ("cron(0 22 ? * FRI-MON *)", "2026-11-17T00:00", "Fri 2026-11-20 22:00"),
            ("cron(0 6 29 FEB ? *)", "2026-11-16T00:00", "Tue 2028-02-29 06:00"),
            ("rate(6 hours)", "2026-11-16T00:00", "360 min"),
        ] {
            assert_eq!(next(schedule, now).as_deref(), Some(expected), "{schedule}");
        }
        assert_eq!(next("cron(0 6 1 1 ? 2020)", "2026-11-16T00:00"), None);
    }

    #[test]
    fn an_hour_that_the_clocks_leave_out_is_passed_over() {
        // On 4 October 2026 the clocks of Sydney go from 2 to 3.
        assert_eq!(
            next("cron(30 2 * * ? *)", "2026-10-03T12:00").as_deref(),
            Some("Mon 2026-10-05 02:30")
        );
    }

    #[test]
    fn a_job_without_a_schedule_has_no_next_run() {
        let mut configuration = acme("rate(1 hour)", "UTC");
        configuration.schedules.users = None;
        assert_eq!(next_run(&configuration, Job::Users, Timestamp::UNIX_EPOCH), None);
    }
}
