//! The customer's EmployeeConnect as a configuration describes it, whether or not it is in force yet.

use habitsync_vendors::Opened;
use habitsync_workflows::ports::failure::{Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::tenants::StoredConfiguration;
use habitsync_workflows::ports::vendors::ListEmployees;

use super::file::ConfigurationFile;
use crate::stage::Stage;

/// Ready to be read. Where it cannot be opened, every read says why: a customer can be paused whatever the reason.
pub(crate) async fn open(stage: &Stage, file: &ConfigurationFile) -> impl ListEmployees + use<> {
    let stored = StoredConfiguration {
        version: 0,
        source: file.source.clone(),
        configuration: file.configuration.clone(),
    };
    match stage.open(stored).await {
        Ok(tenant) => tenant.vendors.employee_connect,
        Err(failure) => Opened::Failing(VendorFailure {
            vendor: Vendor::EmployeeConnect,
            kind: VendorFailureKind::Unavailable {
                may_have_happened: false,
            },
            detail: failure.to_string(),
        }),
    }
}
