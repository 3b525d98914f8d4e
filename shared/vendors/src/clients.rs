//! From a customer's configuration and secret to the two clients.

use std::sync::Arc;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_employee_connect::EmployeeConnect;
use habitsync_tribal_habits::TribalHabits;
use habitsync_vendor_http::{BaseUrl, CallSettings, RequestBudget, Transport, VendorClient, VendorHosts, VendorHttp};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::lease::LeaseTerm;
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::time::{Duration, Instant};
use url::Url;

use crate::opened::Opened;

/// Both vendors of one customer. Clones share tokens and budgets.
#[derive(Debug, Clone)]
pub struct TenantVendors {
    /// Client of Tribal Habits.
    pub tribal_habits: Opened<TribalHabits>,
    /// Client of EmployeeConnect.
    pub employee_connect: Opened<EmployeeConnect>,
}

/// The customer's budgets, one per vendor.
pub(crate) struct Budgets {
    pub(crate) tribal_habits: Arc<dyn RequestBudget>,
    pub(crate) employee_connect: Arc<dyn RequestBudget>,
}

impl TenantVendors {
    /// The clients that configuration and secret allow.
    pub(crate) fn assemble(
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

    /// Vendors that cannot be called, and say why.
    #[must_use]
    pub fn failing(why: &str) -> Self {
        let failure = |vendor| VendorFailure {
            vendor,
            kind: VendorFailureKind::Unavailable {
                may_have_happened: false,
            },
            detail: why.to_owned(),
        };
        Self {
            tribal_habits: Opened::Failing(failure(Vendor::TribalHabits)),
            employee_connect: Opened::Failing(failure(Vendor::EmployeeConnect)),
        }
    }

    /// EmployeeConnect as results are recorded with: each request is sent once, since recording tries again by itself.
    #[must_use]
    pub fn recorder(&self) -> Opened<EmployeeConnect> {
        self.employee_connect.clone().map(EmployeeConnect::once)
    }

    /// Tribal Habits as completions are read back with: each request is sent once, so that a portal that hangs holds a pusher
    /// for no longer than one time-out. The retry ladder asks again.
    #[must_use]
    pub fn confirmer(&self) -> Opened<TribalHabits> {
        self.tribal_habits.clone().map(TribalHabits::once)
    }

    /// Returns the same clients, limited to calls within the lease of `term`.
    pub(crate) fn under(self, term: &LeaseTerm) -> Self {
        let clock = || Arc::new(SystemClock);
        Self {
            tribal_habits: self.tribal_habits.map(|client| client.under(term.clone(), clock())),
            employee_connect: self.employee_connect.map(|client| client.under(term.clone(), clock())),
        }
    }

    /// The same, called no later than this.
    pub(crate) fn until(self, deadline: Timestamp) -> Self {
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
        kind: VendorFailureKind::Misconfigured,
        detail: error.to_string(),
    })
}

fn given(vendor: Vendor, secret: Option<&SecretString>) -> Result<&SecretString, VendorFailure> {
    secret.ok_or_else(|| VendorFailure {
        vendor,
        kind: VendorFailureKind::Credentials,
        detail: "no credentials are stored for this customer: habitsync tenant secrets set".to_owned(),
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
    use habitsync_domain::identity::{CourseId, EnrolmentId};
    use habitsync_domain::people::fields_needed::FieldsNeeded;
    use habitsync_domain::results::result::NewResult;
    use habitsync_simulator_employee_connect::{EmployeeConnectSimulator, TenantSettings};
    use habitsync_simulator_harness::{Fault, Method, Moment, Rule};
    use habitsync_simulator_tribal_habits::{PortalSettings, TribalHabitsSimulator};
    use habitsync_vendor_http::{InProcessBudget, PrivateVendors};
    use habitsync_workflows::ports::vendors::{FindCompletion, ListEmployees, ListTopics, RecordResult};

    use super::*;

    const CONFIGURATION: &str = include_str!("../../domain/src/configuration/acme.toml");

    fn assembled(hosts: &str, secret: Option<&str>) -> TenantVendors {
        let hosts = VendorHosts::new(hosts, PrivateVendors::Deny).expect("hosts");
        assembled_for(&CONFIGURATION.parse().expect("a configuration"), &hosts, secret)
    }

    fn assembled_for(configuration: &TenantConfiguration, hosts: &VendorHosts, secret: Option<&str>) -> TenantVendors {
        let transport = Transport::new(hosts.private()).expect("a client");
        let budget = || Arc::new(InProcessBudget::per_minute(60));
        let budgets = Budgets {
            tribal_habits: budget(),
            employee_connect: budget(),
        };
        let secret = secret.map(|text| SecretString::from(text.to_owned()));
        TenantVendors::assemble(&transport, hosts, configuration, secret.as_ref(), budgets)
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
            .list_employees(&FieldsNeeded::All)
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
        assert_eq!(failure.kind, VendorFailureKind::Misconfigured, "{failure}");
        assert!(matches!(vendors.employee_connect, Opened::Client(_)));
    }

    #[tokio::test]
    async fn what_a_pusher_calls_is_sent_once() {
        let hris = EmployeeConnectSimulator::start(TenantSettings::default())
            .await
            .expect("it starts");
        let portal = TribalHabitsSimulator::start(PortalSettings::default())
            .await
            .expect("it starts");
        let broken = || {
            Rule::new(Fault::ServerError {
                status: 503,
                moment: Moment::BeforeEffect,
            })
        };
        hris.arm(broken().on(&Method::POST, "/oauth/token"));
        portal.arm(broken());
        let mut configuration: TenantConfiguration = CONFIGURATION.parse().expect("a configuration");
        configuration.employee_connect.base_url = hris.base_url().parse().expect("an address");
        configuration.tribal_habits.base_url = portal.base_url().parse().expect("an address");
        let hosts = VendorHosts::new("127.0.0.1", PrivateVendors::Allow).expect("hosts");
        let vendors = assembled_for(&configuration, &hosts, Some(SECRET));
        let course = CourseId("C-1".to_owned());
        let result = NewResult {
            idempotency_key: "th-enrolment-9001".to_owned(),
            employee_id: "E1".parse().expect("an employee id"),
            completed_on: jiff::civil::date(2026, 3, 2),
            duration_minutes: None,
        };
        let failed = vendors.recorder().record_result(&course, &result).await;
        failed.expect_err("no token");
        assert_eq!(hris.journal().count(&Method::POST, "/oauth/token"), 1);
        let failed = vendors.confirmer().find_completion(EnrolmentId(9001)).await;
        failed.expect_err("broken");
        assert_eq!(portal.journal().len(), 1);
    }

    #[test]
    fn part_of_a_secret_opens_the_vendor_it_is_for() {
        let vendors = assembled(BOTH, Some(r#"{"tribal_habits":{"api_key":"k"}}"#));
        assert!(matches!(vendors.tribal_habits, Opened::Client(_)));
        assert!(matches!(vendors.employee_connect, Opened::Failing(_)));
    }
}
