//! The function that faces the internet, with Acme behind it, and deliveries of the completed topic 456.

use habitsync_domain::identity::EnrolmentId;
use habitsync_in_memory::{ManualClock, Queue, Tenants};
use habitsync_workflows::results::accept::{AcceptCompletion, Acceptance, Delivery, accept_completion};
use habitsync_workflows::results::webhook_verification::Headers;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::world::{acme, beginning};

pub(crate) const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
pub(crate) const OTHER_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const TOKEN: &str = "an-opaque-token";

/// The function that faces the internet, with Acme behind it.
pub(crate) struct Door {
    pub(crate) tenants: Tenants,
    pub(crate) queue: Queue,
    pub(crate) clock: ManualClock,
}

impl Door {
    pub(crate) fn signed_with(secrets: &[&str]) -> Self {
        Self::configured(&[], secrets)
    }

    pub(crate) fn configured(changes: &[(&str, &str)], secrets: &[&str]) -> Self {
        let tenants = Tenants::default();
        tenants.add(acme(changes), secrets);
        Self {
            tenants,
            queue: Queue::default(),
            clock: ManualClock::at(beginning()),
        }
    }

    pub(crate) fn with_token() -> Self {
        Self::configured(&[("\"signature\" ", "\"token\" ")], &[TOKEN])
    }

    pub(crate) async fn accept(&self, tenant: &str, headers: Headers<'_>, body: &[u8]) -> Acceptance {
        let accept = AcceptCompletion {
            configurations: &self.tenants,
            secrets: &self.tenants,
            queue: &self.queue,
            clock: &self.clock,
        };
        accept_completion(&accept, &Delivery { tenant, headers, body }).await
    }

    /// Delivers a body that Acme signed just now.
    pub(crate) async fn accept_signed(&self, body: &[u8]) -> Acceptance {
        self.accept_signed_at(beginning().as_second(), SECRET, body).await
    }

    pub(crate) async fn accept_signed_at(&self, seconds: i64, secret: &str, body: &[u8]) -> Acceptance {
        let signature = sign(secret, seconds, body);
        let timestamp = seconds.to_string();
        self.accept("acme", signed_headers(&timestamp, &signature), body).await
    }

    pub(crate) async fn accept_token(&self, authorization: &str) -> Acceptance {
        let headers = Headers {
            authorization: Some(authorization),
            ..Headers::default()
        };
        self.accept("acme", headers, &body()).await
    }

    pub(crate) fn left_nothing_behind(&self) -> bool {
        self.queue.faults.made().is_empty()
    }
}

pub(crate) fn sign(secret: &str, seconds: i64, body: &[u8]) -> String {
    let webhook = Webhook::new(secret).expect("a secret");
    webhook.sign("evt_01", seconds, body).expect("signs")
}

pub(crate) fn signed_headers<'a>(timestamp: &'a str, signature: &'a str) -> Headers<'a> {
    Headers {
        id: Some("evt_01"),
        timestamp: Some(timestamp),
        signature: Some(signature),
        authorization: None,
    }
}

pub(crate) fn event() -> Value {
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

pub(crate) fn body() -> Vec<u8> {
    event().to_string().into_bytes()
}

/// The event with one value changed; null stands for absent where the contract allows it.
pub(crate) fn changed(pointer: &str, value: Value) -> Vec<u8> {
    let mut event = event();
    *event.pointer_mut(pointer).expect("the event has it") = value;
    event.to_string().into_bytes()
}

pub(crate) const ACCEPTED: Acceptance = Acceptance::Accepted {
    enrolment: EnrolmentId(9001),
};
