//! A tenant and a client that calls it.

use habitsync_fixtures::Blueprint;
use habitsync_simulator_employee_connect::{Employee, EmployeeConnectSimulator, TenantSettings};
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// A running tenant with a client that has its key.
pub(crate) struct Caller {
    pub(crate) tenant: EmployeeConnectSimulator,
    pub(crate) client: reqwest::Client,
}

/// What came back.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Caller {
    /// A tenant with two employees and no request limit.
    pub(crate) async fn start() -> Self {
        let caller = Self::with(TenantSettings::default().requests_per_minute(u32::MAX)).await;
        caller
            .tenant
            .put_employee(Employee::new("E1001", "Kim", "Yarrow", "kim@acme.example"));
        caller
            .tenant
            .put_employee(Employee::new("E1002", "Lee", "Ormond", "lee@acme.example"));
        caller
    }

    pub(crate) async fn with(settings: TenantSettings) -> Self {
        let tenant = EmployeeConnectSimulator::start(settings).await.expect("a free port");
        Self {
            tenant,
            client: client(),
        }
    }

    /// A tenant seeded with the 250 people of a clean company.
    pub(crate) async fn seeded() -> Self {
        let caller = Self::with(TenantSettings::default()).await;
        caller.tenant.seed_from(&Blueprint::default().clean().build());
        caller
    }

    /// A tenant with a course; its id.
    pub(crate) async fn with_course() -> (Self, String) {
        let caller = Self::start().await;
        let created = caller.post("/courses", &course("TH-9-456")).await;
        let id = created.body["data"]["courseId"].as_str().expect("an id").to_owned();
        (caller, id)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.tenant.base_url())
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Response {
        let mut request = self
            .client
            .request(method, self.url(path))
            .header("x-api-key", "ec-key");
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.send(Method::GET, path, None).await).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.send(Method::POST, path, Some(body)).await).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        answer(self.send(Method::PATCH, path, Some(body)).await).await
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

/// A body that makes a course.
pub(crate) fn course(external_id: &str) -> Value {
    json!({"externalId": external_id, "title": "Fire safety", "description": null, "provider": "Tribal Habits",
           "launchUrl": "https://acme.tribalhabits.example/enrol/1", "active": true})
}

/// A body that records a result.
pub(crate) fn result(external_id: &str, employee_id: &str) -> Value {
    json!({"externalId": external_id, "employeeId": employee_id, "status": "Completed", "completedOn": "2026-11-20"})
}

pub(crate) async fn answer(response: Response) -> Answer {
    Answer {
        status: response.status().as_u16(),
        body: response.json().await.expect("JSON"),
    }
}
