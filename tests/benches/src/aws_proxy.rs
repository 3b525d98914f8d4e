//! A proxy between a program and the emulator of AWS: it forwards each call, counts the calls by kind, and adds up their time.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

/// Far more bytes than a call carries.
const LARGEST_BODY: usize = 1024 * 1024;

type Failure = Box<dyn Error + Send + Sync>;

/// The calls that a proxy forwarded.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    /// How many, by the operation's name.
    pub made: BTreeMap<String, u32>,
    /// How long they took, all of them together.
    pub took: Duration,
}

/// A running proxy.
pub struct AwsProxy {
    address: String,
    calls: Arc<Mutex<Calls>>,
}

#[derive(Clone)]
struct Forwarding {
    client: reqwest::Client,
    to: String,
    calls: Arc<Mutex<Calls>>,
}

impl AwsProxy {
    /// Forwards to the emulator at this address.
    ///
    /// # Errors
    /// The client cannot be built, or no port is free.
    pub async fn start(to: &str) -> Result<Self, Failure> {
        #[expect(
            clippy::disallowed_methods,
            reason = "it calls the emulator on this machine, never a vendor"
        )]
        let client = reqwest::Client::builder().no_proxy().build()?;
        let calls = Arc::<Mutex<Calls>>::default();
        let forwarding = Forwarding {
            client,
            to: to.to_owned(),
            calls: calls.clone(),
        };
        let address = listen(Router::new().fallback(forwarded).with_state(forwarding)).await?;
        let address = format!("http://{address}");
        Ok(Self { address, calls })
    }

    /// The value of the program's `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The calls since they were last taken.
    #[must_use]
    pub fn take(&self) -> Calls {
        self.calls
            .lock()
            .map(|mut calls| std::mem::take(&mut *calls))
            .unwrap_or_default()
    }
}

/// Serves on a port of the system's choice, without waiting to fill packets.
///
/// # Errors
/// No port is free.
pub async fn listen(routes: Router) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let listener = listener.tap_io(|connection| {
        // Without it an answer may only come later, which the measurement shows.
        connection.set_nodelay(true).ok();
    });
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

async fn forwarded(State(forwarding): State<Forwarding>, request: Request) -> Response {
    let (began, operation) = (Instant::now(), operation(request.headers()));
    let answer = forward(&forwarding, request).await;
    if let Ok(mut calls) = forwarding.calls.lock() {
        *calls.made.entry(operation).or_default() += 1;
        calls.took += began.elapsed();
    }
    answer.unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, error.to_string()).into_response())
}

fn operation(headers: &HeaderMap) -> String {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next());
    operation.unwrap_or("another service").to_owned()
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
