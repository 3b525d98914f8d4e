//! Tests of each call when the portal misbehaves.

use std::time::Duration;

use habitsync_domain::people::user::{NewUser, UserFields};
use habitsync_in_memory::{one_try, three_tries, unavailable};
use habitsync_simulator_harness::{Fault, Method, Moment, Rule};
use habitsync_vendor_http::{CallSettings, VendorClient};
use habitsync_workflows::ports::failure::{VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{FindUser, ListUsers, SaveUser};
use tokio::time::Instant;

use crate::rig::{KEY, Rig, client};

pub(crate) fn new_user() -> NewUser {
    let fields = [
        ("first_name", "Jo"),
        ("last_name", "Citizen"),
        ("email", "jo@acme.example"),
    ];
    let fields = fields.map(|(name, value)| (name.parse().expect("a field"), value.to_owned()));
    NewUser {
        user_name: "jo@acme.example".parse().expect("a user name"),
        fields: UserFields(fields.into()),
    }
}

/// A user with a name and no fields.
pub(crate) fn bare_user() -> NewUser {
    NewUser {
        fields: UserFields::default(),
        ..new_user()
    }
}

/// Creates a user under a fault, with three tries. Returns the outcome, and how often it was sent.
async fn create_under(fault: Fault) -> (Result<(), VendorFailure>, usize, Rig) {
    let hasty = CallSettings {
        single_timeout: Duration::from_secs(2),
        ..three_tries()
    };
    let rig = Rig::with(hasty, KEY).await;
    rig.portal.arm(Rule::new(fault).on(&Method::POST, "/users"));
    let outcome = rig.client.create_user(&new_user()).await;
    let sent = rig.portal.journal().count(&Method::POST, "/users");
    (outcome, sent, rig)
}

/// Lists 60 users while this rule strikes, and returns the outcome.
async fn list_under(rule: Rule) -> (Result<usize, VendorFailureKind>, Rig) {
    let rig = Rig::start().await;
    rig.add_users(60);
    rig.portal.arm(rule.on(&Method::GET, "/users"));
    let outcome = rig.client.list_users().await;
    (outcome.map(|users| users.len()).map_err(|failure| failure.kind), rig)
}

#[tokio::test]
async fn a_429_blocks_the_customers_budget_for_as_long_as_the_portal_says() {
    let rig = Rig::start().await;
    rig.portal
        .arm(Rule::new(Fault::TooManyRequests { retry_after: Some(17) }));
    let refused = rig.client.list_users().await.expect_err("over the limit");
    assert_eq!(refused.kind, VendorFailureKind::RateLimited(Duration::from_secs(17)));
    assert!(refused.is_retryable() && !refused.may_have_happened());
    assert_eq!(rig.budget.blocks(), [Duration::from_secs(17)]);
}

#[tokio::test]
async fn a_429_without_retry_after_blocks_for_a_minute() {
    let rig = Rig::start().await;
    rig.portal.arm(Rule::new(Fault::TooManyRequests { retry_after: None }));
    let refused = rig.client.list_users().await.expect_err("over the limit");
    assert_eq!(refused.kind, VendorFailureKind::RateLimited(Duration::from_mins(1)));
    assert_eq!(rig.budget.blocks(), [Duration::from_mins(1)]);
}

#[tokio::test]
async fn a_429_is_not_waited_for_beyond_the_deadline() {
    let rig = Rig::with(three_tries(), KEY).await;
    rig.portal
        .arm(Rule::new(Fault::TooManyRequests { retry_after: Some(60) }));
    let client = rig.client.clone().until(Instant::now() + Duration::from_secs(30));
    let refused = client.list_users().await.expect_err("no time to wait");
    assert_eq!(refused.kind, VendorFailureKind::RateLimited(Duration::from_mins(1)));
    assert_eq!(rig.portal.journal().len(), 1);
}

#[tokio::test]
async fn a_write_that_was_refused_for_its_rate_is_sent_again() {
    let (outcome, sent, rig) = create_under(Fault::TooManyRequests { retry_after: Some(1) }).await;
    assert_eq!((outcome, sent), (Ok(()), 2));
    assert!(rig.portal.user("jo@acme.example").is_some());
}

#[tokio::test]
async fn every_try_draws_on_the_budget() {
    let rig = Rig::with(three_tries(), KEY).await;
    rig.portal.arm(
        Rule::new(Fault::ServerError {
            status: 503,
            moment: Moment::BeforeEffect,
        })
        .times(2),
    );
    rig.client.list_users().await.expect("the third try succeeds");
    assert_eq!((rig.portal.journal().len(), rig.budget.drawn()), (3, 3));
}

#[tokio::test]
async fn after_its_deadline_a_client_sends_nothing() {
    let rig = Rig::start().await;
    let late = rig
        .client
        .clone()
        .until(Instant::now())
        .list_users()
        .await
        .expect_err("too late");
    assert_eq!(late.kind, VendorFailureKind::NoTimeLeft);
    assert!(rig.portal.journal().is_empty());
}

/// Asserts that a write under this fault is sent once and its failure says that it may have happened.
async fn must_be_ambiguous(fault: Fault, is_created: bool) {
    let (outcome, sent, rig) = create_under(fault.clone()).await;
    assert_eq!(outcome.expect_err("an error").kind, unavailable(true), "{fault:?}");
    let found = rig.portal.user("jo@acme.example").is_some();
    assert_eq!((sent, found), (1, is_created), "{fault:?}");
}

#[tokio::test]
async fn a_write_that_met_a_server_error_may_have_happened_and_is_sent_once() {
    for (moment, is_created) in [(Moment::BeforeEffect, false), (Moment::AfterEffect, true)] {
        must_be_ambiguous(Fault::ServerError { status: 500, moment }, is_created).await;
    }
}

#[tokio::test]
async fn a_write_whose_connection_broke_may_have_happened_and_is_sent_once() {
    for (moment, is_created) in [(Moment::BeforeEffect, false), (Moment::AfterEffect, true)] {
        must_be_ambiguous(Fault::DroppedConnection { moment }, is_created).await;
    }
    must_be_ambiguous(Fault::CutBody, true).await;
}

#[tokio::test]
async fn a_write_without_an_answer_in_time_may_have_happened() {
    must_be_ambiguous(Fault::Slow { milliseconds: 60_000 }, true).await;
}

#[tokio::test]
async fn a_success_whose_body_is_an_error_is_no_success() {
    let (outcome, sent, rig) = create_under(Fault::ErrorInBody).await;
    let failure = outcome.expect_err("an error");
    assert_eq!((failure.kind.clone(), sent), (VendorFailureKind::Unreadable, 1));
    assert!(failure.may_have_happened() && rig.portal.user("jo@acme.example").is_none());
}

#[tokio::test]
async fn a_portal_that_cannot_be_reached_was_not_written_to() {
    let rig = Rig::start().await;
    let address = rig.portal.base_url();
    rig.portal.stop().await;
    let failure = client(&address, std::sync::Arc::default(), one_try(), KEY)
        .create_user(&new_user())
        .await
        .expect_err("nobody there");
    assert_eq!(failure.kind, unavailable(false));
}

#[tokio::test]
async fn a_read_is_tried_again_after_whatever_may_pass() {
    let passing = [
        Fault::ServerError {
            status: 503,
            moment: Moment::BeforeEffect,
        },
        Fault::DroppedConnection {
            moment: Moment::BeforeEffect,
        },
        Fault::CutBody,
        Fault::ErrorInBody,
    ];
    for fault in passing {
        let rig = Rig::with(three_tries(), KEY).await;
        rig.add_users(1);
        rig.portal.arm(Rule::new(fault.clone()).times(2));
        let found = rig
            .client
            .find_user(&"user1@acme.example".parse().expect("a user name"))
            .await;
        assert!(found.expect("the third try succeeds").is_some(), "{fault:?}");
        assert_eq!(rig.portal.journal().len(), 3, "{fault:?}");
    }
}

#[tokio::test]
async fn a_list_that_does_not_add_up_once_is_read_again_whole() {
    let too_few = Fault::WrongTotal { difference: -30 };
    for fault in Fault::pages_that_do_not_add_up(1).into_iter().chain([too_few]) {
        let (outcome, rig) = list_under(Rule::new(fault.clone())).await;
        assert_eq!(outcome, Ok(60), "{fault:?}");
        assert!(rig.portal.journal().len() > 3, "{fault:?}");
    }
}

#[tokio::test]
async fn a_list_that_never_adds_up_is_an_error_and_no_part_of_it_is_given() {
    for fault in Fault::pages_that_do_not_add_up(1) {
        let (outcome, _rig) = list_under(Rule::new(fault.clone()).times(u32::MAX)).await;
        assert_eq!(outcome, Err(VendorFailureKind::InconsistentRead), "{fault:?}");
    }
}

#[tokio::test]
async fn a_list_whose_later_page_fails_is_an_error_and_no_part_of_it_is_given() {
    let fault = Fault::ServerError {
        status: 500,
        moment: Moment::BeforeEffect,
    };
    let second_page = Rule::new(fault).matching(|call| call.query.get("page").is_some_and(|page| page == "2"));
    let (outcome, _rig) = list_under(second_page).await;
    assert_eq!(outcome, Err(unavailable(true)));
}
