//! The values that systems write where there is no date.

use jiff::civil::{Date, date};
use serde::Deserialize;

/// A value that a customer's system writes where there is no date, for instance `1900-01-01`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct NoDateValue {
    written: String,
    day: Option<Date>,
}

/// A text that cannot stand for "no date".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot stand for no date; write what the system writes, for instance \"1900-01-01\", at most 40 characters"
)]
pub struct InvalidNoDateValue(String);

/// The values that systems write for "no date": the first and last day of .NET, SQL Server, OLE automation and
/// spreadsheets.
const NO_DATE: [Date; 6] = [
    date(1, 1, 1),
    date(1753, 1, 1),
    date(1899, 12, 30),
    date(1899, 12, 31),
    date(1900, 1, 1),
    date(9999, 12, 31),
];

impl NoDateValue {
    /// The values that stand for no date unless a configuration lists others.
    #[must_use]
    pub fn defaults() -> Vec<Self> {
        let values = NO_DATE.into_iter().map(|day| Self {
            written: day.to_string(),
            day: Some(day),
        });
        values.collect()
    }

    /// Whether a text without outer blanks is written as this value.
    #[must_use]
    pub fn is_written(&self, text: &str) -> bool {
        self.written.eq_ignore_ascii_case(text)
    }

    /// Whether this value is that day.
    #[must_use]
    pub fn is_day(&self, day: Date) -> bool {
        self.day == Some(day)
    }

    /// The value, to be compared with others of a list.
    #[must_use]
    pub fn key(&self) -> String {
        self.written.to_ascii_lowercase()
    }
}

impl TryFrom<String> for NoDateValue {
    type Error = InvalidNoDateValue;

    fn try_from(text: String) -> Result<Self, InvalidNoDateValue> {
        let written = text.trim();
        let is_short = (1..=40).contains(&written.chars().count());
        if !is_short || written.chars().any(char::is_control) {
            return Err(InvalidNoDateValue(text));
        }
        Ok(Self {
            day: written.parse().ok().filter(|day: &Date| day.to_string() == written),
            written: written.to_owned(),
        })
    }
}
