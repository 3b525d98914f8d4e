//! What a delivery that is authentic gets for an answer, and what it leaves behind.

use habitsync_domain::identity::{EnrolmentId, TopicId};
use habitsync_domain::results::completion::CompletionMessage;
use habitsync_in_memory::{Call, Fault, service_failure};
use habitsync_workflows::results::accept::{Acceptance, LARGEST_BODY};
use habitsync_workflows::results::event::UnreadableEvent;
use serde_json::json;

use crate::door::{ACCEPTED, Door, SECRET, body, changed, event};
use crate::world::{beginning, code, name};

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
        changed("/enrolment/id", json!("E9001")),
        changed("/enrolment/id", json!(9001.5)),
        changed("/enrolment/type", json!(null)),
        changed("/event", json!(null)),
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

/// Values that no contract has, for the fields that do not count.
fn odd_values() -> [serde_json::Value; 9] {
    [
        json!(null),
        json!(""),
        json!(7),
        json!(-1e300),
        json!([]),
        json!({}),
        json!(true),
        json!("2026-03-01 20:30:00 UTC"),
        json!("01/03/2026, 8.30 pm"),
    ]
}

#[tokio::test]
async fn only_the_fields_that_count_decide_about_a_delivery() {
    let door = Door::signed_with(&[SECRET]);
    for field in [
        "/occurred_at",
        "/id",
        "/enrolment/knowledge_code",
        "/enrolment/training_minutes",
    ] {
        for odd in odd_values() {
            let answer = door.accept_signed(&changed(field, odd.clone())).await;
            assert_eq!(answer, ACCEPTED, "{field}: {odd}");
            let message = door.queue.receive().expect("it is on the queue");
            assert_eq!(message.completion.completed_at.to_string(), "2026-03-15T22:00:00Z");
        }
    }
}

#[tokio::test]
async fn ids_and_codes_are_read_as_texts_and_as_numbers() {
    let door = Door::signed_with(&[SECRET]);
    for (field, odd) in [
        ("/enrolment/id", json!("9001")),
        ("/enrolment/id", json!(9001.0)),
        ("/enrolment/knowledge_id", json!(" 456 ")),
        ("/enrolment/knowledge_code", json!(456)),
        ("/enrolment/completed_at", json!("2026-03-15 22:00:00 UTC")),
        ("/enrolment/completed_at", json!("2026-03-16 09:00:00 +1100")),
        ("/event", json!("Enrolment.Completed")),
        ("/enrolment/type", json!("Topic")),
        ("/enrolment/status", json!("CONQUERED")),
        ("/enrolment/completed_at", json!("2026-03-16T09:00:00+11:00")),
    ] {
        assert_eq!(
            door.accept_signed(&changed(field, odd.clone())).await,
            ACCEPTED,
            "{field}: {odd}"
        );
    }
    let marked = [b"\xef\xbb\xbf".as_slice(), &body()].concat();
    assert_eq!(door.accept_signed(&marked).await, ACCEPTED);
}

#[tokio::test]
async fn another_event_with_odd_fields_is_none_of_ours() {
    let door = Door::signed_with(&[SECRET]);
    for odd in odd_values() {
        let others = [
            json!({"event": "user.created", "id": odd, "occurred_at": odd, "enrolment": odd, "user": odd}),
            json!({"event": "enrolment.completed", "occurred_at": odd,
                "enrolment": {"id": odd, "type": "article", "status": odd, "user": odd, "completed_at": odd}}),
            json!({"event": "enrolment.completed", "enrolment": {"type": "topic", "status": "exploring", "id": odd, "user": odd}}),
        ];
        for other in others {
            let answer = door.accept_signed(other.to_string().as_bytes()).await;
            assert_eq!(answer, Acceptance::NotForUs, "{other}");
        }
    }
    let numbered = json!({"event": 7, "enrolment": {}}).to_string();
    assert_eq!(door.accept_signed(numbered.as_bytes()).await, Acceptance::NotForUs);
}

#[tokio::test]
async fn a_field_that_cannot_be_decoded_decides_about_no_delivery() {
    let door = Door::signed_with(&[SECRET]);
    let text = String::from_utf8(body()).expect("UTF-8");
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for odd in [
        "1e999",
        "\"Jo \\ud83d\"",
        "\"Jo\nCitizen\"",
        "{\"a\": {\"b\": 1e999}}",
        deep.as_str(),
    ] {
        for object in ["", "\"enrolment\":", "\"user\":"] {
            let own = text.replacen(&format!("{object}{{"), &format!("{object}{{\"odd\":{odd},"), 1);
            assert_ne!(own, text, "{object}");
            assert_eq!(door.accept_signed(own.as_bytes()).await, ACCEPTED, "{own:.300}");
        }
        let other = format!(r#"{{"event":"user.created","id":{odd},"enrolment":{{"odd":{odd}}},"user":{odd}}}"#);
        let answer = door.accept_signed(other.as_bytes()).await;
        assert_eq!(answer, Acceptance::NotForUs, "{other:.300}");
    }
    let twice = text.replacen('{', r#"{"event":"enrolment.completed","#, 1);
    assert_eq!(door.accept_signed(twice.as_bytes()).await, ACCEPTED);
}

#[tokio::test]
async fn the_delivery_of_a_public_report_is_accepted_with_the_time_that_counts() {
    let door = Door::signed_with(&[SECRET]);
    let text = include_str!("../../../../tests/fixtures/public-reports/16-occurred-at-not-rfc3339.json");
    assert!(matches!(
        door.accept_signed(text.as_bytes()).await,
        Acceptance::Accepted { .. }
    ));
    let message = door.queue.receive().expect("it is on the queue");
    assert_eq!(message.completion.completed_at.to_string(), "2026-03-01T20:30:00Z");
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
