//! One problem that many employees have at once is one line of the mail and one alert to operators, and no employee loses an account.

use serde_json::{Value, json};

use crate::customer::{Customer, customer_of};

/// Thirty linked employees; operators are written to.
async fn linked() -> Customer {
    let mut customer = customer_of(30);
    customer.operator = Some("operators@habitsync.example");
    customer.finish().await;
    customer
}

fn change(customer: &Customer, people: usize, changes: &Value) {
    for id in 1000..1000 + people {
        customer.employ(&format!("E{id}"), changes);
    }
}

/// How many mails say this.
fn mails_with(customer: &Customer, words: &str) -> usize {
    let mails = customer.mail.sent().into_iter();
    let unfolded = mails.map(|mail| mail.replace("=\r\n", ""));
    unfolded.filter(|mail| mail.contains(words)).count()
}

#[tokio::test]
async fn a_record_that_changed_for_every_employee_is_one_line_and_one_alert() {
    for (changes, seen) in [
        (json!({"status": "Current"}), "30 of 30 employees, Current"),
        (json!({"status": "ACTIVE"}), "30 of 30 employees, ACTIVE"),
        (json!({"status": null}), "30 of 30 employees, empty"),
        (json!({"status": 1}), "30 of 30 employees, empty"),
        (json!({"startDate": "08/01/2024"}), "30 of 30 employees"),
        (json!({"terminationDate": "2025-06-30"}), "30 of 30 employees"),
        (json!({"workEmail": "info@acme.com.au"}), "30 of 30 employees"),
        (
            json!({"terminationDate": "/Date(1796000000000)/"}),
            "30 of 30 employees",
        ),
        (json!({"terminationDate": 1_796_000_000_000_i64}), "30 of 30 employees"),
    ] {
        let customer = linked().await;
        change(&customer, 30, &changes);
        let summary = customer.finish().await;
        assert_eq!((summary.written.done(), summary.problems.len()), (0, 30), "{changes}");
        assert_eq!(customer.active_users().len(), 30);
        let worklist = summary.worklist.expect("is news");
        assert_eq!(worklist.len(), 1, "{changes}: {:?}", worklist.counts());
        customer.finish().await;
        let mails = customer.mail.sent();
        assert_eq!(mails.len(), 2, "one to the customer, one to operators: {changes}");
        assert!(mails_with(&customer, seen) >= 1, "{seen}: {mails:?}");
        assert_eq!(mails_with(&customer, "for 30 of 30 employees"), 1, "{mails:?}");
        change(&customer, 30, &json!({}));
        customer.finish().await;
        assert!(
            customer
                .finish()
                .await
                .worklist
                .is_none_or(|worklist| worklist.is_empty())
        );
    }
}

#[tokio::test]
async fn a_date_that_half_the_records_have_in_another_format_is_one_line() {
    for last_day in [
        "31/12/2026",
        "2026-11-31",
        "2026-11-20T24:00:00",
        "20261120",
        "2026-11-20T00:00:00[Australia/Sydney]",
    ] {
        let customer = linked().await;
        change(&customer, 15, &json!({"terminationDate": last_day}));
        customer.employ("E1029", &json!({"status": "Terminated"}));
        let summary = customer.finish().await;
        assert_eq!(summary.written.deactivated, 1, "a leaver whose record is clear leaves");
        assert_eq!(summary.worklist.expect("is news").len(), 1, "{last_day}");
    }
}

#[tokio::test]
async fn a_problem_of_few_employees_has_a_line_for_each() {
    let customer = linked().await;
    change(&customer, 5, &json!({"status": "Parental leave"}));
    assert_eq!(customer.finish().await.worklist.expect("is news").len(), 5);
    change(&customer, 6, &json!({"status": "Parental leave"}));
    assert_eq!(
        customer.finish().await.worklist.expect("is news").len(),
        1,
        "a fifth of all"
    );
    // Who has no address is named: each is to be filled in.
    let customer = linked().await;
    change(&customer, 10, &json!({"lastName": null}));
    assert_eq!(
        customer.finish().await.worklist.expect("is news").counts()[0].1,
        1,
        "lost, not missing"
    );
}

#[tokio::test]
async fn a_scope_that_the_data_empties_is_said_and_one_that_a_version_empties_is_not() {
    for changes in [json!({"location": "Fiji"}), json!({"workEmail": "jo@new.example"})] {
        let customer = linked().await;
        change(&customer, 30, &changes);
        let summary = customer.finish().await;
        assert_eq!((summary.written.done(), summary.planned.excluded), (0, 30));
        assert_eq!(summary.worklist.expect("is news").len(), 1, "{changes}");
        customer.finish().await;
        assert_eq!(customer.mail.sent().len(), 2, "the customer and operators, once");
        assert_eq!(mails_with(&customer, "30 of 30"), 2);
    }
    let mut customer = linked().await;
    let admits = "employee.location in [\"Fiji\"]";
    customer.configuration = Customer::configured(&[(admits, "employee.location in [\"Perth\"]")], &[]).configuration;
    customer.version = 2;
    let summary = customer.finish().await;
    assert_eq!(summary.planned.excluded, 30);
    assert!(
        summary.worklist.expect("is news").is_empty(),
        "an operator saw it when applying"
    );
}

#[tokio::test]
async fn employees_who_all_start_later_are_said() {
    let mut customer = linked().await;
    customer.configuration.users.create_days_before_start = Some(14);
    change(&customer, 30, &json!({"startDate": "2099-01-01"}));
    let summary = customer.finish().await;
    assert_eq!((summary.written.done(), summary.planned.starting_later), (0, 30));
    assert_eq!(summary.worklist.expect("is news").len(), 1);
}

#[tokio::test]
async fn new_employees_outside_the_scope_are_no_loss_of_it() {
    let customer = linked().await;
    for id in 2000..2060 {
        customer.employ(&format!("E{id}"), &json!({"location": "Fiji"}));
    }
    assert!(customer.finish().await.worklist.expect("is news").is_empty());
}
