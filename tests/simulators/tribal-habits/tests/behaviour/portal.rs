//! A portal and a client that calls it.

use habitsync_fixtures::{Blueprint, Company};
use habitsync_simulator_tribal_habits::{CustomField, PortalSettings, TribalHabitsSimulator};
use reqwest::{Method, Response};
use serde_json::{Map, Value, json};

/// A running portal with a client that has its key.
pub(crate) struct Caller {
    pub(crate) portal: TribalHabitsSimulator,
    pub(crate) client: reqwest::Client,
}

/// What came back.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Caller {
    /// An empty portal with a field of each kind and no request limit.
    pub(crate) async fn start() -> Self {
        let fields = [
            CustomField::string("Nickname"),
            CustomField::date("Start Date"),
            CustomField::number("Age"),
            CustomField::list("Location", ["Sydney", "Perth"]),
        ];
        Self::with(
            PortalSettings::default()
                .custom_fields(fields)
                .requests_per_minute(u32::MAX),
        )
        .await
    }

    pub(crate) async fn with(settings: PortalSettings) -> Self {
        let portal = TribalHabitsSimulator::start(settings).await.expect("a free port");
        Self {
            portal,
            client: client(),
        }
    }

    /// A portal seeded with a clean company.
    pub(crate) async fn seeded() -> (Self, Company) {
        let caller = Self::start().await;
        let company = Blueprint::default().clean().build();
        caller.portal.seed_from(&company);
        (caller, company)
    }

    pub(crate) async fn send(&self, method: Method, path: &str, key: &str, body: Option<&Value>) -> Response {
        let url = format!("{}/papi{path}", self.portal.base_url());
        let mut request = self.client.request(method, url).header("authorization", key);
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.send(Method::GET, path, "th-key", None).await).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.send(Method::POST, path, "th-key", Some(body)).await).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        answer(self.send(Method::PUT, path, "th-key", Some(body)).await).await
    }

    /// Creates a user of this name with an e-mail to match.
    pub(crate) async fn create(&self, user_name: &str) -> Answer {
        self.post("/users", &json!(user(user_name))).await
    }
}

/// A plain client: these tests examine the server.
#[expect(
    clippy::disallowed_methods,
    reason = "the simulators know nothing of the client that is tested against them"
)]
fn client() -> reqwest::Client {
    // A second test in this process finds the provider installed, and that is as well.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::new()
}

/// A body that the portal accepts for a new user.
pub(crate) fn user(user_name: &str) -> Map<String, Value> {
    let email = format!("{}@acme.example", user_name.replace('@', "."));
    let fields = [
        ("user_name", user_name),
        ("first_name", "Kim"),
        ("last_name", "Yarrow"),
        ("email", &email),
    ];
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect()
}

async fn answer(response: Response) -> Answer {
    Answer {
        status: response.status().as_u16(),
        body: response.json().await.expect("JSON"),
    }
}
