//! Incidents, from what a fleet's rows show minute by minute.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::configuration::Status;
use habitsync_domain::fleet::alert_log::AlertLog;
use habitsync_domain::fleet::failure_streak::{FailureSignature, FailureStreak, VendorFault};
use habitsync_domain::fleet::incident::{Attempt, Incident, detect};
use habitsync_domain::fleet::summary::CustomerSummary;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::tenant::TenantId;
use habitsync_domain::vendors::domain::VendorDomain;
use habitsync_domain::vendors::vendor::Vendor;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const VENDOR: Vendor = Vendor::EmployeeConnect;

const KINDS: [VendorFault; 10] = [
    VendorFault::Credentials,
    VendorFault::ModuleDisabled,
    VendorFault::Refused,
    VendorFault::NotFound,
    VendorFault::RateLimited,
    VendorFault::Unavailable,
    VendorFault::Unreadable,
    VendorFault::InconsistentRead,
    VendorFault::NotCredible,
    VendorFault::NoTimeLeft,
];

fn minute(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

fn tenant(number: usize) -> TenantId {
    format!("customer-{number}").parse().expect("a tenant")
}

fn domain(name: &str) -> VendorDomain {
    VendorDomain::from_base_url(&format!("https://{name}").parse().expect("a URL"))
}

fn attempt(number: usize, at: i64, failed: Option<VendorFault>) -> Attempt {
    Attempt {
        tenant: tenant(number),
        vendor: VENDOR,
        domain: domain("employeeconnect.com"),
        at: minute(at),
        failed,
    }
}

/// One customer's user sync, as its row in the summary has it.
struct Row {
    succeeded: Option<i64>,
    failing: Option<FailureStreak>,
}

impl Row {
    fn run(&mut self, now: i64, failed: Option<VendorFault>) {
        if let Some(kind) = failed {
            let signature = FailureSignature::Vendor { vendor: VENDOR, kind };
            self.failing = Some(FailureStreak::after(self.failing.take(), signature, minute(now)));
        } else {
            (self.succeeded, self.failing) = (Some(now), None);
        }
    }

    fn summary(&self, number: usize) -> CustomerSummary {
        let state = JobState {
            last_success_at: self.succeeded.map(minute),
            failing: self.failing.clone(),
            domains: BTreeMap::from([(VENDOR, domain("employeeconnect.com"))]),
            ..JobState::default()
        };
        CustomerSummary {
            tenant: tenant(number),
            name: String::new(),
            status: Status::Live,
            version: 1,
            live_since: None,
            timetable: None,
            jobs: BTreeMap::from([(Job::UserSync, state)]),
            parked: 0,
            ignored: 0,
            alert_log: AlertLog::default(),
        }
    }
}

#[test]
fn five_odd_customers_of_two_hundred_make_no_incident_however_they_fail() {
    for kind in KINDS {
        let mut rows: Vec<_> = (0..200)
            .map(|_| Row {
                succeeded: None,
                failing: None,
            })
            .collect();
        for now in 0..90 {
            // Each customer's schedule fires once an hour, at a minute of its own; the five fail every time.
            for (number, row) in rows
                .iter_mut()
                .enumerate()
                .filter(|(number, _)| i64::try_from(number % 60) == Ok(now % 60))
            {
                row.run(now, (number < 5).then_some(kind));
            }
            let attempts: Vec<_> = rows
                .iter()
                .enumerate()
                .flat_map(|(number, row)| row.summary(number).attempts())
                .collect();
            assert_eq!(detect(&attempts, minute(now)), None, "{kind:?} in minute {now}");
        }
    }
}

#[test]
fn codes_that_five_of_six_customers_rotated_are_five_customers_and_no_incident() {
    for kind in [VendorFault::Credentials, VendorFault::ModuleDisabled] {
        let mut attempts: Vec<_> = (0..5).map(|number| attempt(number, 5, Some(kind))).collect();
        attempts.push(attempt(5, 1, None));
        assert_eq!(detect(&attempts, minute(6)), None);
    }
}

#[test]
fn an_incident_takes_five_customers_and_half_of_those_that_tried_and_none_that_succeeded_since() {
    let fleet = |failed: usize, succeeded: usize, succeeded_at: i64| {
        let failed = (0..failed).map(|number| attempt(number, 5, Some(VendorFault::Unavailable)));
        let succeeded = (0..succeeded).map(|number| attempt(100 + number, succeeded_at, None));
        failed.chain(succeeded).collect::<Vec<_>>()
    };
    let is_incident = |attempts: &[Attempt]| detect(attempts, minute(10)).is_some();
    assert!(is_incident(&fleet(5, 5, 1)));
    assert!(!is_incident(&fleet(4, 0, 1)), "four customers");
    assert!(!is_incident(&fleet(5, 6, 1)), "fewer than half of those that tried");
    assert!(is_incident(&fleet(5, 6, -6)), "they tried a quarter of an hour ago");
    assert!(!is_incident(&fleet(50, 1, 6)), "one has succeeded since");
    assert_eq!(detect(&fleet(50, 0, 1), minute(20)), None, "nobody tried lately");
}

#[test]
fn one_success_ends_an_incident_and_failures_before_it_open_no_other() {
    let mut attempts: Vec<_> = (0..6)
        .map(|number| attempt(number, 5, Some(VendorFault::Unavailable)))
        .collect();
    let detected = detect(&attempts, minute(6)).expect("an incident");
    let open = Incident::new(VENDOR, domain("employeeconnect.com"), detected, None);
    assert_eq!(
        open.next(&attempts, minute(200)),
        open,
        "nobody tries, and nothing is known"
    );
    attempts[3] = attempt(3, 201, None);
    let ended = open.next(&attempts, minute(201));
    assert_eq!(ended.ended_at, Some(minute(201)));
    assert_eq!(ended.next(&attempts, minute(202)), ended);
    assert!(!ended.is_settled(minute(205)) && ended.is_settled(minute(206)));
    for (number, attempted) in attempts.iter_mut().enumerate().take(5) {
        *attempted = attempt(number, 203, Some(VendorFault::Unavailable));
    }
    let again = ended.next(&attempts, minute(204));
    assert!(
        again.is_open() && again.opened_at == open.opened_at,
        "the same incident: {again:?}"
    );
}

#[test]
fn an_incident_ends_when_nobody_fails_by_it_any_more() {
    let attempts: Vec<_> = (0..6)
        .map(|number| attempt(number, 5, Some(VendorFault::Unavailable)))
        .collect();
    let open = Incident::new(
        VENDOR,
        domain("employeeconnect.com"),
        detect(&attempts, minute(6)).expect("one"),
        None,
    );
    let paused = open.next(&[attempt(0, 7, Some(VendorFault::Credentials))], minute(8));
    assert_eq!(paused.ended_at, Some(minute(8)));
}

#[test]
fn items_of_the_versions_whose_incidents_prevented_runs_are_read_and_are_history() {
    for phase in [
        r#"{"phase":"open","failed_probes":2,"probe":{"tenant":"acme","job":"users","since":"2026-03-02T00:00:00Z","until":"2026-03-02T00:16:00Z"},"next_probe_at":"2026-03-02T00:00:00Z"}"#,
        r#"{"phase":"recovering","since":"2026-03-02T00:00:00Z"}"#,
        r#"{"phase":"over","at":"2026-03-02T00:00:00Z","told":true}"#,
    ] {
        let stored = format!(
            r#"{{"vendor":"employee_connect","kinds":["unavailable","credentials"],"opened_at":"2026-03-01T23:00:00Z",
            "customers":["acme","beta"],"phase":{phase},"last_probed":"acme","caught_up":3,"told":{{"thread":"m-1"}},"revision":7}}"#
        );
        let incident: Incident = serde_json::from_str(&stored).expect("is read");
        assert_eq!((incident.affected.len(), incident.revision), (2, 7));
        assert!(!incident.is_open() && incident.is_history());
        let written = serde_json::to_string(&incident).expect("is written");
        assert_eq!(serde_json::from_str::<Incident>(&written).expect("is read"), incident);
    }
}

/// One customer's last success and last failure: minutes ago, with the fault.
fn tries() -> impl Strategy<Value = (Option<i64>, Option<(i64, VendorFault)>)> {
    let kind = prop::sample::select(KINDS.to_vec());
    (
        prop::option::weighted(0.4, 0..40_i64),
        prop::option::weighted(0.7, (0..40_i64, kind)),
    )
}

proptest! {
    #[test]
    fn what_is_detected_is_what_the_rule_says(rows in prop::collection::vec(tries(), 1..40)) {
        let now = 1000;
        let attempts: Vec<_> = rows.iter().enumerate().flat_map(|(number, (succeeded, failed))| {
            let succeeded = succeeded.map(|ago| attempt(number, now - ago, None));
            succeeded.into_iter().chain(failed.map(|(ago, kind)| attempt(number, now - ago, Some(kind))))
        }).collect();
        let tried = rows.iter().filter(|(succeeded, failed)| {
            succeeded.is_some_and(|ago| ago < 15) || failed.is_some_and(|(ago, _)| ago < 15)
        }).count();
        let last_success = rows.iter().filter_map(|(succeeded, _)| *succeeded).min().unwrap_or(i64::MAX);
        let expected: BTreeSet<_> = KINDS.into_iter().filter(|kind| kind.can_be_an_incident()).filter(|kind| {
            let alike = rows.iter().filter(|(_, failed)| failed.is_some_and(|(ago, it)| it == *kind && ago < 15 && ago < last_success));
            let alike = alike.count();
            alike >= 5 && 2 * alike >= tried
        }).collect();
        let detected = detect(&attempts, minute(now)).map(|detection| detection.kinds).unwrap_or_default();
        prop_assert_eq!(detected, expected);
    }
}

#[test]
fn an_attempt_in_the_future_comes_from_a_wrong_clock_and_says_nothing_about_the_vendor() {
    let fails = Some(VendorFault::Unavailable);
    let failed = (0..5).map(|number| attempt(number, 100, fails));
    let in_a_day = |failed| attempt(9, 100 + 24 * 60, failed);
    let attempts: Vec<_> = failed.chain([in_a_day(None), in_a_day(fails)]).collect();
    let detection = detect(&attempts, minute(101)).expect("five fail alike");
    assert_eq!(detection.affected.len(), 5);
    let open = Incident::new(VENDOR, domain("employeeconnect.com"), detection, None);
    assert!(open.next(&attempts, minute(101)).is_open());
    assert_eq!(detect(&attempts[5..], minute(101)), None);
    let alone: Vec<_> = (0..5).map(|_| in_a_day(fails)).collect();
    assert!(
        !open.next(&alone, minute(101)).is_open(),
        "no customer fails by it any more, as far as is known"
    );
}
