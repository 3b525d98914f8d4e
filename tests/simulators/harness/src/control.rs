//! What stands between the server and a simulator's handlers: limit, faults, journal.

use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{MatchedPath, Query, RawPathParams, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;

use crate::answer::{respond, too_many_requests};
use crate::clock::machine_time;
use crate::dialect::Dialect;
use crate::journal::{Effect, Entry};
use crate::limit::Limiter;
use crate::server::Hangup;
use crate::{Armed, Call, Clock, Fault, Faults, Journal, RateLimit, Rule};

/// Bodies above this are refused with 413.
const LARGEST_BODY: usize = 1024 * 1024;

/// The parts of a simulator that tests and people reach from outside. Clones share them.
#[derive(Debug, Clone)]
pub struct Control {
    pub(crate) dialect: Dialect,
    clock: Clock,
    faults: Faults,
    journal: Journal,
    limiter: Limiter,
}

impl Control {
    /// A fresh journal, no fault, the right time, and this limit.
    #[must_use]
    pub fn new(dialect: Dialect, limit: RateLimit) -> Self {
        let (clock, faults, journal) = Default::default();
        Self {
            dialect,
            clock,
            faults,
            journal,
            limiter: Limiter::new(limit),
        }
    }

    /// The vendor's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The requests so far.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Returns the faults to inject.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Arms a fault.
    #[expect(
        clippy::must_use_candidate,
        reason = "arming is the effect; the handle is for those who count"
    )]
    pub fn arm(&self, rule: Rule) -> Armed {
        self.faults.arm(rule)
    }

    /// Puts `api`, whose routes are the contract's paths, under the dialect's prefix and under supervision.
    pub fn supervise(&self, api: Router) -> Router {
        let dialect = self.dialect;
        Router::new()
            .nest(dialect.prefix, api)
            .fallback(async move || dialect.refuse(StatusCode::NOT_FOUND, "no such route"))
            .method_not_allowed_fallback(async move || {
                dialect.refuse(StatusCode::METHOD_NOT_ALLOWED, "method not allowed")
            })
            .layer(middleware::from_fn_with_state(self.clone(), supervise))
    }

    pub(crate) fn write_down(&self, call: Call, status: Option<u16>, effect: Option<Effect>, fault: Option<Fault>) {
        let at = machine_time();
        self.journal.record(Entry {
            sequence: 0,
            at,
            call,
            status,
            effect,
            fault,
            rate_limited: false,
        });
    }

    fn write_down_refusal(&self, call: Call) {
        let at = machine_time();
        let status = Some(StatusCode::TOO_MANY_REQUESTS.as_u16());
        self.journal.record(Entry {
            sequence: 0,
            at,
            call,
            status,
            effect: None,
            fault: None,
            rate_limited: true,
        });
    }

    /// The vendor's time, as the `Date` header says it.
    fn date(&self) -> Option<HeaderValue> {
        let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
        HeaderValue::try_from(printer.timestamp_to_rfc9110_string(&self.clock.now()).ok()?).ok()
    }
}

/// Answers one admitted call and writes it down, before a slow answer is held back.
async fn answer(control: &Control, call: Call, fault: Option<Fault>, request: Request, next: Next) -> Response {
    let response = respond(&control.dialect, &call, fault.as_ref(), request, next).await;
    let hung_up = response.extensions().get::<Hangup>().is_some();
    let status = (!hung_up).then_some(response.status().as_u16());
    let effect = response.extensions().get::<Effect>().cloned();
    let delay = fault.as_ref().and_then(Fault::delay);
    control.write_down(call, status, effect, fault);
    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
    response
}

async fn supervise(
    State(control): State<Control>,
    parameters: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_BODY).await else {
        return control
            .dialect
            .refuse(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
    };
    let mut request = Request::from_parts(parts, Body::from(bytes.clone()));
    let call = read_call(&control.dialect, parameters.ok().as_ref(), &request, &bytes);
    let mut response = if let Err(left) = control.limiter.admit(Instant::now()) {
        control.write_down_refusal(call);
        let seconds = u32::try_from(left.as_secs().max(1)).unwrap_or(u32::MAX);
        too_many_requests(&control.dialect, control.limiter.tells_when().then_some(seconds))
    } else {
        request.extensions_mut().insert(call.clone());
        let fault = control.faults.take(&call);
        answer(&control, call, fault, request, next).await
    };
    if let Some(date) = control.date() {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

fn read_call(dialect: &Dialect, parameters: Option<&RawPathParams>, request: &Request, body: &Bytes) -> Call {
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or(request.uri().path(), MatchedPath::as_str);
    let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri()).map(|Query(pairs)| pairs);
    let parameters = parameters.into_iter().flatten();
    Call {
        method: request.method().clone(),
        route: path.strip_prefix(dialect.prefix).unwrap_or(path).to_owned(),
        parameters: parameters
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        query: query.unwrap_or_default().into_iter().collect(),
        body: serde_json::from_slice(body).ok(),
    }
}
