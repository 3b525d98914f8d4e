//! The days of a month that a `cron(…)` means, by the month (`15`, `L`, `LW`, `L-3`, `15W`) or by the week (`MON-FRI`, `L`,
//! `6L`, `2#1`).

use jiff::civil::{Date, Weekday};

use super::cron::{value, values};

/// Which days. One of the two fields is `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Days {
    OfMonth(Vec<OfMonth>),
    OfWeek(Vec<OfWeek>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfMonth {
    /// The day with this number, where the month has it.
    Day(i8),
    /// The day so many days before the last.
    BeforeLast(i8),
    /// The last day from Monday to Friday.
    LastWorkday,
    /// The day from Monday to Friday that is nearest to this one, in the same month.
    WorkdayNear(i8),
}

/// Days of the week count from 1, which is Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfWeek {
    Every(i8),
    Last(i8),
    Nth(i8, i8),
}

const NAMES: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Days {
    pub(super) fn read(of_month: &str, of_week: &str) -> Self {
        if of_month == "?" {
            Self::OfWeek(of_week.split(',').flat_map(read_of_week).collect())
        } else {
            Self::OfMonth(of_month.split(',').flat_map(read_of_month).collect())
        }
    }

    /// These days of a month, in order.
    pub(super) fn of(&self, year: i16, month: i16) -> Vec<Date> {
        let first = i8::try_from(month)
            .ok()
            .and_then(|month| Date::new(year, month, 1).ok());
        let Some(first) = first else {
            return Vec::new();
        };
        let mut numbers: Vec<i8> = match self {
            Self::OfMonth(days) => days.iter().filter_map(|day| day.of(first)).collect(),
            Self::OfWeek(days) => days.iter().flat_map(|day| day.of(first)).collect(),
        };
        numbers.sort_unstable();
        numbers.dedup();
        let dates = numbers
            .into_iter()
            .filter_map(|day| Date::new(year, first.month(), day).ok());
        dates.collect()
    }
}

fn read_of_month(item: &str) -> Vec<OfMonth> {
    let number = |text: &str| value(text, &(1..=31), &[]).and_then(|day| i8::try_from(day).ok());
    let sign = match item {
        "L" => Some(OfMonth::BeforeLast(0)),
        "LW" => Some(OfMonth::LastWorkday),
        _ => match (item.strip_prefix("L-"), item.strip_suffix('W')) {
            (Some(before), _) => number(before).map(OfMonth::BeforeLast),
            (None, Some(day)) => number(day).map(OfMonth::WorkdayNear),
            (None, None) => None,
        },
    };
    match sign {
        Some(sign) => vec![sign],
        None => small(values(item, 1..=31, &[])).map(OfMonth::Day).collect(),
    }
}

fn read_of_week(item: &str) -> Vec<OfWeek> {
    let day = |text: &str| value(text, &(1..=7), &NAMES).and_then(|day| i8::try_from(day).ok());
    let sign = match (item, item.strip_suffix('L'), item.split_once('#')) {
        // The last day of the week is Saturday.
        ("L", ..) => Some(OfWeek::Every(7)),
        (_, Some(last), _) => day(last).map(OfWeek::Last),
        (_, None, Some((of, nth))) => day(of).zip(nth.parse().ok()).map(|(of, nth)| OfWeek::Nth(of, nth)),
        (_, None, None) => None,
    };
    match sign {
        Some(sign) => vec![sign],
        None => small(values(item, 1..=7, &NAMES)).map(OfWeek::Every).collect(),
    }
}

fn small(values: Vec<i16>) -> impl Iterator<Item = i8> {
    values.into_iter().filter_map(|value| i8::try_from(value).ok())
}

impl OfMonth {
    /// The number of this day in the month that begins so.
    fn of(self, first: Date) -> Option<i8> {
        let last = first.days_in_month();
        match self {
            Self::Day(day) => Some(day).filter(|day| *day <= last),
            Self::BeforeLast(before) => Some(last - before).filter(|day| *day >= 1),
            Self::LastWorkday => near(first, last, last),
            Self::WorkdayNear(day) => Some(day)
                .filter(|day| *day <= last)
                .and_then(|day| near(first, day, last)),
        }
    }
}

/// The workday nearest to a day, in its month: a Saturday's is the Friday before, a Sunday's the Monday after.
fn near(first: Date, day: i8, last: i8) -> Option<i8> {
    let date = Date::new(first.year(), first.month(), day).ok()?;
    let shift = match date.weekday() {
        Weekday::Saturday if day == 1 => 2,
        Weekday::Saturday => -1,
        Weekday::Sunday if day == last => -2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    Some(day + shift)
}

impl OfWeek {
    /// The numbers of these days in the month that begins so.
    fn of(self, first: Date) -> Vec<i8> {
        let (Self::Every(weekday) | Self::Last(weekday) | Self::Nth(weekday, _)) = self;
        let to_first = (weekday - first.weekday().to_sunday_one_offset()).rem_euclid(7);
        let all: Vec<i8> = (1 + to_first..=first.days_in_month()).step_by(7).collect();
        match self {
            Self::Every(_) => all,
            Self::Last(_) => all.last().copied().into_iter().collect(),
            Self::Nth(_, nth) => {
                let place = usize::try_from(nth).ok().and_then(|nth| nth.checked_sub(1));
                place.and_then(|place| all.get(place).copied()).into_iter().collect()
            }
        }
    }
}
