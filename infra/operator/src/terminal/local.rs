//! Times, counts and columns as a reader sees them.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A moment where the customer is, to the minute.
pub(crate) fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Formats a duration with as much precision as a reader needs: `40 s`, `58 min`, `3 h`, `2 d`.
pub(crate) fn age(long: SignedDuration) -> String {
    let seconds = long.as_secs().max(0);
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Returns the name of the time zone of [`local`] times, for headings.
pub(crate) fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("the customer's time zone")
}

/// `1 result`, `2 results`, `1 person`, `2 people`.
pub(crate) fn counted(count: impl std::fmt::Display, noun: &str) -> String {
    let count = count.to_string();
    match (count.as_str(), noun) {
        ("1", _) => format!("1 {noun}"),
        (_, "person") => format!("{count} people"),
        _ => format!("{count} {noun}s"),
    }
}

/// The text with blanks behind it, so that it is as wide as so many columns of characters.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(textwrap::core::display_width(text));
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_its_largest_unit_and_in_hours_for_two_days() {
        let said = [0, 59, 60, 3_599, 3_600, 172_799, 172_800].map(|seconds| age(SignedDuration::from_secs(seconds)));
        assert_eq!(said, ["0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 d"]);
    }

    #[test]
    fn wide_characters_are_padded_by_the_columns_they_take() {
        let padded = ["Jo", "山田", "e\u{301}"].map(|text| padded(text, 6));
        assert_eq!(padded, ["Jo    ", "山田  ", "e\u{301}     "]);
    }

    #[test]
    fn one_is_not_many() {
        let said = [0, 1, 2].map(|count| counted(count, "result"));
        assert_eq!(said, ["0 results", "1 result", "2 results"]);
        assert_eq!([1, 2].map(|count| counted(count, "person")), ["1 person", "2 people"]);
    }
}
