//! Records of either vendor that cannot be used: each is counted and named, its employee is protected, and the run goes on.

use habitsync_domain::problem::Cause;
use habitsync_domain::vendor_list::{UnusableRecord, WhyUnusable};
use serde_json::json;

use crate::customer::customer_of;

#[tokio::test]
async fn an_employee_whose_record_cannot_be_used_keeps_the_account_and_is_in_the_mail() {
    let customer = customer_of(4);
    customer.finish().await;
    let id = "E1002".parse().expect("an id");
    customer.hris.hidden_from_list.lock().insert(id);
    let contradicted = UnusableRecord::new(Some("E1002"), WhyUnusable::Contradicted);
    *customer.hris.unusable.lock() = vec![contradicted.clone(), contradicted];
    customer.employ("E1003", &json!({"jobTitle": "Lead"}));
    let summary = customer.finish().await;
    assert_eq!((summary.written.changed, summary.written.deactivated), (1, 0));
    assert_eq!(customer.active_users().len(), 4);
    assert_eq!(summary.counts()["unusable"], 2);
    let why = WhyUnusable::Contradicted;
    let lines: Vec<_> = summary
        .problems
        .iter()
        .map(|line| (line.employee_id.as_str(), &line.cause))
        .collect();
    assert_eq!(lines, [("E1002", &Cause::UnusableRecord { why })]);
    let mail = customer.mail.sent().concat();
    assert!(
        mail.contains("E1002"),
        "the employee is named in {} mails",
        customer.mail.sent().len()
    );
}

#[tokio::test]
async fn accounts_that_cannot_be_read_are_counted_and_stop_no_run() {
    let customer = customer_of(3);
    let nameless = UnusableRecord::new(Some("e1001@acme.com.au"), WhyUnusable::NoId);
    *customer.portal.unusable.lock() = vec![nameless, UnusableRecord::new(None, WhyUnusable::NotARecord)];
    let summary = customer.finish().await;
    assert_eq!(summary.counts()["unusable_accounts"], 2);
    assert_eq!((summary.written.created, customer.active_users().len()), (2, 2));
    let lines: Vec<_> = summary
        .problems
        .iter()
        .map(|line| (line.employee_id.as_str(), &line.cause))
        .collect();
    assert_eq!(lines, [("E1001", &Cause::SeveralAccounts)]);
}

#[tokio::test]
async fn a_read_of_records_none_of_which_can_be_used_takes_no_account_away() {
    let customer = customer_of(3);
    customer.finish().await;
    customer.hris.employees.lock().clear();
    *customer.hris.unusable.lock() = vec![UnusableRecord::new(None, WhyUnusable::NoId); 3];
    let summary = customer.finish().await;
    assert_eq!((summary.written.deactivated, customer.active_users().len()), (0, 3));
}
