//! Whether a customer is as fresh as the customer's schedules promise: late is a job whose due time, its jitter and some patience
//! have passed without a success since.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, Serializer};

use crate::configuration::{TenantConfiguration, ZoneName};
use crate::fleet::alert_thresholds::AlertThresholds;
use crate::jobs::job::Job;
use crate::jobs::state::JobState;
use crate::schedule::Schedule;

/// How long a run whose lease has ended counts as going on: the watchdog starts its next slice meanwhile.
const BETWEEN_SLICES: SignedDuration = SignedDuration::from_mins(5);

/// When a customer's jobs are due: one part of the customer's row in the fleet summary, as of the version in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timetable {
    /// The customer's time zone.
    pub time_zone: ZoneName,
    /// Width of the flexible window.
    pub jitter_minutes: u32,
    /// The time at which this timetable was applied: earlier due times belong to another timetable.
    pub applied_at: Timestamp,
    /// User sync; none where it does not run.
    #[serde(default, rename = "users", serialize_with = "as_text")]
    pub user_sync: Option<Schedule>,
    /// Course sync.
    #[serde(default, rename = "courses", serialize_with = "as_text")]
    pub course_sync: Option<Schedule>,
    /// The sweep.
    #[serde(default, rename = "results_sweep", serialize_with = "as_text")]
    pub result_sweep: Option<Schedule>,
    /// Whether topics become courses; none where the version in force was applied before this was kept.
    #[serde(default)]
    pub courses_on: Option<bool>,
    /// Whether completions become results; likewise.
    #[serde(default)]
    pub results_on: Option<bool>,
}

/// How a job stands against its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It succeeded since it was due, or has time left.
    Fresh,
    /// It has not succeeded yet, and a run is in progress.
    GoesOn,
    /// No run succeeded in time.
    Late {
        /// Since when it has been due.
        due_since: Timestamp,
    },
}

#[expect(clippy::ref_option, reason = "the shape that serde asks for")]
fn as_text<S: Serializer>(expression: &Option<Schedule>, serializer: S) -> Result<S::Ok, S::Error> {
    expression.as_ref().map(Schedule::as_str).serialize(serializer)
}

impl Timetable {
    /// Returns the timetable of a configuration that is applied now.
    #[must_use]
    pub fn new(configuration: &TenantConfiguration, applied_at: Timestamp) -> Self {
        let schedule = |job| configuration.schedule(job).cloned();
        Self {
            time_zone: configuration.time_zone.clone(),
            jitter_minutes: configuration.schedules.jitter_minutes,
            applied_at,
            user_sync: schedule(Job::UserSync),
            course_sync: schedule(Job::CourseSync),
            result_sweep: schedule(Job::ResultSweep),
            courses_on: Some(configuration.courses.enabled),
            results_on: Some(configuration.results.enabled),
        }
    }

    /// When a job is due; none where it does not run.
    #[must_use]
    pub fn schedule(&self, job: Job) -> Option<&Schedule> {
        match job {
            Job::UserSync => self.user_sync.as_ref(),
            Job::CourseSync => self.course_sync.as_ref(),
            Job::ResultSweep => self.result_sweep.as_ref(),
        }
    }

    /// The zone that `cron` is read in.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        self.time_zone.zone()
    }

    /// How the job stands at `now`. `lease_until` is the end of the lease of its unfinished run, if it has one. A job that does
    /// not run is fresh, and so is one that was not due yet since the timetable was applied.
    #[must_use]
    pub fn freshness(
        &self,
        job: Job,
        state: &JobState,
        lease_until: Option<Timestamp>,
        thresholds: AlertThresholds,
        now: Timestamp,
    ) -> Freshness {
        let jitter = SignedDuration::from_mins(i64::from(self.jitter_minutes));
        let patience = jitter.saturating_add(thresholds.stale_after);
        let expected_by = now.checked_sub(patience).unwrap_or(Timestamp::MIN);
        let due = self
            .schedule(job)
            .and_then(|schedule| schedule.due_since(self.zone(), expected_by));
        let Some(due_since) = due.filter(|due| *due >= self.applied_at) else {
            return Freshness::Fresh;
        };
        if state.last_success_at.is_some_and(|success| success >= due_since) {
            Freshness::Fresh
        } else if lease_until.is_some_and(|until| now.duration_since(until) < BETWEEN_SLICES) {
            Freshness::GoesOn
        } else {
            Freshness::Late { due_since }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    /// Hourly from seven in Sydney, which is 20:00 UTC of the day before.
    fn timetable() -> Timetable {
        Timetable {
            time_zone: ZoneName::try_from("Australia/Sydney".to_owned()).expect("a zone"),
            jitter_minutes: 10,
            applied_at: at("2026-02-01T00:00:00Z"),
            user_sync: Some("cron(0 7-19 ? * MON-FRI *)".parse().expect("a schedule")),
            course_sync: None,
            result_sweep: Some("rate(6 hours)".parse().expect("a schedule")),
            courses_on: Some(false),
            results_on: None,
        }
    }

    fn succeeded(text: &str) -> JobState {
        JobState {
            last_success_at: Some(at(text)),
            ..JobState::default()
        }
    }

    fn usual(now: Timestamp) -> AlertThresholds {
        AlertThresholds::new(None, now)
    }

    fn users(state: &JobState, now: &str) -> Freshness {
        timetable().freshness(Job::UserSync, state, None, usual(at(now)), at(now))
    }

    const LATE: Freshness = Freshness::Late {
        due_since: Timestamp::UNIX_EPOCH,
    };

    fn is_late(freshness: Freshness) -> bool {
        std::mem::discriminant(&freshness) == std::mem::discriminant(&LATE)
    }

    #[test]
    fn a_job_is_late_once_its_jitter_and_half_an_hour_have_passed_without_a_success() {
        let friday_evening = succeeded("2026-02-27T08:02:00Z");
        assert_eq!(users(&friday_evening, "2026-03-01T20:39:59Z"), Freshness::Fresh);
        let due_since = at("2026-03-01T20:00:00Z");
        assert_eq!(
            users(&friday_evening, "2026-03-01T20:40:00Z"),
            Freshness::Late { due_since }
        );
        assert_eq!(
            users(&succeeded("2026-03-01T20:04:00Z"), "2026-03-01T20:40:00Z"),
            Freshness::Fresh
        );
    }

    #[test]
    fn a_weekend_makes_nobody_late_and_the_hour_the_clocks_skip_neither() {
        assert_eq!(
            users(&succeeded("2026-02-27T08:02:00Z"), "2026-03-01T12:00:00Z"),
            Freshness::Fresh
        );
        let night = Timetable {
            user_sync: Some("cron(30 2 * * ? *)".parse().expect("a schedule")),
            ..timetable()
        };
        // 02:30 of 4 October 2026 does not exist in Sydney.
        let now = at("2026-10-04T12:00:00Z");
        let state = succeeded("2026-10-02T16:31:00Z");
        assert_eq!(
            night.freshness(Job::UserSync, &state, None, usual(now), now),
            Freshness::Fresh
        );
    }

    #[test]
    fn a_run_that_goes_on_is_not_late_until_nobody_carries_it_on() {
        let state = succeeded("2026-02-27T08:02:00Z");
        let now = at("2026-03-01T21:00:00Z");
        let with_lease = |until: &str| timetable().freshness(Job::UserSync, &state, Some(at(until)), usual(now), now);
        assert_eq!(with_lease("2026-03-01T21:10:00Z"), Freshness::GoesOn);
        assert_eq!(
            with_lease("2026-03-01T20:59:00Z"),
            Freshness::GoesOn,
            "the next slice is about to begin"
        );
        assert!(is_late(with_lease("2026-03-01T20:54:00Z")));
    }

    #[test]
    fn a_new_customer_is_late_after_the_first_due_time_and_not_before() {
        let never = JobState::default();
        let new = Timetable {
            applied_at: at("2026-03-01T20:10:00Z"),
            ..timetable()
        };
        let stands = |now: &str| new.freshness(Job::UserSync, &never, None, usual(at(now)), at(now));
        assert_eq!(stands("2026-03-01T21:30:00Z"), Freshness::Fresh);
        assert!(is_late(stands("2026-03-01T21:40:00Z")));
        let sweep = |now: &str| new.freshness(Job::ResultSweep, &never, None, usual(at(now)), at(now));
        assert_eq!(sweep("2026-03-02T02:49:59Z"), Freshness::Fresh);
        assert!(is_late(sweep("2026-03-02T02:50:00Z")));
    }

    #[test]
    fn a_job_that_does_not_run_is_never_late() {
        let now = at("2026-03-01T21:00:00Z");
        let courses = timetable().freshness(Job::CourseSync, &JobState::default(), None, usual(now), now);
        assert_eq!(courses, Freshness::Fresh);
    }

    #[test]
    fn a_customer_in_hypercare_is_stale_sooner() {
        let now = at("2026-03-01T20:25:00Z");
        let new = AlertThresholds::new(Some(at("2026-02-20T00:00:00Z")), now);
        let state = succeeded("2026-02-27T08:02:00Z");
        assert!(is_late(timetable().freshness(Job::UserSync, &state, None, new, now)));
        assert_eq!(users(&state, "2026-03-01T20:25:00Z"), Freshness::Fresh);
    }

    #[test]
    fn a_timetable_is_read_back_as_it_was_written() {
        let json = serde_json::to_string(&timetable()).expect("written");
        assert_eq!(serde_json::from_str::<Timetable>(&json).expect("read"), timetable());
    }
}
