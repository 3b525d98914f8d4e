//! A customer's vendors as a configuration describes them, whether or not it is in force yet.

use habitsync_vendors::TenantVendors;
use habitsync_workflows::ports::tenants::StoredConfiguration;

use super::file::ConfigurationFile;
use crate::stage::Stage;

/// Opens them. Where they cannot be, every call says why: a customer can be paused for any reason.
pub(super) async fn open(stage: &Stage, file: &ConfigurationFile) -> TenantVendors {
    let stored = StoredConfiguration {
        version: 0,
        source: file.source.clone(),
        configuration: file.configuration.clone(),
        decides_since: 0,
        agreed: None,
    };
    match stage.open(stored).await {
        Ok(tenant) => tenant.vendors,
        Err(failure) => TenantVendors::failing(&failure.to_string()),
    }
}
