//! What is read of employees.

use habitsync_domain::identity::EmployeeId;
use habitsync_simulator_harness::Method;
use habitsync_workflows::ports::vendors::{FindEmployee, ListEmployees};
use jiff::civil::date;
use serde_json::json;

use crate::rig::Rig;

fn id(text: &str) -> EmployeeId {
    text.parse().expect("an employee id")
}

#[tokio::test]
async fn every_employee_is_read_over_all_pages_terminated_ones_included() {
    let rig = Rig::start().await;
    rig.add_employees(25);
    rig.tenant.terminate("E1003", date(2026, 3, 1)).expect("there");
    let employees = rig.client.list_employees().await.expect("a whole list");
    assert_eq!(rig.tenant.journal().count(&Method::GET, "/employees"), 3);
    let expected: Vec<_> = (1001..1026).map(|number| id(&format!("E{number}"))).collect();
    assert_eq!(
        employees
            .iter()
            .map(|employee| employee.id().clone())
            .collect::<Vec<_>>(),
        expected
    );
    let terminated = &employees[2];
    assert_eq!(terminated.status(), Some("Terminated"));
    assert_eq!(terminated.termination_date(), Ok(Some(date(2026, 3, 1))));
}

#[tokio::test]
async fn an_employee_is_read_with_every_field_the_tenant_has() {
    let rig = Rig::start().await;
    rig.add_employees(1);
    rig.tenant.change("E1001", |employee| {
        employee.custom_fields.insert("Division".to_owned(), json!("OPS"));
    });
    let employee = rig
        .client
        .find_employee(&id("E1001"))
        .await
        .expect("an answer")
        .expect("there");
    assert_eq!(employee.text("workEmail"), Some("e1001@acme.example"));
    assert_eq!(employee.record().get("customFields"), Some(&json!({"Division": "OPS"})));
}

#[tokio::test]
async fn an_employee_whom_the_tenant_does_not_have_is_none() {
    assert_eq!(Rig::start().await.client.find_employee(&id("E9999")).await, Ok(None));
}

#[tokio::test]
async fn an_employee_id_of_any_characters_names_that_employee() {
    let rig = Rig::start().await;
    rig.tenant
        .put_employee(habitsync_simulator_employee_connect::Employee::new(
            "E/1 ?2",
            "Jo",
            "Citizen",
            "jo@acme.example",
        ));
    assert!(
        rig.client
            .find_employee(&id("E/1 ?2"))
            .await
            .expect("an answer")
            .is_some()
    );
}

#[tokio::test]
async fn a_tenant_without_employees_has_none() {
    assert_eq!(
        Rig::start().await.client.list_employees().await.expect("a whole list"),
        []
    );
}
