//! What a delivery gets for an answer, and what it leaves behind.

use habitsync_domain::completion::CompletionMessage;
use habitsync_domain::identity::{EnrolmentId, TopicId};
use habitsync_workflows::accept_completion::{AcceptCompletion, Acceptance, Delivery, LARGEST_BODY, accept_completion};
use habitsync_workflows::completion_event::UnreadableEvent;
use habitsync_workflows::in_memory::{Call, Fault, ManualClock, Queue, Tenants, service_failure};
use habitsync_workflows::webhook_proof::Headers;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::world::{acme, beginning, code, name};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const OTHER_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN: &str = "an-opaque-token";

/// The function that faces the internet, with Acme behind it.
struct Door {
    tenants: Tenants,
    queue: Queue,
    clock: ManualClock,
}

impl Door {
    fn signed_with(secrets: &[&str]) -> Self {
        Self::configured(&[], secrets)
    }

    fn configured(changes: &[(&str, &str)], secrets: &[&str]) -> Self {
        let tenants = Tenants::default();
        tenants.add(acme(changes), secrets);
        Self {
            tenants,
            queue: Queue::default(),
            clock: ManualClock::at(beginning()),
        }
    }

    fn with_token() -> Self {
        Self::configured(&[("\"signature\" ", "\"token\" ")], &[TOKEN])
    }

    async fn accept(&self, tenant: &str, headers: Headers<'_>, body: &[u8]) -> Acceptance {
        let accept = AcceptCompletion {
            configurations: &self.tenants,
            secrets: &self.tenants,
            queue: &self.queue,
            clock: &self.clock,
        };
        accept_completion(&accept, &Delivery { tenant, headers, body }).await
    }

    /// Delivers a body that Acme signed just now.
    async fn accept_signed(&self, body: &[u8]) -> Acceptance {
        self.accept_signed_at(beginning().as_second(), SECRET, body).await
    }

    async fn accept_signed_at(&self, seconds: i64, secret: &str, body: &[u8]) -> Acceptance {
        let signature = sign(secret, seconds, body);
        let timestamp = seconds.to_string();
        self.accept("acme", signed_headers(&timestamp, &signature), body).await
    }

    async fn accept_token(&self, authorization: &str) -> Acceptance {
        let headers = Headers {
            authorization: Some(authorization),
            ..Headers::default()
        };
        self.accept("acme", headers, &body()).await
    }

    fn left_nothing_behind(&self) -> bool {
        self.queue.faults.made().is_empty()
    }
}

fn sign(secret: &str, seconds: i64, body: &[u8]) -> String {
    let webhook = Webhook::new(secret).expect("a secret");
    webhook.sign("evt_01", seconds, body).expect("signs")
}

fn signed_headers<'a>(timestamp: &'a str, signature: &'a str) -> Headers<'a> {
    Headers {
        id: Some("evt_01"),
        timestamp: Some(timestamp),
        signature: Some(signature),
        authorization: None,
    }
}

fn event() -> Value {
    json!({
        "event": "enrolment.completed",
        "id": "evt_01",
        "occurred_at": "2026-03-15T22:00:05Z",
        "enrolment": {
            "id": 9001, "type": "topic", "knowledge_id": 456, "knowledge_code": "TH-9-456",
            "knowledge_title": "Fire safety", "status": "conquered",
            "user": {"user_name": "jo@acme.com.au", "email": "jo@acme.com.au"},
            "enrolled_at": "2026-03-01T01:00:00Z", "completed_at": "2026-03-15T22:00:00Z", "training_minutes": 12
        }
    })
}

fn body() -> Vec<u8> {
    event().to_string().into_bytes()
}

/// The event with one value changed; null stands for absent where the contract allows it.
fn changed(pointer: &str, value: Value) -> Vec<u8> {
    let mut event = event();
    *event.pointer_mut(pointer).expect("the event has it") = value;
    event.to_string().into_bytes()
}

const ACCEPTED: Acceptance = Acceptance::Accepted {
    enrolment: EnrolmentId(9001),
};

#[tokio::test]
async fn a_signed_completion_is_stored_on_the_queue_and_accepted() {
    let door = Door::signed_with(&[SECRET]);
    assert_eq!(door.accept_signed(&body()).await, ACCEPTED);
    let CompletionMessage {
        tenant,
        completion,
        accepted_at,
    } = door.queue.receive().expect("it is on the queue");
    assert_eq!((tenant.as_str(), accepted_at), ("acme", beginning()));
    assert_eq!(
        (completion.enrolment, completion.topic),
        (EnrolmentId(9001), TopicId(456))
    );
    assert_eq!(completion.user_name, name("jo@acme.com.au"));
    assert_eq!(completion.completed_at.to_string(), "2026-03-15T22:00:00Z");
    assert_eq!(
        (completion.topic_code, completion.training_minutes),
        (Some(code(456)), Some(12))
    );
}

#[tokio::test]
async fn a_signature_made_elsewhere_is_believed() {
    // The example of the Standard Webhooks libraries: authentic, and no event of ours.
    let sent_at = "2022-04-07T21:39:13Z".parse().expect("a time");
    let door = Door {
        clock: ManualClock::at(sent_at),
        ..Door::signed_with(&[SECRET])
    };
    let signature = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
    let headers = Headers {
        id: Some("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"),
        ..signed_headers("1649367553", signature)
    };
    let body = br#"{"email":"test@example.com","username":"test_user"}"#;
    let answer = door.accept("acme", headers, body).await;
    assert!(
        matches!(answer, Acceptance::Unreadable(UnreadableEvent::NotAnEvent { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn either_of_two_live_secrets_and_any_of_several_signatures_will_do() {
    for secret in [SECRET, OTHER_SECRET] {
        let door = Door::signed_with(&[SECRET, OTHER_SECRET]);
        assert_eq!(
            door.accept_signed_at(beginning().as_second(), secret, &body()).await,
            ACCEPTED
        );
    }
    let door = Door::signed_with(&[SECRET]);
    let now = beginning().as_second();
    let signatures = format!("v1,bm9uc2Vuc2U= v2,x {}", sign(SECRET, now, &body()));
    let timestamp = now.to_string();
    assert_eq!(
        door.accept("acme", signed_headers(&timestamp, &signatures), &body())
            .await,
        ACCEPTED
    );
}

#[tokio::test]
async fn a_timestamp_counts_for_five_minutes_either_way() {
    let door = Door::signed_with(&[SECRET]);
    let now = beginning().as_second();
    for (offset, expected) in [
        (-300, ACCEPTED),
        (300, ACCEPTED),
        (-301, Acceptance::NotAuthentic),
        (301, Acceptance::NotAuthentic),
    ] {
        assert_eq!(
            door.accept_signed_at(now + offset, SECRET, &body()).await,
            expected,
            "{offset} s"
        );
    }
}

#[tokio::test]
async fn extreme_timestamps_are_refused_and_overflow_nothing() {
    let door = Door::signed_with(&[SECRET]);
    for timestamp in [
        i64::MIN.to_string(),
        i64::MAX.to_string(),
        "9".repeat(40),
        "-1".into(),
        "soon".into(),
        String::new(),
    ] {
        let signature = sign(SECRET, timestamp.parse().unwrap_or_default(), &body());
        let answer = door
            .accept("acme", signed_headers(&timestamp, &signature), &body())
            .await;
        assert_eq!(answer, Acceptance::NotAuthentic, "{timestamp:?}");
    }
    assert!(door.left_nothing_behind());
}

#[tokio::test]
async fn forgeries_are_refused_and_leave_nothing_behind() {
    let door = Door::signed_with(&[SECRET]);
    let now = beginning().as_second();
    let (timestamp, signature) = (now.to_string(), sign(SECRET, now, &body()));
    let authentic = signed_headers(&timestamp, &signature);
    let of_another = sign(OTHER_SECRET, now, &body());
    let tampered = changed("/enrolment/user/user_name", json!("sam@acme.com.au"));
    let deliveries: [(Headers<'_>, &[u8]); 7] = [
        (signed_headers(&timestamp, &of_another), &body()),
        (authentic, &tampered),
        (authentic, &body()[..body().len() - 1]),
        (
            Headers {
                id: Some("evt_02"),
                ..authentic
            },
            &body(),
        ),
        (Headers { id: None, ..authentic }, &body()),
        (
            Headers {
                signature: Some(&signature[3..]),
                ..authentic
            },
            &body(),
        ),
        (Headers::default(), &body()),
    ];
    for (index, (headers, body)) in deliveries.into_iter().enumerate() {
        assert_eq!(
            door.accept("acme", headers, body).await,
            Acceptance::NotAuthentic,
            "delivery {index}"
        );
    }
    assert!(door.left_nothing_behind());
}

#[tokio::test]
async fn an_unknown_customer_gets_the_answer_of_a_bad_signature_by_the_same_calls() {
    let door = Door::signed_with(&[OTHER_SECRET]);
    let now = beginning().as_second().to_string();
    let signature = sign(SECRET, beginning().as_second(), &body());
    let headers = signed_headers(&now, &signature);
    assert_eq!(door.accept("acme", headers, &body()).await, Acceptance::NotAuthentic);
    let calls = door.tenants.faults.made();
    assert_eq!(door.accept("nobody", headers, &body()).await, Acceptance::NotAuthentic);
    assert_eq!(door.tenants.faults.made()[calls.len()..], calls);
    assert_eq!(door.accept("../acme", headers, &body()).await, Acceptance::NotAuthentic);
    assert!(door.left_nothing_behind());
}

#[tokio::test]
async fn the_decoy_of_an_unknown_customer_opens_no_door() {
    let door = Door::signed_with(&[]);
    let answer = door
        .accept_signed_at(beginning().as_second(), "whsec_ZGVjb3k=", &body())
        .await;
    assert_eq!(answer, Acceptance::NotAuthentic);
}

#[tokio::test]
async fn a_rotated_secret_is_fetched_once_after_a_failed_check() {
    let door = Door::signed_with(&[OTHER_SECRET]);
    door.tenants.rotate(&"acme".parse().expect("a tenant"), &[SECRET]);
    assert_eq!(door.accept_signed(&body()).await, ACCEPTED);
    assert_eq!(door.accept_signed(&body()).await, ACCEPTED);
    assert_eq!(door.tenants.faults.count(Call::ReloadWebhookSecrets), 1);
}

#[tokio::test]
async fn a_token_is_believed_where_the_customer_cannot_sign() {
    let door = Door::with_token();
    assert_eq!(door.accept_token("Bearer an-opaque-token").await, ACCEPTED);
    assert_eq!(door.accept_token("bearer an-opaque-token").await, ACCEPTED);
    for wrong in [
        "Bearer an-opaque-toke",
        "Bearer ",
        "Bearer",
        "an-opaque-token",
        "Basic an-opaque-token",
        "",
    ] {
        assert_eq!(door.accept_token(wrong).await, Acceptance::NotAuthentic, "{wrong:?}");
    }
}

#[tokio::test]
async fn a_signature_is_no_token_and_a_token_no_signature() {
    assert_eq!(
        Door::with_token().accept_signed(&body()).await,
        Acceptance::NotAuthentic
    );
    let door = Door::signed_with(&[SECRET]);
    assert_eq!(
        door.accept_token(&format!("Bearer {SECRET}")).await,
        Acceptance::NotAuthentic
    );
}

#[tokio::test]
async fn an_empty_secret_is_no_secret() {
    let tokens = Door::configured(&[("\"signature\" ", "\"token\" ")], &[""]);
    assert_eq!(tokens.accept_token("Bearer ").await, Acceptance::NotAuthentic);
    for empty in ["", "whsec_"] {
        let door = Door::signed_with(&[empty]);
        let answer = door.accept_signed_at(beginning().as_second(), empty, &body()).await;
        assert_eq!(answer, Acceptance::NotAuthentic);
    }
}

#[tokio::test]
async fn what_is_no_completed_topic_is_understood_and_dropped() {
    let door = Door::signed_with(&[SECRET]);
    let others = [
        changed("/event", json!("enrolment.created")),
        json!({"event": "user.created", "id": "evt_02", "user": {}})
            .to_string()
            .into_bytes(),
        changed("/enrolment/type", json!("article")),
        changed("/enrolment/type", json!("pathway")),
        changed("/enrolment/type", json!("podcast")),
        changed("/enrolment/status", json!("applying")),
    ];
    for other in others {
        assert_eq!(
            door.accept_signed(&other).await,
            Acceptance::NotForUs,
            "{}",
            String::from_utf8_lossy(&other)
        );
    }
    assert!(door.left_nothing_behind());
}

#[tokio::test]
async fn a_body_that_is_no_readable_event_is_refused_without_quoting_it() {
    let door = Door::signed_with(&[SECRET]);
    let unreadable = [
        b"not json".to_vec(),
        b"{}".to_vec(),
        b"[1, 2]".to_vec(),
        b"".to_vec(),
        "[".repeat(10_000).into_bytes(),
        changed("/enrolment", json!(null)),
        changed("/enrolment/id", json!("9001")),
        changed("/enrolment/user", json!({})),
        changed("/enrolment/user/user_name", json!(" ")),
        changed("/enrolment/completed_at", json!("yesterday, jo@acme.com.au")),
    ];
    for body in unreadable {
        let answer = door.accept_signed(&body).await;
        assert!(
            matches!(answer, Acceptance::Unreadable(_)),
            "{answer:?}: {}",
            String::from_utf8_lossy(&body)
        );
        assert!(!format!("{answer:?}").contains("jo@"), "{answer:?}");
    }
    assert!(door.left_nothing_behind());
}

#[tokio::test]
async fn a_body_that_is_not_text_is_not_authentic() {
    let door = Door::signed_with(&[SECRET]);
    let now = beginning().as_second().to_string();
    let headers = signed_headers(&now, "v1,bm9uc2Vuc2U=");
    assert_eq!(
        door.accept("acme", headers, &[0xff, 0xfe]).await,
        Acceptance::NotAuthentic
    );
}

#[tokio::test]
async fn the_events_own_time_stands_in_for_a_completion_time_that_is_missing() {
    let door = Door::signed_with(&[SECRET]);
    assert_eq!(
        door.accept_signed(&changed("/enrolment/completed_at", json!(null)))
            .await,
        ACCEPTED
    );
    let message = door.queue.receive().expect("it is on the queue");
    assert_eq!(message.completion.completed_at.to_string(), "2026-03-15T22:00:05Z");
    let mut neither = event();
    neither["occurred_at"] = json!(null);
    neither["enrolment"]["completed_at"] = json!(null);
    let answer = door.accept_signed(neither.to_string().as_bytes()).await;
    assert_eq!(answer, Acceptance::Unreadable(UnreadableEvent::NoCompletionTime));
}

#[tokio::test]
async fn the_largest_body_is_read_and_a_larger_one_refused_before_anything_is_asked() {
    let door = Door::signed_with(&[SECRET]);
    let mut largest = body();
    largest.resize(LARGEST_BODY, b' ');
    assert_eq!(door.accept_signed(&largest).await, ACCEPTED);
    let calls = door.tenants.faults.made().len();
    largest.push(b' ');
    assert_eq!(door.accept_signed(&largest).await, Acceptance::TooLarge);
    assert_eq!(door.tenants.faults.made().len(), calls);
}

#[tokio::test]
async fn what_cannot_be_stored_is_asked_for_again() {
    let door = Door::signed_with(&[SECRET]);
    door.queue
        .faults
        .arm(Call::QueueCompletion, Fault::Before(service_failure()));
    assert_eq!(
        door.accept_signed(&body()).await,
        Acceptance::NotStored(service_failure())
    );
    for call in [Call::LoadConfiguration, Call::LoadWebhookSecrets] {
        door.tenants.faults.arm(call, Fault::Before(service_failure()));
        assert_eq!(
            door.accept_signed(&body()).await,
            Acceptance::NotStored(service_failure()),
            "{call:?}"
        );
    }
    assert_eq!(door.queue.messages(), []);
}
