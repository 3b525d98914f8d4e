//! An active status with a last day that has passed: which of them decides, and that nothing else takes an account away.

use habitsync_domain::approvals::Grounds;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::employment::Evidence;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::UserPlan;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;
use serde_json::json;

use crate::fixture::{Case, acme, causes, employee, everybody, portal_of, steps};

/// The local day of [`crate::fixture::NOW`].
const TODAY: Date = date(2026, 11, 23);

const SETTINGS: [&str; 4] = ["recent_date", "hold", "status", "date"];

fn with(setting: &str, days_after: u16) -> TenantConfiguration {
    let setting = format!("on_contradiction = \"{setting}\"");
    let days_after = format!("deactivate_after_days = {days_after}");
    everybody(&[
        ("on_contradiction = \"recent_date\"", &setting),
        ("deactivate_after_days = 0", &days_after),
    ])
}

fn days_ago(days: i64) -> Date {
    TODAY.saturating_sub(days.days())
}

fn active_until(last_day: Date) -> Employee {
    employee("E1", &json!({"terminationDate": last_day.to_string()}))
}

fn linked(configuration: &TenantConfiguration) -> Case {
    Case::in_step(configuration, &[employee("E1", &json!({}))])
}

fn seen(last_day: Date, first_seen: Date) -> LastDaySeen {
    LastDaySeen {
        employee_id: "E1".parse().expect("an id"),
        last_day,
        first_seen,
    }
}

/// Returns the plan's treatment of a linked employee.
fn fate(plan: &UserPlan) -> &'static str {
    match (
        plan.counts.leavers_to_deactivate,
        plan.counts.undecided,
        plan.counts.in_scope,
    ) {
        (1, 0, 0) => "deactivated",
        (0, 1, 0) => "held",
        (0, 0, 1) => "works",
        _ => "else",
    }
}

#[test]
fn a_recent_last_day_ends_the_account_and_an_older_one_leaves_it_as_it_is() {
    let configuration = with("recent_date", 0);
    for (days, expected) in [
        (-1, "works"),
        (0, "works"),
        (1, "deactivated"),
        (31, "deactivated"),
        (32, "held"),
        (511, "held"),
    ] {
        // Other changes of the record are not written either.
        let last_day = days_ago(days).to_string();
        let record = employee(
            "E1",
            &json!({"terminationDate": last_day, "jobTitle": if days > 31 { "Lead" } else { "Analyst" }}),
        );
        let plan = linked(&configuration).then(&[record]).plan();
        assert_eq!(fate(&plan), expected, "{days}");
        if expected == "held" {
            let last_day = days_ago(days);
            assert_eq!(causes(&plan), [("E1", &Cause::ActiveAfterLastDay { last_day })]);
            assert_eq!(plan.problems[0].seen, Some(last_day.to_string()));
            assert!(plan.actions.is_empty());
        }
    }
}

#[test]
fn each_setting_decides_as_it_says() {
    for (setting, recent, old) in [
        ("recent_date", "deactivated", "held"),
        ("hold", "held", "held"),
        ("status", "works", "works"),
        ("date", "deactivated", "deactivated"),
    ] {
        let fate_at = |days| fate(&linked(&with(setting, 0)).then(&[active_until(days_ago(days))]).plan());
        assert_eq!((fate_at(5), fate_at(500)), (recent, old), "{setting}");
        assert_eq!((fate_at(0), fate_at(-100)), ("works", "works"), "{setting}");
    }
}

#[test]
fn a_last_day_is_judged_by_when_it_was_first_seen_and_not_by_when_it_is_acted_on() {
    let configuration = with("recent_date", 0);
    let plan = |last_day: Date, stored: LastDaySeen| {
        let mut case = linked(&configuration).then(&[active_until(last_day)]);
        case.last_days = vec![stored];
        case.plan()
    };
    let last_day = days_ago(100);
    // Runs were skipped for weeks, the deactivation waited for approval, or the record had the day in advance.
    for first_seen in [days_ago(200), days_ago(100), days_ago(69)] {
        assert_eq!(
            fate(&plan(last_day, seen(last_day, first_seen))),
            "deactivated",
            "{first_seen}"
        );
    }
    assert_eq!(fate(&plan(last_day, seen(last_day, days_ago(68)))), "held");
    // Another last day is seen for the first time.
    let other = plan(last_day, seen(days_ago(101), days_ago(100)));
    assert_eq!(fate(&other), "held");
    assert_eq!(other.last_days.forgotten.len(), 1);
}

#[test]
fn runs_remember_last_days_to_come_and_recent_ones_as_long_as_the_status_is_active() {
    let configuration = with("recent_date", 0);
    let notes = |record: Employee, stored: Vec<LastDaySeen>| {
        let mut case = linked(&configuration).then(&[record]);
        case.last_days = stored;
        case.plan().last_days
    };
    let ended = |status: &str, last_day: Date| {
        employee(
            "E1",
            &json!({"status": status, "terminationDate": last_day.to_string()}),
        )
    };
    for days in [-300, 0, 31] {
        let last_day = days_ago(days);
        let first = notes(ended("Active", last_day), Vec::new());
        assert_eq!(first.seen, [seen(last_day, TODAY)], "{days}");
        let again = notes(ended("Active", last_day), vec![seen(last_day, days_ago(9))]);
        assert_eq!((again.seen.len(), again.forgotten.len()), (0, 0));
        // A status of leavers ends the contradiction: an active one after it is a rehire, seen anew.
        let terminated = notes(ended("Terminated", last_day), vec![seen(last_day, days_ago(9))]);
        assert_eq!((terminated.seen.len(), terminated.forgotten.len()), (0, 1));
    }
    assert_eq!(notes(ended("Active", days_ago(32)), Vec::new()).seen, []);
    let unreadable = notes(
        employee("E1", &json!({"terminationDate": "soon"})),
        vec![seen(days_ago(3), days_ago(3))],
    );
    assert_eq!((unreadable.seen.len(), unreadable.forgotten.len()), (0, 0));
}

#[test]
fn days_after_the_last_day_count_from_it_and_never_outlast_the_memory() {
    let configuration = with("recent_date", 60);
    let fate_at = |days, first_seen: Option<i64>| {
        let last_day = days_ago(days);
        let mut case = linked(&configuration).then(&[active_until(last_day)]);
        case.last_days = first_seen
            .map(|ago| seen(last_day, days_ago(ago)))
            .into_iter()
            .collect();
        fate(&case.plan())
    };
    assert_eq!(
        (fate_at(10, None), fate_at(60, Some(59)), fate_at(61, Some(60))),
        ("works", "works", "deactivated")
    );
    assert_eq!((fate_at(45, None), fate_at(61, None)), ("held", "held"));
}

#[test]
fn a_leaver_stays_deactivated_however_long_the_status_lags_and_a_rehire_is_reported() {
    let configuration = with("recent_date", 0);
    let last_day = days_ago(2);
    let mut case = linked(&configuration).then(&[active_until(last_day)]);
    let plan = case.plan();
    let stored = plan.last_days.seen.clone();
    case.people = crate::fixture::carried_out(&case.people, &plan);
    case.now = case
        .now
        .saturating_add(SignedDuration::from_hours(24 * 90))
        .expect("in range");
    case.last_days = stored;
    let lagging = case.plan();
    assert_eq!((lagging.counts.leavers_settled, lagging.problems.len()), (1, 0));
    // The status was that of a leaver in between: nothing is stored any more.
    case.last_days = Vec::new();
    let rehired = case.plan();
    assert_eq!(causes(&rehired), [("E1", &Cause::ActiveAfterLastDay { last_day })]);
    assert!(rehired.actions.is_empty());
}

#[test]
fn a_rehire_without_an_account_is_neither_created_nor_adopted_and_is_reported() {
    let rehired = json!({"startDate": "2015-03-02", "terminationDate": "2025-06-30"});
    let configuration = everybody(&[]);
    let account = Case::in_step(&configuration, &[employee("E1", &json!({}))]).people;
    for portal in [Vec::new(), portal_of(&account)] {
        let mut case = Case::of(&configuration, &[employee("E1", &rehired)]);
        case.portal = Some(portal);
        let plan = case.plan();
        let last_day = date(2025, 6, 30);
        assert_eq!(
            (steps(&plan), causes(&plan)),
            (Vec::new(), vec![("E1", &Cause::ActiveAfterLastDay { last_day })])
        );
        assert_eq!((plan.unlinked, plan.counts.undecided), (1, 1));
    }
    let cleaned = json!({"startDate": "2026-11-02", "terminationDate": "2025-06-30"});
    let plan = Case::of(&configuration, &[employee("E1", &cleaned)]).plan();
    assert_eq!(
        steps(&plan),
        [("E1", "create")],
        "a past employment is no contradiction"
    );
}

#[test]
fn whom_the_filter_leaves_out_and_who_has_no_account_is_nobodys_line() {
    let record = json!({"location": "Fiji", "terminationDate": "2025-06-30"});
    let plan = Case::of(&acme(&[]), &[employee("E1", &record)]).plan();
    assert_eq!((plan.counts.excluded_settled, plan.problems.len()), (1, 0));
    let configuration = acme(&[("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"")]);
    let linked = Case::in_step(&configuration, &[employee("E1", &json!({}))]).then(&[employee("E1", &record)]);
    assert_eq!(
        fate(&linked.plan()),
        "held",
        "an account stays as it is, whatever the filter says"
    );
}

#[test]
fn a_terminated_status_works_until_a_last_day_to_come_and_needs_no_memory() {
    let configuration = with("recent_date", 0);
    let fate_at = |days| {
        let record = json!({"status": "Terminated", "terminationDate": days_ago(days).to_string()});
        fate(&linked(&configuration).then(&[employee("E1", &record)]).plan())
    };
    assert_eq!(
        (fate_at(-5), fate_at(0), fate_at(1), fate_at(700)),
        ("works", "works", "deactivated", "deactivated")
    );
}

#[test]
fn what_is_stored_of_those_who_are_gone_is_forgotten() {
    let mut case = Case::of(&everybody(&[]), &[employee("E2", &json!({}))]);
    case.last_days = vec![seen(days_ago(3), days_ago(3))];
    assert_eq!(case.plan().last_days.forgotten.len(), 1);
    let linked = linked(&everybody(&[]));
    case.people = linked.people;
    assert!(case.plan().last_days.forgotten.is_empty(), "a link keeps it");
}

/// The rule in other words: whether the account of an employee with this record ends today.
fn ends(
    status: &str,
    start: Option<i64>,
    last_day: Option<i64>,
    first_seen: Option<i64>,
    setting: &str,
    grace: i64,
) -> Option<Evidence> {
    let current = last_day.filter(|ago| *ago <= 0 || start.is_none_or(|start| start >= *ago));
    let ended = current.filter(|ago| *ago > grace).map(|ago| Evidence::Ended {
        last_day: days_ago(ago),
    });
    match (status, current) {
        ("Terminated", None) => Some(Evidence::Terminated),
        ("Terminated", Some(_)) => ended,
        ("Active", Some(ago)) => match setting {
            "date" => ended,
            "recent_date" if first_seen.unwrap_or(0) >= ago - 31 => ended,
            _ => None,
        },
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn an_account_ends_just_where_the_rule_says_so(
        status in prop::sample::select(&["Active", "Active", "Active", "Terminated", "Seconded", ""][..]),
        start in proptest::option::of(-40..1500_i64),
        last_day in proptest::option::of(prop_oneof![-50..100_i64, 100..900_i64]),
        first_seen in proptest::option::of(0..200_i64),
        setting in prop::sample::select(&SETTINGS[..]),
        grace in prop::sample::select(&[0_u16, 1, 30, 31, 60][..]),
        reads_portal in any::<bool>(),
    ) {
        let text = |ago: Option<i64>| ago.map(|ago| days_ago(ago).to_string());
        let record = employee("E1", &json!({
            "status": status, "startDate": text(start), "terminationDate": text(last_day), "jobTitle": "Lead"
        }));
        let configuration = with(setting, grace);
        let mut case = linked(&configuration).then(&[record]);
        if reads_portal {
            case = case.verifying();
        }
        let stored = last_day.zip(first_seen).map(|(ago, first)| seen(days_ago(ago), days_ago(first)));
        case.last_days = stored.into_iter().collect();
        let plan = case.plan();
        let expected = ends(status, start, last_day, first_seen.filter(|_| last_day.is_some()), setting, i64::from(grace));
        let found: Vec<_> = plan.deactivations.iter().cloned().map(Grounds::from).chain(plan.held.iter().map(|held| held.evidence.clone())).collect();
        prop_assert_eq!(found, Vec::from_iter(expected.map(Grounds::from)));
        if plan.counts.undecided == 1 {
            prop_assert!(plan.actions.is_empty(), "a held account stays as it is");
            prop_assert_eq!(plan.problems.len(), 1);
        }
    }

    #[test]
    fn the_verdict_about_a_leaver_never_flips_as_time_passes(
        last_day in -60..200_i64, gaps in proptest::collection::vec(1..40_i64, 1..8), grace in prop::sample::select(&[0_u16, 31, 60][..]),
    ) {
        let last_day = days_ago(last_day);
        let mut case = linked(&with("recent_date", grace)).then(&[active_until(last_day)]);
        let mut before = "works";
        for gap in gaps {
            let plan = case.plan();
            let now = match fate(&plan) { "else" => "deactivated", other => other };
            let is_step_on = before == "works" || before == now;
            prop_assert!(is_step_on, "{} after {}", now, before);
            before = now;
            let mut stored: Vec<_> = case.last_days.clone();
            stored.extend(plan.last_days.seen.clone());
            prop_assert!(plan.last_days.forgotten.is_empty());
            case.last_days = stored;
            case.people = crate::fixture::carried_out(&case.people, &plan);
            case.now = case.now.saturating_add(SignedDuration::from_hours(24 * gap)).expect("in range");
        }
    }
}
