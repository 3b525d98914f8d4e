//! Managers who cannot be written: the employee's other fields are written, and the old manager stays.

use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::problem::{Cause, ManagerProblem};
use habitsync_domain::user_plan::{FieldFault, ReferenceForm};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{Case, acme, causes, employee, public_report, steps, written_for};

/// E1 is new and reports to E2, who is as given; returns the report's manager as written, and the reported problems.
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

/// Returns the manager written for E1, and whether the plan reports that none could be.
fn referring(reference: &Value) -> (Option<String>, bool) {
    let employees = [
        employee("E1", &json!({"managerEmployeeId": reference})),
        employee("1001", &json!({})),
        employee("E5", &json!({})),
    ];
    let (manager, problems) = outcome(&Case::of(&acme(&[]), &employees));
    (manager, !problems.is_empty())
}

#[test]
fn a_manager_number_names_the_employee_whose_id_has_the_same_digits() {
    let records = public_report("06-manager-number.json");
    let employees: Vec<_> = records
        .into_iter()
        .map(|record| Employee::from_record(record).expect("an id"))
        .collect();
    let plan = Case::of(&acme(&[]), &employees).plan();
    let manager = written_for(&plan, "1002").remove("manager_email");
    assert_eq!((manager.as_deref(), causes(&plan)), (Some("boss@acme.com.au"), vec![]));
    for certain in [json!(1001), json!(1001.0), json!("1001"), json!(" 1001 ")] {
        assert_eq!(
            referring(&certain),
            (Some("1001@acme.com.au".to_owned()), false),
            "{certain}"
        );
    }
}

#[test]
fn a_manager_reference_that_is_not_certain_is_reported() {
    for uncertain in [
        json!("01001"),
        json!("e5"),
        json!("E 5"),
        json!("1001@acme.com.au"),
        json!("Jo 1001"),
        json!(["1001"]),
        json!({"employeeId": "1001"}),
        json!(true),
        json!(1001.5),
        json!(1e30),
        json!(-1001),
    ] {
        assert_eq!(referring(&uncertain), (None, true), "{uncertain}");
    }
}

#[test]
fn a_reference_that_fails_for_many_is_one_line_for_the_field() {
    for (form, found) in [
        ("BOSS", ReferenceForm::OtherLetterCase),
        ("boss@acme.com.au", ReferenceForm::EmailAddress),
        ("007", ReferenceForm::LeadingZeros),
        ("Jo Boss", ReferenceForm::Words),
        ("9-9", ReferenceForm::Other),
    ] {
        let mut employees: Vec<_> = (1..=30)
            .map(|number| employee(&format!("E{number}"), &json!({"managerEmployeeId": form})))
            .collect();
        employees.extend([employee("boss", &json!({})), employee("7", &json!({}))]);
        let plan = Case::of(&acme(&[]), &employees).plan();
        let [notice] = plan.field_notices.as_slice() else {
            panic!("{:?}", plan.field_notices)
        };
        assert_eq!(notice.what, FieldFault::UnknownManagers { found });
        assert_eq!(
            (notice.field.as_str(), notice.employees, notice.of),
            ("managerEmployeeId", 30, 30)
        );
        assert_eq!(causes(&plan), []);
    }
}

#[test]
fn a_few_references_among_many_are_lines_of_their_own() {
    let of = |number: usize| if number <= 5 { "E99" } else { "boss" };
    let mut employees: Vec<_> = (1..=30)
        .map(|number| employee(&format!("E{number}"), &json!({"managerEmployeeId": of(number)})))
        .collect();
    employees.push(employee("boss", &json!({})));
    let plan = Case::of(&acme(&[]), &employees).plan();
    assert_eq!((plan.field_notices.len(), plan.problems.len()), (0, 5));
}

#[test]
fn a_manager_out_of_scope_stays_unwritten_or_is_written_as_the_customer_sets_it() {
    let employees = [
        employee("E1", &json!({"managerEmployeeId": "E2"})),
        employee("E2", &json!({"location": "Fiji"})),
    ];
    let kept = Case::of(&acme(&[]), &employees).plan();
    assert_eq!(kept.field_notices.len(), 1, "operators hear of it");
    assert!(causes(&kept).iter().all(|(_, cause)| !cause.is_for_customer()));
    let write = acme(&[("manager_out_of_scope = \"keep\"", "manager_out_of_scope = \"write\"")]);
    let case = Case::of(&write, &employees);
    assert_eq!(outcome(&case), (Some("e2@acme.com.au".to_owned()), vec![]));
    assert_eq!(case.plan().field_notices, []);
}

/// Any JSON that a manager's field may hold.
fn any_reference() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-5i64..2000).prop_map(Value::from),
        (-5.0f64..2000.0).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "[ \\t\u{a0}]{0,2}(0{0,3}1001|E5|e5|1001@acme.com.au|Jo 1001|E1|)[ \u{200b}\u{feff}]{0,2}"
            .prop_map(Value::from),
        "[0-9A-Za-z@. -]{0,8}".prop_map(Value::from),
        Just(json!(["1001"])),
        Just(json!({"id": 1001})),
    ]
}

proptest! {
    #[test]
    fn a_manager_reference_is_empty_followed_or_reported(reference in any_reference()) {
        let (manager, is_reported) = referring(&reference);
        let is_empty = reference.as_str().is_some_and(|text| habitsync_domain::text::invisible::trimmed(text).is_empty());
        prop_assert_eq!(manager.is_some() || is_reported, !is_empty);
        if let Some(manager) = manager {
            let digits = reference.to_string();
            let names = if digits.contains("E5") { "e5@acme.com.au" } else { "1001@acme.com.au" };
            prop_assert_eq!(manager, names);
        }
    }
}
