//! Who is believed: signatures, tokens, rotated secrets, forgeries.

use habitsync_in_memory::{Call, Fault, ManualClock, service_failure};
use habitsync_workflows::results::accept::Acceptance;
use habitsync_workflows::results::event::UnreadableEvent;
use habitsync_workflows::results::webhook_verification::Headers;
use serde_json::json;

use crate::door::{ACCEPTED, Door, OTHER_SECRET, SECRET, body, changed, sign, signed_headers};
use crate::world::beginning;

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
async fn an_unknown_customer_gets_the_answer_of_a_bad_signature_and_no_secret_is_read_for_it() {
    let door = Door::signed_with(&[OTHER_SECRET]);
    let now = beginning().as_second().to_string();
    let signature = sign(SECRET, beginning().as_second(), &body());
    let headers = signed_headers(&now, &signature);
    assert_eq!(door.accept("acme", headers, &body()).await, Acceptance::NotAuthentic);
    let calls = door.tenants.faults.made();
    assert_eq!(door.accept("nobody", headers, &body()).await, Acceptance::NotAuthentic);
    assert_eq!(door.tenants.faults.made()[calls.len()..], [Call::LoadConfiguration]);
    assert_eq!(door.accept("../acme", headers, &body()).await, Acceptance::NotAuthentic);
    assert!(door.left_nothing_behind());
}

#[tokio::test]
async fn what_no_secret_can_prove_is_refused_without_reading_anything() {
    let door = Door::signed_with(&[SECRET]);
    let now = beginning().as_second();
    let signature = sign(SECRET, now, &body());
    let (now, old, late) = (now.to_string(), (now - 301).to_string(), (now + 301).to_string());
    let authentic = signed_headers(&now, &signature);
    let bearer = |authorization| Headers {
        authorization: Some(authorization),
        ..Headers::default()
    };
    let flood = [
        Headers::default(),
        Headers { id: None, ..authentic },
        Headers {
            timestamp: None,
            ..authentic
        },
        Headers {
            timestamp: Some(&old),
            ..authentic
        },
        Headers {
            timestamp: Some(&late),
            ..authentic
        },
        Headers {
            timestamp: Some("9223372036854775807"),
            ..authentic
        },
        Headers {
            timestamp: Some("now"),
            ..authentic
        },
        Headers {
            signature: None,
            ..authentic
        },
        Headers {
            signature: Some(""),
            ..authentic
        },
        Headers {
            signature: Some("v2,abc v1"),
            ..authentic
        },
        bearer("Bearer "),
        bearer("Bearer"),
        bearer("Basic abc"),
    ];
    for (index, headers) in flood.into_iter().enumerate() {
        for tenant in ["acme", "nobody", "NOBODY", ""] {
            let answer = door.accept(tenant, headers, &body()).await;
            assert_eq!(answer, Acceptance::NotAuthentic, "delivery {index} to {tenant}");
        }
    }
    assert_eq!(door.tenants.faults.made(), []);
    assert_eq!(door.accept("acme", authentic, &body()).await, ACCEPTED);
}

#[tokio::test]
async fn the_decoy_of_an_unknown_customer_opens_no_door() {
    let door = Door::signed_with(&[]);
    let answer = door
        .accept_signed_at(beginning().as_second(), "whsec_ZGVjb3k=", &body())
        .await;
    assert_eq!(answer, Acceptance::NotAuthentic);
    for door in [Door::signed_with(&[SECRET]), Door::with_token()] {
        let answer = door
            .accept_signed_at(beginning().as_second(), "whsec_ZGVjb3k=", &body())
            .await;
        assert_eq!(answer, Acceptance::NotAuthentic, "nor does it fill an empty place");
        assert_eq!(
            door.accept_token("Bearer whsec_ZGVjb3k=").await,
            Acceptance::NotAuthentic
        );
    }
}

#[tokio::test]
async fn a_forgery_is_never_stored_however_the_secrets_fail_to_be_read_again() {
    let door = Door::signed_with(&[OTHER_SECRET]);
    door.tenants
        .faults
        .arm(Call::ReloadWebhookSecrets, Fault::Before(service_failure()));
    assert_eq!(
        door.accept_signed(&body()).await,
        Acceptance::NotStored(service_failure()),
        "it may be authentic: the sender is asked to send it again"
    );
    assert!(door.left_nothing_behind());
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
async fn a_body_that_is_not_text_is_not_authentic() {
    let door = Door::signed_with(&[SECRET]);
    let now = beginning().as_second().to_string();
    let headers = signed_headers(&now, "v1,bm9uc2Vuc2U=");
    assert_eq!(
        door.accept("acme", headers, &[0xff, 0xfe]).await,
        Acceptance::NotAuthentic
    );
}
