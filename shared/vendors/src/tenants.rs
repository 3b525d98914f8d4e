//! Opening customers: reads the configuration and the credentials, and caches the clients made of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use habitsync_aws_adapters::{Aws, Secrets, Table, TenantTable};
use habitsync_domain::approvals::Agreement;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::tenant::TenantId;
use habitsync_vendor_http::{HttpError, Transport, VendorHosts};
use habitsync_workflows::ports::failure::{ServiceFailure, Vendor};
use habitsync_workflows::ports::lease::LeaseTerm;
use habitsync_workflows::ports::tenants::{LoadConfiguration, StoredConfiguration};
use habitsync_workflows::user_sync::InForce;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::clients::{Budgets, TenantVendors};

/// Customers whose clients are kept; beyond that all are made anew, rather than that the memory grows.
const MOST_KEPT: usize = 500;

/// Opens the customers of a stage. Make one per process: a token, and the slots of a budget, outlive an invocation.
#[derive(Debug)]
pub struct OpenTenants {
    transport: Transport,
    hosts: VendorHosts,
    table: Table,
    secrets: Secrets,
    kept: Mutex<HashMap<TenantId, Kept>>,
}

/// A customer to work for.
#[derive(Debug, Clone)]
pub struct OpenTenant {
    /// The configuration in force.
    pub configuration: TenantConfiguration,
    /// Number of the configuration's version.
    pub version: u64,
    /// The version since which employees are decided about as now.
    pub decides_since: u64,
    /// How many changes of accounts an operator agreed to with it.
    pub agreed: Option<Agreement>,
    /// The customer's part of the table.
    pub table: TenantTable,
    /// Clients of both vendors.
    pub vendors: TenantVendors,
}

impl OpenTenant {
    /// The configuration, its number, and what stands with it.
    #[must_use]
    pub const fn in_force(&self) -> InForce<'_> {
        let version = InForce::version(self.version, &self.configuration);
        version.deciding_since(self.decides_since).agreed_to(self.agreed)
    }
}

/// Clients, as long as the configuration and the secret they were made of stay the same.
#[derive(Debug)]
struct Kept {
    version: u64,
    secret: Option<SecretString>,
    vendors: TenantVendors,
}

impl OpenTenants {
    /// Returns the customers in this table, with the secrets of this stage and vendors at these hosts only.
    ///
    /// # Errors
    ///
    /// The HTTP client cannot be built.
    pub fn new(aws: &Aws, table: &Table, stage: &str, hosts: VendorHosts) -> Result<Self, HttpError> {
        Ok(Self {
            transport: Transport::new(hosts.private())?,
            hosts,
            table: table.clone(),
            secrets: aws.secrets(stage),
            kept: Mutex::default(),
        })
    }

    /// Opens the customer, with vendors that are called no later than `deadline`; `None` where no configuration was
    /// ever applied. A vendor that the configuration or the secret does not allow to be called answers every call with
    /// the reason.
    ///
    /// # Errors
    ///
    /// The table or Secrets Manager did not answer after the retries of the SDK, or the configuration cannot be read.
    pub async fn open(&self, tenant: &TenantId, deadline: Timestamp) -> Result<Option<OpenTenant>, ServiceFailure> {
        match self.table.load_configuration(tenant).await? {
            Some(stored) => self.open_as(stored, deadline).await.map(Some),
            None => Ok(None),
        }
    }

    /// Opens the customer with this configuration, which need not be the one in force.
    ///
    /// # Errors
    ///
    /// Secrets Manager did not answer after the retries of the SDK.
    pub async fn open_as(
        &self,
        stored: StoredConfiguration,
        deadline: Timestamp,
    ) -> Result<OpenTenant, ServiceFailure> {
        let tenant = &stored.configuration.tenant;
        let secret = self.secrets.load_vendor_secret(tenant).await?;
        // Both vendors are called under the lease that this handle of the table acquires.
        let term = LeaseTerm::default();
        let vendors = self
            .kept_or_made(&stored, secret.map(|secret| secret.0))
            .until(deadline)
            .under(&term);
        let table = self.table.tenant(tenant).noting(term);
        Ok(OpenTenant {
            configuration: stored.configuration,
            version: stored.version,
            decides_since: stored.decides_since,
            agreed: stored.agreed,
            table,
            vendors,
        })
    }

    fn kept_or_made(&self, stored: &StoredConfiguration, secret: Option<SecretString>) -> TenantVendors {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (tenant, version) = (&stored.configuration.tenant, stored.version);
        if let Some(known) = kept
            .get(tenant)
            .filter(|kept| kept.is_made_of(version, secret.as_ref()))
        {
            return known.vendors.clone();
        }
        let vendors = self.make(&stored.configuration, secret.as_ref());
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(
            tenant.clone(),
            Kept {
                version,
                secret,
                vendors: vendors.clone(),
            },
        );
        vendors
    }

    fn make(&self, configuration: &TenantConfiguration, secret: Option<&SecretString>) -> TenantVendors {
        let budget = |vendor, rate| self.table.budget(&configuration.tenant, vendor, rate);
        let budgets = Budgets {
            tribal_habits: budget(Vendor::TribalHabits, configuration.tribal_habits.requests_per_minute),
            employee_connect: budget(
                Vendor::EmployeeConnect,
                configuration.employee_connect.requests_per_minute,
            ),
        };
        TenantVendors::assemble(&self.transport, &self.hosts, configuration, secret, budgets)
    }
}

impl Kept {
    fn is_made_of(&self, version: u64, secret: Option<&SecretString>) -> bool {
        let is_same_secret = match (&self.secret, secret) {
            (Some(one), Some(other)) => one.expose_secret() == other.expose_secret(),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        self.version == version && is_same_secret
    }
}

#[cfg(test)]
mod tests {
    use habitsync_workflows::ports::failure::{VendorFailure, VendorFailureKind};

    use super::*;
    use crate::opened::Opened;

    #[test]
    fn what_was_made_is_kept_until_the_configuration_or_the_secret_changes() {
        let secret = |text: &str| Some(SecretString::from(text.to_owned()));
        let failure = |vendor| VendorFailure {
            vendor,
            kind: VendorFailureKind::Credentials,
            detail: String::new(),
        };
        let vendors = TenantVendors {
            tribal_habits: Opened::Failing(failure(Vendor::TribalHabits)),
            employee_connect: Opened::Failing(failure(Vendor::EmployeeConnect)),
        };
        let kept = Kept {
            version: 3,
            secret: secret("one"),
            vendors,
        };
        assert!(kept.is_made_of(3, secret("one").as_ref()));
        assert!(!kept.is_made_of(4, secret("one").as_ref()));
        assert!(!kept.is_made_of(3, secret("two").as_ref()));
        assert!(!kept.is_made_of(3, None));
    }
}
