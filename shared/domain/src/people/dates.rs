//! Reads the dates of EmployeeConnect records: a calendar day, or an instant turned into the customer's local day.
//!
//! Dates take access away, so exactly two spellings are dates: ten characters (`2026-11-30`), and the same day with a time of
//! day behind it. A time with an offset is an instant, whose day depends on the customer's time zone; a time without one is
//! local already. Values that systems write for "none" are no date; every other text is an error of that record.

use std::borrow::Cow;

use compact_str::ToCompactString;
use jiff::civil::{Date, DateTime, Time, date};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::people::contract::DATE_FIELDS;
use crate::people::fields::FieldValue;
use crate::people::no_date::NoDateValue;

/// Years outside these are typing errors, or a system's way to write "none" that the configuration does not list.
const CREDIBLE_YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;

/// The expected form of a date, for a worklist.
pub(crate) const EXPECTED: &str = "a date (yyyy-mm-dd)";

/// How the dates of one customer are read: its time zone, and the values that stand for no date.
#[derive(Debug, Clone, PartialEq)]
pub struct DateRules {
    zone: TimeZone,
    no_date: Vec<NoDateValue>,
}

/// A value that is neither a date nor one of those that stand for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value is not {EXPECTED}")]
pub struct NotADate;

/// A value that was written where a date belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateValue {
    /// The customer's local day.
    Day(Date),
    /// One of the values that stand for no date, or an empty one.
    None,
}

/// A day as it is written, and the time behind it.
struct Written<'t> {
    day: &'t str,
    time: Option<(Time, Option<Offset>)>,
}

impl DateRules {
    /// Rules for this time zone and these values for "none".
    #[must_use]
    pub const fn new(zone: TimeZone, no_date: Vec<NoDateValue>) -> Self {
        Self { zone, no_date }
    }

    /// Reads a date.
    ///
    /// # Errors
    /// The text is no calendar day between 1900 and 2200, and no value that stands for none.
    pub fn read(&self, text: &str) -> Result<DateValue, NotADate> {
        let text = text.trim();
        if text.is_empty() || self.is_none_text(text) {
            return Ok(DateValue::None);
        }
        let written = Written::parse(text)?;
        if self.is_none_text(written.day) {
            return Ok(DateValue::None);
        }
        let day = self.local_day(calendar_day(written.day)?, written.time);
        match day {
            day if self.no_date.iter().any(|none| none.is_day(day)) => Ok(DateValue::None),
            day if CREDIBLE_YEARS.contains(&day.year()) => Ok(DateValue::Day(day)),
            _ => Err(NotADate),
        }
    }

    /// Whether the text is written as one of the values that stand for none.
    #[must_use]
    pub fn stands_for_none(&self, text: &str) -> bool {
        !text.trim().is_empty() && self.read(text) == Ok(DateValue::None)
    }

    fn is_none_text(&self, text: &str) -> bool {
        self.no_date.iter().any(|none| none.is_written(text))
    }

    /// The day in the customer's time zone. At both ends of the calendar the sum stops instead of failing.
    fn local_day(&self, day: Date, time: Option<(Time, Option<Offset>)>) -> Date {
        let Some((time, Some(offset))) = time else { return day };
        let utc = DateTime::from_parts(day, time).saturating_sub(seconds(offset));
        let instant = Offset::UTC.to_timestamp(utc).unwrap_or(Timestamp::MAX);
        utc.saturating_add(seconds(self.zone.to_offset(instant))).date()
    }
}

impl DateRules {
    /// A field of the record as expressions see it: the record's own dates as local days, null where they stand for none.
    pub(crate) fn as_expressions_see<'v>(&self, field: &str, value: &'v FieldValue) -> Cow<'v, FieldValue> {
        let FieldValue::Text(text) = value else {
            return Cow::Borrowed(value);
        };
        let is_date = DATE_FIELDS.contains(&field);
        match is_date.then(|| self.read(text)) {
            Some(Ok(DateValue::None)) => Cow::Owned(FieldValue::Null),
            Some(Ok(DateValue::Day(day))) if text.len() > LENGTH => {
                Cow::Owned(FieldValue::Text(day.to_compact_string()))
            }
            Some(Ok(DateValue::Day(_)) | Err(NotADate)) | None => Cow::Borrowed(value),
        }
    }
}

impl Default for DateRules {
    /// UTC, and the values that stand for none unless a configuration says otherwise.
    fn default() -> Self {
        Self::new(TimeZone::UTC, NoDateValue::defaults())
    }
}

impl DateValue {
    /// The day; none where the value stands for no date.
    #[must_use]
    pub const fn day(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::None => None,
        }
    }
}

impl<'t> Written<'t> {
    /// Takes the first ten characters for the day, and what follows for the time.
    fn parse(text: &'t str) -> Result<Self, NotADate> {
        let (day, rest) = text.split_at_checked(LENGTH).ok_or(NotADate)?;
        if !is_spelled_as_day(day) {
            return Err(NotADate);
        }
        let time = if rest.is_empty() { None } else { Some(time_of(rest)?) };
        Ok(Self { day, time })
    }
}

/// The length of `yyyy-mm-dd`, in bytes.
const LENGTH: usize = 10;

fn is_spelled_as_day(text: &str) -> bool {
    text.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    })
}

fn calendar_day(text: &str) -> Result<Date, NotADate> {
    text.parse().map_err(|_| NotADate)
}

/// The time of day, and its offset where it has one, after the day: `T13:00:00+00:00`.
fn time_of(rest: &str) -> Result<(Time, Option<Offset>), NotADate> {
    if !rest.starts_with(['T', 't', ' ']) {
        return Err(NotADate);
    }
    // The day itself may be none of the calendar, or at its end, where the parser refuses what comes behind.
    let stand_in = format!("2000-01-01{rest}");
    let pieces = Pieces::parse(&stand_in).map_err(|_| NotADate)?;
    let is_plain = pieces.time_zone_annotation().is_none() && pieces.date() == date(2000, 1, 1);
    let time = pieces.time().filter(|_| is_plain).ok_or(NotADate)?;
    Ok((time, pieces.to_numeric_offset()))
}

fn seconds(offset: Offset) -> SignedDuration {
    SignedDuration::from_secs(i64::from(offset.seconds()))
}
