//! Completions, retakes, and what the list shows of them.

use habitsync_simulator_tribal_habits::{EnrolmentStatus, Knowledge, NotThere};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::portal::Caller;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[tokio::test]
async fn a_completion_creates_a_conquered_enrolment() {
    let (caller, company) = Caller::seeded().await;
    let topic = &company.topics[0];
    let done = caller
        .portal
        .complete("TRAINER-1", topic.id, at("2026-11-20T04:05:06Z"))
        .expect("an enrolment");
    let shown = caller.get(&format!("/enrolments/{}", done.id)).await.body;
    let expected = json!({
        "id": 9001, "type": "topic", "knowledge_id": topic.id, "knowledge_code": topic.code,
        "knowledge_title": topic.title, "status": "conquered",
        "user": {"user_name": "trainer-1", "email": "trainer@training-partner.example"},
        "enrolled_at": "2026-11-20T04:05:06Z", "completed_at": "2026-11-20T04:05:06Z",
        "training_minutes": topic.estimated_minutes,
    });
    assert_eq!(shown, expected);
    assert_eq!(caller.get("/enrolments/1").await.status, 404);
}

#[tokio::test]
async fn a_retake_is_another_enrolment() {
    let (caller, company) = Caller::seeded().await;
    let complete = |day| {
        caller
            .portal
            .complete("trainer-1", company.topics[0].id, at(day))
            .expect("an enrolment")
    };
    let (first, second) = (complete("2026-01-01T00:00:00Z"), complete("2026-06-01T00:00:00Z"));
    assert_ne!(first.id, second.id);
    assert_eq!(caller.portal.enrolments(), [first, second]);
}

#[tokio::test]
async fn an_open_enrolment_is_completed_in_place() {
    let (caller, company) = Caller::seeded().await;
    let open = caller
        .portal
        .enrol("trainer-1", company.topics[0].id)
        .expect("an enrolment");
    assert_eq!((open.status, open.completed_at), (EnrolmentStatus::Unexplored, None));
    let done = caller
        .portal
        .complete("trainer-1", company.topics[0].id, at("2030-01-01T00:00:00Z"))
        .expect("done");
    assert_eq!((done.id, done.status), (open.id, EnrolmentStatus::Conquered));
    assert_eq!(done.enrolled_at, open.enrolled_at);
}

#[tokio::test]
async fn articles_and_pathways_are_told_apart_from_topics() {
    let (caller, company) = Caller::seeded().await;
    let now = at("2026-11-20T00:00:00Z");
    let article = company.topics.last().expect("an article");
    assert_eq!(
        caller
            .portal
            .complete("trainer-1", article.id, now)
            .expect("done")
            .r#type,
        Knowledge::Article
    );
    let pathway = caller
        .portal
        .complete_pathway("trainer-1", "Induction", now)
        .expect("done");
    assert_eq!(
        caller.get(&format!("/enrolments/{}", pathway.id)).await.body["type"],
        "pathway"
    );
}

#[tokio::test]
async fn nobody_completes_what_is_not_there() {
    let (caller, company) = Caller::seeded().await;
    let now = at("2026-11-20T00:00:00Z");
    assert_eq!(
        caller.portal.complete("nobody", company.topics[0].id, now),
        Err(NotThere::User)
    );
    assert_eq!(caller.portal.complete("trainer-1", 1, now), Err(NotThere::Topic));
    assert!(caller.portal.enrolments().is_empty());
}

#[tokio::test]
async fn completions_since_a_time_come_oldest_first_and_include_that_time() {
    let (caller, company) = Caller::seeded().await;
    for (topic, day) in [
        (0, "2026-03-03"),
        (1, "2026-01-01"),
        (2, "2026-02-02"),
        (3, "2026-02-01"),
    ] {
        let completed_at = at(&format!("{day}T00:00:00Z"));
        caller
            .portal
            .complete("trainer-1", company.topics[topic].id, completed_at)
            .expect("done");
    }
    caller
        .portal
        .enrol("trainer-1", company.topics[4].id)
        .expect("an open one, which has no completion to list");
    let ids = |body: &Value| -> Vec<u64> {
        let records = body["records"].as_array().expect("records");
        records.iter().filter_map(|record| record["id"].as_u64()).collect()
    };
    let since = caller
        .get("/enrolments?completed_since=2026-02-01T00:00:00Z")
        .await
        .body;
    assert_eq!(
        (ids(&since), &since["total_records"]),
        (vec![9004, 9003, 9001], &json!(3))
    );
    let offset = caller
        .get("/enrolments?completed_since=2026-02-01T11:00:00%2B11:00")
        .await
        .body;
    assert_eq!(ids(&offset), ids(&since), "the same moment in Sydney");
    assert_eq!(caller.get("/enrolments").await.body["total_records"], 5);
    assert_eq!(caller.get("/enrolments?completed_since=yesterday").await.status, 400);
}
