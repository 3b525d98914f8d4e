//! Neither an error nor a client reveals a secret or a person's data, in whichever way it is printed.

use std::fmt::{Debug, Display};
use std::time::Duration;

use habitsync_in_memory::{one_try, one_try_within};
use habitsync_simulator_harness::{Fault, Moment, Rule};
use habitsync_tribal_habits::wire::UserBody;
use habitsync_tribal_habits::{Credentials, InvalidCredentials, TribalHabitsError};
use habitsync_workflows::ports::vendors::FindUser;
use secrecy::SecretString;
use serde_json::json;

use crate::rig::{KEY, Rig, fields};

/// Marks every piece of personal data that travels in these tests.
const PERSON: &str = "zebediah";

fn person(name: &str) -> UserBody {
    let body =
        json!({"first_name": PERSON, "last_name": PERSON, "email": format!("{PERSON}.{name}"), "X-Location": PERSON});
    UserBody {
        user_name: Some(format!("{PERSON}@{name}")),
        active: None,
        fields: fields(body),
    }
}

fn silent(printed: impl Debug + Display) {
    let printed = format!("{printed:?} {printed:#?} {printed}").to_lowercase();
    for secret in [PERSON, KEY, "papi"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

/// Every way in which a write about a marked person fails.
async fn failures() -> Vec<TribalHabitsError> {
    let rig = Rig::with(one_try_within(Duration::from_secs(1)), KEY).await;
    assert!(rig.portal.add_user(&fields(json!({
        "user_name": PERSON, "first_name": PERSON, "last_name": PERSON, "email": "someone@acme.example"
    }))));
    let mut failures = Vec::new();
    for fault in Fault::of_each_kind().into_iter().chain([Fault::ExpiredToken]) {
        rig.portal.arm(Rule::new(fault));
        failures.push(
            rig.client
                .put_user(PERSON, &UserBody::default())
                .await
                .expect_err("an error"),
        );
    }
    failures.push(
        rig.client
            .post_user(&person("acme.example"))
            .await
            .expect_err("a list item that is not there"),
    );
    failures.push(
        rig.client
            .put_user(&format!("{PERSON}2"), &UserBody::default())
            .await
            .expect_err("not there"),
    );
    let address = rig.portal.base_url();
    rig.portal.stop().await;
    let gone = crate::rig::client(&address, rig.budget, one_try(), KEY);
    failures.push(
        gone.put_user(PERSON, &UserBody::default())
            .await
            .expect_err("nobody there"),
    );
    failures
}

#[tokio::test]
async fn no_error_prints_the_key_the_person_or_the_path() {
    for failure in failures().await {
        silent(&failure);
        silent(habitsync_vendor_http::chain(&failure));
    }
}

#[tokio::test]
async fn no_failure_of_a_port_prints_the_person() {
    let rig = Rig::start().await;
    rig.portal.arm(Rule::new(Fault::DroppedConnection {
        moment: Moment::BeforeEffect,
    }));
    silent(
        rig.client
            .find_user(&format!("{PERSON}@acme.example").parse().expect("a user name"))
            .await
            .expect_err("broken"),
    );
}

#[tokio::test]
async fn a_client_prints_no_key() {
    let rig = Rig::start().await;
    assert!(!format!("{:?}", rig.client).contains(KEY));
}

#[test]
fn a_vendor_secret_that_cannot_be_used_is_refused_without_being_shown() {
    for unusable in [
        "",
        KEY,
        r#"{"tribal_habits":{"api_key":4711}}"#,
        r#"{"tribal_habits":{"api_key":" "}}"#,
        "{}",
    ] {
        let refused = Credentials::from_vendor_secret(&SecretString::from(unusable)).expect_err("refused");
        assert_eq!(refused, InvalidCredentials);
        silent(refused);
    }
}
