//! A server that is no simulator: one function answers every request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::any;

use crate::Server;

/// A running server whose requests one function answers, and which counts them. Dropping it stops it.
#[derive(Debug)]
pub struct AnyServer {
    server: Server,
    requests: Arc<AtomicUsize>,
}

impl AnyServer {
    /// Starts a server on a port of the system's choice.
    ///
    /// # Panics
    ///
    /// The system has no port left.
    pub async fn start<A, F, R>(answer: A) -> Self
    where
        A: Fn(Request) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = R> + Send,
        R: IntoResponse,
    {
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = requests.clone();
        let router = Router::new().fallback(any(async move |request: Request| {
            counted.fetch_add(1, Ordering::Relaxed);
            answer(request).await
        }));
        let server = Server::start(0, router).await.expect("a port");
        Self { server, requests }
    }

    /// Returns its port of 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.server.address().port()
    }

    /// Returns how many requests came.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}
