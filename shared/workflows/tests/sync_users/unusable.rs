//! Records of either vendor that cannot be used: each is counted and named, its employee is protected, and the run goes on.

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::vendors::list::{UnusableRecord, WhyUnusable};
use habitsync_in_memory::Call;
use habitsync_workflows::jobs::outcome::JobFailure;
use jiff::SignedDuration;
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
    assert_eq!(lines, [("E1001", &Cause::UnusableAccount)]);
    let mail = customer.mail.sent().concat();
    assert!(!mail.contains("More than one account"), "{mail}");
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

#[tokio::test]
async fn a_link_that_cannot_be_decoded_leaves_its_employee_alone_and_stops_nobody_else() {
    let customer = customer_of(4);
    customer.finish().await;
    let id: EmployeeId = "E1002".parse().expect("an id");
    customer.table.state().unreadable_people.insert(id);
    for employee in ["E1002", "E1003"] {
        customer.employ(employee, &json!({"jobTitle": "Lead"}));
    }
    let summary = customer.finish().await;
    assert_eq!((summary.written.changed, summary.written.created), (1, 0));
    assert_eq!(customer.active_users().len(), 4);
    let lines: Vec<_> = summary.problems.iter().map(|line| &line.cause).collect();
    assert_eq!(lines, [&Cause::NotStored]);
}

#[tokio::test]
async fn what_the_table_refuses_of_one_employee_is_that_employees_failure() {
    let customer = customer_of(4);
    let id: EmployeeId = "E1002".parse().expect("an id");
    customer.table.state().refused_people.insert(id.clone());
    for _ in 0..3 {
        let summary = customer.slice().await;
        let causes: Vec<_> = summary.problems.iter().map(|line| &line.cause).collect();
        assert_eq!(causes, [&Cause::NotStored]);
    }
    assert_eq!(
        customer.portal.faults.count(Call::CreateUser),
        4,
        "no account is created twice"
    );
    assert_eq!(customer.table.state().people.len(), 3);
    customer.table.state().refused_people.clear();
    customer.finish().await;
    assert_eq!(customer.table.state().people.len(), 4);
    assert_eq!(customer.portal.faults.count(Call::CreateUser), 4);
}

#[tokio::test]
async fn a_table_that_refuses_many_items_stops_the_run_before_it_writes_more_than_it_can_store() {
    let customer = customer_of(40);
    let ids = customer
        .hris
        .employees
        .lock()
        .iter()
        .map(|employee| employee.id().clone())
        .collect();
    customer.table.state().refused_people = ids;
    let run = customer.run_until(customer.deadline()).await;
    assert!(matches!(run, Err(JobFailure::Service(_))), "{run:?}");
    assert!(customer.portal.faults.count(Call::CreateUser) <= 6);
}

#[tokio::test]
async fn accounts_that_cannot_be_read_are_a_note_of_the_mail_once() {
    let customer = customer_of(3);
    customer.finish().await;
    let nameless = UnusableRecord::new(None, WhyUnusable::NoId);
    let twice = UnusableRecord::new(Some("7001"), WhyUnusable::Contradicted);
    *customer.portal.unusable.lock() = vec![nameless, twice];
    customer.clock.advance(SignedDuration::from_hours(24 * 8));
    customer.finish().await;
    let mail = customer.mail.sent().concat();
    let titles = mail.matches("Accounts that cannot be read").count();
    assert_eq!(titles, 2, "once in the text and once in the HTML");
    assert!(
        mail.contains("account 7001") && mail.contains("1 without an id"),
        "{mail}"
    );
    let sent = customer.mail.sent().len();
    customer.clock.advance(SignedDuration::from_hours(24 * 8));
    customer.finish().await;
    assert_eq!(customer.mail.sent().len(), sent, "no news, no mail");
}

#[tokio::test]
async fn a_run_that_does_not_read_the_accounts_keeps_the_notes_about_them() {
    let customer = customer_of(6);
    *customer.portal.unusable.lock() = vec![UnusableRecord::new(Some("7001"), WhyUnusable::Contradicted)];
    assert!(customer.finish().await.verified);
    let noted = customer.mail.sent().len();
    customer
        .hris
        .hidden_from_list
        .lock()
        .insert("E1002".parse().expect("an id"));
    *customer.hris.unusable.lock() = vec![UnusableRecord::new(Some("E1002"), WhyUnusable::Contradicted); 2];
    customer.clock.advance(SignedDuration::from_hours(1));
    assert!(!customer.finish().await.verified);
    let sent = customer.mail.sent();
    assert_eq!((noted, sent.len()), (1, 2));
    assert!(sent[1].contains("account 7001"), "{}", sent[1]);
    customer.clock.advance(SignedDuration::from_hours(24 * 8));
    assert!(customer.finish().await.verified);
    let again: Vec<_> = customer
        .mail
        .sent()
        .into_iter()
        .skip(2)
        .filter(|mail| mail.contains("For your information"))
        .collect();
    assert_eq!(again, Vec::<String>::new(), "no news, no mail");
}
