//! Pages, topics, the request limit, and seeding.

use std::collections::BTreeSet;

use habitsync_simulator_harness::{Fault, Method, Rule};
use habitsync_simulator_tribal_habits::{CustomField, Folder, PortalSettings, StartError, TribalHabitsSimulator};
use serde_json::json;

use crate::portal::{Caller, user};

#[tokio::test]
async fn a_list_comes_in_pages_of_25_and_no_parameter_changes_that() {
    let caller = Caller::start().await;
    for number in 0..47 {
        assert!(caller.portal.add_user(&user(&format!("kim{number}"))));
    }
    let mut names = BTreeSet::new();
    for (page, length) in [(1, 25), (2, 22), (3, 0)] {
        let answer = caller
            .get(&format!("/users?page={page}&per_page=100&max_per_page=100"))
            .await
            .body;
        let records = answer["records"].as_array().expect("records");
        names.extend(records.iter().map(|record| record["user_name"].to_string()));
        assert_eq!(records.len(), length);
        let head = json!([
            answer["total_records"],
            answer["max_per_page"],
            answer["current_page"],
            answer["total_pages"]
        ]);
        assert_eq!(head, json!([47, 25, page, 2]));
    }
    assert_eq!(names.len(), 47);
    let far = caller.get("/users?page=154407505788734930944").await;
    assert_eq!(
        (far.status, &far.body["records"]),
        (200, &json!([])),
        "past the end is past the end, however far"
    );
    for page in ["0", "-1", "two"] {
        assert_eq!(caller.get(&format!("/users?page={page}")).await.status, 400);
    }
}

#[tokio::test]
async fn the_301st_request_of_a_minute_blocks_the_key() {
    let caller = Caller::with(PortalSettings::default()).await;
    for _ in 0..300 {
        assert_eq!(caller.get("/users/nobody").await.status, 404);
    }
    let refused = caller.send(Method::GET, "/users", "th-key", None).await;
    assert!(refused.status() == 429 && !refused.headers().contains_key("retry-after"));
    assert_eq!(
        caller.get("/topics").await.body,
        json!({"error": "rate limit exceeded"})
    );
}

#[tokio::test]
async fn a_seeded_portal_has_the_companys_topics_and_no_employee() {
    let (caller, company) = Caller::seeded().await;
    assert_eq!(caller.portal.users().len(), 2, "the administrator and a trainer");
    assert_eq!(caller.portal.topics().len(), company.topics.len());
    let wanted = company.qualifying_topics().next().expect("a topic");
    let topic = caller.get(&format!("/topics/{}", wanted.id)).await.body;
    assert_eq!(
        (&topic["code"], &topic["type"], &topic["status"]),
        (&json!(wanted.code), &json!("topic"), &json!("active"))
    );
    let references = topic["auto_enrol_links"]
        .as_array()
        .expect("links")
        .iter()
        .map(|link| &link["reference"]);
    assert!(references.into_iter().any(|reference| reference == "EC"));
    assert_eq!(caller.get("/topics/1").await.status, 404);
    assert_eq!(caller.get("/topics/no-number").await.status, 404);
    assert_eq!(
        caller.get("/topics?page=2").await.body["total_records"],
        company.topics.len()
    );
}

#[tokio::test]
async fn seeding_twice_is_like_seeding_once() {
    let (caller, company) = Caller::seeded().await;
    let fields = caller.portal.custom_fields();
    caller.portal.seed_from(&company);
    assert_eq!(caller.portal.custom_fields(), fields);
    assert_eq!(caller.portal.users().len(), 2);
    assert_eq!(caller.portal.topics().len(), company.topics.len());
}

#[tokio::test]
async fn a_topic_can_be_changed_behind_the_api() {
    let (caller, company) = Caller::seeded().await;
    let id = company.topics[0].id;
    let changed = caller
        .portal
        .change_topic(id, |topic| topic.status = Folder::Archived)
        .expect("a topic");
    assert!(changed.updated_at > company.topics[0].updated_at);
    assert_eq!(caller.get(&format!("/topics/{id}")).await.body["status"], "archived");
    assert!(caller.portal.change_topic(1, |_| {}).is_none());
}

#[tokio::test]
async fn a_page_fault_falsifies_a_list() {
    let (caller, company) = Caller::seeded().await;
    caller
        .portal
        .arm(Rule::new(Fault::TruncatedPage { missing: 1 }).on(&Method::GET, "/topics"));
    assert_eq!(
        caller.get("/users").await.body["records"]
            .as_array()
            .expect("records")
            .len(),
        2
    );
    assert_eq!(
        caller.get("/topics").await.body["records"]
            .as_array()
            .expect("records")
            .len(),
        24
    );
    caller
        .portal
        .arm(Rule::new(Fault::WrongTotal { difference: 1 }).on(&Method::GET, "/topics"));
    assert_eq!(
        caller.get("/topics").await.body["total_records"],
        company.topics.len() + 1
    );
}

#[tokio::test]
async fn a_portal_has_at_most_twenty_custom_fields() {
    let fields = (0..21).map(|number| CustomField::string(&format!("Field {number}")));
    let started = TribalHabitsSimulator::start(PortalSettings::default().custom_fields(fields)).await;
    assert!(matches!(started, Err(StartError::TooManyCustomFields)));
}
