//! A moment as an operator types it: a day of the customer's, or a time with its offset.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A moment, once it is known where the customer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The beginning of this day.
    Day(Date),
    /// This very moment.
    At(Timestamp),
}

/// The text is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither a day (2026-03-01) nor a moment (2026-03-01T09:00:00Z)")]
pub(crate) struct InvalidMoment;

impl FromStr for Moment {
    type Err = InvalidMoment;

    fn from_str(text: &str) -> Result<Self, InvalidMoment> {
        let text = text.trim();
        if let Ok(at) = text.parse() {
            return Ok(Self::At(at));
        }
        // A time without an offset would be read as its day.
        let is_day = text.len() == "2026-03-01".len();
        let day = is_day.then(|| text.parse().ok()).flatten();
        day.map(Self::Day).ok_or(InvalidMoment)
    }
}

impl Moment {
    /// The moment where the customer is.
    pub(super) fn in_zone(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Day(day) => zone
                .to_ambiguous_timestamp(day.to_datetime(jiff::civil::Time::MIN))
                .compatible()
                .unwrap_or(Timestamp::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_sydney(text: &str) -> String {
        let zone = TimeZone::get("Australia/Sydney").expect("bundled");
        let moment: Moment = text.parse().expect("a moment");
        moment.in_zone(&zone).to_string()
    }

    #[test]
    fn a_day_begins_where_the_customer_is_and_a_moment_is_what_it_is() {
        assert_eq!(in_sydney("2026-03-01"), "2026-02-28T13:00:00Z");
        assert_eq!(in_sydney("2026-03-01T09:00:00Z"), "2026-03-01T09:00:00Z");
        assert_eq!(in_sydney("2026-03-01T09:00:00+11:00"), "2026-02-28T22:00:00Z");
    }

    #[test]
    fn a_time_without_its_offset_is_nobodys() {
        for text in ["2026-03-01T09:00:00", "2026-03-01 09:00", "yesterday", "", "2026-02-30"] {
            assert_eq!(text.parse::<Moment>(), Err(InvalidMoment), "{text}");
        }
    }
}
