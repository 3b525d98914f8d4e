//! A tenant of EmployeeConnect, and a client that calls it.

use std::sync::Arc;

use habitsync_domain::configuration::EmployeeConnectAuth;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::roster::Roster;
use habitsync_employee_connect::{Credentials, EmployeeConnect, VENDOR};
use habitsync_in_memory::{CountingBudget, loopback, one_try};
use habitsync_simulator_employee_connect::{Employee, EmployeeConnectSimulator, TenantSettings};
use habitsync_simulator_harness::{Method, RateLimit};
use habitsync_vendor_http::CallSettings;
use habitsync_workflows::ports::failure::VendorFailure;
use habitsync_workflows::ports::vendors::ListEmployees;
use secrecy::SecretString;
use serde_json::{Value, json};

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

/// A key as this vendor's part of the vendor secret.
pub(crate) fn key(api_key: &str) -> Value {
    json!({"api_key": api_key})
}

impl Rig {
    /// A tenant called with integration codes and one try.
    pub(crate) async fn start() -> Self {
        Self::calling(one_try()).await
    }

    /// Returns a rig whose client uses these call settings.
    pub(crate) async fn calling(calls: CallSettings) -> Self {
        Self::with(settings(), calls, &codes(SECRET)).await
    }

    /// Returns a rig whose client uses this part of the vendor secret.
    pub(crate) async fn authorised_by(secret: &Value) -> Self {
        Self::with(settings(), one_try(), secret).await
    }

    /// A tenant and a client of one's own make.
    pub(crate) async fn with(tenant: TenantSettings, calls: CallSettings, secret: &Value) -> Self {
        let tenant = EmployeeConnectSimulator::start(tenant)
            .await
            .expect("the tenant starts");
        let budget = Arc::new(CountingBudget::default());
        let client = client(&tenant.base_url(), budget.clone(), calls, secret);
        Self { tenant, client, budget }
    }

    /// Lists all employees with all their fields.
    pub(crate) async fn list(&self) -> Result<Roster, VendorFailure> {
        self.client.list_employees(&FieldsNeeded::All).await
    }

    /// Puts employees `E1001` and so on into the tenant.
    pub(crate) fn add_employees(&self, count: usize) {
        for number in 1001..1001 + count {
            let email = format!("e{number}@acme.example");
            self.tenant
                .put_employee(Employee::new(&format!("E{number}"), "Jo", "Citizen", &email));
        }
    }

    /// Returns the number of requests for a token.
    pub(crate) fn token_requests(&self) -> usize {
        self.tenant.journal().count(&Method::POST, "/oauth/token")
    }
}

/// A client for the tenant at this address, ten employees to a page, authorised by what the secret has.
pub(crate) fn client(
    base_url: &str,
    budget: Arc<CountingBudget>,
    calls: CallSettings,
    secret: &Value,
) -> EmployeeConnect {
    let auth = match secret.get("api_key") {
        Some(_) => EmployeeConnectAuth::StaticKey,
        None => EmployeeConnectAuth::ClientCredentials,
    };
    let secret = SecretString::from(json!({"tribal_habits": {"api_key": "x"}, "employee_connect": secret}).to_string());
    let credentials = Credentials::from_vendor_secret(&secret, auth).expect("credentials");
    EmployeeConnect::new(loopback(VENDOR, base_url, budget, calls), credentials, 10)
}
