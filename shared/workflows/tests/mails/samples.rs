//! What every kind of mail looks like, in `docs/samples`, for a company that does not exist. After a change to the mails,
//! `UPDATE_EXPECT=1 cargo test -p habitsync-workflows --test mails samples` writes them anew.

use std::path::PathBuf;

use expect_test::expect_file;
use habitsync_domain::notifications::mail_feedback::Feedback;
use habitsync_domain::people::employment::Evidence;
use habitsync_workflows::notifications::{MailKind, Subject, Worklist};
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use jiff::SignedDuration;

use crate::company::Sample;
use crate::customer::{Customer, Received};
use crate::feedback::{FIRST, hear, report, two_readers};

fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/samples");
    folder.join(name)
}

fn keep_text(name: &str, mail: &Received) {
    let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
    expect_file![file(&format!("{name}.txt"))].assert_eq(&text);
}

fn keep(name: &str, mail: &Received) {
    keep_text(name, mail);
    expect_file![file(&format!("{name}.html"))].assert_eq(&mail.html);
    let widest = mail.text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(76), "{name}: a line of {widest:?} characters");
}

#[test]
fn a_first_worklist() {
    let sample = Sample::new();
    let problems = sample.problems();
    keep("worklist", &sample.news(Subject::Users, &sample.worklist(&problems)));
}

#[test]
fn a_worklist_with_news_and_with_what_was_fixed() {
    let sample = Sample::new();
    let before = sample.worklist(&sample.problems()[..6]);
    let mut after = sample.problems().split_off(2);
    after[0].seen = Some("Sabbatical".to_owned());
    let fixed: Vec<_> = sample.problems()[..2]
        .iter()
        .map(|problem| problem.person.clone())
        .collect();
    let occasion = MailKind::News {
        new: 2,
        changed: 1,
        fixed: &fixed,
        left: &[],
        made: &[],
    };
    let mail = sample.mail(Subject::Users, occasion, &sample.worklist(&after), Some(&before));
    keep("worklist-news", &mail);
}

#[test]
fn a_reminder() {
    let sample = Sample::new();
    let told_at = sample.at - SignedDuration::from_hours(72);
    let worklist = sample.worklist(&sample.problems()[2..4]);
    let mail = sample.mail(Subject::Users, MailKind::Reminder { told_at }, &worklist, None);
    keep("reminder", &mail);
}

#[test]
fn an_all_clear() {
    let sample = Sample::new();
    let names: Vec<_> = sample.problems()[2..4]
        .iter()
        .map(|problem| problem.person.clone())
        .collect();
    let occasion = MailKind::AllClear {
        fixed: 8,
        names: &names,
        left: &[],
        made: &[],
    };
    keep(
        "all-clear",
        &sample.mail(Subject::Users, occasion, &Worklist::default(), None),
    );
}

#[test]
fn refused_credentials_of_either_vendor_and_a_missing_module() {
    let sample = Sample::new();
    let credentials = || VendorFailureKind::Credentials;
    keep(
        "credentials-employee-connect",
        &sample.refused(Vendor::EmployeeConnect, credentials()),
    );
    keep(
        "credentials-tribal-habits",
        &sample.refused(Vendor::TribalHabits, credentials()),
    );
    let module = sample.refused(Vendor::EmployeeConnect, VendorFailureKind::ModuleDisabled);
    keep("module-missing", &module);
}

#[test]
fn what_is_good_to_know_about_courses() {
    let sample = Sample::new();
    let worklist = Worklist::of_courses(&sample.course_report(), "EC");
    keep(
        "courses",
        &sample.mail(Subject::Courses, MailKind::Notes, &worklist, None),
    );
}

#[test]
fn removals_that_are_held() {
    let sample = Sample::new();
    let ended = |day: &str| Evidence::Ended {
        last_day: day.parse().expect("a date"),
    };
    let held = [
        sample.held(10, ended("2026-11-20")),
        sample.held(11, ended("2026-11-20")),
        sample.held(12, Evidence::Terminated),
        sample.held(13, Evidence::Vanished),
        sample.held(14, Evidence::Vanished),
        sample.held(15, Evidence::Vanished),
    ];
    let worklist = Worklist::of_people(&[], &held).held_as(Some("7f3a9c21"));
    keep("held-removals", &sample.news(Subject::Users, &worklist));
}

#[tokio::test]
async fn results_that_did_not_arrive() {
    let sample = Sample::new();
    let customer = Customer::new();
    customer.at("2026-11-23T08:05");
    customer.has_lost_results(&sample.company);
    let worklist = customer.results().await;
    keep("results", &sample.news(Subject::Results, &worklist));
}

#[tokio::test]
async fn what_the_operators_hear_of_a_customer_who_cannot_be_written_to() {
    let sample = Sample::new();
    let customer = Customer::configured(&[("to = [\"hr-systems@acme.com.au\"]", "to = []")]);
    customer.tell(&sample.worklist(&sample.problems())).await;
    keep_text("operators-counts", &customer.newest());
}

#[tokio::test]
async fn what_the_operators_hear_of_an_address_that_does_not_work() {
    let customer = two_readers();
    hear(&customer, ["a", "b"].map(|id| report(id, Feedback::HardBounce, FIRST))).await;
    keep_text("operators-bounces", &customer.newest());
}
