//! People who are in no complete read any more: asked for one by one, and never gone on the strength of a list alone.

use habitsync_domain::people::employment::Evidence;
use habitsync_in_memory::{Call, Fault, vendor_failure};
use habitsync_workflows::jobs::outcome::JobFailure;
use habitsync_workflows::ports::failure::{Missing, Vendor, VendorFailureKind};
use serde_json::json;

use crate::customer::{Customer, customer_of};

impl Customer {
    fn forget(&self, id: &str) {
        self.hris
            .employees
            .lock()
            .retain(|employee| employee.id().as_str() != id);
    }

    fn asked(&self) -> usize {
        self.hris.faults.count(Call::FindEmployee)
    }
}

#[tokio::test]
async fn somebody_whom_employee_connect_does_not_know_any_more_is_deactivated() {
    let customer = customer_of(4);
    customer.finish().await;
    customer.forget("E1002");
    let summary = customer.finish().await;
    assert_eq!((summary.written.deactivated, customer.asked()), (1, 1));
    assert_eq!(customer.active_users().len(), 3);
    assert_eq!(customer.finish().await.written.deactivated, 0);
    assert_eq!(customer.asked(), 1, "whoever is deactivated is not asked for again");
}

#[tokio::test]
async fn somebody_who_only_slipped_through_the_pages_is_found_and_kept_up_to_date() {
    let customer = customer_of(4);
    customer.finish().await;
    customer.employ("E1002", &json!({"jobTitle": "Lead"}));
    let id = "E1002".parse().expect("an id");
    customer.hris.hidden_from_list.lock().insert(id);
    let summary = customer.finish().await;
    assert_eq!((summary.written.deactivated, summary.written.changed), (0, 1));
    assert_eq!(summary.planned.read, 4);
}

#[tokio::test]
async fn any_other_answer_holds_the_removal_and_refused_credentials_end_the_run() {
    let customer = customer_of(4);
    customer.finish().await;
    customer.forget("E1002");
    for kind in [
        VendorFailureKind::Unavailable {
            may_have_happened: false,
        },
        VendorFailureKind::NotFound(Missing::Other),
        VendorFailureKind::Unreadable,
        VendorFailureKind::NoTimeLeft,
    ] {
        let failure = vendor_failure(Vendor::EmployeeConnect, kind);
        customer.hris.faults.arm(Call::FindEmployee, Fault::Before(failure));
        let summary = customer.finish().await;
        let held: Vec<_> = summary.held.iter().map(|held| held.evidence.clone()).collect();
        assert_eq!(
            (held, summary.written.deactivated),
            (vec![Evidence::Vanished.into()], 0)
        );
    }
    let refused = vendor_failure(Vendor::EmployeeConnect, VendorFailureKind::Credentials);
    customer.hris.faults.arm(Call::FindEmployee, Fault::Before(refused));
    assert!(matches!(customer.run().await, Err(JobFailure::Vendor(_))));
    assert_eq!(customer.active_users().len(), 4);
}

#[tokio::test]
async fn three_who_vanish_at_once_are_held_and_named_in_the_mail() {
    let customer = customer_of(10);
    customer.finish().await;
    for id in ["E1001", "E1002", "E1003"] {
        customer.forget(id);
    }
    let summary = customer.finish().await;
    assert_eq!((summary.held.len(), customer.active_users().len()), (3, 10));
    let mail = customer.mail.sent().pop().expect("a mail");
    let mail = mail_parser::MessageParser::default()
        .parse(mail.as_bytes())
        .expect("is a mail")
        .into_owned();
    assert!(mail.body_text(0).expect("has a text").contains("employee E1002"));
}

#[tokio::test]
async fn so_many_missing_that_the_read_must_be_wrong_are_held_without_being_asked_for() {
    let customer = customer_of(150);
    customer.finish().await;
    customer.hris.employees.lock().truncate(40);
    let summary = customer.finish().await;
    assert_eq!(
        (summary.held.len(), customer.asked(), customer.active_users().len()),
        (110, 0, 150)
    );
}
