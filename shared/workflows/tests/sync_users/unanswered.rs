//! A portal that refuses, or does not answer: the others are served, nothing is written twice, nobody is guessed.

use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::people::user::PortalUser;
use habitsync_in_memory::{Call, Fault};
use habitsync_workflows::jobs::outcome::JobFailure;
use habitsync_workflows::notifications::Notified;
use habitsync_workflows::ports::failure::{Missing, RefusedField, VendorFailure, VendorFailureKind};
use habitsync_workflows::user_sync::Written;
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Customer, customer_of, portal_says, refused};

#[tokio::test]
async fn a_custom_field_that_is_refused_is_left_out_and_reported_and_the_rest_lands() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer
        .portal
        .faults
        .arm(Call::CreateUser, Fault::Before(refused("X-Location")));
    let summary = customer.finish().await;
    assert_eq!(summary.written.created, 1);
    let [problem] = summary.problems.as_slice() else {
        panic!("{:?}", summary.problems)
    };
    assert!(matches!(&problem.cause, Cause::RefusedField { field, .. } if field == "X-Location"));
    assert_eq!(problem.seen.as_deref(), Some("Perth"));
    let users = customer.portal.users.lock();
    assert!(!users[0].fields.0.contains_key(&"X-Location".parse().expect("a field")));
}

#[tokio::test]
async fn a_refused_person_is_one_line_and_stops_nobody() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    customer
        .portal
        .faults
        .arm(Call::CreateUser, Fault::Before(refused("email")));
    let summary = customer.finish().await;
    assert_eq!(
        (summary.written.created, summary.written.failed, summary.notified),
        (1, 1, Notified::Worklist)
    );
    assert!(matches!(summary.problems[0].cause, Cause::RefusedPerson { .. }));
}

#[tokio::test]
async fn a_run_that_could_not_link_somebody_does_not_count_as_having_seen_everybody() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    let refusal = Fault::Before(refused("user_name"));
    customer.portal.faults.arm(Call::CreateUser, refusal);
    customer.finish().await;
    assert_eq!(customer.table.job(Job::UserSync).last_complete_began_at, None);
    customer.finish().await;
    assert_eq!(
        customer.table.job(Job::UserSync).last_complete_began_at,
        None,
        "they rest"
    );
    customer.clock.advance(SignedDuration::from_hours(6));
    customer.finish().await;
    assert!(customer.table.job(Job::UserSync).last_complete_began_at.is_some());
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_read_back_and_not_repeated() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    let lost = portal_says(VendorFailureKind::Unavailable {
        may_have_happened: true,
    });
    customer.portal.faults.arm(Call::CreateUser, Fault::After(lost));
    assert_eq!(customer.finish().await.written.created, 1);
    assert_eq!(
        (customer.writes(), customer.portal.faults.count(Call::FindUser)),
        (1, 1)
    );
    assert_eq!(customer.finish().await.planned.unchanged, 1);
}

/// The portal answers 200 without the user, or with another: the client makes this of it.
fn answers_without_the_record() -> Fault<VendorFailure> {
    Fault::Before(portal_says(VendorFailureKind::Unreadable))
}

#[tokio::test]
async fn a_success_without_the_record_is_read_back_and_is_no_success_where_nothing_was_done() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer
        .portal
        .faults
        .arm(Call::CreateUser, answers_without_the_record());
    let created = customer.slice().await;
    assert_eq!((created.written.created, created.written.failed), (0, 1));
    assert_eq!(customer.portal.faults.count(Call::FindUser), 1);
    assert_eq!(customer.finish().await.written.created, 1);
    customer.employ("E1", &json!({"status": "Terminated"}));
    customer
        .portal
        .faults
        .arm(Call::ChangeUser, answers_without_the_record());
    let removed = customer.slice().await;
    assert_eq!((removed.written.deactivated, removed.written.failed), (0, 1));
    assert!(
        customer.table.state().people.values().all(|person| person.active),
        "never taken for done"
    );
    assert_eq!(customer.finish().await.written.deactivated, 1);
}

#[tokio::test]
async fn a_success_without_the_record_counts_where_the_account_shows_what_was_written() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    let unreadable = || Fault::After(portal_says(VendorFailureKind::Unreadable));
    customer.portal.faults.arm(Call::CreateUser, unreadable());
    assert_eq!(customer.finish().await.written.created, 1);
    customer.employ("E1", &json!({"jobTitle": "Lead"}));
    customer.portal.faults.arm(Call::ChangeUser, unreadable());
    assert_eq!(customer.finish().await.written.changed, 1);
    assert_eq!(customer.writes(), 2, "nothing was written twice");
}

#[tokio::test]
async fn a_404_that_is_not_the_portals_own_ends_no_run_and_parks_no_account() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    customer.employ("E1", &json!({"jobTitle": "Lead"}));
    let elsewhere = || portal_says(VendorFailureKind::NotFound(Missing::Other));
    customer.portal.faults.arm(Call::ChangeUser, Fault::Before(elsewhere()));
    let summary = customer.slice().await;
    assert_eq!(summary.problems[0].cause, Cause::NotAnswered);
    let lost = portal_says(VendorFailureKind::Unreadable);
    customer.portal.faults.arm(Call::ChangeUser, Fault::Before(lost));
    customer.portal.faults.arm(Call::FindUser, Fault::Before(elsewhere()));
    assert_eq!(customer.slice().await.problems[0].cause, Cause::NotAnswered);
    assert_eq!(customer.finish().await.written.changed, 1);
}

#[tokio::test]
async fn when_the_portal_answers_for_hardly_anybody_the_run_stops() {
    let customer = customer_of(40);
    for _ in 0..40 {
        let down = portal_says(VendorFailureKind::Unavailable {
            may_have_happened: false,
        });
        customer.portal.faults.arm(Call::CreateUser, Fault::Before(down));
    }
    assert!(matches!(customer.run().await, Err(JobFailure::NotCredible(_))));
    assert_eq!(customer.writes(), 20);
}

#[tokio::test]
async fn people_who_are_refused_each_for_another_reason_never_keep_the_others_from_being_served() {
    let customer = customer_of(26);
    for letter in 'a'..='y' {
        let refused = RefusedField {
            field: "email".to_owned(),
            reason: format!("has the letter {letter}"),
        };
        let refused = portal_says(VendorFailureKind::Refused(vec![refused]));
        customer.portal.faults.arm(Call::CreateUser, Fault::Before(refused));
    }
    let summary = customer.finish().await;
    assert_eq!(
        (summary.written.created, summary.written.failed, summary.notified),
        (1, 25, Notified::Worklist)
    );
}

#[tokio::test]
async fn a_rename_to_a_name_that_somebody_else_has_never_moves_the_link() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    let stranger = PortalUser {
        user_name: "new@acme.com.au".parse().expect("valid"),
        ..customer.portal.users.lock()[0].clone()
    };
    customer.portal.users.lock().push(stranger);
    customer.employ("E1", &json!({"workEmail": "new@acme.com.au"}));
    let lost = portal_says(VendorFailureKind::Unavailable {
        may_have_happened: true,
    });
    customer.portal.faults.arm(Call::ChangeUser, Fault::Before(lost));
    assert_eq!(customer.finish().await.written.failed, 1);
    let people = customer.table.state().people.values().cloned().collect::<Vec<_>>();
    assert_eq!(people[0].user_name.as_str(), "e1@acme.com.au");
}

#[tokio::test]
async fn a_create_that_may_have_happened_is_looked_for_in_the_portal_by_the_next_run() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    let lost = portal_says(VendorFailureKind::Unavailable {
        may_have_happened: true,
    });
    customer.portal.faults.arm(Call::CreateUser, Fault::After(lost.clone()));
    customer.portal.faults.arm(Call::FindUser, Fault::Before(lost));
    assert_eq!(customer.finish().await.written.failed, 1);
    let second = customer.finish().await;
    assert_eq!(
        (second.verified, second.written),
        (
            true,
            Written {
                remembered: 1,
                ..Written::default()
            }
        )
    );
    assert_eq!(customer.active_users().len(), 1);
}
