//! How long a vendor asks to wait: the `Retry-After` header, in seconds or as a date, clamped.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// A vendor that says nothing with its 429 refuses everything for a minute (Tribal Habits documents 60 s).
const UNSAID: Duration = Duration::from_mins(1);
/// A wait of nothing would be refused again.
const SHORTEST: Duration = Duration::from_secs(1);
/// A longer wait is a mistake, or an outage that is better seen than slept through.
const LONGEST: Duration = Duration::from_mins(10);

/// The wait that an answer with this status asks for.
pub(crate) fn retry_after(status: u16, headers: &HeaderMap) -> Option<Duration> {
    let values = headers
        .get_all(RETRY_AFTER)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let said = values.filter_map(|value| longest(value, headers)).max();
    let needed = if status == 429 { said.or(Some(UNSAID)) } else { said };
    needed.map(|wait| wait.clamp(SHORTEST, LONGEST))
}

/// The wait that a header says; the longest where a proxy joined several.
fn longest(value: &str, headers: &HeaderMap) -> Option<Duration> {
    let each = || value.split(',').filter_map(|part| wait(part, headers)).max();
    wait(value, headers).or_else(each)
}

/// A date is measured against the answer's own `Date`, so that neither clock need be right; without that it says nothing.
fn wait(value: &str, headers: &HeaderMap) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<f64>() {
        // Neither a negative number nor one that is none says anything.
        let seconds = Some(seconds).filter(|seconds| *seconds >= 0.0);
        return seconds.map(|seconds| Duration::from_secs_f64(seconds.min(LONGEST.as_secs_f64())));
    }
    let (until, now) = (date(value)?, answered_at(headers)?);
    Some(until.duration_since(now).try_into().unwrap_or_default())
}

/// The vendor's time, by an answer's `Date`.
pub(crate) fn answered_at(headers: &HeaderMap) -> Option<Timestamp> {
    date(text(headers, &DATE)?)
}

fn date(text: &str) -> Option<Timestamp> {
    let written = || text.trim().parse().ok();
    rfc2822::parse(text).ok().map(|date| date.timestamp()).or_else(written)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(status: u16, headers: &[(HeaderName, &'static str)]) -> Option<u64> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().expect("a value")))
            .collect();
        retry_after(status, &headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_are_read_and_clamped() {
        assert_eq!(asked(503, &[(RETRY_AFTER, "30")]), Some(30));
        assert_eq!(asked(503, &[(RETRY_AFTER, "0")]), Some(1));
        assert_eq!(asked(503, &[(RETRY_AFTER, "86400")]), Some(600));
        assert_eq!(asked(503, &[(RETRY_AFTER, "99999999999999999999999999")]), Some(600));
        assert_eq!(asked(429, &[(RETRY_AFTER, "2")]), Some(2));
        assert_eq!(asked(429, &[(RETRY_AFTER, " 2.5 ")]), Some(2));
        for nothing in ["-5", "NaN", "2 s", "", "soon"] {
            assert_eq!(asked(503, &[(RETRY_AFTER, nothing)]), None, "{nothing}");
        }
    }

    #[test]
    fn a_date_is_measured_against_the_answers_own() {
        let date = (DATE, "Sun, 06 Nov 1994 08:49:00 GMT");
        assert_eq!(
            asked(503, &[(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT"), date.clone()]),
            Some(37)
        );
        assert_eq!(
            asked(503, &[(RETRY_AFTER, "Sun, 06 Nov 1994 08:40:00 GMT"), date]),
            Some(1)
        );
        assert_eq!(asked(503, &[(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT")]), None);
    }

    #[test]
    fn a_429_that_says_nothing_readable_asks_for_a_minute() {
        assert_eq!(asked(429, &[]), Some(60));
        assert_eq!(asked(429, &[(RETRY_AFTER, "soon")]), Some(60));
        assert_eq!(asked(503, &[]), None);
    }
}
