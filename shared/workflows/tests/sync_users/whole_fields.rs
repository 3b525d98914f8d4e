//! Fields with which the same is wrong for many employees: one line for each field, once.

use serde_json::json;

use crate::customer::Customer;

fn customer(references: &serde_json::Value, settings: &[(&str, &str)]) -> Customer {
    let ids: Vec<_> = (1..=30).map(|number| format!("E{number}")).collect();
    let mut people: Vec<_> = ids
        .iter()
        .map(|id| (id.as_str(), json!({"managerEmployeeId": references})))
        .collect();
    people.push(("BOSS", json!({"location": "Fiji"})));
    Customer {
        operator: Some("operators@habitsync.example"),
        ..Customer::configured(settings, &people)
    }
}

#[tokio::test]
async fn manager_references_that_name_no_employee_are_one_line_to_each_reader() {
    let customer = customer(&json!("boss@acme.com.au"), &[]);
    for _ in 0..3 {
        let summary = customer.finish().await;
        assert_eq!((summary.field_notices.len(), summary.problems.len()), (1, 0));
    }
    let mails = customer.mail.sent();
    assert_eq!(mails.len(), 2, "one to the customer, one to operators: {mails:?}");
    assert!(mails.iter().all(|mail| mail.contains("managerEmployeeId")), "{mails:?}");
    assert!(mails.iter().all(|mail| mail.contains("mail address")), "{mails:?}");
}

#[tokio::test]
async fn operators_hear_once_of_managers_out_of_scope_and_the_customer_never() {
    let keeps = customer(&json!("BOSS"), &[]);
    for _ in 0..3 {
        keeps.finish().await;
    }
    let mails = keeps.mail.sent();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("manager_out_of_scope"), "{mails:?}");
    let setting = ("manager_out_of_scope = \"keep\"", "manager_out_of_scope = \"write\"");
    let writes = customer(&json!("BOSS"), &[setting]);
    writes.finish().await;
    assert_eq!(writes.mail.sent().len(), 0);
    let name = "manager_email".parse().expect("a field");
    let users = writes.portal.users.lock();
    assert!(
        users
            .iter()
            .all(|user| user.fields.0.get(&name).map(String::as_str) == Some("boss@acme.com.au"))
    );
}
