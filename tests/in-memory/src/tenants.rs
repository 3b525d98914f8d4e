//! Customers' configurations, secrets and schedules.

use std::collections::BTreeMap;

use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;
use parking_lot::Mutex;
use secrecy::SecretString;

use crate::breakdown::Breakdowns;
use crate::faults::{Call, Faults};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::tenants::{
    JobSchedule, LoadConfiguration, LoadWebhookSecrets, RemoveSchedule, SaveConfiguration, SaveSchedule, SaveSecret,
    SecretKind, StoredConfiguration, VersionTerms,
};

/// Configurations and schedules of all customers.
#[derive(Debug, Default)]
pub struct Tenants {
    /// Their failures and their journal.
    pub faults: Faults<ServiceFailure>,
    /// Calls that break for one customer.
    pub breakdowns: Breakdowns,
    /// The configuration in force of each.
    pub configurations: Mutex<BTreeMap<TenantId, StoredConfiguration>>,
    /// When the configuration of each first was live.
    pub live_since: Mutex<BTreeMap<TenantId, Timestamp>>,
    /// The webhook secrets as a function has cached them.
    pub cached_secrets: Mutex<BTreeMap<TenantId, Vec<SecretString>>>,
    /// The webhook secrets as they are now.
    pub live_secrets: Mutex<BTreeMap<TenantId, Vec<SecretString>>>,
    /// Secrets that were saved, as JSON.
    pub saved_secrets: Mutex<Vec<(TenantId, SecretKind, SecretString)>>,
    /// Schedules, by customer and job.
    pub schedules: Mutex<BTreeMap<(TenantId, Job), JobSchedule>>,
}

impl Tenants {
    /// Adds a customer with these webhook secrets, cached as they are.
    pub fn add(&self, configuration: TenantConfiguration, webhook_secrets: &[&str]) {
        let tenant = configuration.tenant.clone();
        let secrets: Vec<_> = webhook_secrets
            .iter()
            .map(|secret| SecretString::from(*secret))
            .collect();
        let stored = StoredConfiguration {
            version: 1,
            source: String::new(),
            configuration,
            decides_since: 1,
            agreed: None,
        };
        self.configurations.lock().insert(tenant.clone(), stored);
        self.cached_secrets.lock().insert(tenant.clone(), secrets.clone());
        self.live_secrets.lock().insert(tenant, secrets);
    }

    /// Replaces a customer's live secrets; cached secrets stay until they are reloaded.
    pub fn rotate(&self, tenant: &TenantId, webhook_secrets: &[&str]) {
        let secrets = webhook_secrets
            .iter()
            .map(|secret| SecretString::from(*secret))
            .collect();
        self.live_secrets.lock().insert(tenant.clone(), secrets);
    }
}

impl LoadConfiguration for Tenants {
    async fn load_configuration(&self, tenant: &TenantId) -> Result<Option<StoredConfiguration>, ServiceFailure> {
        self.breakdowns.meet(tenant, Call::LoadConfiguration).await?;
        let load = || Ok(self.configurations.lock().get(tenant).cloned());
        self.faults.call(Call::LoadConfiguration, load).await
    }
}

impl SaveConfiguration for Tenants {
    async fn save_configuration(
        &self,
        configuration: &TenantConfiguration,
        source: &str,
        now: Timestamp,
        terms: Option<&VersionTerms>,
    ) -> Result<u64, ServiceFailure> {
        let save = || {
            let mut stored = self.configurations.lock();
            let version = stored.get(&configuration.tenant).map_or(0, |stored| stored.version) + 1;
            let next = StoredConfiguration {
                version,
                source: source.to_owned(),
                configuration: configuration.clone(),
                decides_since: terms.and_then(|terms| terms.decides_since).unwrap_or(version),
                agreed: terms.and_then(|terms| terms.agreed),
            };
            stored.insert(configuration.tenant.clone(), next);
            if configuration.status == Status::Live {
                let mut live_since = self.live_since.lock();
                live_since.entry(configuration.tenant.clone()).or_insert(now);
            }
            Ok(version)
        };
        self.faults.call(Call::SaveConfiguration, save).await
    }
}

impl LoadWebhookSecrets for Tenants {
    async fn load_webhook_secrets(&self, tenant: &TenantId) -> Result<Vec<SecretString>, ServiceFailure> {
        let load = || Ok(self.cached_secrets.lock().get(tenant).cloned().unwrap_or_default());
        self.faults.call(Call::LoadWebhookSecrets, load).await
    }

    async fn reload_webhook_secrets(&self, tenant: &TenantId) -> Result<Vec<SecretString>, ServiceFailure> {
        let reload = || {
            let live = self.live_secrets.lock().get(tenant).cloned().unwrap_or_default();
            self.cached_secrets.lock().insert(tenant.clone(), live.clone());
            Ok(live)
        };
        self.faults.call(Call::ReloadWebhookSecrets, reload).await
    }
}

impl SaveSecret for Tenants {
    async fn save_secret(
        &self,
        tenant: &TenantId,
        kind: SecretKind,
        value: &SecretString,
    ) -> Result<(), ServiceFailure> {
        let save = || {
            self.saved_secrets.lock().push((tenant.clone(), kind, value.clone()));
            Ok(())
        };
        self.faults.call(Call::SaveSecret, save).await
    }
}

impl SaveSchedule for Tenants {
    async fn save_schedule(&self, schedule: &JobSchedule) -> Result<(), ServiceFailure> {
        let save = || {
            let key = (schedule.tenant.clone(), schedule.job);
            self.schedules.lock().insert(key, schedule.clone());
            Ok(())
        };
        self.faults.call(Call::SaveSchedule, save).await
    }
}

impl RemoveSchedule for Tenants {
    async fn remove_schedule(&self, tenant: &TenantId, job: Job) -> Result<(), ServiceFailure> {
        let remove = || {
            self.schedules.lock().remove(&(tenant.clone(), job));
            Ok(())
        };
        self.faults.call(Call::RemoveSchedule, remove).await
    }
}
