//! Configurations kept for a minute, for the function that faces the internet: a forged request must not cost a read each.

use std::time::Duration;

use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::tenants::{LoadConfiguration, StoredConfiguration};
use tokio::time::Instant;

use super::Table;
use crate::cache::Cache;

/// Time for which a configuration, or its absence, is cached.
const BELIEVED_FOR: Duration = Duration::from_mins(1);

/// Reads configurations, at most once a minute per customer.
#[derive(Debug)]
pub struct CachedConfigurations {
    table: Table,
    cache: Cache<StoredConfiguration>,
}

impl Table {
    /// The configurations of this table, kept for a minute.
    #[must_use]
    pub fn cached_configurations(&self) -> CachedConfigurations {
        CachedConfigurations {
            table: self.clone(),
            cache: Cache::default(),
        }
    }
}

impl LoadConfiguration for CachedConfigurations {
    async fn load_configuration(&self, tenant: &TenantId) -> Result<Option<StoredConfiguration>, ServiceFailure> {
        if let Some(read) = self.cache.get(tenant.as_str(), BELIEVED_FOR, Instant::now()) {
            return Ok(read.value);
        }
        let stored = self.table.load_configuration(tenant).await?;
        self.cache.put(tenant.to_string(), stored.clone(), Instant::now());
        Ok(stored)
    }
}
