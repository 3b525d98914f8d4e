//! The days of a month that a `cron(…)` means, by the month (`15`, `L`, `LW`, `L-3`, `15W`) or by the week (`MON-FRI`, `L`,
//! `6L`, `2#1`).

use jiff::civil::{Date, Weekday};

use super::field::{DAY_OF_MONTH, DAY_OF_WEEK, Field, number};

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfWeek {
    Every(i8),
    Last(i8),
    Nth(i8, i8),
}

impl Days {
    /// Parses the two fields.
    ///
    /// # Errors
    /// The first item that does not fit, and what its field takes; or that the fields do not leave exactly one of them open.
    pub(super) fn parse(of_month: &str, of_week: &str) -> Result<Self, String> {
        let days = match (of_month, of_week) {
            ("?", "?") => None,
            ("?", of_week) => Some(Self::OfWeek(flat(DAY_OF_WEEK.parse_items(of_week, parse_of_week)?))),
            (of_month, "?") => Some(Self::OfMonth(flat(DAY_OF_MONTH.parse_items(of_month, parse_of_month)?))),
            (of_month, of_week) => {
                DAY_OF_MONTH.parse_items(of_month, parse_of_month)?;
                DAY_OF_WEEK.parse_items(of_week, parse_of_week)?;
                None
            }
        };
        days.ok_or_else(|| {
            "exactly one of day of month and day of week is ?, as in cron(0 7 ? * MON-FRI *) or cron(0 7 1 * ? *)"
                .to_owned()
        })
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

/// One item of the days of a month. A step behind a sign changes nothing.
fn parse_of_month(field: &Field, item: &str) -> Option<Vec<OfMonth>> {
    let (base, _) = field.split_step(item)?;
    let number = |text: &str| field.value(text).and_then(|day| i8::try_from(day).ok());
    let sign = match (base, base.strip_prefix("L-"), base.strip_suffix('W')) {
        ("L", ..) => Some(OfMonth::BeforeLast(0)),
        ("LW", ..) => Some(OfMonth::LastWorkday),
        (_, Some(before), _) => number(before).map(OfMonth::BeforeLast),
        (_, None, Some(day)) => number(day).map(OfMonth::WorkdayNear),
        (_, None, None) => None,
    };
    match sign {
        Some(sign) => Some(vec![sign]),
        None => Some(small(field.item(item)?).map(OfMonth::Day).collect()),
    }
}

/// One item of the days of the week. A step behind a sign changes nothing.
fn parse_of_week(field: &Field, item: &str) -> Option<Vec<OfWeek>> {
    let (base, _) = field.split_step(item)?;
    let day = |text: &str| field.value(text).and_then(|day| i8::try_from(day).ok());
    let nth = |text: &str| {
        number(text)
            .filter(|nth| (1..=5).contains(nth))
            .and_then(|nth| i8::try_from(nth).ok())
    };
    let sign = match (base, base.strip_suffix('L'), base.split_once('#')) {
        // The last day of the week is Saturday.
        ("L", ..) => Some(OfWeek::Every(7)),
        (_, Some(last), _) => day(last).map(OfWeek::Last),
        (_, None, Some((of, place))) => day(of).zip(nth(place)).map(|(of, place)| OfWeek::Nth(of, place)),
        (_, None, None) => None,
    };
    match sign {
        Some(sign) => Some(vec![sign]),
        None => Some(small(field.item(item)?).map(OfWeek::Every).collect()),
    }
}

fn flat<T>(items: Vec<Vec<T>>) -> Vec<T> {
    items.into_iter().flatten().collect()
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
