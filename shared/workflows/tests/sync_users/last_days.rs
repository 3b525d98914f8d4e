//! Last days as evidence, from run to run: values that stand for none, instants, rehires, and statuses that lag.

use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::NextAction;
use habitsync_in_memory::{Call, Fault};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::customer::{Customer, portal_says};
use crate::one_person::id;

const DAY: i64 = 24;

impl Customer {
    fn days_pass(&self, days: i64) {
        self.clock.advance(SignedDuration::from_hours(DAY * days));
    }

    fn last_mail(&self) -> String {
        let mail = self.mail.sent().pop().expect("a mail was sent");
        let mail = mail_parser::MessageParser::default().parse(mail.as_bytes());
        let mail = mail.expect("is a mail");
        let text = mail.body_text(0).expect("has a text");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The employees of a public report.
fn reported(report: &str) -> Vec<(String, Value)> {
    let read: Value = serde_json::from_str(report).expect("is JSON");
    let records = read.as_array().cloned().unwrap_or_else(|| vec![read]);
    let employee = |record: Value| (record["employeeId"].as_str().expect("an id").to_owned(), record);
    records.into_iter().map(employee).collect()
}

#[tokio::test]
async fn last_days_that_stand_for_none_take_no_account_and_are_no_line() {
    let report = include_str!("../../../../tests/fixtures/public-reports/02-sentinel-last-day.json");
    let customer = Customer::with_people(&[("E1005", json!({"terminationDate": "9999-12-31T23:59:59.9999999Z"}))]);
    for (id, record) in reported(report) {
        customer.employ(&id, &record);
    }
    let summary = customer.finish().await;
    assert_eq!((summary.written.created, summary.problems.len()), (3, 0));
    customer.days_pass(400);
    customer.finish().await;
    assert_eq!((customer.active_users().len(), customer.mail.sent().len()), (3, 0));
}

#[tokio::test]
async fn a_last_day_as_an_instant_is_worked_to_its_end_where_the_customer_is() {
    let report = include_str!("../../../../tests/fixtures/public-reports/04-last-day-as-utc-instant.json");
    let customer = Customer::with_people(&[("E2", json!({}))]);
    for (id, record) in reported(report) {
        customer.employ(&id, &record);
    }
    customer.finish().await;
    customer.clock.advance(SignedDuration::from_hours(DAY * 8));
    assert_eq!(
        customer.finish().await.written.deactivated,
        0,
        "1 December in Sydney, eight in the morning"
    );
    customer.days_pass(1);
    assert_eq!(customer.finish().await.written.deactivated, 1);
    assert_eq!(customer.active_users(), ["e2@acme.com.au"]);
}

#[tokio::test]
async fn a_rehire_whose_old_last_day_is_still_there_stays_as_they_are_and_is_a_line_in_the_mail() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    customer.finish().await;
    let report = include_str!("../../../../tests/fixtures/public-reports/03-rehired-active-with-old-last-day.json");
    customer.employ(
        "E1",
        &json!({"startDate": "2015-03-02", "terminationDate": "2025-06-30", "jobTitle": "Lead"}),
    );
    for (id, record) in reported(report) {
        customer.employ(&id, &record);
    }
    let (writes, summary) = (customer.writes(), customer.finish().await);
    assert_eq!((customer.writes(), summary.planned.undecided), (writes, 2));
    assert_eq!(customer.active_users().len(), 2);
    let mail = customer.last_mail();
    assert!(
        mail.contains("works there again? the last day 30 June 2025 is still in the record"),
        "{mail}"
    );
    // The same to a look at one employee, and nothing is written by hand either.
    let seen = customer.look("E1009").await;
    assert!(
        matches!(seen.plan.next(), NextAction::SetAside(problem) if matches!(problem.cause, Cause::ActiveAfterLastDay { .. }))
    );
    // Either of the two corrections settles it.
    customer.employ(
        "E1",
        &json!({"startDate": "2026-11-02", "terminationDate": "2025-06-30", "jobTitle": "Lead"}),
    );
    customer.employ("E1009", &json!({"startDate": "2015-03-02"}));
    let mended = customer.finish().await;
    assert_eq!(
        (mended.written.changed, mended.written.created, mended.problems.len()),
        (1, 1, 0)
    );
    assert!(customer.last_mail().to_uppercase().contains("ALL CLEAR"));
}

#[tokio::test]
async fn a_leaver_whose_status_lags_goes_and_stays_away_without_a_line() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    customer.finish().await;
    customer.employ("E1", &json!({"terminationDate": "2026-11-20"}));
    // Never linked, and out of an account for good.
    customer.employ("E3", &json!({"terminationDate": "2026-11-20"}));
    assert_eq!(customer.finish().await.written.deactivated, 1);
    for _ in 0..4 {
        customer.days_pass(30);
        let later = customer.finish().await;
        assert_eq!(
            (
                later.planned.leavers_settled,
                later.problems.len(),
                later.written.done()
            ),
            (2, 0, 0)
        );
    }
    let last_day = customer.look("E1").await.last_days;
    assert_eq!(last_day[0].first_seen.to_string(), "2026-11-23");
    // The status follows at last, and a year later the same person is back.
    customer.employ("E1", &json!({"status": "Terminated", "terminationDate": "2026-11-20"}));
    customer.finish().await;
    assert!(!customer.table.state().last_days.contains_key(&id("E1")));
    customer.days_pass(200);
    customer.employ("E1", &json!({"terminationDate": "2026-11-20"}));
    let back = customer.finish().await;
    assert_eq!((back.problems.len(), back.written.done()), (1, 0));
}

#[tokio::test]
async fn a_last_day_that_was_known_in_advance_ends_the_account_after_weeks_without_a_run() {
    let customer = Customer::with_people(&[("E1", json!({"terminationDate": "2026-12-04"})), ("E2", json!({}))]);
    customer.finish().await;
    customer.days_pass(70);
    assert_eq!(customer.preview().await.counts.leavers_to_deactivate, 1);
    assert_eq!(customer.finish().await.written.deactivated, 1);
}

#[tokio::test]
async fn a_deactivation_that_fails_for_weeks_is_not_forgotten() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    customer.finish().await;
    customer.employ("E1", &json!({"terminationDate": "2026-11-20"}));
    let down = portal_says(habitsync_workflows::ports::failure::VendorFailureKind::Unavailable {
        may_have_happened: false,
    });
    customer.portal.faults.arm(Call::ChangeUser, Fault::Before(down));
    assert_eq!(customer.finish().await.written.failed, 1);
    customer.days_pass(60);
    assert_eq!(customer.finish().await.written.deactivated, 1);
}

#[tokio::test]
async fn a_draft_and_a_dry_run_remember_nothing() {
    let customer = Customer::configured(
        &[("status = \"live\"", "status = \"draft\"")],
        &[("E1", json!({"terminationDate": "2026-11-20"}))],
    );
    customer.finish().await;
    customer.preview().await;
    assert!(customer.table.state().last_days.is_empty());
}
