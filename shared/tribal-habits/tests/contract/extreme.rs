//! No number, text or key of an answer, however extreme, panics the client or makes a failure long or personal.

use habitsync_domain::identity::EnrolmentId;
use habitsync_in_memory::assert_recordable;
use habitsync_simulator_harness::{Fault, PERSON, Rule, extremes};
use habitsync_workflows::ports::failure::VendorFailure;
use habitsync_workflows::ports::vendors::{FindCompletion, FindUser, ListCompletions, ListTopics, ListUsers, SaveUser};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::faults::bare_user;
use crate::rig::Rig;

/// Returns the outcome of `call` for each extreme form of `good`, under this status.
async fn ask_extremes(status: u16, good: Value, call: impl AsyncFn(&Rig) -> Result<(), VendorFailure>) {
    let rig = Rig::start().await;
    for body in extremes(&good) {
        let armed = rig
            .portal
            .arm(Rule::new(Fault::Answer { status, body }).times(u32::MAX));
        if let Err(failure) = call(&rig).await {
            assert_recordable(&failure, PERSON);
        }
        armed.disarm();
    }
}

fn page(record: &Value) -> Value {
    json!({"total_records": 1, "max_per_page": 25, "current_page": 1, "total_pages": 1, "records": [record]})
}

fn user() -> Value {
    json!({"user_name": "jo@acme.example", "active": true, "first_name": "Jo", "X-Location": "Perth"})
}

fn enrolment() -> Value {
    json!({"id": 9001, "type": "topic", "knowledge_id": 456, "knowledge_code": "TH-9-456", "status": "conquered",
        "user": {"user_name": "jo@acme.example"}, "completed_at": "2026-03-01T20:30:00Z", "training_minutes": 20})
}

#[tokio::test]
async fn no_extreme_page_panics_the_client() {
    let link = json!({"reference": "EC", "url": "https://acme.tribalhabits.com/e/1", "active": true});
    let topic = json!({"id": 456, "code": "TH-9-456", "type": "topic", "title": "Ladders", "description": "How",
        "status": "active", "published_version": "1.0", "auto_enrol_links": [link]});
    ask_extremes(200, page(&user()), async |rig| rig.client.list_users().await.map(drop)).await;
    ask_extremes(200, page(&topic), async |rig| rig.client.list_topics().await.map(drop)).await;
    ask_extremes(200, page(&enrolment()), async |rig| {
        rig.client.list_completions(Timestamp::MIN).await.map(drop)
    })
    .await;
}

#[tokio::test]
async fn no_extreme_record_panics_the_client() {
    let name = "jo@acme.example".parse().expect("a user name");
    ask_extremes(200, user(), async |rig| rig.client.find_user(&name).await.map(drop)).await;
    ask_extremes(200, enrolment(), async |rig| {
        rig.client.find_completion(EnrolmentId(9001)).await.map(drop)
    })
    .await;
}

#[tokio::test]
async fn the_refusal_of_a_public_report_keeps_the_address_that_is_its_key_to_itself() {
    let report = include_str!("../../../../tests/fixtures/public-reports/26-address-as-a-key.json");
    for status in [200, 400, 404, 409, 422, 500] {
        let rig = Rig::start().await;
        let body = serde_json::from_str(report).expect("is JSON");
        rig.portal.arm(Rule::new(Fault::Answer { status, body }).times(9));
        let failure = rig.client.create_user(&bare_user()).await.expect_err("is refused");
        let said = format!("{failure} {failure:?}");
        assert!(
            !said.contains("jo.citizen") && !said.contains("acme.com.au"),
            "{status}: {said}"
        );
    }
}

#[tokio::test]
async fn no_extreme_refusal_makes_a_failure_long_or_personal() {
    for status in [200, 404, 422] {
        let refusal = json!({"errors": {"email": ["has already been taken"]}});
        ask_extremes(status, refusal, async |rig| rig.client.create_user(&bare_user()).await).await;
    }
}
