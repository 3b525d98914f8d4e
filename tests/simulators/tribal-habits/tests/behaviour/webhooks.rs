//! Webhooks as a receiver sees them, checked with the library of the published rule.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use habitsync_simulator_harness::Server;
use habitsync_simulator_tribal_habits::{Enrolment, Forgery, SendError, WebhookTarget};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::portal::Caller;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

type Received = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// Keeps every delivery.
struct Receiver {
    server: Server,
    received: Received,
}

impl Receiver {
    async fn start() -> Self {
        let received = Received::default();
        let router = Router::new()
            .route("/hooks/acme", post(keep))
            .with_state(received.clone());
        Self {
            server: Server::start(0, router).await.expect("a free port"),
            received,
        }
    }

    fn url(&self) -> String {
        format!("http://{}/hooks/acme", self.server.address())
    }

    fn verdicts(&self) -> Vec<bool> {
        let webhook = Webhook::new(SECRET).expect("a secret");
        self.received
            .lock()
            .iter()
            .map(|(headers, body)| webhook.verify(body, headers).is_ok())
            .collect()
    }
}

async fn keep(State(received): State<Received>, headers: HeaderMap, body: Bytes) -> StatusCode {
    received.lock().push((headers, body));
    StatusCode::ACCEPTED
}

async fn completed() -> (Caller, Enrolment, Receiver) {
    let (caller, company) = Caller::seeded().await;
    let enrolment = caller
        .portal
        .complete("trainer-1", company.topics[0].id, caller.portal.clock().now())
        .expect("an enrolment");
    (caller, enrolment, Receiver::start().await)
}

#[tokio::test]
async fn a_signed_webhook_satisfies_the_published_rule() {
    let (caller, enrolment, receiver) = completed().await;
    let target = WebhookTarget::signed(&receiver.url(), SECRET);
    assert_eq!(
        caller
            .portal
            .send_completion(&target, &enrolment)
            .await
            .expect("an answer"),
        202
    );
    assert_eq!(receiver.verdicts(), [true]);
    let (headers, body) = receiver.received.lock()[0].clone();
    let event: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(
        (&event["event"], &event["enrolment"]),
        (&json!("enrolment.completed"), &json!(enrolment))
    );
    assert_eq!(event["id"], headers["webhook-id"].to_str().expect("text"));
    assert!(
        event["occurred_at"]
            .as_str()
            .expect("text")
            .parse::<Timestamp>()
            .is_ok()
    );
}

#[tokio::test]
async fn every_message_has_another_id_and_a_duplicate_the_same() {
    let (caller, enrolment, receiver) = completed().await;
    let target = WebhookTarget::signed(&receiver.url(), SECRET);
    let message = caller.portal.message(&enrolment);
    for _ in 0..2 {
        caller.portal.deliver(&target, &message).await.expect("an answer");
    }
    caller
        .portal
        .send_completion(&target, &enrolment)
        .await
        .expect("an answer");
    let kept = receiver.received.lock();
    let ids: Vec<_> = kept.iter().map(|(headers, _)| headers["webhook-id"].clone()).collect();
    assert!(ids[0] == ids[1] && ids[1] != ids[2], "{ids:?}");
    assert_eq!(kept[0].1, kept[1].1);
}

#[tokio::test]
async fn forged_and_stale_webhooks_are_not_authentic() {
    let (caller, enrolment, receiver) = completed().await;
    let target = WebhookTarget::signed(&receiver.url(), SECRET);
    let message = || caller.portal.message(&enrolment);
    let forgeries = [Forgery::WrongSecret, Forgery::ChangedBody, Forgery::Unsigned];
    let mut wrong: Vec<_> = forgeries.into_iter().map(|forgery| message().forged(forgery)).collect();
    wrong.push(message().stale(SignedDuration::from_mins(10)));
    wrong.push(message().stale(SignedDuration::from_mins(-10)));
    for message in wrong {
        assert_eq!(caller.portal.deliver(&target, &message).await.expect("an answer"), 202);
    }
    assert_eq!(receiver.verdicts(), [false; 5]);
}

#[tokio::test]
async fn a_sender_that_cannot_sign_shows_a_token() {
    let (caller, enrolment, receiver) = completed().await;
    let target = WebhookTarget::with_token(&receiver.url(), "s3cret");
    caller
        .portal
        .send_completion(&target, &enrolment)
        .await
        .expect("an answer");
    for forgery in [Forgery::WrongSecret, Forgery::Unsigned] {
        caller
            .portal
            .deliver(&target, &caller.portal.message(&enrolment).forged(forgery))
            .await
            .expect("an answer");
    }
    let kept = receiver.received.lock();
    let shown: Vec<_> = kept
        .iter()
        .map(|(headers, _)| headers.get("authorization").cloned())
        .collect();
    assert_eq!(shown[0].as_ref().expect("a token"), "Bearer s3cret");
    assert_ne!(shown[1], shown[0]);
    assert_eq!(shown[2], None);
    assert!(!kept[0].0.contains_key("webhook-signature"));
}

#[tokio::test]
async fn a_receiver_that_is_not_there_and_a_secret_that_is_none_are_told_apart() {
    let (caller, enrolment, receiver) = completed().await;
    let (url, portal) = (receiver.url(), &caller.portal);
    let bad = WebhookTarget::signed(&url, "whsec_*");
    assert!(matches!(
        portal.send_completion(&bad, &enrolment).await,
        Err(SendError::Secret(_))
    ));
    receiver.server.stop().await;
    let gone = WebhookTarget::signed(&url, SECRET);
    assert!(matches!(
        portal.send_completion(&gone, &enrolment).await,
        Err(SendError::NoAnswer(_))
    ));
    assert!(matches!(portal.announce(&enrolment).await, Err(SendError::NoTarget)));
}

#[tokio::test]
async fn a_person_with_curl_can_complete_a_topic_and_see_the_webhook_go() {
    let (caller, enrolment, receiver) = completed().await;
    let client = &caller.client;
    let address = format!("{}/_simulator", caller.portal.base_url());
    let target = json!({"url": receiver.url(), "secret": SECRET});
    client
        .put(format!("{address}/webhook"))
        .json(&target)
        .send()
        .await
        .expect("an answer");
    let completion = json!({"user_name": "trainer-1", "topic_id": enrolment.knowledge_id});
    let answer = client
        .post(format!("{address}/completions"))
        .json(&completion)
        .send()
        .await
        .expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    assert_eq!(answer["webhook"], json!({"status": 202}));
    assert_eq!(receiver.verdicts(), [true]);
    let change = json!({"status": "draft"});
    let path = format!("{address}/topics/{}", enrolment.knowledge_id);
    client.patch(path).json(&change).send().await.expect("an answer");
    let state: Value = client
        .get(format!("{address}/state"))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!((&state["completed"], &state["requests"]), (&json!(2), &json!(0)));
}
