//! Authorisation of requests: a token made from the customer's integration codes, or a static key.

use std::sync::Arc;
use std::time::Duration;

use habitsync_domain::configuration::EmployeeConnectAuth;
use habitsync_vendor_http::{HttpError, Request, VendorHttp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::wire::AccessToken;

/// A token is given up this long before it ends, so that it does not end on its way.
const MARGIN: Duration = Duration::from_secs(30);

/// The life of a token whose answer does not say it, in seconds: that of the contract's example.
const USUAL_LIFE: f64 = 900.0;

/// A token is used at most this long, however long its answer says that it lives.
const LONGEST_USE: Duration = Duration::from_hours(24);

/// A customer's credentials for EmployeeConnect.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Integration codes, exchanged for a token.
    ClientCredentials(IntegrationCodes),
    /// A key sent with every request.
    StaticKey(SecretString),
}

/// The codes with which the customer's administrator authorised the integration.
#[derive(Debug, Clone, Deserialize)]
pub struct IntegrationCodes {
    tenant_code: Option<SecretString>,
    client_id: SecretString,
    client_secret: SecretString,
}

/// The customer's vendor secret has no usable part for EmployeeConnect. Nothing of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCredentials {
    /// For a customer who authorises by client credentials.
    #[error("the vendor secret has no {{\"employee_connect\":{{\"client_id\":…,\"client_secret\":…}}}}")]
    NoClientCredentials,
    /// For a customer who authorises by a static key.
    #[error("the vendor secret has no {{\"employee_connect\":{{\"api_key\":…}}}}")]
    NoStaticKey,
}

#[derive(Deserialize)]
struct VendorSecret<T> {
    employee_connect: T,
}

#[derive(Deserialize)]
struct StaticKeySecret {
    api_key: SecretString,
}

impl Credentials {
    /// Reads this vendor's part of the customer's vendor secret,
    /// `{"employee_connect":{"tenant_code":…,"client_id":…,"client_secret":…},…}` or `{"employee_connect":{"api_key":…},…}`,
    /// as the customer's configuration says.
    ///
    /// # Errors
    ///
    /// The secret is no JSON, or lacks the part that the authorisation needs. The error quotes none of the secret.
    pub fn from_vendor_secret(secret: &SecretString, auth: EmployeeConnectAuth) -> Result<Self, InvalidCredentials> {
        // The parser's message could quote the secret: it is dropped.
        match auth {
            EmployeeConnectAuth::ClientCredentials => serde_json::from_str(secret.expose_secret())
                .map(|VendorSecret { employee_connect }| Self::ClientCredentials(employee_connect))
                .map_err(|_| InvalidCredentials::NoClientCredentials),
            EmployeeConnectAuth::StaticKey => serde_json::from_str(secret.expose_secret())
                .map(|VendorSecret::<StaticKeySecret> { employee_connect }| Self::StaticKey(employee_connect.api_key))
                .map_err(|_| InvalidCredentials::NoStaticKey),
        }
    }
}

/// The credentials, and the token in force. Clones share the token.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    credentials: Credentials,
    token: Arc<Mutex<Option<Token>>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    secret: SecretString,
    good_until: Instant,
}

/// Token or key that authorised a request.
#[derive(Debug)]
pub(crate) enum Pass {
    Token(Token),
    Key(SecretString),
}

impl Access {
    pub(crate) fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            token: Arc::default(),
        }
    }

    /// Returns the token or key for a request. Callers that arrive together wait for one token.
    pub(crate) async fn pass(&self, http: &VendorHttp) -> Result<Pass, HttpError> {
        let codes = match &self.credentials {
            Credentials::StaticKey(key) => return Ok(Pass::Key(key.clone())),
            Credentials::ClientCredentials(codes) => codes,
        };
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.good_until > Instant::now()) {
            return Ok(Pass::Token(token.clone()));
        }
        Ok(Pass::Token(kept.insert(fetch(codes, http).await?).clone()))
    }

    /// Returns the request for a token; none where a static key authorises.
    pub(crate) fn token_request(&self) -> Option<Request> {
        match &self.credentials {
            Credentials::StaticKey(_) => None,
            Credentials::ClientCredentials(codes) => Some(token_request(codes)),
        }
    }

    /// Keeps the token that an answer brought.
    pub(crate) async fn keep(&self, answer: &Value) {
        if let Some(token) = answer.get("access_token").and_then(Value::as_str) {
            let used_for = used_for(answer.get("expires_in").unwrap_or(&Value::Null));
            *self.token.lock().await = Some(Token {
                secret: token.into(),
                good_until: Instant::now() + used_for,
            });
        }
    }

    /// Gives up a pass that was refused. Whether another one can be had.
    pub(crate) async fn give_up(&self, refused: &Pass) -> bool {
        let Pass::Token(refused) = refused else { return false };
        // A caller that was refused at the same time may have brought a new one already.
        self.token
            .lock()
            .await
            .take_if(|kept| kept.secret.expose_secret() == refused.secret.expose_secret());
        true
    }
}

impl Pass {
    pub(crate) fn sign(&self, request: Request) -> Result<Request, HttpError> {
        match self {
            Self::Token(token) => request.bearer(&token.secret),
            Self::Key(key) => request.api_key(key),
        }
    }
}

fn token_request(codes: &IntegrationCodes) -> Request {
    let tenant_code = codes
        .tenant_code
        .as_ref()
        .map(|code| ("tenant_code", code.expose_secret()));
    let mut fields = vec![
        ("grant_type", "client_credentials"),
        ("client_id", codes.client_id.expose_secret()),
        ("client_secret", codes.client_secret.expose_secret()),
    ];
    fields.extend(tenant_code);
    Request::post(&["oauth", "token"]).form(&fields).repeatable()
}

async fn fetch(codes: &IntegrationCodes, http: &VendorHttp) -> Result<Token, HttpError> {
    let asked_at = Instant::now();
    let token: AccessToken = http.json(&token_request(codes)).await?;
    Ok(Token {
        secret: token.access_token,
        good_until: asked_at + used_for(&token.expires_in),
    })
}

/// Returns the time for which a token is used, from the lifetime in its answer. Any number, also as text, is understood
/// and clamped.
fn used_for(expires_in: &Value) -> Duration {
    let seconds = seconds_of(expires_in).unwrap_or(USUAL_LIFE);
    let life = Duration::try_from_secs_f64(seconds.clamp(0.0, LONGEST_USE.as_secs_f64() + MARGIN.as_secs_f64()));
    life.unwrap_or_default().saturating_sub(MARGIN)
}

/// The seconds of an `expires_in`, a number or a number as text; none for anything else, a text that is no finite number included.
pub(crate) fn seconds_of(expires_in: &Value) -> Option<f64> {
    let seconds = match expires_in {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    seconds.filter(|seconds| !seconds.is_nan())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_life_of_a_token_is_read_in_each_form_and_clamped() {
        let used: Vec<u64> = [
            json!(900),
            json!("900"),
            json!(899.5),
            json!(null),
            json!("soon"),
            json!("NaN"),
            json!(-5),
            json!(0),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(1e308),
            json!("inf"),
            json!([900]),
        ]
        .iter()
        .map(|expires_in| used_for(expires_in).as_secs())
        .collect();
        assert_eq!(
            used,
            [870, 870, 869, 870, 870, 870, 0, 0, 86_400, 86_400, 86_400, 86_400, 870]
        );
    }

    #[test]
    fn the_tokens_of_public_reports_last_as_long_as_they_say_and_no_longer_than_a_day() {
        let used = [
            include_str!("../../../tests/fixtures/public-reports/13-token-expires-in-text.json"),
            include_str!("../../../tests/fixtures/public-reports/30-token-that-never-ends.json"),
        ]
        .map(|report| {
            let token: Value = serde_json::from_str(report).expect("is JSON");
            used_for(&token["expires_in"]).as_secs()
        });
        assert_eq!(used, [870, 86_400]);
    }

    proptest! {
        #[test]
        fn no_number_makes_a_token_last_longer_than_a_day(number in prop_oneof![
            any::<f64>().prop_map(|number| json!(number)),
            any::<u64>().prop_map(|number| json!(number)),
            any::<i64>().prop_map(|number| json!(number)),
            any::<f64>().prop_map(|number| json!(number.to_string())),
            "\\PC{0,30}".prop_map(|text| json!(text)),
        ]) {
            let used = used_for(&number);
            prop_assert!(used <= LONGEST_USE);
            // What the clients add it to does not overflow.
            prop_assert!(Instant::now().checked_add(used).is_some());
        }
    }
}
