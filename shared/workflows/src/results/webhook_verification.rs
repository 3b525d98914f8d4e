//! Verifies a webhook delivery: a Standard Webhooks signature, or a bearer token from a sender that cannot sign.
//!
//! Every live secret is tried and comparisons take constant time. The work is the same for every customer, whether there is
//! one or not, with one live secret or two, with signatures or a token: the time that it takes does not show which.

use habitsync_domain::configuration::Authenticity;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use standardwebhooks::Webhook;
use subtle::{Choice, ConstantTimeEq};

/// How far a delivery's timestamp may be from now, either way.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(300);

/// The number of live secrets of a customer who is rotating theirs: so many are checked for every customer.
const MOST_LIVE: usize = 2;

/// Checked in the place of a secret that a customer does not have; its result does not count.
const DECOY: &str = "whsec_ZGVjb3k=";

/// The headers that a delivery proves itself with.
#[derive(Clone, Copy, Default)]
pub struct Headers<'a> {
    /// `webhook-id`
    pub id: Option<&'a str>,
    /// `webhook-timestamp`: epoch seconds
    pub timestamp: Option<&'a str>,
    /// `webhook-signature`: `v1,` and base64; several, separated by spaces
    pub signature: Option<&'a str>,
    /// `authorization`: `Bearer` and the token
    pub authorization: Option<&'a str>,
}

/// Whether the delivery carries what a proof needs: a bearer token, or an id, a recent timestamp and a signature. Without, no secret
/// of any customer proves it, and nothing has to be read to refuse it.
#[must_use]
pub fn could_prove(headers: &Headers<'_>, now: Timestamp) -> bool {
    let is_recent = headers
        .timestamp
        .is_some_and(|timestamp| recent(timestamp, now).is_some());
    let is_signed = headers
        .signature
        .is_some_and(|signatures| signatures.split(' ').any(|signature| signature.starts_with("v1,")));
    let has_token = token(headers).is_some_and(|token| !token.is_empty());
    has_token || (headers.id.is_some() && is_recent && is_signed)
}

/// Returns whether one of the secrets verifies the delivery, in the way that the customer's configuration says.
#[must_use]
pub fn proves(
    authenticity: Authenticity,
    secrets: &[SecretString],
    headers: &Headers<'_>,
    body: &[u8],
    now: Timestamp,
) -> bool {
    let check = |secret: &str| match authenticity {
        Authenticity::Signature => bears(DECOY, headers) & Choice::from(0) | is_signed(secret, headers, body, now),
        Authenticity::Token => is_signed(DECOY, headers, body, now) & Choice::from(0) | bears(secret, headers),
    };
    // Not `any`: each secret takes its time, whichever of them fits.
    let proofs = secrets.iter().map(|secret| check(secret.expose_secret()));
    let missing = MOST_LIVE.saturating_sub(secrets.len());
    let decoys = (0..missing).map(|_| check(DECOY) & Choice::from(0));
    proofs
        .chain(decoys)
        .fold(Choice::from(0), |proved, proof| proved | proof)
        .into()
}

/// A Standard Webhooks signature of `{id}.{timestamp}.{body}`, recent enough.
fn is_signed(secret: &str, headers: &Headers<'_>, body: &[u8], now: Timestamp) -> Choice {
    let sealed = || {
        let timestamp = recent(headers.timestamp?, now)?;
        let webhook = Webhook::new(secret).ok().filter(|_| has_key(secret))?;
        let expected = webhook.sign(headers.id?, timestamp, body).ok()?;
        Some(any_equals(headers.signature?, &expected))
    };
    sealed().unwrap_or(Choice::from(0))
}

/// The timestamp, where it is one and within the tolerance. Extreme ones end here: further on they would overflow.
fn recent(text: &str, now: Timestamp) -> Option<i64> {
    let seconds = text.parse().ok()?;
    let sent_at = Timestamp::from_second(seconds).ok()?;
    (sent_at.duration_since(now).abs() <= TOLERANCE).then_some(seconds)
}

/// An empty key would verify any signature made with an empty key.
fn has_key(secret: &str) -> bool {
    !secret.strip_prefix("whsec_").unwrap_or(secret).is_empty()
}

fn any_equals(signatures: &str, expected: &str) -> Choice {
    signatures
        .split(' ')
        .map(|signature| signature.as_bytes().ct_eq(expected.as_bytes()))
        .fold(Choice::from(0), |found, equal| found | equal)
}

/// The token of an `authorization` header of the scheme `Bearer`.
fn token<'a>(headers: &Headers<'a>) -> Option<&'a str> {
    let (scheme, token) = headers.authorization?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// A bearer token. Digests are compared, so that not even its length can be measured.
fn bears(secret: &str, headers: &Headers<'_>) -> Choice {
    let token = token(headers).unwrap_or_default();
    let is_token = Choice::from(u8::from(!secret.is_empty()));
    Sha256::digest(token).ct_eq(&Sha256::digest(secret)) & is_token
}
