//! Customers' secrets: Secrets Manager, two per customer, cached in the process.
//!
//! `habitsync/{stage}/{tenant}/vendors` holds both vendors' credentials, `habitsync/{stage}/{tenant}/webhook` the
//! webhook's secrets; a function's policy lets it read one kind only. A value is kept five minutes, so that a rotation
//! needs no restart; that a customer has none is kept as long, so that requests for made-up customers seldom become calls.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::tenants::{LoadWebhookSecrets, SaveSecret, SecretKind};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;

use crate::connection::Aws;
use crate::failure::{AwsError, AwsErrorKind};

const SERVICE: &str = "Secrets Manager";
/// How long a value, or its absence, is believed.
const BELIEVED_FOR: Duration = Duration::from_mins(5);
/// How soon after a fetch a failed check may cause another.
const REFETCHED_AFTER: Duration = Duration::from_mins(1);
/// The cache is emptied rather than grow beyond this: a flood of made-up customers must not fill the memory.
const MOST_ENTRIES: usize = 2_000;

/// Both vendors' credentials of a customer, as the JSON text that was stored. `Debug` shows none of it.
#[derive(Debug, Clone)]
pub struct VendorSecret(pub SecretString);

/// Reads (and, for the operator, writes) the secrets of one stage's customers.
#[derive(Debug)]
pub struct Secrets {
    client: Client,
    stage: String,
    cache: Cache,
}

/// The webhook secret's JSON.
#[derive(Deserialize)]
struct WebhookSecrets {
    secrets: Vec<SecretString>,
}

impl Aws {
    /// The secrets of this stage.
    #[must_use]
    pub fn secrets(&self, stage: &str) -> Secrets {
        Secrets {
            client: Client::new(&self.config),
            stage: stage.to_owned(),
            cache: Cache::default(),
        }
    }
}

impl Secrets {
    /// The vendors' credentials of a customer; none where there are none.
    pub async fn load_vendor_secret(&self, tenant: &TenantId) -> Result<Option<VendorSecret>, ServiceFailure> {
        let text = self.text(tenant, SecretKind::Vendors, BELIEVED_FOR).await?;
        Ok(text.map(VendorSecret))
    }

    fn name(&self, tenant: &TenantId, kind: SecretKind) -> String {
        let kind = match kind {
            SecretKind::Vendors => "vendors",
            SecretKind::Webhook => "webhook",
        };
        format!("habitsync/{}/{tenant}/{kind}", self.stage)
    }

    /// The secret's text, from the cache if it was fetched less than `believed_for` ago.
    async fn text(
        &self,
        tenant: &TenantId,
        kind: SecretKind,
        believed_for: Duration,
    ) -> Result<Option<SecretString>, AwsError> {
        let name = self.name(tenant, kind);
        if let Some(fetched) = self.cache.get(&name, believed_for, Instant::now()) {
            return Ok(fetched.text);
        }
        let text = self.fetch(&name).await?;
        self.cache.put(name, text.clone(), Instant::now());
        Ok(text)
    }

    async fn fetch(&self, name: &str) -> Result<Option<SecretString>, AwsError> {
        match self.client.get_secret_value().secret_id(name).send().await {
            Ok(value) => Ok(value.secret_string.map(SecretString::from)),
            Err(SdkError::ServiceError(answer)) if answer.err().is_resource_not_found_exception() => Ok(None),
            Err(error) => Err(AwsError::of(SERVICE, "GetSecretValue", &error)),
        }
    }

    async fn webhook_secrets(
        &self,
        tenant: &TenantId,
        believed_for: Duration,
    ) -> Result<Vec<SecretString>, ServiceFailure> {
        let Some(text) = self.text(tenant, SecretKind::Webhook, believed_for).await? else {
            return Ok(Vec::new());
        };
        // The parser's message may quote the text: it is dropped.
        let parsed = serde_json::from_str::<WebhookSecrets>(text.expose_secret()).map_err(|_| {
            let why = format!("the webhook secret of {tenant} is not {{\"secrets\":[…]}}");
            AwsError::new(SERVICE, "GetSecretValue", AwsErrorKind::Unreadable(why))
        })?;
        Ok(parsed.secrets)
    }
}

impl LoadWebhookSecrets for Secrets {
    async fn load_webhook_secrets(&self, tenant: &TenantId) -> Result<Vec<SecretString>, ServiceFailure> {
        self.webhook_secrets(tenant, BELIEVED_FOR).await
    }

    async fn reload_webhook_secrets(&self, tenant: &TenantId) -> Result<Vec<SecretString>, ServiceFailure> {
        self.webhook_secrets(tenant, REFETCHED_AFTER).await
    }
}

impl SaveSecret for Secrets {
    async fn save_secret(
        &self,
        tenant: &TenantId,
        kind: SecretKind,
        value: &SecretString,
    ) -> Result<(), ServiceFailure> {
        let name = self.name(tenant, kind);
        let put = self
            .client
            .put_secret_value()
            .secret_id(&name)
            .secret_string(value.expose_secret())
            .send()
            .await;
        match put {
            Err(SdkError::ServiceError(answer)) if answer.err().code() == Some("ResourceNotFoundException") => {
                let create = self
                    .client
                    .create_secret()
                    .name(&name)
                    .secret_string(value.expose_secret());
                create
                    .send()
                    .await
                    .map_err(|error| AwsError::of(SERVICE, "CreateSecret", &error))?;
            }
            outcome => drop(outcome.map_err(|error| AwsError::of(SERVICE, "PutSecretValue", &error))?),
        }
        self.cache.put(name, Some(value.clone()), Instant::now());
        Ok(())
    }
}

/// What was fetched, by the secret's name.
#[derive(Debug, Default)]
struct Cache(Mutex<HashMap<String, Fetched>>);

/// A secret's text, none where there is no such secret, and when that was found.
#[derive(Debug, Clone)]
struct Fetched {
    text: Option<SecretString>,
    at: Instant,
}

impl Cache {
    fn get(&self, name: &str, believed_for: Duration, now: Instant) -> Option<Fetched> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries
            .get(name)
            .filter(|fetched| now.duration_since(fetched.at) < believed_for)
            .cloned()
    }

    fn put(&self, name: String, text: Option<SecretString>, now: Instant) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST_ENTRIES {
            entries.clear();
        }
        entries.insert(name, Fetched { text, at: now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_believed_for_five_minutes_and_refetched_at_most_once_a_minute() {
        let (cache, fetched) = (Cache::default(), Instant::now());
        cache.put("one".to_owned(), Some("secret".into()), fetched);
        let known = |believed_for, age| {
            cache
                .get("one", believed_for, fetched + Duration::from_secs(age))
                .is_some()
        };
        assert!(known(BELIEVED_FOR, 299) && !known(BELIEVED_FOR, 300));
        assert!(known(REFETCHED_AFTER, 59) && !known(REFETCHED_AFTER, 60));
    }

    #[test]
    fn that_a_customer_has_no_secret_is_remembered_too() {
        let (cache, now) = (Cache::default(), Instant::now());
        cache.put("nobody".to_owned(), None, now);
        assert!(
            cache
                .get("nobody", BELIEVED_FOR, now)
                .is_some_and(|fetched| fetched.text.is_none())
        );
        assert!(cache.get("never asked", BELIEVED_FOR, now).is_none());
    }

    #[test]
    fn a_flood_of_made_up_customers_does_not_fill_the_memory() {
        let (cache, now) = (Cache::default(), Instant::now());
        for number in 0..=MOST_ENTRIES * 2 {
            cache.put(format!("nobody-{number}"), None, now);
        }
        assert!(cache.0.lock().expect("not poisoned").len() <= MOST_ENTRIES);
    }
}
