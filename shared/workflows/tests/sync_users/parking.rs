//! What the portal keeps refusing: one request when it comes, none while it rests, one more when its rest is over.

use habitsync_domain::people::problem::Cause;
use habitsync_domain::people::user::FieldName;
use habitsync_in_memory::{Call, Fault};
use habitsync_workflows::jobs::outcome::RunOutcome;
use habitsync_workflows::ports::failure::{RefusedField, VendorFailureKind};
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Customer, portal_says, refused};

#[tokio::test]
async fn a_refused_value_costs_no_request_while_it_rests_and_stays_in_the_worklist() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    customer.employ("E1", &json!({"location": "Mars", "jobTitle": "Lead"}));
    customer
        .portal
        .faults
        .arm(Call::ChangeUser, Fault::Before(refused("X-Location")));
    let first = customer.finish().await;
    assert_eq!((first.written.changed, first.problems.len()), (1, 1));
    let writes = customer.writes();
    let second = customer.finish().await;
    assert_eq!((customer.writes(), second.problems), (writes, first.problems));
    customer.clock.advance(SignedDuration::from_hours(6));
    let third = customer.finish().await;
    assert_eq!(
        (customer.writes(), third.written.changed, third.problems),
        (writes + 1, 1, vec![])
    );
    assert!(customer.table.state().parked.is_empty(), "nothing is refused any more");
}

#[tokio::test]
async fn a_mended_record_is_written_at_once() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    customer.employ("E1", &json!({"location": "Mars"}));
    customer
        .portal
        .faults
        .arm(Call::ChangeUser, Fault::Before(refused("X-Location")));
    customer.finish().await;
    customer.employ("E1", &json!({"location": "Hobart"}));
    let summary = customer.finish().await;
    assert_eq!((summary.written.changed, summary.problems), (1, vec![]));
    assert!(customer.table.state().parked.is_empty());
}

#[tokio::test]
async fn a_refused_person_is_given_up_after_four_weeks_with_a_last_line() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    let reason = VendorFailureKind::Refused(vec![]);
    let mut tried = 0;
    for _ in 0..40 {
        customer
            .portal
            .faults
            .arm(Call::CreateUser, Fault::Before(portal_says(reason.clone())));
        let before = customer.portal.faults.still_armed();
        let _ = customer.finish().await;
        tried += before - customer.portal.faults.still_armed();
        customer.clock.advance(SignedDuration::from_hours(24));
    }
    assert_eq!(tried, 29, "at first, and daily for four weeks");
    let summary = customer.finish().await;
    assert_eq!(summary.problems, [], "it is said no more");
    customer.employ("E1", &json!({"firstName": "Joanna"}));
    customer.employ("E2", &json!({"firstName": "Joanna"}));
    customer.finish().await;
    assert_eq!(customer.active_users().len(), 1, "what was armed once more struck once");
}

#[tokio::test]
async fn any_field_that_an_update_may_do_without_is_left_out_the_user_name_too() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    customer.employ(
        "E1",
        &json!({"workEmail": "new@acme.com.au", "lastName": "Citizen", "jobTitle": "Lead"}),
    );
    let fields = ["user_name", "last_name"].map(|field| RefusedField {
        field: field.to_owned(),
        reason: "is too odd".to_owned(),
    });
    let refusal = portal_says(VendorFailureKind::Refused(fields.into()));
    customer.portal.faults.arm(Call::ChangeUser, Fault::Before(refusal));
    let summary = customer.finish().await;
    assert_eq!((summary.written.changed, summary.problems.len()), (1, 2));
    let user = customer.portal.users.lock()[0].clone();
    assert_eq!(user.user_name.as_str(), "e1@acme.com.au");
    assert_eq!(user.fields.0[&FieldName::email()], "new@acme.com.au");
}

#[tokio::test]
async fn a_portal_that_names_one_bad_field_at_a_time_is_asked_until_it_takes_the_rest() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    for field in ["X-Location", "X-Job Title", "manager_email"] {
        customer
            .portal
            .faults
            .arm(Call::CreateUser, Fault::Before(refused(field)));
    }
    customer.employ("E1", &json!({"managerEmail": "boss@parent.com"}));
    let summary = customer.finish().await;
    assert_eq!((summary.written.created, summary.problems.len()), (1, 3));
}

#[tokio::test]
async fn an_account_somebody_made_by_hand_since_the_morning_is_adopted_by_the_next_run() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    let mut by_hand = customer.portal.users.lock()[0].clone();
    by_hand.user_name = "e2@acme.com.au".parse().expect("valid");
    by_hand.fields.0.insert(FieldName::email(), "e2@acme.com.au".to_owned());
    customer.portal.users.lock().push(by_hand);
    customer.employ("E2", &json!({}));
    let Ok(RunOutcome::Unfinished(first)) = customer.run().await else {
        panic!("the watchdog must start the next slice")
    };
    assert!(matches!(first.problems[0].cause, Cause::AccountExists));
    assert_eq!(customer.mail.sent().len(), 0, "it settles itself");
    let second = customer.finish().await;
    assert_eq!(
        (second.verified, second.written.remembered, second.problems),
        (true, 1, vec![])
    );
}

#[tokio::test]
async fn two_candidates_are_left_alone_by_the_runs_that_do_not_look() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    let one = customer.portal.users.lock()[0].clone();
    for name in ["two.a", "two.b"] {
        let mut twin = one.clone();
        twin.user_name = name.parse().expect("valid");
        twin.fields.0.insert(FieldName::email(), "e2@acme.com.au".to_owned());
        customer.portal.users.lock().push(twin);
    }
    customer.employ("E2", &json!({}));
    customer.clock.advance(SignedDuration::from_hours(24));
    let verified = customer.finish().await;
    let writes = customer.writes();
    let later = customer.finish().await;
    for summary in [&verified, &later] {
        assert!(
            matches!(summary.problems[0].cause, Cause::SeveralAccounts),
            "{summary:?}"
        );
    }
    assert_eq!((customer.writes(), later.verified), (writes, false));
}

#[tokio::test]
async fn a_leaver_is_deactivated_even_if_the_portal_will_not_have_their_name_given_up() {
    let customer = Customer::with_people(&[("E1", json!({"lastName": "Old"}))]);
    customer.finish().await;
    customer.employ("E1", &json!({"lastName": "Old", "status": "Terminated"}));
    customer.employ("E2", &json!({"workEmail": "e1@acme.com.au"}));
    customer
        .portal
        .faults
        .arm(Call::ChangeUser, Fault::Before(refused("email")));
    let summary = customer.slice().await;
    assert_eq!(
        (
            summary.written.deactivated,
            summary.written.created,
            summary.written.failed
        ),
        (1, 0, 1)
    );
    assert_eq!(customer.active_users(), Vec::<String>::new());
}

#[tokio::test]
async fn a_user_name_and_an_email_that_a_stranger_has_rest_beside_a_value_that_is_refused() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    let mut stranger = customer.portal.users.lock()[0].clone();
    stranger.user_name = "new@acme.com.au".parse().expect("valid");
    let address = "new@acme.com.au".to_owned();
    stranger.fields.0.insert(FieldName::email(), address);
    customer.portal.users.lock().push(stranger);
    customer.employ(
        "E1",
        &json!({"workEmail": "new@acme.com.au", "location": "Mars", "jobTitle": "Lead"}),
    );
    customer
        .portal
        .faults
        .arm(Call::ChangeUser, Fault::Before(refused("X-Location")));
    customer.clock.advance(SignedDuration::from_hours(24));
    let verified = customer.finish().await;
    assert_eq!((verified.problems.len(), customer.table.state().parked.len()), (3, 1));
    let writes = customer.writes();
    let later = customer.finish().await;
    assert_eq!(
        (customer.writes(), later.problems.len()),
        (writes, 3),
        "none is tried blindly"
    );
}
