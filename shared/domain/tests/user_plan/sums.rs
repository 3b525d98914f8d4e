//! For all kinds of employees: each one is counted, none is planned twice, and none who works there is deactivated.

use habitsync_domain::user_plan::{Missing, Step};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{Case, acme, carried_out, employee};

fn record() -> impl Strategy<Value = Value> {
    let email = prop_oneof![
        4 => (0..12_u8).prop_map(|n| json!(format!("p{n}@acme.com.au"))),
        1 => Just(Value::Null),
        1 => Just(json!("broken@")),
        1 => Just(json!("jo@elsewhere.com")),
    ];
    let status = prop_oneof![6 => Just("Active"), 2 => Just("Terminated"), 1 => Just("Sabbatical")];
    let end = prop_oneof![4 => Just(Value::Null), 1 => Just(json!("2026-11-01")), 1 => Just(json!("2027-01-01")), 1 => Just(json!("soon"))];
    let start =
        prop_oneof![4 => Just(json!("2024-01-08")), 1 => Just(json!("2027-01-01")), 1 => Just(json!("2026-11-10"))];
    let manager = prop_oneof![2 => Just(Value::Null), 4 => (0..10_u8).prop_map(|n| json!(format!("E{n}")))];
    (email, status, end, start, manager, 0..3_u8).prop_map(|(email, status, end, start, manager, title)| {
        json!({
            "workEmail": email, "status": status, "terminationDate": end, "startDate": start,
            "managerEmployeeId": manager, "jobTitle": format!("Title {title}")
        })
    })
}

fn company() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec(record(), 1..10)
}

fn employees(records: &[Value]) -> Vec<habitsync_domain::people::employee::Employee> {
    let ids = (0..).map(|n| format!("E{n}"));
    ids.zip(records).map(|(id, record)| employee(&id, record)).collect()
}

/// Each employee takes part in one write at most, remembering aside.
fn is_planned_once(plan: &habitsync_domain::user_plan::UserPlan) -> bool {
    let writes = plan
        .actions
        .iter()
        .filter(|action| !matches!(action.step, Step::Remember { .. }));
    let mut ids: Vec<_> = writes.map(|action| &action.employee_id).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    ids.len() == all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_plan_adds_up_and_carrying_it_out_leaves_nothing_to_do(
        first in company(), second in company(), verifies in any::<bool>(),
    ) {
        let case = Case::of(&acme(&[]), &employees(&first));
        let people = carried_out(&[], &case.plan());
        let mut case = Case { people, ..case }.then(&employees(&second));
        case.portal = None;
        if verifies {
            case = case.verifying();
        }
        let here: Vec<_> = case.employees.iter().map(|employee| employee.id().clone()).collect();
        let absent = case.people.iter().filter(|person| person.active && !here.contains(&person.employee_id));
        case.missing = absent.map(|person| Missing { employee_id: person.employee_id.clone(), confirmed: true }).collect();
        let plan = case.plan();
        prop_assert!(is_planned_once(&plan));
        for action in plan.actions.iter().filter(|action| matches!(action.step, Step::Deactivate { .. })) {
            let record = case.employees.iter().find(|employee| employee.id() == &action.employee_id);
            let works = record.is_some_and(|employee| {
                employee.status() == Some("Active") && employee.text("terminationDate").is_none()
            });
            prop_assert!(!works, "{action:?}");
        }
        let people = carried_out(&case.people, &plan);
        let again = Case { people, portal: None, missing: Vec::new(), ..case }.plan();
        let writes: Vec<_> = again.actions.iter().filter(|action| !matches!(action.step, Step::Deactivate { .. })).collect();
        prop_assert!(writes.is_empty(), "{writes:?}");
    }
}
