//! Tests of reading employees: all of them, whole, or an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::dates::DateRules;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::fields::FieldValue;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::roster::Roster;
use habitsync_simulator_harness::{Call, Fault, Method, Rule};
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::ports::vendors::{FindEmployee, ListEmployees};
use jiff::civil::date;
use serde_json::json;

use crate::rig::Rig;

fn id(text: &str) -> EmployeeId {
    text.parse().expect("an employee id")
}

fn ids(roster: &Roster) -> Vec<&str> {
    roster.employees.iter().map(|employee| employee.id().as_str()).collect()
}

async fn read(rig: &Rig) -> Roster {
    let roster = rig.list().await;
    roster.expect("a whole list")
}

#[tokio::test]
async fn every_employee_is_read_over_all_pages_terminated_ones_included() {
    let rig = Rig::start().await;
    rig.add_employees(25);
    rig.tenant.terminate("E1003", date(2026, 3, 1)).expect("there");
    let roster = read(&rig).await;
    assert_eq!(rig.tenant.journal().count(&Method::GET, "/employees"), 3);
    let expected: Vec<_> = (1001..1026).map(|number| format!("E{number}")).collect();
    assert_eq!(ids(&roster), expected);
    let terminated = &roster.employees[2];
    assert_eq!(terminated.status(), Some("Terminated"));
    assert_eq!(
        terminated.termination_date(&DateRules::default()),
        Ok(Some(date(2026, 3, 1)))
    );
}

#[tokio::test]
async fn an_employee_is_read_with_every_field_the_tenant_has() {
    let rig = Rig::start().await;
    rig.add_employees(1);
    rig.tenant.change("E1001", |employee| {
        employee.custom_fields.insert("Division".to_owned(), json!("OPS"));
    });
    let found = rig.client.find_employee(&id("E1001")).await;
    let employee = found.expect("an answer").expect("there");
    assert_eq!(employee.text("workEmail"), Some("e1001@acme.example"));
    let division = employee.fields().custom_field("Division");
    assert_eq!(division, Some(&FieldValue::Text("OPS".into())));
}

#[tokio::test]
async fn a_list_keeps_what_is_needed_and_tells_every_custom_field_there_is() {
    let rig = Rig::start().await;
    rig.add_employees(12);
    for (employee, field) in [("E1001", "Division"), ("E1012", "Shoe Size")] {
        rig.tenant.change(employee, |employee| {
            employee.custom_fields.insert(field.to_owned(), json!("7"));
        });
    }
    let acme = include_str!("../../../domain/src/configuration/acme.toml");
    let acme: TenantConfiguration = acme.parse().expect("valid");
    let needed = FieldsNeeded::from_rules(&acme.users);
    let roster = rig.client.list_employees(&needed).await.expect("a whole list");
    let seen: Vec<_> = roster.custom_fields.iter().map(String::as_str).collect();
    assert_eq!(seen, ["Division", "Shoe Size"]);
    let (first, last) = (roster.employees[0].fields(), roster.employees[11].fields());
    assert_eq!(first.custom_field("Division"), Some(&FieldValue::Text("7".into())));
    assert_eq!(last.custom_field("Shoe Size"), None, "nobody asks for it");
}

#[tokio::test]
async fn an_employee_whom_the_tenant_does_not_have_is_none() {
    assert_eq!(Rig::start().await.client.find_employee(&id("E9999")).await, Ok(None));
}

#[tokio::test]
async fn an_employee_id_of_any_characters_names_that_employee() {
    let rig = Rig::start().await;
    let employee = habitsync_simulator_employee_connect::Employee::new("E/1 ?2", "Jo", "Citizen", "jo@acme.example");
    rig.tenant.put_employee(employee);
    let found = rig.client.find_employee(&id("E/1 ?2")).await;
    assert!(found.expect("an answer").is_some());
}

#[tokio::test]
async fn a_tenant_without_employees_has_none() {
    assert_eq!(read(&Rig::start().await).await, Roster::default());
}

#[tokio::test]
async fn a_record_without_an_id_is_counted_and_keeps_nobody_else_from_being_read() {
    let rig = Rig::start().await;
    rig.add_employees(11);
    for blank in ["", " "] {
        let nobody = habitsync_simulator_employee_connect::Employee::new(blank, "No", "Body", "no.body@acme.example");
        rig.tenant.put_employee(nobody);
    }
    let roster = read(&rig).await;
    assert_eq!((roster.employees.len(), roster.without_id()), (11, 2));
}

/// Does this to the tenant once, just before it answers page 2.
fn before_page_two(
    rig: &Rig,
    change: impl Fn(&habitsync_simulator_employee_connect::TenantHandle) + Send + Sync + 'static,
) {
    let (tenant, times) = (rig.tenant.handle(), Arc::new(AtomicU32::new(0)));
    let never = move |call: &Call| {
        let is_second_page = call.number("page") == Ok(Some(2));
        if is_second_page && times.fetch_add(1, Ordering::SeqCst) == 0 {
            change(&tenant);
        }
        false
    };
    rig.tenant.arm(
        Rule::new(Fault::RepeatedPage)
            .on(&Method::GET, "/employees")
            .matching(never),
    );
}

#[tokio::test]
async fn a_list_that_loses_somebody_while_it_is_read_is_read_again() {
    let rig = Rig::start().await;
    rig.add_employees(25);
    before_page_two(&rig, |tenant| {
        tenant.remove("E1004");
    });
    let roster = read(&rig).await;
    assert_eq!((roster.employees.len(), ids(&roster).contains(&"E1011")), (24, true));
    assert_eq!(rig.tenant.journal().count(&Method::GET, "/employees"), 2 + 3);
}

#[tokio::test]
async fn a_list_that_gains_somebody_in_front_while_it_is_read_is_read_again() {
    let rig = Rig::start().await;
    rig.add_employees(25);
    before_page_two(&rig, |tenant| {
        let new = habitsync_simulator_employee_connect::Employee::new("E1000", "New", "Body", "new@acme.example");
        tenant.put_employee(new);
    });
    assert_eq!(read(&rig).await.employees.len(), 26);
}

#[tokio::test]
async fn somebody_who_slips_over_the_edge_of_a_page_unseen_is_still_there_when_asked_for() {
    // One goes in front and one comes at the end: every number agrees, and E1011 was on neither page.
    let rig = Rig::start().await;
    rig.add_employees(25);
    before_page_two(&rig, |tenant| {
        tenant.remove("E1004");
        let new = habitsync_simulator_employee_connect::Employee::new("E9999", "New", "Body", "new@acme.example");
        tenant.put_employee(new);
    });
    let roster = read(&rig).await;
    assert!(!ids(&roster).contains(&"E1011"), "no arithmetic can tell");
    let found = rig.client.find_employee(&id("E1011")).await.expect("an answer");
    assert_eq!(found.as_ref().map(Employee::id), Some(&id("E1011")));
}

#[tokio::test]
async fn a_list_that_never_adds_up_is_an_error_and_not_a_part() {
    let rig = Rig::start().await;
    rig.add_employees(25);
    let wrong = Rule::new(Fault::WrongTotal { difference: 1 }).on(&Method::GET, "/employees");
    rig.tenant.arm(wrong.times(u32::MAX));
    let failure = rig.list().await.expect_err("never whole");
    assert_eq!(failure.kind, VendorFailureKind::InconsistentRead);
}
