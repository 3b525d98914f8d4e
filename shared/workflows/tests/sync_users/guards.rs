//! Reads that cannot be right: too short, or emptied of a field. Nobody is removed on their strength, and everything else goes on.

use habitsync_domain::approvals::{ApprovalVerdict, HoldReason};
use habitsync_domain::jobs::job::Job;
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Customer, customer_of};

/// A hundred people, of whom thirty left long ago and have no account.
async fn with_former_employees() -> Customer {
    let customer = customer_of(70);
    for id in 2000..2030 {
        customer.employ(&format!("E{id}"), &json!({"status": "Terminated"}));
    }
    customer.finish().await;
    customer
}

fn forget(customer: &Customer, from: &str) {
    customer
        .hris
        .employees
        .lock()
        .retain(|employee| employee.id().as_str() < from);
}

#[tokio::test]
async fn a_read_that_shrank_removes_nobody_and_everybody_else_is_served() {
    let customer = with_former_employees().await;
    forget(&customer, "E2000");
    customer.terminate([1000]);
    customer.employ("E1001", &json!({"jobTitle": "Lead"}));
    customer.employ("E1900", &json!({}));
    let summary = customer.finish().await;
    let because: Vec<_> = summary.held.iter().map(|held| held.hold_reason).collect();
    assert_eq!(because, [HoldReason::Shrunk { from: 100, to: 71 }]);
    assert_eq!(
        (
            summary.written.created,
            summary.written.changed,
            summary.written.deactivated
        ),
        (1, 1, 0)
    );
    let good = customer.table.job(Job::UserSync).last_good_read.expect("remembered");
    assert_eq!(good.people, 100);
}

#[tokio::test]
async fn a_real_shrink_is_the_new_measure_once_it_is_approved() {
    let customer = with_former_employees().await;
    forget(&customer, "E2000");
    customer.terminate([1000]);
    customer.finish().await;
    customer.decide_all(ApprovalVerdict::Approved).await;
    assert_eq!(customer.finish().await.written.deactivated, 1);
    assert_eq!(
        customer
            .table
            .job(Job::UserSync)
            .last_good_read
            .expect("remembered")
            .people,
        70
    );
    customer.terminate([1001]);
    assert_eq!(
        customer.finish().await.written.deactivated,
        1,
        "the guard does not hold for ever"
    );
}

#[tokio::test]
async fn a_read_that_grows_back_lets_go_what_was_held() {
    let customer = with_former_employees().await;
    let everybody = customer.hris.employees.lock().clone();
    forget(&customer, "E2000");
    customer.terminate([1000]);
    assert_eq!(customer.finish().await.held.len(), 1);
    *customer.hris.employees.lock() = everybody;
    customer.terminate([1000]);
    assert_eq!(
        (customer.finish().await.written.deactivated, customer.held().await),
        (1, None)
    );
}

#[tokio::test]
async fn a_read_that_shrinks_little_by_little_is_held_all_the_same() {
    let customer = with_former_employees().await;
    for size in [2015, 2000] {
        forget(&customer, &format!("E{size}"));
        customer.clock.advance(SignedDuration::from_hours(1));
        customer.finish().await;
    }
    customer.terminate([1000]);
    let summary = customer.finish().await;
    assert_eq!(summary.held[0].hold_reason, HoldReason::Shrunk { from: 100, to: 70 });
}

#[tokio::test]
async fn a_lost_field_is_told_once_to_the_operator_and_in_the_worklist_and_comes_back_by_itself() {
    let mut customer = customer_of(30);
    customer.operator = Some("operators@habitsync.example");
    customer.finish().await;
    let lose = |customer: &Customer, location: serde_json::Value| {
        for id in 1000..1012 {
            customer.employ(&format!("E{id}"), &json!({"location": location, "jobTitle": "Lead"}));
        }
    };
    lose(&customer, json!(null));
    let summary = customer.finish().await;
    assert_eq!(
        (summary.lost_fields.len(), summary.written.changed),
        (1, 12),
        "the titles are written"
    );
    assert_eq!(summary.counts()["fields_held"], 1);
    customer.finish().await;
    let mails = customer.mail.sent();
    assert_eq!(mails.len(), 2, "one to the customer, one to the operator");
    assert!(mails.iter().all(|mail| mail.contains("12 of 30 people")), "{mails:?}");
    let location = |customer: &Customer| {
        let name = "X-Location".parse().expect("a field");
        customer.portal.users.lock()[0].fields.0.get(&name).cloned()
    };
    assert_eq!(location(&customer).as_deref(), Some("Perth"));
    lose(&customer, json!("Hobart"));
    let summary = customer.finish().await;
    assert_eq!(
        (summary.lost_fields.len(), location(&customer).as_deref()),
        (0, Some("Hobart"))
    );
    lose(&customer, json!(null));
    customer.finish().await;
    let to_operator = customer
        .mail
        .sent()
        .iter()
        .filter(|mail| mail.contains("X-Location, location held"))
        .count();
    assert_eq!(to_operator, 2, "it came back");
}
