//! The customer's EmployeeConnect as a configuration describes it, whether or not it is in force yet.

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_vendors::{OpenTenants, Opened};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::tenants::StoredConfiguration;
use habitsync_workflows::ports::vendors::ListEmployees;
use jiff::SignedDuration;

use crate::stage::Stage;

/// How long a read may take: a big customer's takes a minute or two.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// Ready to be read. Where it cannot be opened, every read says why.
pub(crate) async fn open(stage: &Stage, source: &str, configuration: TenantConfiguration) -> impl ListEmployees {
    let stored = StoredConfiguration {
        version: 0,
        source: source.to_owned(),
        configuration,
    };
    let deadline = SystemClock.now() + PATIENCE;
    let tenants = OpenTenants::new(&stage.aws, &stage.table(), &stage.name, stage.vendor_hosts.clone());
    let opened = match tenants {
        Ok(tenants) => tenants
            .open_as(stored, deadline)
            .await
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match opened {
        Ok(tenant) => tenant.vendors.employee_connect,
        Err(detail) => Opened::Failing(VendorFailure {
            vendor: Vendor::EmployeeConnect,
            kind: VendorFailureKind::Unavailable {
                may_have_happened: false,
            },
            detail,
        }),
    }
}
