//! A portal, and a client that calls it.

use std::sync::Arc;

use habitsync_in_memory::{CountingBudget, loopback, one_try};
use habitsync_simulator_tribal_habits::{CustomField, PortalHandle, PortalSettings, TribalHabitsSimulator};
use habitsync_tribal_habits::{Credentials, TribalHabits, VENDOR};
use habitsync_vendor_http::CallSettings;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

/// The key that portal and client share: if it is printed anywhere, it is found.
pub(crate) const KEY: &str = "th-secret-key-4711";

/// One portal and what calls it.
pub(crate) struct Rig {
    pub(crate) portal: TribalHabitsSimulator,
    pub(crate) client: TribalHabits,
    pub(crate) budget: Arc<CountingBudget>,
}

impl Rig {
    /// A portal with the custom fields `X-Job Title` and `X-Location`, called with one try.
    pub(crate) async fn start() -> Self {
        Self::with(one_try(), KEY).await
    }

    /// Returns a rig whose client uses these call settings and this key.
    pub(crate) async fn with(settings: CallSettings, key: &str) -> Self {
        let fields = [
            CustomField::string("Job Title"),
            CustomField::list("Location", ["Perth", "Sydney"]),
        ];
        let portal = PortalSettings::default()
            .api_key(KEY)
            .requests_per_minute(u32::MAX)
            .custom_fields(fields);
        let portal = TribalHabitsSimulator::start(portal).await.expect("the portal starts");
        let budget = Arc::new(CountingBudget::default());
        let client = client(&portal.base_url(), budget.clone(), settings, key);
        Self { portal, client, budget }
    }

    /// Puts this many users into the portal: `user1@acme.example` and so on.
    pub(crate) fn add_users(&self, count: usize) {
        for number in 1..=count {
            let email = format!("user{number}@acme.example");
            add_user(&self.portal, &email, &email);
        }
    }
}

/// Puts a user of this name and address into the portal.
pub(crate) fn add_user(portal: &PortalHandle, name: &str, email: &str) {
    let user = json!({"user_name": name, "first_name": "Jo", "last_name": "Citizen", "email": email});
    assert!(portal.add_user(&fields(user)));
}

/// A client for the portal at this address.
pub(crate) fn client(base_url: &str, budget: Arc<CountingBudget>, settings: CallSettings, key: &str) -> TribalHabits {
    let secret = SecretString::from(json!({"tribal_habits": {"api_key": key}}).to_string());
    let credentials = Credentials::from_vendor_secret(&secret).expect("credentials");
    TribalHabits::new(loopback(VENDOR, base_url, budget, settings), credentials)
}

/// The object in a JSON value.
pub(crate) fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("not an object: {other}"),
    }
}
