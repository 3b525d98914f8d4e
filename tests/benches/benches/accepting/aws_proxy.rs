//! Stands between a function and the emulator of AWS, forwards each call, and adds up how long they were with it.

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

use crate::Failure;

/// Far more than a call carries.
const LARGEST_BODY: usize = 1024 * 1024;

/// A running proxy; its calls are those of one function.
pub(crate) struct AwsProxy {
    address: String,
    took: Arc<Mutex<Duration>>,
}

#[derive(Clone)]
struct Forwarding {
    client: reqwest::Client,
    to: String,
    took: Arc<Mutex<Duration>>,
}

impl AwsProxy {
    /// Forwards to the emulator at this address.
    pub(crate) async fn start(to: &str) -> Result<Self, Failure> {
        #[expect(
            clippy::disallowed_methods,
            reason = "it calls the emulator on this machine, never a vendor"
        )]
        let client = reqwest::Client::builder().no_proxy().build()?;
        let took = Arc::<Mutex<Duration>>::default();
        let forwarding = Forwarding {
            client,
            to: to.to_owned(),
            took: took.clone(),
        };
        let address = listen(Router::new().fallback(timed).with_state(forwarding)).await?;
        let address = format!("http://{address}");
        Ok(Self { address, took })
    }

    /// What a function's `AWS_ENDPOINT_URL` is set to.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Begins to add up anew.
    pub(crate) fn forget(&self) {
        *self.took.lock().expect("not poisoned") = Duration::ZERO;
    }

    /// How long calls were with the proxy since then, all of them together.
    pub(crate) fn took(&self) -> Duration {
        *self.took.lock().expect("not poisoned")
    }
}

/// Serves on a port of the system's choice, without waiting to fill packets.
pub(crate) async fn listen(routes: Router) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let listener = listener.tap_io(|connection| {
        // Without it an answer may only come later, which is seen in what is measured.
        connection.set_nodelay(true).ok();
    });
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

async fn timed(State(forwarding): State<Forwarding>, request: Request) -> Response {
    let began = Instant::now();
    let answer = forward(&forwarding, request).await;
    *forwarding.took.lock().expect("not poisoned") += began.elapsed();
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
