//! Bounces and complaints: what stops the mails to an address, who hears of it, and what lifts it.

use habitsync_domain::notifications::mail_feedback::Feedback;
use habitsync_in_memory::{Call, Fault, FeedbackQueue, service_failure};
use habitsync_workflows::notifications::Notified;
use habitsync_workflows::notifications::mail_feedback::{FeedbackReport, ReadMailFeedback, read_mail_feedback};
use habitsync_workflows::ports::mail::MailReport;
use jiff::SignedDuration;

use crate::customer::{Customer, nameless, settings};

pub(crate) const FIRST: &str = "hr-systems@acme.com.au";
const SECOND: &str = "payroll@acme.com.au";

pub(crate) fn two_readers() -> Customer {
    Customer::configured(&[(
        "to = [\"hr-systems@acme.com.au\"]",
        "to = [\"hr-systems@acme.com.au\", \"payroll@acme.com.au\"]",
    )])
}

pub(crate) fn report(id: &str, feedback: Feedback, address: &str) -> MailReport {
    MailReport {
        id: id.to_owned(),
        tenant: Some("acme".parse().expect("a tenant")),
        feedback,
        addresses: vec![address.parse().expect("an address")],
    }
}

async fn read(customer: &Customer, queue: &FeedbackQueue) -> FeedbackReport {
    let read = ReadMailFeedback {
        queue,
        fleet: &customer.fleet(),
        tenants: &customer.tenants(),
        mail: &customer.mail,
        settings: &settings(),
        clock: &customer.clock,
    };
    let now = habitsync_workflows::ports::clock::Now::now(&customer.clock);
    let report = read_mail_feedback(&read, now + SignedDuration::from_secs(55)).await;
    report.expect("reads the queue")
}

pub(crate) async fn hear(customer: &Customer, reports: impl IntoIterator<Item = MailReport>) -> FeedbackReport {
    let queue = FeedbackQueue::default();
    reports.into_iter().for_each(|report| queue.put(Some(report)));
    let heard = read(customer, &queue).await;
    assert!(queue.is_empty(), "{heard:?}");
    heard
}

#[tokio::test]
async fn two_hard_bounces_stop_the_mails_to_an_address_and_the_operators_hear_of_it_without_the_address() {
    let customer = two_readers();
    let once = hear(&customer, [report("a", Feedback::HardBounce, FIRST)]).await;
    assert_eq!((once.hard_bounces, once.stopped, customer.mail.sent().len()), (1, 0, 0));
    let twice = hear(&customer, [report("b", Feedback::HardBounce, FIRST)]).await;
    assert_eq!(twice.stopped, 1);
    let notice = customer.mail.sent().remove(0);
    assert!(
        notice.contains("1 of the customer's 2 addresses still work"),
        "{notice}"
    );
    assert!(
        notice.contains("h...@acme.com.au") && !notice.contains(FIRST),
        "{notice}"
    );
    customer.tell(&nameless(1, 1)).await;
    assert_eq!(customer.newest().to, [SECOND]);
}

#[tokio::test]
async fn a_complaint_stops_at_once_and_the_same_report_counts_once() {
    let customer = two_readers();
    let heard = hear(
        &customer,
        [
            report("a", Feedback::Complaint, FIRST),
            report("a", Feedback::Complaint, FIRST),
        ],
    )
    .await;
    assert_eq!((heard.complaints, heard.stopped), (2, 1));
    let bounced = hear(
        &customer,
        [
            report("c", Feedback::HardBounce, SECOND),
            report("c", Feedback::HardBounce, SECOND),
        ],
    )
    .await;
    assert_eq!((bounced.hard_bounces, bounced.stopped), (2, 0));
}

#[tokio::test]
async fn soft_bounces_are_counted_and_stop_nothing() {
    let customer = two_readers();
    let soft = ["a", "b", "c"].map(|id| report(id, Feedback::SoftBounce, FIRST));
    let heard = hear(&customer, soft).await;
    assert_eq!((heard.soft_bounces, heard.stopped), (3, 0));
    let standing = customer.table.state().address_statuses[FIRST].1.clone();
    assert_eq!(standing.soft_bounces, 3);
}

#[tokio::test]
async fn where_every_address_has_stopped_the_operators_hear_the_counts() {
    let customer = Customer::new();
    hear(&customer, [report("a", Feedback::Complaint, FIRST)]).await;
    assert_eq!(customer.tell(&nameless(1, 3)).await, Notified::Worklist);
    let mail = customer.mail.sent().pop().expect("a mail");
    assert!(
        mail.contains("To: operators@tribalhabits.com") && !mail.contains("Person"),
        "{mail}"
    );
}

#[tokio::test]
async fn a_new_version_of_the_configuration_lifts_the_stop() {
    let customer = Customer::new();
    hear(&customer, [report("a", Feedback::Complaint, FIRST)]).await;
    customer.table.state().version = 2;
    customer.tell(&nameless(1, 1)).await;
    assert_eq!(customer.newest().to, [FIRST]);
}

#[tokio::test]
async fn what_is_about_nobody_or_cannot_be_read_is_counted_and_thrown_away() {
    let customer = Customer::new();
    let queue = FeedbackQueue::default();
    queue.put(None);
    queue.put(Some(report("a", Feedback::HardBounce, "former@acme.com.au")));
    let nobodys = MailReport {
        tenant: None,
        ..report("b", Feedback::Complaint, FIRST)
    };
    queue.put(Some(nobodys));
    let strangers = MailReport {
        tenant: Some("stranger".parse().expect("a tenant")),
        ..report("c", Feedback::Complaint, FIRST)
    };
    queue.put(Some(strangers));
    let heard = read(&customer, &queue).await;
    assert_eq!((heard.unreadable, heard.unattributed, heard.stopped), (1, 3, 0));
    assert!(queue.is_empty());
}

#[tokio::test]
async fn a_report_that_could_not_be_counted_is_received_again() {
    let customer = Customer::new();
    let queue = FeedbackQueue::default();
    queue.put(Some(report("a", Feedback::HardBounce, FIRST)));
    customer
        .mail
        .faults
        .arm(Call::SendMail, Fault::Before(service_failure()));
    queue.put(Some(report("b", Feedback::HardBounce, FIRST)));
    let heard = read(&customer, &queue).await;
    // The operators could not be told at first: the report was received once more, and stopped the address then.
    assert_eq!((heard.failures.len(), heard.stopped), (1, 1));
    assert!(queue.is_empty());
}
