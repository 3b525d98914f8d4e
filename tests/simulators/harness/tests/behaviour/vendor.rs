//! A vendor small enough to see through: a list of numbers in pages of ten, and a counter that a POST raises.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use habitsync_simulator_harness::{
    Call, Control, Dialect, Effect, EffectKind, Expired, Journal, RateLimit, Server, admin_routes,
};
use serde_json::{Value, json};

const DIALECT: Dialect = Dialect {
    prefix: "/shop",
    records: "/records",
    total: "/total",
    page: "/page",
    error: |_, text| json!({ "error": text }),
};

/// The vendor, running.
pub(crate) struct Vendor {
    pub(crate) server: Server,
    pub(crate) control: Control,
    pub(crate) raised: Arc<AtomicU64>,
    pub(crate) client: reqwest::Client,
}

impl Vendor {
    pub(crate) async fn start(limit: RateLimit) -> Self {
        let control = Control::new(DIALECT, limit);
        let raised = Arc::new(AtomicU64::new(0));
        let shop = Router::new()
            .route("/numbers", get(numbers))
            .route("/counter/{name}", post(raise))
            .layer(middleware::from_fn(authorise))
            .with_state(raised.clone());
        let router = control.supervise(shop).merge(admin_routes(&control));
        let server = Server::start(0, router).await.expect("a free port");
        Self {
            server,
            control,
            raised,
            client: client(),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Result<reqwest::Response> {
        self.client.get(self.url(path)).send().await
    }

    pub(crate) async fn page(&self, number: u64) -> Value {
        let response = self
            .get(&format!("/shop/numbers?page={number}"))
            .await
            .expect("an answer");
        response.json().await.expect("a page")
    }

    pub(crate) async fn raise(&self, name: &str) -> reqwest::Result<reqwest::Response> {
        self.client
            .post(self.url(&format!("/shop/counter/{name}")))
            .json(&json!({"by": "one"}))
            .send()
            .await
    }

    pub(crate) fn count(&self) -> u64 {
        self.raised.load(Ordering::SeqCst)
    }

    pub(crate) fn journal(&self) -> &Journal {
        self.control.journal()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a plain client: what is tested here is the server"
)]
fn client() -> reqwest::Client {
    // A second test in this process finds the provider installed, and that is as well.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::new()
}

async fn authorise(request: Request, next: Next) -> Response {
    match request.extensions().get::<Expired>() {
        Some(Expired) => DIALECT.refuse(StatusCode::UNAUTHORIZED, "expired"),
        None => next.run(request).await,
    }
}

async fn numbers(Extension(call): Extension<Call>) -> Json<Value> {
    let page: u64 = call.query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let records: Vec<u64> = (page * 10 - 9..=page * 10).collect();
    Json(json!({"total": 30, "page": page, "records": records}))
}

async fn raise(State(raised): State<Arc<AtomicU64>>, Extension(call): Extension<Call>) -> Response {
    raised.fetch_add(1, Ordering::SeqCst);
    let id = call.parameter("name").to_owned();
    let effect = Effect {
        kind: EffectKind::Changed,
        subject: "counter",
        id,
        fields: vec!["count".to_owned()],
    };
    effect.attach(Json(json!({"raised": true})).into_response())
}
