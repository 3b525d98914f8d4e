//! A `cron(…)` of EventBridge Scheduler, worked out: dates by its days, months and years, times by its minutes and hours, and
//! the instants that these are in a time zone.
//!
//! What may be written is held in [`crate::configuration`]; what cannot be read here is read as nothing. A range that wraps
//! around (`FRI-MON`, `22-4`) goes over the end and on from the beginning.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::days::Days;

/// When a `cron(…)` is due, by the local calendar. Each list in ascending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: Vec<i16>,
    hours: Vec<i16>,
    days: Days,
    months: Vec<i16>,
    years: Vec<i16>,
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];

impl Cron {
    /// Reads what stands between the brackets.
    pub(super) fn read(text: &str) -> Self {
        let text = text.to_uppercase();
        let mut fields = text.split_whitespace();
        let mut field = || fields.next().unwrap_or("*");
        let (minutes, hours, day_of_month, month, day_of_week, year) =
            (field(), field(), field(), field(), field(), field());
        Self {
            minutes: values(minutes, 0..=59, &[]),
            hours: values(hours, 0..=23, &[]),
            days: Days::read(day_of_month, day_of_week),
            months: values(month, 1..=12, &MONTHS),
            years: values(year, 1970..=2199, &[]),
        }
    }

    /// The first due time after `after`.
    pub(super) fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        // A day earlier: where clocks go back over midnight, a date comes twice.
        let from = zone.to_datetime(after).date().yesterday().unwrap_or(Date::MIN);
        let years = self.years.iter().filter(|year| **year >= from.year());
        let dates = years.flat_map(|year| self.months.iter().flat_map(|month| self.days.of(*year, *month)));
        let mut due = dates.filter(|date| *date >= from).flat_map(|date| self.times_of(date));
        due.find_map(|due| instant(due, zone).filter(|due| *due > after))
    }

    /// The last due time that is not after `until`.
    pub(super) fn last_until(&self, until: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let to = zone.to_datetime(until).date().tomorrow().unwrap_or(Date::MAX);
        let years = self.years.iter().rev().filter(|year| **year <= to.year());
        let months = |year| self.months.iter().rev().map(move |month| (year, *month));
        let dates = years
            .flat_map(|year| months(*year))
            .flat_map(|(year, month)| self.days.of(year, month).into_iter().rev());
        let mut due = dates
            .filter(|date| *date <= to)
            .flat_map(|date| self.times_of(date).rev());
        due.find_map(|due| instant(due, zone).filter(|due| *due <= until))
    }

    fn times_of(&self, date: Date) -> impl DoubleEndedIterator<Item = DateTime> {
        self.hours.iter().flat_map(move |hour| {
            self.minutes.iter().filter_map(move |minute| {
                let time = Time::new(i8::try_from(*hour).ok()?, i8::try_from(*minute).ok()?, 0, 0).ok()?;
                Some(date.to_datetime(time))
            })
        })
    }
}

/// The instant of a local time: none where clocks pass it over, the first where they show it twice.
fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    if matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
        return None;
    }
    ambiguous.earlier().ok()
}

/// The values of a field, in ascending order: `*`, `5`, `MON-FRI`, `0/15`, `8-18/2`, and lists of these.
pub(super) fn values(text: &str, range: RangeInclusive<i16>, names: &[&str]) -> Vec<i16> {
    let mut values: Vec<i16> = text
        .split(',')
        .flat_map(|item| item_values(item, &range, names))
        .collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn item_values(item: &str, range: &RangeInclusive<i16>, names: &[&str]) -> Vec<i16> {
    let (base, step) = match item.split_once('/') {
        Some((base, step)) => (base, step.parse().ok()),
        None => (item, None),
    };
    let (first, last) = (*range.start(), *range.end());
    let bounds = match base.split_once('-') {
        _ if base == "*" => Some((first, last)),
        Some((from, to)) => value(from, range, names).zip(value(to, range, names)),
        None => value(base, range, names).map(|only| (only, if step.is_some() { last } else { only })),
    };
    let Some((from, to)) = bounds else {
        return Vec::new();
    };
    let covered: Vec<i16> = if from <= to {
        (from..=to).collect()
    } else {
        (from..=last).chain(first..=to).collect()
    };
    covered.into_iter().step_by(step.unwrap_or(1_usize).max(1)).collect()
}

/// A number, or the name of one: the first name is the range's first number.
pub(super) fn value(text: &str, range: &RangeInclusive<i16>, names: &[&str]) -> Option<i16> {
    let place = names.iter().position(|name| *name == text);
    let number = match place {
        Some(place) => range.start() + i16::try_from(place).ok()?,
        None => text.parse().ok()?,
    };
    Some(number).filter(|number| range.contains(number))
}
