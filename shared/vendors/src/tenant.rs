//! From a customer's configuration and secret to the two clients.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use habitsync_aws_adapters::{Aws, Secrets, SystemClock, Table};
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::tenant::TenantId;
use habitsync_employee_connect::EmployeeConnect;
use habitsync_tribal_habits::TribalHabits;
use habitsync_vendor_http::{BaseUrl, CallSettings, HttpError, RequestBudget, Transport, VendorHosts, VendorHttp};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{RefusedField, ServiceFailure, Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::tenants::StoredConfiguration;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Duration, Instant};
use url::Url;

use crate::opened::Opened;

/// Customers whose clients are kept; beyond that all are made anew, rather than that the memory grows.
const MOST_KEPT: usize = 500;

/// Opens customers' vendors, and keeps them: a token, and the slots of a budget, outlive an invocation.
#[derive(Debug)]
pub struct Vendors {
    transport: Transport,
    hosts: VendorHosts,
    table: Table,
    secrets: Secrets,
    kept: Mutex<HashMap<TenantId, Kept>>,
}

/// What was made of a configuration and a secret, as long as both stay the same.
#[derive(Debug)]
struct Kept {
    version: u64,
    secret: Option<SecretString>,
    vendors: TenantVendors,
}

/// Both vendors of one customer. Clones share tokens and budgets.
#[derive(Debug, Clone)]
pub struct TenantVendors {
    /// The LMS.
    pub tribal_habits: Opened<TribalHabits>,
    /// The HRIS.
    pub employee_connect: Opened<EmployeeConnect>,
}

/// The customer's budgets, one per vendor.
struct Budgets {
    tribal_habits: Arc<dyn RequestBudget>,
    employee_connect: Arc<dyn RequestBudget>,
}

impl Vendors {
    /// The vendors of a stage's customers, at these hosts only.
    pub fn new(aws: &Aws, table: &Table, stage: &str, hosts: VendorHosts) -> Result<Self, HttpError> {
        let transport = Transport::new(hosts.private())?;
        Ok(Self {
            transport,
            hosts,
            table: table.clone(),
            secrets: aws.secrets(stage),
            kept: Mutex::default(),
        })
    }

    /// Both vendors of this customer, called no later than `deadline`. A vendor that the configuration or the secret does
    /// not allow to be called answers every call with the reason.
    pub async fn open(
        &self,
        stored: &StoredConfiguration,
        deadline: Timestamp,
    ) -> Result<TenantVendors, ServiceFailure> {
        let secret = self.secrets.load_vendor_secret(&stored.configuration.tenant).await?;
        let vendors = self.kept_or_made(stored, secret.map(|secret| secret.0));
        Ok(vendors.until(deadline))
    }

    fn kept_or_made(&self, stored: &StoredConfiguration, secret: Option<SecretString>) -> TenantVendors {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let tenant = &stored.configuration.tenant;
        if let Some(known) = kept
            .get(tenant)
            .filter(|kept| kept.is_made_of(stored.version, secret.as_ref()))
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
                version: stored.version,
                secret,
                vendors: vendors.clone(),
            },
        );
        vendors
    }

    fn make(&self, configuration: &TenantConfiguration, secret: Option<&SecretString>) -> TenantVendors {
        let tenant = &configuration.tenant;
        let (lms, hris) = (&configuration.tribal_habits, &configuration.employee_connect);
        let budgets = Budgets {
            tribal_habits: self.table.budget(tenant, Vendor::TribalHabits, lms.requests_per_minute),
            employee_connect: self
                .table
                .budget(tenant, Vendor::EmployeeConnect, hris.requests_per_minute),
        };
        TenantVendors::assemble(&self.transport, &self.hosts, configuration, secret, budgets)
    }
}

impl Kept {
    fn is_made_of(&self, version: u64, secret: Option<&SecretString>) -> bool {
        let text = |secret: Option<&SecretString>| secret.map(|secret| secret.expose_secret().to_owned());
        self.version == version && text(self.secret.as_ref()) == text(secret)
    }
}

impl TenantVendors {
    fn assemble(
        transport: &Transport,
        hosts: &VendorHosts,
        configuration: &TenantConfiguration,
        secret: Option<&SecretString>,
        budgets: Budgets,
    ) -> Self {
        let way = |name, vendor, url: &Url, budget| {
            let base = base_url(hosts, vendor, url)?;
            Ok(VendorHttp::new(
                name,
                transport.clone(),
                base,
                budget,
                CallSettings::default(),
            ))
        };
        let (lms, hris) = (&configuration.tribal_habits, &configuration.employee_connect);
        let tribal_habits = || {
            let vendor = Vendor::TribalHabits;
            let http = way(
                habitsync_tribal_habits::VENDOR,
                vendor,
                &lms.base_url,
                budgets.tribal_habits,
            )?;
            let credentials = habitsync_tribal_habits::Credentials::from_vendor_secret(given(vendor, secret)?);
            Ok(TribalHabits::new(
                http,
                credentials.map_err(|error| no_credentials(vendor, &error))?,
            ))
        };
        let employee_connect = || {
            let vendor = Vendor::EmployeeConnect;
            let http = way(
                habitsync_employee_connect::VENDOR,
                vendor,
                &hris.base_url,
                budgets.employee_connect,
            )?;
            let credentials =
                habitsync_employee_connect::Credentials::from_vendor_secret(given(vendor, secret)?, hris.auth);
            let credentials = credentials.map_err(|error| no_credentials(vendor, &error))?;
            Ok(EmployeeConnect::new(http, credentials, hris.page_size))
        };
        Self {
            tribal_habits: tribal_habits().into(),
            employee_connect: employee_connect().into(),
        }
    }

    /// The same, called no later than this.
    fn until(self, deadline: Timestamp) -> Self {
        let left = Duration::try_from(SystemClock.time_until(deadline)).unwrap_or(Duration::ZERO);
        let end = Instant::now() + left;
        Self {
            tribal_habits: self.tribal_habits.map(|client| client.until(end)),
            employee_connect: self.employee_connect.map(|client| client.until(end)),
        }
    }
}

fn base_url(hosts: &VendorHosts, vendor: Vendor, url: &Url) -> Result<BaseUrl, VendorFailure> {
    hosts.base_url(url.as_str()).map_err(|error| VendorFailure {
        vendor,
        kind: VendorFailureKind::Refused(vec![RefusedField {
            field: "base_url".to_owned(),
            reason: error.to_string(),
        }]),
        detail: error.to_string(),
    })
}

fn given(vendor: Vendor, secret: Option<&SecretString>) -> Result<&SecretString, VendorFailure> {
    secret.ok_or_else(|| VendorFailure {
        vendor,
        kind: VendorFailureKind::Credentials,
        detail: "no credentials have been set for this customer".to_owned(),
    })
}

fn no_credentials(vendor: Vendor, error: &dyn std::error::Error) -> VendorFailure {
    VendorFailure {
        vendor,
        kind: VendorFailureKind::Credentials,
        detail: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use habitsync_vendor_http::{InProcessBudget, PrivateVendors};
    use habitsync_workflows::ports::vendors::{ListEmployees, ListTopics};

    use super::*;

    const CONFIGURATION: &str = include_str!("../../domain/src/configuration/acme.toml");

    fn assembled(hosts: &str, secret: Option<&str>) -> TenantVendors {
        let hosts = VendorHosts::new(hosts, PrivateVendors::Deny).expect("hosts");
        let transport = Transport::new(PrivateVendors::Deny).expect("a client");
        let configuration: TenantConfiguration = CONFIGURATION.parse().expect("a configuration");
        let budget = || Arc::new(InProcessBudget::per_minute(60));
        let budgets = Budgets {
            tribal_habits: budget(),
            employee_connect: budget(),
        };
        let secret = secret.map(|text| SecretString::from(text.to_owned()));
        TenantVendors::assemble(&transport, &hosts, &configuration, secret.as_ref(), budgets)
    }

    const SECRET: &str =
        r#"{"tribal_habits":{"api_key":"k"},"employee_connect":{"client_id":"i","client_secret":"s"}}"#;
    const BOTH: &str = "tribalhabits.com,acme.example";

    #[test]
    fn a_customer_with_allowed_hosts_and_credentials_has_both_vendors() {
        let vendors = assembled(BOTH, Some(SECRET));
        assert!(matches!(vendors.tribal_habits, Opened::Client(_)));
        assert!(matches!(vendors.employee_connect, Opened::Client(_)));
    }

    #[tokio::test]
    async fn without_credentials_every_call_says_so_and_nothing_is_sent() {
        let failure = assembled(BOTH, None)
            .employee_connect
            .list_employees()
            .await
            .expect_err("no credentials");
        assert_eq!(
            (failure.vendor, failure.kind),
            (Vendor::EmployeeConnect, VendorFailureKind::Credentials)
        );
    }

    #[tokio::test]
    async fn a_host_that_is_not_allowed_stops_that_vendor_only() {
        let vendors = assembled("acme.example", Some(SECRET));
        let failure = vendors.tribal_habits.list_topics().await.expect_err("not on the list");
        assert!(matches!(failure.kind, VendorFailureKind::Refused(_)), "{failure}");
        assert!(matches!(vendors.employee_connect, Opened::Client(_)));
    }

    #[test]
    fn part_of_a_secret_opens_the_vendor_it_is_for() {
        let vendors = assembled(BOTH, Some(r#"{"tribal_habits":{"api_key":"k"}}"#));
        assert!(matches!(vendors.tribal_habits, Opened::Client(_)));
        assert!(matches!(vendors.employee_connect, Opened::Failing(_)));
    }

    #[test]
    fn what_was_made_is_kept_until_the_configuration_or_the_secret_changes() {
        let secret = |text: &str| Some(SecretString::from(text.to_owned()));
        let kept = Kept {
            version: 3,
            secret: secret("one"),
            vendors: assembled(BOTH, Some(SECRET)),
        };
        assert!(kept.is_made_of(3, secret("one").as_ref()));
        assert!(!kept.is_made_of(4, secret("one").as_ref()));
        assert!(!kept.is_made_of(3, secret("two").as_ref()));
        assert!(!kept.is_made_of(3, None));
    }
}
