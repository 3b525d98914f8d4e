//! First and last days by the customer's own calendar, across the date line and across changes of the clock.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::fixture::{Case, acme, employee, steps};

fn zone(name: &str) -> habitsync_domain::configuration::TenantConfiguration {
    acme(&[("Australia/Sydney", name)])
}

/// Whether an employee with an account is deactivated at this moment.
fn is_deactivated(record: &Value, zone_name: &str, now: &str) -> bool {
    let mut case = Case::in_step(&zone(zone_name), &[employee("E1", &json!({}))]);
    case.now = now.parse::<Timestamp>().expect("a time");
    let plan = case.then(&[employee("E1", record)]).plan();
    steps(&plan).iter().any(|(_, step)| *step == "deactivate")
}

/// Whether an employee without an account gets one at this moment.
fn is_created(record: &Value, zone_name: &str, now: &str) -> bool {
    let mut case = Case::of(&zone(zone_name), &[employee("E1", record)]);
    case.now = now.parse::<Timestamp>().expect("a time");
    !steps(&case.plan()).is_empty()
}

#[test]
fn the_last_day_ends_at_midnight_where_the_customer_is_and_not_in_utc() {
    let leaver = json!({"terminationDate": "2026-07-31"});
    for (zone, last_second, midnight) in [
        ("Australia/Sydney", "2026-07-31T13:59:59Z", "2026-07-31T14:00:00Z"),
        ("Australia/Perth", "2026-07-31T15:59:59Z", "2026-07-31T16:00:00Z"),
        ("Pacific/Auckland", "2026-07-31T11:59:59Z", "2026-07-31T12:00:00Z"),
        ("America/Los_Angeles", "2026-08-01T06:59:59Z", "2026-08-01T07:00:00Z"),
        ("UTC", "2026-07-31T23:59:59Z", "2026-08-01T00:00:00Z"),
    ] {
        assert!(!is_deactivated(&leaver, zone, last_second), "{zone}");
        assert!(is_deactivated(&leaver, zone, midnight), "{zone}");
    }
}

#[test]
fn the_last_day_is_whole_when_the_clock_goes_forward_and_when_it_goes_back() {
    // Sydney: forward on 4 October 2026 (a day of 23 hours), back on 5 April 2026 (a day of 25 hours).
    for (last_day, last_second, midnight) in [
        ("2026-10-03", "2026-10-03T13:59:59Z", "2026-10-03T14:00:00Z"),
        ("2026-10-04", "2026-10-04T12:59:59Z", "2026-10-04T13:00:00Z"),
        ("2026-04-04", "2026-04-04T12:59:59Z", "2026-04-04T13:00:00Z"),
        ("2026-04-05", "2026-04-05T13:59:59Z", "2026-04-05T14:00:00Z"),
    ] {
        let leaver = json!({ "terminationDate": last_day });
        assert!(!is_deactivated(&leaver, "Australia/Sydney", last_second), "{last_day}");
        assert!(is_deactivated(&leaver, "Australia/Sydney", midnight), "{last_day}");
    }
}

#[test]
fn the_window_before_the_first_day_opens_at_midnight_where_the_customer_is() {
    // Fourteen days before: across the change of 4 October in Sydney, and none in Brisbane.
    let starter = json!({"status": "Onboarding", "startDate": "2026-10-10"});
    for (zone, early, open) in [
        ("Australia/Sydney", "2026-09-25T13:59:59Z", "2026-09-25T14:00:00Z"),
        ("Australia/Brisbane", "2026-09-25T13:59:59Z", "2026-09-25T14:00:00Z"),
        ("America/Los_Angeles", "2026-09-26T06:59:59Z", "2026-09-26T07:00:00Z"),
    ] {
        assert!(!is_created(&starter, zone, early), "{zone}");
        assert!(is_created(&starter, zone, open), "{zone}");
    }
}

#[test]
fn days_after_the_last_day_are_days_of_the_customers_calendar() {
    let configuration = acme(&[("deactivate_after_days = 0", "deactivate_after_days = 2")]);
    let mut case = Case::in_step(&configuration, &[employee("E1", &json!({}))])
        .then(&[employee("E1", &json!({"terminationDate": "2026-10-03"}))]);
    // 5 October in Sydney is two days after 3 October although only 47 hours lie between their midnights.
    for (now, expected) in [("2026-10-05T12:59:59Z", 0), ("2026-10-05T13:00:00Z", 1)] {
        case.now = now.parse().expect("a time");
        assert_eq!(case.plan().actions.len(), expected, "{now}");
    }
}

#[test]
fn a_starter_outside_the_window_waits_and_an_unknown_status_is_left_alone() {
    let later = json!({"status": "Onboarding", "startDate": "2026-12-24"});
    let unknown = json!({"status": "Sabbatical"});
    let plan = Case::of(&acme(&[]), &[employee("E1", &later), employee("E2", &unknown)]).plan();
    assert_eq!(steps(&plan), []);
    assert_eq!((plan.counts.starting_later, plan.counts.undecided), (1, 1));
    let [problem] = plan.problems.as_slice() else {
        panic!("{:?}", plan.problems)
    };
    assert_eq!(problem.seen.as_deref(), Some("Sabbatical"), "the value is quoted");
}

#[test]
fn a_starter_whose_first_day_moves_away_keeps_the_account_they_have() {
    let case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]);
    let plan = case.then(&[employee("E1", &json!({"startDate": "2027-06-01"}))]).plan();
    assert_eq!(steps(&plan), []);
}

#[test]
fn a_future_last_day_changes_nothing_yet_whatever_the_status_says() {
    let leaving = json!({"status": "Terminated", "terminationDate": "2026-12-24", "jobTitle": "Lead"});
    let plan = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))])
        .then(&[employee("E1", &leaving)])
        .plan();
    assert_eq!(steps(&plan), [("E1", "change")]);
}

#[test]
fn a_last_day_to_come_is_worked_whatever_the_start_date_says() {
    // A start date behind the last day: of the next contract, or a typing error.
    for start in ["2026-12-25", "2027-01-04", "2062-01-08"] {
        let leaver = json!({"status": "Terminated", "terminationDate": "2026-12-24", "startDate": start});
        for (now, expected) in [
            ("2026-11-22T21:00:00Z", false),
            ("2026-12-24T12:59:59Z", false),
            ("2026-12-24T13:00:00Z", true),
        ] {
            assert_eq!(
                is_deactivated(&leaver, "Australia/Sydney", now),
                expected,
                "{start}, {now}"
            );
        }
    }
}
