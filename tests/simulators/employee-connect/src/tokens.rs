//! Access tokens: given out for the client's credentials, valid for a while.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::refusal::Refusal;
use crate::settings::{Credentials, TenantSettings};

/// The form that asks for a token.
#[derive(Debug, Deserialize)]
pub(crate) struct TokenRequest {
    grant_type: String,
    client_id: String,
    client_secret: String,
    tenant_code: Option<String>,
}

/// What a call is authorised with.
pub(crate) enum Credential<'a> {
    Bearer(&'a str),
    Key(&'a str),
}

/// The tenant's credentials, and the tokens that are valid.
#[derive(Debug)]
pub(crate) struct Tokens {
    credentials: Credentials,
    lifetime: Duration,
    given: u64,
    valid_until: HashMap<String, Timestamp>,
}

impl Tokens {
    pub(crate) fn new(settings: &TenantSettings) -> Self {
        let (credentials, lifetime) = (settings.credentials.clone(), settings.token_lifetime);
        Self {
            credentials,
            lifetime,
            given: 0,
            valid_until: HashMap::new(),
        }
    }

    /// How long a token lives, in seconds.
    pub(crate) fn lifetime_seconds(&self) -> u64 {
        self.lifetime.as_secs()
    }

    /// A new token.
    pub(crate) fn give(&mut self, request: &TokenRequest, now: Timestamp) -> Result<String, Refusal> {
        if request.grant_type != "client_credentials" {
            return Err(Refusal::Unreadable("grant_type must be client_credentials"));
        }
        let known = &self.credentials;
        let tenant = request
            .tenant_code
            .as_ref()
            .is_none_or(|code| *code == known.tenant_code);
        if request.client_id != known.client_id || request.client_secret != known.client_secret || !tenant {
            return Err(Refusal::Unauthorised("the integration codes are not valid"));
        }
        self.given += 1;
        let token = format!("ec-token-{}", self.given);
        let lifetime = SignedDuration::try_from(self.lifetime).unwrap_or(SignedDuration::MAX);
        self.valid_until
            .insert(token.clone(), now.checked_add(lifetime).unwrap_or(Timestamp::MAX));
        Ok(token)
    }

    /// Whether a call may pass.
    pub(crate) fn check(&self, credential: &Credential<'_>, now: Timestamp) -> Result<(), Refusal> {
        match credential {
            Credential::Key(key) if *key == self.credentials.static_key => Ok(()),
            Credential::Bearer(token) if self.valid_until.get(*token).is_some_and(|until| now < *until) => Ok(()),
            Credential::Bearer(_) => Err(Refusal::Unauthorised("the token is not valid or has expired")),
            Credential::Key(_) => Err(Refusal::Unauthorised("the key is not valid")),
        }
    }

    /// Ends a token before its time.
    pub(crate) fn expire(&mut self, token: &str) {
        self.valid_until.remove(token);
    }

    /// Ends every token before its time.
    pub(crate) fn expire_all(&mut self) {
        self.valid_until.clear();
    }
}
