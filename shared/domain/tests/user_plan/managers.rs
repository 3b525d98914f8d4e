//! Managers who cannot be written: the person gets everything else, and the old manager stays.

use habitsync_domain::problem::{Cause, ManagerProblem};
use serde_json::{Value, json};

use crate::fixture::{Case, acme, employee, steps, written_for};

/// E1 is new and reports to E2, who is as given; the report's manager as written, and what is said about it.
fn managed_by(boss: &Value) -> (Option<String>, Vec<ManagerProblem>) {
    let employees = [
        employee("E1", &json!({"managerEmployeeId": "E2"})),
        employee("E2", boss),
    ];
    outcome(&Case::of(&acme(&[]), &employees))
}

fn outcome(case: &Case) -> (Option<String>, Vec<ManagerProblem>) {
    let plan = case.plan();
    let reported = plan.problems.iter().filter_map(|problem| match &problem.cause {
        Cause::ManagerNotSet { why, .. } if problem.employee_id.as_str() == "E1" => Some(*why),
        _ => None,
    });
    assert!(
        steps(&plan).contains(&("E1", "create")),
        "a manager never fails the person"
    );
    (written_for(&plan, "E1").remove("manager_email"), reported.collect())
}

#[test]
fn a_manager_who_works_there_is_written() {
    assert_eq!(managed_by(&json!({})), (Some("e2@acme.com.au".to_owned()), vec![]));
}

#[test]
fn a_manager_who_left_is_out_of_scope_or_starts_later_is_not_written() {
    for (boss, why) in [
        (json!({"status": "Terminated"}), ManagerProblem::Left),
        (json!({"location": "Fiji"}), ManagerProblem::OutOfScope),
        (json!({"startDate": "2027-03-01"}), ManagerProblem::StartsLater),
    ] {
        assert_eq!(managed_by(&boss), (None, vec![why]));
    }
}

#[test]
fn a_manager_nobody_knows_is_written_by_the_address_that_the_record_gives() {
    let with = |email: Value| {
        let record = json!({"managerEmployeeId": "E9", "managerEmail": email});
        outcome(&Case::of(&acme(&[]), &[employee("E1", &record)]))
    };
    assert_eq!(
        with(json!("boss@parent.com")),
        (Some("boss@parent.com".to_owned()), vec![])
    );
    assert_eq!(with(Value::Null), (None, vec![ManagerProblem::Unknown]));
}

#[test]
fn nobody_is_their_own_manager_by_number_or_by_address() {
    for record in [
        json!({"managerEmployeeId": "E1"}),
        json!({"managerEmail": "E1@acme.com.au"}),
    ] {
        let case = Case::of(&acme(&[]), &[employee("E1", &record)]);
        assert_eq!(outcome(&case), (None, vec![ManagerProblem::Oneself]));
    }
}

#[test]
fn a_loop_of_managers_is_written_for_nobody_in_it() {
    let employees = [
        employee("E1", &json!({"managerEmployeeId": "E2"})),
        employee("E2", &json!({"managerEmployeeId": "E3"})),
        employee("E3", &json!({"managerEmployeeId": "E1"})),
        employee("E4", &json!({"managerEmployeeId": "E3"})),
    ];
    let case = Case::of(&acme(&[]), &employees);
    assert_eq!(outcome(&case), (None, vec![ManagerProblem::Loop]));
    assert_eq!(
        written_for(&case.plan(), "E4").get("manager_email").map(String::as_str),
        Some("e3@acme.com.au"),
        "below the loop all is well"
    );
}

#[test]
fn the_old_manager_stays_until_the_new_one_can_be_written() {
    let employees = |boss: Value| {
        [
            employee("E1", &json!({"managerEmployeeId": "E3"})),
            employee("E2", &json!({})),
            employee("E3", &boss),
        ]
    };
    let before = [
        employee("E1", &json!({"managerEmployeeId": "E2"})),
        employee("E2", &json!({})),
    ];
    let case = Case::in_step(&acme(&[]), &before).then(&employees(json!({"location": "Fiji"})));
    let waiting = case.plan();
    assert_eq!((steps(&waiting), waiting.problems.len()), (vec![], 1));
    let case = case.then(&employees(json!({})));
    assert_eq!(
        written_for(&case.plan(), "E1").get("manager_email").map(String::as_str),
        Some("e3@acme.com.au")
    );
}

#[test]
fn somebody_without_a_manager_has_nothing_to_be_told() {
    let plan = Case::of(&acme(&[]), &[employee("E1", &json!({}))]).plan();
    assert_eq!(plan.problems, []);
}
