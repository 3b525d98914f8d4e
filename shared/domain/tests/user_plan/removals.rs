//! Deactivations beyond the usual wait for a word, each kind by itself; whoever is merely not to be seen is not gone.

use habitsync_domain::employment::Evidence;
use habitsync_domain::user_plan::Missing;
use serde_json::json;

use crate::fixture::{Case, acme, employee, steps};

fn missing(id: &str, confirmed: bool) -> Missing {
    Missing {
        employee_id: id.parse().expect("an id"),
        confirmed,
    }
}

fn people(count: usize) -> Vec<habitsync_domain::employee::Employee> {
    (1..=count).map(|n| employee(&format!("E{n}"), &json!({}))).collect()
}

#[test]
fn more_removals_than_the_limit_are_all_held_and_the_rest_goes_on() {
    let configuration = acme(&[(
        "terminated = { count = 5, percent = 20 }",
        "terminated = { count = 1, percent = 0 }",
    )]);
    let gone = json!({"status": "Terminated"});
    let employees = [
        employee("E1", &gone),
        employee("E2", &gone),
        employee("E3", &json!({"jobTitle": "Lead"})),
        employee("E4", &json!({})),
    ];
    let plan = Case::in_step(&configuration, &people(4)).then(&employees).plan();
    assert_eq!(steps(&plan), [("E3", "change")]);
    assert_eq!((plan.held.len(), plan.counts.leavers_held), (2, 2));
}

#[test]
fn who_vanished_is_deactivated_once_employee_connect_says_there_is_no_such_employee() {
    let mut case = Case::in_step(&acme(&[]), &people(4)).then(&people(2));
    case.missing = vec![missing("E3", true), missing("E4", false)];
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E3", "deactivate")]);
    let held: Vec<_> = plan
        .held
        .iter()
        .map(|held| (held.action.employee_id.as_str(), &held.evidence))
        .collect();
    assert_eq!(held, [("E4", &Evidence::Vanished)]);
}

#[test]
fn sixty_leavers_go_and_three_who_vanished_are_held() {
    let mut employees = people(400);
    let case = Case::in_step(&acme(&[]), &employees);
    employees.truncate(397);
    for leaver in &mut employees[..60] {
        *leaver = employee(leaver.id().as_str(), &json!({"status": "Terminated"}));
    }
    let mut case = case.then(&employees);
    case.missing = ["E398", "E399", "E400"].map(|id| missing(id, true)).into();
    let plan = case.plan();
    assert_eq!((plan.actions.len(), plan.held.len()), (60, 3));
    assert!(plan.held.iter().all(|held| held.evidence == Evidence::Vanished));
}

#[test]
fn whoever_is_deactivated_already_is_not_deactivated_again() {
    let mut case = Case::in_step(&acme(&[]), &people(1));
    case.people[0].active = false;
    let plan = case.then(&[employee("E1", &json!({"status": "Terminated"}))]).plan();
    assert_eq!((steps(&plan), plan.counts.leavers_settled), (vec![], 1));
}

#[test]
fn a_leavers_account_that_somebody_reactivated_is_deactivated_again_by_a_run_that_reads_the_portal() {
    let mut case = Case::in_step(&acme(&[]), &people(1));
    case.people[0].active = false;
    let mut case = case
        .then(&[employee("E1", &json!({"status": "Terminated"}))])
        .verifying();
    case.portal_user(0).active = true;
    assert_eq!(steps(&case.plan()), [("E1", "deactivate")]);
    case.portal_user(0).active = false;
    assert_eq!(steps(&case.plan()), []);
}
