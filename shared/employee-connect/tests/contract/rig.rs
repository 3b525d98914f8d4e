//! A tenant of EmployeeConnect, and a client that calls it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use habitsync_domain::configuration::EmployeeConnectAuth;
use habitsync_employee_connect::{Credentials, EmployeeConnect, VENDOR};
use habitsync_simulator_employee_connect::{Employee, EmployeeConnectSimulator, TenantSettings};
use habitsync_simulator_harness::{Method, RateLimit};
use habitsync_vendor_http::{
    CallSettings, Drawing, PrivateVendors, RequestBudget, RetrySchedule, Transport, VendorHosts, VendorHttp,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::time::Instant;

/// The secrets that tenant and client share: if one is printed anywhere, it is found.
pub(crate) const SECRET: &str = "ec-secret-4711";
/// The alternative to it.
pub(crate) const STATIC_KEY: &str = "ec-static-key-4711";

/// One tenant and what calls it.
pub(crate) struct Rig {
    pub(crate) tenant: EmployeeConnectSimulator,
    pub(crate) client: EmployeeConnect,
    pub(crate) budget: Arc<CountingBudget>,
}

/// One try per call, and time-outs that no healthy call on a busy machine meets.
pub(crate) fn one_try() -> CallSettings {
    let patient = Duration::from_secs(30);
    CallSettings {
        single_timeout: patient,
        list_timeout: patient,
        retries: RetrySchedule::none(),
        ..CallSettings::default()
    }
}

/// Two more tries, at once.
pub(crate) fn three_tries() -> CallSettings {
    CallSettings {
        retries: RetrySchedule::new([Duration::ZERO, Duration::ZERO]),
        ..one_try()
    }
}

/// A tenant without a limit whose secrets are marked.
pub(crate) fn settings() -> TenantSettings {
    let mut settings = TenantSettings {
        limit: RateLimit::OFF,
        ..TenantSettings::default()
    };
    SECRET.clone_into(&mut settings.credentials.client_secret);
    STATIC_KEY.clone_into(&mut settings.credentials.static_key);
    settings
}

/// This vendor's part of the vendor secret.
pub(crate) fn codes(client_secret: &str) -> Value {
    json!({"tenant_code": "acme", "client_id": "ec-client", "client_secret": client_secret})
}

impl Rig {
    /// A tenant called with integration codes and one try.
    pub(crate) async fn start() -> Self {
        Self::calling(one_try()).await
    }

    /// The same, called with these settings.
    pub(crate) async fn calling(calls: CallSettings) -> Self {
        Self::with(
            settings(),
            calls,
            EmployeeConnectAuth::ClientCredentials,
            &codes(SECRET),
        )
        .await
    }

    /// A tenant and a client of one's own make.
    pub(crate) async fn with(
        tenant: TenantSettings,
        calls: CallSettings,
        auth: EmployeeConnectAuth,
        secret: &Value,
    ) -> Self {
        let tenant = EmployeeConnectSimulator::start(tenant)
            .await
            .expect("the tenant starts");
        let budget = Arc::new(CountingBudget::default());
        let client = client(&tenant.base_url(), budget.clone(), calls, auth, secret);
        Self { tenant, client, budget }
    }

    /// Puts employees `E1001` and so on into the tenant.
    pub(crate) fn add_employees(&self, count: usize) {
        for number in 1001..1001 + count {
            let email = format!("e{number}@acme.example");
            self.tenant
                .put_employee(Employee::new(&format!("E{number}"), "Jo", "Citizen", &email));
        }
    }

    /// How many tokens were asked for.
    pub(crate) fn token_requests(&self) -> usize {
        self.tenant.journal().count(&Method::POST, "/oauth/token")
    }
}

/// A client for the tenant at this address, ten employees to a page.
pub(crate) fn client(
    base_url: &str,
    budget: Arc<CountingBudget>,
    calls: CallSettings,
    auth: EmployeeConnectAuth,
    secret: &Value,
) -> EmployeeConnect {
    let hosts = VendorHosts::new("127.0.0.1", PrivateVendors::Allow).expect("a host");
    let transport = Transport::new(hosts.private()).expect("a client is built");
    let base = hosts.base_url(base_url).expect("an allowed address");
    let secret = SecretString::from(json!({"tribal_habits": {"api_key": "x"}, "employee_connect": secret}).to_string());
    let credentials = Credentials::from_vendor_secret(&secret, auth).expect("credentials");
    EmployeeConnect::new(VendorHttp::new(VENDOR, transport, base, budget, calls), credentials, 10)
}

/// A budget without end that counts what it gave.
#[derive(Default)]
pub(crate) struct CountingBudget(AtomicUsize);

impl CountingBudget {
    /// How many slots were taken.
    pub(crate) fn drawn(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl RequestBudget for CountingBudget {
    fn draw(&self, _deadline: Instant) -> Drawing<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::ready(Ok(())))
    }

    fn blocked(&self, _lasting: Duration) -> Drawing<'_> {
        Box::pin(std::future::ready(Ok(())))
    }
}
