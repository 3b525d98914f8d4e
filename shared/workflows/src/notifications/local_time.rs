//! Times as the customer's clocks show them.

use habitsync_domain::configuration::{TenantConfiguration, ZoneName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::next_run::{NextRun, next_run};
use jiff::{SignedDuration, Timestamp};

/// `Monday 23 November 2026, 8:05 am (AEDT)`.
pub(super) fn long(at: Timestamp, zone: &ZoneName) -> String {
    format(at, zone, "%A %-d %B %Y, %-I:%M %P (%Z)")
}

/// `Monday 23 November`.
pub(super) fn day(at: Timestamp, zone: &ZoneName) -> String {
    format(at, zone, "%A %-d %B")
}

fn short(at: Timestamp, zone: &ZoneName) -> String {
    format(at, zone, "%a %-d %b, %-I:%M %P")
}

fn format(at: Timestamp, zone: &ZoneName, how: &str) -> String {
    at.to_zoned(zone.zone().clone()).strftime(how).to_string()
}

/// When the job tries again after `after`: `about Mon 23 Nov, 9:00 am`, or `within 6 hours`.
pub(super) fn next_try(configuration: &TenantConfiguration, job: Job, after: Timestamp) -> Option<String> {
    Some(match next_run(configuration, job, after)? {
        NextRun::At(at) => format!("about {}", short(at, &configuration.time_zone)),
        NextRun::Within(time) => format!("within {}", length(time)),
    })
}

/// `after Mon 23 Nov, 9:00 am`.
pub(super) fn after(at: Timestamp, zone: &ZoneName) -> String {
    format!("after {}", short(at, zone))
}

fn length(time: SignedDuration) -> String {
    let (number, unit) = match time.as_mins() {
        minutes if minutes % (24 * 60) == 0 => (minutes / (24 * 60), "day"),
        minutes if minutes % 60 == 0 => (minutes / 60, "hour"),
        minutes => (minutes, "minute"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// What people call the time of a zone: `Sydney time`.
pub(super) fn name_of(zone: &ZoneName) -> String {
    match zone.as_str().rsplit_once('/') {
        Some((region, city)) if region != "Etc" => format!("{} time", city.replace('_', " ")),
        Some(_) | None => zone.as_str().to_owned(),
    }
}
