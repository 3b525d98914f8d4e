//! Times and counts as a reader is told them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A moment where the customer is, to the minute.
pub(crate) fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The zone that [`local`] times are in, as a reader of a heading is told.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        let said = [0, 1, 2].map(|count| counted(count, "result"));
        assert_eq!(said, ["0 results", "1 result", "2 results"]);
        assert_eq!([1, 2].map(|count| counted(count, "person")), ["1 person", "2 people"]);
    }
}
