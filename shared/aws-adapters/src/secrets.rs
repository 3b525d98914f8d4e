//! Customers' secrets: Secrets Manager, two per customer, cached in the process.
//!
//! `habitsync/{stage}/{tenant}/vendors` holds both vendors' credentials, `habitsync/{stage}/{tenant}/webhook` the
//! webhook's secrets; a function's policy lets it read one kind only. A value is kept five minutes, so that a rotation
//! needs no restart; that a customer has none is kept as long, so that requests for made-up customers seldom become calls.

use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::tenants::{LoadWebhookSecrets, SaveSecret, SecretKind};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;

use crate::cache::Cache;
use crate::connection::Aws;
use crate::failure::{AwsError, AwsErrorKind};

const SERVICE: &str = "Secrets Manager";
/// Time for which a value, or its absence, is cached.
const BELIEVED_FOR: Duration = Duration::from_mins(5);
/// Time after a fetch from which a failed check may cause another for the same customer: a new secret works within that
/// time.
const REFETCHED_AFTER: Duration = Duration::from_secs(5);

/// Both vendors' credentials of a customer, as the JSON text that was stored. `Debug` shows none of it.
#[derive(Debug, Clone)]
pub struct VendorSecret(pub SecretString);

/// Reads (and, for the operator, writes) the secrets of one stage's customers.
#[derive(Debug)]
pub struct Secrets {
    client: Client,
    stage: String,
    cache: Cache<SecretString>,
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
    /// Returns the vendors' credentials of a customer, `None` where the secret does not exist.
    ///
    /// # Errors
    ///
    /// Secrets Manager did not answer after the retries of the SDK, or refused the call.
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
        if let Some(read) = self.cache.get(&name, believed_for, Instant::now()) {
            return Ok(read.value);
        }
        let text = self.fetch(&name).await?;
        self.cache.put(name, text.clone(), Instant::now());
        Ok(text)
    }

    async fn fetch(&self, name: &str) -> Result<Option<SecretString>, AwsError> {
        match self.client.get_secret_value().secret_id(name).send().await {
            Ok(value) => Ok(value.secret_string.map(SecretString::from)),
            Err(SdkError::ServiceError(answer)) if answer.err().is_resource_not_found_exception() => Ok(None),
            Err(error) => Err(AwsError::from_sdk(SERVICE, "GetSecretValue", &error)),
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
                    .map_err(|error| AwsError::from_sdk(SERVICE, "CreateSecret", &error))?;
            }
            outcome => drop(outcome.map_err(|error| AwsError::from_sdk(SERVICE, "PutSecretValue", &error))?),
        }
        self.cache.put(name, Some(value.clone()), Instant::now());
        Ok(())
    }
}
