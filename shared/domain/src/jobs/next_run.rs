//! When a customer's job runs next by its schedule, for people.

use jiff::{SignedDuration, Timestamp};

use crate::configuration::TenantConfiguration;
use crate::jobs::job::Job;

/// When a job runs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextRun {
    /// At this moment, or within the customer's jitter after it.
    At(Timestamp),
    /// Within this time: a rate does not say when it began.
    Within(SignedDuration),
}

/// The first run of the job after `now`; none where it is not scheduled, or never again.
#[must_use]
pub fn next_run(configuration: &TenantConfiguration, job: Job, now: Timestamp) -> Option<NextRun> {
    let schedule = configuration.schedule(job)?;
    schedule.rate().map(NextRun::Within).or_else(|| {
        let due = schedule.next_due(configuration.time_zone.zone(), now, None);
        due.map(NextRun::At)
    })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn acme(schedule: &str, zone: &str) -> TenantConfiguration {
        include_str!("../configuration/acme.toml")
            .replace("cron(0 7-19 ? * MON-FRI *)", schedule)
            .replace("Australia/Sydney", zone)
            .parse()
            .expect("valid")
    }

    fn next(schedule: &str, now: &str) -> Option<String> {
        let now = now.parse::<jiff::civil::DateTime>().expect("a time");
        let zone = TimeZone::get("Australia/Sydney").expect("bundled");
        let now = now.to_zoned(zone.clone()).expect("exists").timestamp();
        match next_run(&acme(schedule, "Australia/Sydney"), Job::UserSync, now)? {
            NextRun::At(at) => Some(at.to_zoned(zone).strftime("%a %Y-%m-%d %H:%M").to_string()),
            NextRun::Within(time) => Some(format!("{} min", time.as_mins())),
        }
    }

    #[test]
    fn the_next_run_is_the_schedules_in_the_customers_zone() {
        for (schedule, now, expected) in [
            ("cron(0 7-19 ? * MON-FRI *)", "2026-11-23T08:05", "Mon 2026-11-23 09:00"),
            ("cron(0 7-19 ? * MON-FRI *)", "2026-11-20T19:00", "Mon 2026-11-23 07:00"),
            ("cron(0/15 * * * ? *)", "2026-11-23T08:59", "Mon 2026-11-23 09:00"),
            (
                "cron(0 8-18/2 ? * mon-fri *)",
                "2026-11-23T08:30",
                "Mon 2026-11-23 10:00",
            ),
            ("cron(30 6 1,15 * ? *)", "2026-11-16T00:00", "Tue 2026-12-01 06:30"),
            ("cron(0 6 L * ? *)", "2026-11-16T00:00", "Mon 2026-11-30 06:00"),
            ("cron(0 6 L-3 * ? *)", "2026-11-16T00:00", "Fri 2026-11-27 06:00"),
            ("cron(0 6 LW * ? *)", "2026-10-16T00:00", "Fri 2026-10-30 06:00"),
            ("cron(0 6 1W * ? *)", "2026-08-01T00:00", "Mon 2026-08-03 06:00"),
            ("cron(0 6 ? * 6L *)", "2026-11-16T00:00", "Fri 2026-11-27 06:00"),
            ("cron(0 6 ? * 2#1 *)", "2026-11-16T00:00", "Mon 2026-12-07 06:00"),
            ("cron(0 6 ? * L *)", "2026-11-16T00:00", "Sat 2026-11-21 06:00"),
            ("cron(0 22 ? * FRI-MON *)", "2026-11-17T00:00", "Fri 2026-11-20 22:00"),
            ("cron(0 6 29 FEB ? *)", "2026-11-16T00:00", "Tue 2028-02-29 06:00"),
            ("rate(6 hours)", "2026-11-16T00:00", "360 min"),
        ] {
            assert_eq!(next(schedule, now).as_deref(), Some(expected), "{schedule}");
        }
        assert_eq!(next("cron(0 6 1 1 ? 2020)", "2026-11-16T00:00"), None);
    }

    #[test]
    fn an_hour_that_the_clocks_leave_out_is_passed_over() {
        // On 4 October 2026 the clocks of Sydney go from 2 to 3.
        assert_eq!(
            next("cron(30 2 * * ? *)", "2026-10-03T12:00").as_deref(),
            Some("Mon 2026-10-05 02:30")
        );
    }

    #[test]
    fn a_job_without_a_schedule_has_no_next_run() {
        let mut configuration = acme("rate(1 hour)", "UTC");
        configuration.schedules.user_sync = None;
        assert_eq!(next_run(&configuration, Job::UserSync, Timestamp::UNIX_EPOCH), None);
    }
}
