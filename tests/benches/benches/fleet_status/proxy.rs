//! Stands between the command and the emulator of AWS, forwards each call, and counts them.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use crate::Failure;

/// Far more than a call carries.
const LARGEST_BODY: usize = 1024 * 1024;

/// A running proxy.
pub(crate) struct CountingProxy {
    address: String,
    calls: Arc<Mutex<BTreeMap<String, u32>>>,
}

#[derive(Clone)]
struct Forwarding {
    client: reqwest::Client,
    to: String,
    calls: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl CountingProxy {
    /// Forwards to the emulator at this address.
    pub(crate) async fn start(to: &str) -> Result<Self, Failure> {
        #[expect(
            clippy::disallowed_methods,
            reason = "it calls the emulator on this machine, never a vendor"
        )]
        let client = reqwest::Client::builder().no_proxy().build()?;
        let calls = Arc::<Mutex<BTreeMap<String, u32>>>::default();
        let forwarding = Forwarding {
            client,
            to: to.to_owned(),
            calls: calls.clone(),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let routes = Router::new().fallback(counted).with_state(forwarding);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, calls })
    }

    /// What the command's `AWS_ENDPOINT_URL` is set to.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// How many calls of each kind were made since they were last taken.
    pub(crate) fn take(&self) -> BTreeMap<String, u32> {
        std::mem::take(&mut *self.calls.lock().expect("not poisoned"))
    }
}

async fn counted(State(forwarding): State<Forwarding>, request: Request) -> Response {
    let target = request
        .headers()
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let operation = target
        .and_then(|target| target.rsplit('.').next())
        .unwrap_or("another service");
    *forwarding
        .calls
        .lock()
        .expect("not poisoned")
        .entry(operation.to_owned())
        .or_default() += 1;
    let answer = forward(&forwarding, request).await;
    answer.unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, error.to_string()).into_response())
}

async fn forward(forwarding: &Forwarding, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let call = forwarding
        .client
        .request(parts.method, format!("{}{path}", forwarding.to))
        .headers(end_to_end(&parts.headers))
        .body(to_bytes(body, LARGEST_BODY).await?);
    let answer = call.send().await?;
    let (status, headers) = (answer.status(), end_to_end(answer.headers()));
    Ok((status, headers, Body::from(answer.bytes().await?)).into_response())
}

/// The headers that do not belong to one connection.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in [
        header::HOST,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
    ] {
        headers.remove(name);
    }
    headers
}
