//! The completion webhook, written from the published rule of Standard Webhooks and not with the library that the
//! receiver uses.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use rustls::crypto::ring;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::enrolment::Enrolment;

/// How long the sender waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a receiver knows that a webhook is authentic.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// Standard Webhooks, with a secret `whsec_` + base64.
    Secret(String),
    /// `Authorization: Bearer` and this.
    Token(String),
}

impl std::fmt::Debug for Authentication {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Secret(_) => "Secret(…)",
            Self::Token(_) => "Token(…)",
        })
    }
}

/// Where webhooks go.
#[derive(Debug, Clone, Deserialize)]
pub struct WebhookTarget {
    /// The full address, tenant included.
    pub url: String,
    /// How they are made authentic.
    #[serde(flatten)]
    pub authentication: Authentication,
}

impl WebhookTarget {
    /// Signed with `secret` (`whsec_` + base64).
    #[must_use]
    pub fn signed(url: &str, secret: &str) -> Self {
        Self {
            url: url.to_owned(),
            authentication: Authentication::Secret(secret.to_owned()),
        }
    }

    /// With a bearer token.
    #[must_use]
    pub fn with_token(url: &str, token: &str) -> Self {
        Self {
            url: url.to_owned(),
            authentication: Authentication::Token(token.to_owned()),
        }
    }
}

/// The fault of a webhook that pretends to come from the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    /// Made with another secret or token.
    WrongSecret,
    /// Changed after it was signed. A bearer token does not detect this.
    ChangedBody,
    /// Without any signature or token.
    Unsigned,
}

/// Why a webhook could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The secret is not `whsec_` and base64.
    #[error("the webhook secret is not whsec_ followed by base64")]
    Secret(#[source] base64::DecodeError),
    /// No server answered.
    #[error("no answer from the receiver")]
    NoAnswer(#[source] reqwest::Error),
    /// There is no target.
    #[error("the portal has no webhook target")]
    NoTarget,
}

/// One webhook, ready to be sent once, twice, late or never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// `webhook-id`; the same for every try of one message.
    pub message_id: String,
    /// `webhook-timestamp`.
    pub sent_at: Timestamp,
    /// The raw body.
    pub body: String,
    forgery: Option<Forgery>,
}

impl Delivery {
    /// The message that `enrolment` was completed, as sent at `now`.
    #[must_use]
    pub fn of(enrolment: &Enrolment, message_id: &str, now: Timestamp) -> Self {
        let event = json!({
            "event": "enrolment.completed",
            "id": message_id,
            "occurred_at": now.to_string(),
            "enrolment": enrolment,
        });
        Self::raw(event.to_string(), message_id, now)
    }

    /// Any body at all, properly signed.
    #[must_use]
    pub fn raw(body: String, message_id: &str, now: Timestamp) -> Self {
        Self {
            message_id: message_id.to_owned(),
            sent_at: now,
            body,
            forgery: None,
        }
    }

    /// As if it had been sent so much earlier: what a replayed message looks like, or a sender whose clock is behind.
    #[must_use]
    pub fn stale(self, by: SignedDuration) -> Self {
        Self {
            sent_at: self.sent_at.checked_sub(by).unwrap_or(Timestamp::MIN),
            ..self
        }
    }

    /// Not authentic, in this way.
    #[must_use]
    pub fn forged(self, forgery: Forgery) -> Self {
        Self {
            forgery: Some(forgery),
            ..self
        }
    }

    /// The headers that make it authentic, or do not.
    fn headers(&self, authentication: &Authentication) -> Result<Vec<(&'static str, String)>, SendError> {
        let mut headers = match authentication {
            Authentication::Token(token) => vec![("authorization", format!("Bearer {}", self.maybe_wrong(token)))],
            Authentication::Secret(secret) => self.signature_headers(secret)?,
        };
        if self.forgery == Some(Forgery::Unsigned) {
            headers.retain(|(name, _)| !matches!(*name, "authorization" | "webhook-signature"));
        }
        Ok(headers)
    }

    /// The body that goes out.
    fn sent_body(&self) -> String {
        match self.forgery {
            Some(Forgery::ChangedBody) => self.changed_body(),
            Some(Forgery::WrongSecret | Forgery::Unsigned) | None => self.body.clone(),
        }
    }

    fn signature_headers(&self, secret: &str) -> Result<Vec<(&'static str, String)>, SendError> {
        let timestamp = self.sent_at.as_second();
        let mut key = STANDARD
            .decode(secret.trim_start_matches("whsec_"))
            .map_err(SendError::Secret)?;
        if self.forgery == Some(Forgery::WrongSecret) {
            key.reverse();
            key.push(1);
        }
        Ok(vec![
            ("webhook-id", self.message_id.clone()),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", sign(&key, &self.message_id, timestamp, &self.body)),
        ])
    }

    fn maybe_wrong(&self, token: &str) -> String {
        if self.forgery == Some(Forgery::WrongSecret) {
            format!("{token}x")
        } else {
            token.to_owned()
        }
    }

    /// Another enrolment than the one that was signed.
    fn changed_body(&self) -> String {
        let Ok(mut event) = serde_json::from_str::<Value>(&self.body) else {
            return format!("{} ", self.body);
        };
        if let Some(id) = event.pointer_mut("/enrolment/id") {
            *id = (id.as_u64().unwrap_or(0) + 1_000_000).into();
        }
        event.to_string()
    }
}

/// `v1,` and the base64 of the HMAC-SHA256 over "{id}.{timestamp}.{raw body}".
fn sign(key: &[u8], message_id: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(format!("{message_id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Sender of webhooks.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    client: reqwest::Client,
}

impl Sender {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the vendor, which shares nothing with the client under test"
    )]
    pub(crate) fn new() -> Self {
        let roots = rustls::RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring offers the default protocol versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .timeout(PATIENCE)
            .build();
        Self {
            client: client.expect("the TLS settings are rustls's own"),
        }
    }

    /// Sends it once; answers the status.
    pub(crate) async fn send(&self, target: &WebhookTarget, delivery: &Delivery) -> Result<u16, SendError> {
        let request = self.client.post(&target.url).header("content-type", "application/json");
        let mut request = request.body(delivery.sent_body());
        for (name, value) in delivery.headers(&target.authentication)? {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(SendError::NoAnswer)?;
        Ok(response.status().as_u16())
    }
}
