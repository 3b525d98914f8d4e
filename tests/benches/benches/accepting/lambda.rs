//! Lambda and API Gateway, as far as one function and one route need them: a request becomes an event (payload 2.0), the event is
//! handed out by the Runtime API, and the function's answer becomes the request's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::{Mutex as Turns, mpsc, oneshot};

use crate::Failure;
use habitsync_benches::aws_proxy::listen;

/// Further away than any invocation's end, in milliseconds since 1970.
const DEADLINE: &str = "4102444800000";
/// What a gateway answers for a function that failed.
const FAILED: u16 = 500;

/// A running Lambda with one function.
pub(crate) struct Lambda {
    address: String,
    runtime: Arc<Runtime>,
}

struct Runtime {
    events: mpsc::UnboundedSender<Invocation>,
    waiting: Turns<mpsc::UnboundedReceiver<Invocation>>,
    handed_out: Mutex<HashMap<String, HandedOut>>,
    last_took: Mutex<Duration>,
}

struct Invocation {
    id: String,
    event: Value,
    answer: oneshot::Sender<u16>,
}

/// An invocation that the function is at.
struct HandedOut {
    at: Instant,
    answer: oneshot::Sender<u16>,
}

impl Lambda {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let (events, waiting) = mpsc::unbounded_channel();
        let runtime = Arc::new(Runtime {
            events,
            waiting: waiting.into(),
            handed_out: Mutex::default(),
            last_took: Mutex::default(),
        });
        let routes = Router::new()
            .route("/webhooks/tribal-habits/{tenant}", post(request))
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(broken))
            .with_state(runtime.clone());
        let address = listen(routes).await?.to_string();
        Ok(Self { address, runtime })
    }

    /// Host and port, of the gateway and of the Runtime API.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// How long the last invocation took, from handing it out to its answer.
    pub(crate) fn last_took(&self) -> Duration {
        *self.runtime.last_took.lock().expect("not poisoned")
    }
}

/// The gateway: the request is answered as the function says.
async fn request(
    State(runtime): State<Arc<Runtime>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    let (answer, answered) = oneshot::channel();
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok());
    let invocation = Invocation {
        id: id.unwrap_or_default().to_owned(),
        event: event(&tenant, &headers, &body),
        answer,
    };
    let is_sent = runtime.events.send(invocation).is_ok();
    let status = if is_sent {
        answered.await.unwrap_or(FAILED)
    } else {
        FAILED
    };
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY)
}

fn event(tenant: &str, headers: &HeaderMap, body: &str) -> Value {
    let path = format!("/webhooks/tribal-habits/{tenant}");
    let headers: serde_json::Map<_, _> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), json!(value.to_str().ok()?))))
        .collect();
    json!({
        "version": "2.0",
        "routeKey": "POST /webhooks/tribal-habits/{tenant}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "habitsync",
            "domainName": "habitsync.execute-api.ap-southeast-2.amazonaws.com",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.1",
                "userAgent": "Tribal Habits",
            },
            "requestId": "request",
            "routeKey": "POST /webhooks/tribal-habits/{tenant}",
            "stage": "$default",
            "time": "02/Mar/2026:00:00:00 +0000",
            "timeEpoch": 1_772_409_600_000_i64,
        },
        "pathParameters": { "tenant": tenant },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// Hands the next event out, as soon as there is one.
async fn next(State(runtime): State<Arc<Runtime>>) -> Response {
    let Some(Invocation { id, event, answer }) = runtime.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let headers = AppendHeaders([
        ("lambda-runtime-aws-request-id", id.clone()),
        ("lambda-runtime-deadline-ms", DEADLINE.to_owned()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:ap-southeast-2:000000000000:function:completion-webhook".to_owned(),
        ),
    ]);
    let at = Instant::now();
    let handed_out = HandedOut { at, answer };
    runtime.handed_out.lock().expect("not poisoned").insert(id, handed_out);
    (headers, Json(event)).into_response()
}

/// The function does not say of what kind its answer is: it is JSON.
async fn response(State(runtime): State<Arc<Runtime>>, Path(id): Path<String>, answer: String) -> StatusCode {
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    let status = answer["statusCode"].as_u64();
    let status = status.and_then(|status| u16::try_from(status).ok());
    runtime.answered(&id, status.unwrap_or(FAILED))
}

async fn error(State(runtime): State<Arc<Runtime>>, Path(id): Path<String>, body: String) -> StatusCode {
    eprintln!("the function failed: {body}");
    runtime.answered(&id, FAILED)
}

async fn broken(body: String) -> StatusCode {
    eprintln!("the function did not start: {body}");
    StatusCode::ACCEPTED
}

impl Runtime {
    fn answered(&self, id: &str, status: u16) -> StatusCode {
        let Some(HandedOut { at, answer }) = self.handed_out.lock().expect("not poisoned").remove(id) else {
            return StatusCode::NOT_FOUND;
        };
        *self.last_took.lock().expect("not poisoned") = at.elapsed();
        // Who asked may have gone away.
        answer.send(status).ok();
        StatusCode::ACCEPTED
    }
}
