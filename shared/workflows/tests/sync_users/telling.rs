//! What the customer is told: a worklist when it changes, an all-clear when it is empty, silence otherwise.

use habitsync_domain::jobs::job::Job;
use habitsync_in_memory::{Call, Fault, mail_refused, service_failure, vendor_failure};
use habitsync_workflows::jobs::outcome::JobFailure;
use habitsync_workflows::notifications::Notified;
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Customer, portal_says};

#[tokio::test]
async fn a_person_whom_the_portal_did_not_answer_is_tried_again_and_nobody_is_mailed() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    let down = portal_says(VendorFailureKind::Unavailable {
        may_have_happened: false,
    });
    customer.portal.faults.arm(Call::CreateUser, Fault::Before(down));
    let first = customer.finish().await;
    assert_eq!(
        (first.written.created, first.written.failed, first.notified),
        (1, 1, Notified::Nothing)
    );
    assert_eq!(customer.finish().await.written.created, 1);
}

#[tokio::test]
async fn refused_credentials_fail_the_run_and_are_mailed_once_and_the_recovery_too() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    for _ in 0..2 {
        let refused = vendor_failure(Vendor::EmployeeConnect, VendorFailureKind::Credentials);
        customer.hris.faults.arm(Call::ListEmployees, Fault::Before(refused));
        assert!(matches!(customer.run().await, Err(JobFailure::Vendor(_))));
    }
    assert_eq!(customer.mail.sent().len(), 1);
    let mail = customer.mail.sent().remove(0);
    let mail = mail_parser::MessageParser::default()
        .parse(mail.as_bytes())
        .expect("is a mail")
        .into_owned();
    let text = mail.body_text(0).expect("has a text").to_uppercase();
    assert!(
        text.contains("EMPLOYEECONNECT REFUSED THE INTEGRATION'S CODES"),
        "{text}"
    );
    customer.finish().await;
    let [_, recovered] = customer.mail.sent().try_into().expect("two mails");
    assert!(recovered.to_uppercase().contains("ALL CLEAR"), "{recovered}");
}

#[tokio::test]
async fn the_worklist_is_mailed_when_it_changes_and_never_otherwise() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({"status": "Sabbatical"}))]);
    assert_eq!(customer.finish().await.notified, Notified::Worklist);
    assert_eq!(customer.finish().await.notified, Notified::Nothing);
    customer.employ("E1", &json!({"status": "Gap year"}));
    assert_eq!(customer.finish().await.notified, Notified::Worklist);
    customer.employ("E1", &json!({}));
    customer.employ("E2", &json!({}));
    assert_eq!(customer.finish().await.notified, Notified::AllClear);
    assert_eq!(customer.finish().await.notified, Notified::Nothing);
}

#[tokio::test]
async fn what_only_a_verifying_run_sees_is_not_cleared_by_one_that_does_not_look() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    customer.finish().await;
    customer.portal.users.lock()[0].active = false;
    customer.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(customer.finish().await.notified, Notified::Worklist);
    assert_eq!(
        customer.finish().await.notified,
        Notified::Nothing,
        "the account was not looked at"
    );
    customer.employ("E2", &json!({"status": "Sabbatical"}));
    assert_eq!(
        customer.finish().await.notified,
        Notified::Worklist,
        "a new line is news all the same"
    );
    customer.employ("E2", &json!({}));
    customer.portal.users.lock()[0].active = true;
    customer.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(customer.finish().await.notified, Notified::AllClear);
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_fails_no_run_and_is_sent_by_the_next_one() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({"status": "Sabbatical"}))]);
    for failure in [mail_refused(), service_failure()] {
        customer.mail.faults.arm(Call::SendMail, Fault::Before(failure));
        let summary = customer.finish().await;
        assert_eq!(
            (summary.notified, summary.counts()["mails_failed"]),
            (Notified::NotSent, 1)
        );
        let job = customer.table.job(Job::UserSync);
        assert!(job.last_success_at.is_some() && job.failing.is_none(), "{job:?}");
    }
    let summary = customer.finish().await;
    assert_eq!(summary.notified, Notified::Worklist);
    assert_eq!(summary.counts().get("mails_failed"), None);
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_does_not_hide_why_a_run_failed() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    let refused = vendor_failure(Vendor::EmployeeConnect, VendorFailureKind::Credentials);
    customer
        .hris
        .faults
        .arm(Call::ListEmployees, Fault::Before(refused.clone()));
    customer.mail.faults.arm(Call::SendMail, Fault::Before(mail_refused()));
    assert_eq!(customer.run().await, Err(refused.into()));
}
