//! Answers that are not about the record that was asked for, or not about any: none of them is believed.

use habitsync_domain::identity::{EnrolmentId, UserName};
use habitsync_domain::people::user::UserChange;
use habitsync_simulator_harness::{Fault, Method, Rule};
use habitsync_workflows::ports::failure::{Missing, VendorFailureKind};
use habitsync_workflows::ports::vendors::{FindCompletion, FindUser, SaveUser};
use serde_json::{Value, json};

use crate::faults::new_user;
use crate::rig::Rig;

const USERS: &str = "/users";
const USER: &str = "/users/{user_name}";
const ENROLMENT: &str = "/enrolments/{id}";

/// Bodies that are neither a record of this API nor its own 404: what frameworks and proxies answer, flags instead of records.
fn odd_bodies() -> Vec<String> {
    let words = [
        json!("Not Found"),
        json!("not found."),
        json!("user not found in route"),
        json!("route not found"),
        json!(404),
        json!(null),
        json!(["not found"]),
        json!({"code": "not_found"}),
        json!({}),
    ];
    let told = words.into_iter().flat_map(|word| {
        [
            json!({"error": word}),
            json!({"errors": word}),
            json!({"message": word}),
            json!({"status": 404, "error": word}),
        ]
    });
    let plain = [
        json!({"message": "not found"}),
        json!({"success": false}),
        json!({"success": true}),
        json!({"user": {"user_name": "user1@acme.example"}}),
        json!({}),
        json!([]),
        json!([{"user_name": "user1@acme.example"}]),
        json!(null),
        json!("not found"),
        json!(true),
    ];
    let texts = [
        include_str!("../../../../tests/fixtures/public-reports/31-success-that-is-none.json"),
        "",
        " ",
        "not found",
        "<html>not found</html>",
        "{\"error\":\"not found\"",
    ];
    let bodies = told.chain(plain).map(|body: Value| body.to_string());
    bodies.chain(texts.map(str::to_owned)).collect()
}

fn name() -> UserName {
    "user1@acme.example".parse().expect("a user name")
}

fn deactivation() -> UserChange {
    UserChange::deactivation()
}

#[tokio::test]
async fn only_the_portals_own_404_says_that_a_record_is_missing() {
    let rig = Rig::start().await;
    rig.add_users(1);
    let elsewhere = VendorFailureKind::NotFound(Missing::Other);
    for body in odd_bodies() {
        rig.portal.arm(Rule::new(Fault::text(404, &body)).times(3));
        let found = rig.client.find_user(&name()).await;
        assert_eq!(found.expect_err("a 404").kind, elsewhere, "{body}");
        let changed = rig.client.change_user(&name(), &deactivation()).await;
        assert_eq!(changed.expect_err("a 404").kind, elsewhere, "{body}");
        let completion = rig.client.find_completion(EnrolmentId(9001)).await;
        assert_eq!(completion.expect_err("a 404").kind, elsewhere, "{body}");
    }
    let own = Fault::text(404, r#"{"error": "not found"}"#);
    rig.portal.arm(Rule::new(own).times(3));
    assert_eq!(rig.client.find_user(&name()).await, Ok(None));
    let changed = rig.client.change_user(&name(), &deactivation()).await;
    assert_eq!(
        changed.expect_err("a 404").kind,
        VendorFailureKind::NotFound(Missing::User)
    );
    assert_eq!(rig.client.find_completion(EnrolmentId(9001)).await, Ok(None));
}

#[tokio::test]
async fn a_record_is_believed_only_under_the_name_or_number_that_was_asked_for() {
    let rig = Rig::start().await;
    for (answered_name, is_believed) in [
        ("user1@acme.example", true),
        (" User1@Acme.example ", true),
        ("user2@acme.example", false),
        ("", false),
    ] {
        let user = json!({"user_name": answered_name, "active": true});
        rig.portal
            .arm(Rule::new(Fault::text(200, user.to_string())).on(&Method::GET, USER));
        let found = rig.client.find_user(&name()).await;
        assert_eq!(found.is_ok_and(|found| found.is_some()), is_believed, "{answered_name}");
    }
    let enrolment = |id: i64| {
        json!({"id": id, "type": "topic", "knowledge_id": 456, "status": "conquered",
               "user": {"user_name": "user1@acme.example"}, "completed_at": "2026-03-01T00:00:00Z"})
    };
    for (id, is_believed) in [(9001, true), (9002, false)] {
        rig.portal
            .arm(Rule::new(Fault::text(200, enrolment(id).to_string())).on(&Method::GET, ENROLMENT));
        let found = rig.client.find_completion(EnrolmentId(9001)).await;
        assert_eq!(found.is_ok_and(|found| found.is_some()), is_believed, "{id}");
    }
    for body in odd_bodies() {
        rig.portal.arm(Rule::new(Fault::text(200, &body)).times(2));
        rig.client.find_user(&name()).await.expect_err(&body);
        rig.client.find_completion(EnrolmentId(9001)).await.expect_err(&body);
    }
}

#[tokio::test]
async fn a_user_counts_as_written_only_with_the_contracts_record() {
    let rig = Rig::start().await;
    rig.add_users(1);
    let contradicting = [
        json!({"user_name": "user2@acme.example", "active": false}),
        json!({"user_name": "user1@acme.example", "active": true}),
        json!({"user_name": "user1@acme.example"}),
        json!({"user_name": "jo@acme.example", "active": false}),
        json!({"user_name": "user1@acme.example", "active": "maybe"}),
        json!({"active": false}),
    ];
    let bodies = odd_bodies()
        .into_iter()
        .chain(contradicting.map(|body| body.to_string()));
    for body in bodies {
        for status in [200, 201, 204] {
            rig.portal
                .arm(Rule::new(Fault::text(status, &body)).on(&Method::PUT, USER));
            let changed = rig.client.change_user(&name(), &deactivation()).await;
            rig.portal
                .arm(Rule::new(Fault::text(status, &body)).on(&Method::POST, USERS));
            let created = rig.client.create_user(&new_user()).await;
            for outcome in [changed, created] {
                let failure = outcome.expect_err("no record");
                assert_eq!(failure.kind, VendorFailureKind::Unreadable, "{status} {body}");
                assert!(failure.may_have_happened(), "{status} {body}");
            }
        }
    }
    assert!(rig.portal.user("user1@acme.example").expect("there").active);
    assert!(rig.portal.user("jo@acme.example").is_none());
}

#[tokio::test]
async fn a_rename_is_acknowledged_by_the_new_name() {
    let rig = Rig::start().await;
    let rename = UserChange {
        user_name: Some("new@acme.example".parse().expect("a user name")),
        ..UserChange::default()
    };
    for (shown, is_believed) in [("New@acme.example", true), ("user1@acme.example", false)] {
        let user = json!({"user_name": shown, "active": true});
        rig.portal
            .arm(Rule::new(Fault::text(200, user.to_string())).on(&Method::PUT, USER));
        let changed = rig.client.change_user(&name(), &rename).await;
        assert_eq!(changed.is_ok(), is_believed, "{shown}");
    }
}
