//! How a real portal may differ from the contract, where the contract is our assumption: each can be switched on.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use habitsync_simulator_harness::Call;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::dialect::DIALECT;
use crate::portal::Portal;

/// One way in which a portal differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deviation {
    /// Topics do not carry their auto-enrol links.
    NoLinks,
    /// Links carry no reference.
    NoReferences,
    /// A page's records are under this name.
    RecordsUnder(String),
    /// Pages do not say how many records and pages there are.
    NoTotals,
    /// Pages have so many records.
    PageSize(usize),
    /// Every page request gets the first page.
    OnePage,
    /// What follows a dot in a user name is read as a format.
    DotIsSuffix,
    /// User names are compared letter by letter, case included.
    CaseMatters,
    /// A user is wrapped in `user`.
    WrappedUsers,
    /// There is no list of enrolments.
    NoEnrolmentList,
    /// `completed_since` is not looked at.
    CompletedSinceIgnored,
    /// Every answer says that so many requests a minute are let through.
    LimitHeader(u32),
}

/// The deviations that are switched on.
pub(crate) type Deviations = Arc<Mutex<Vec<Deviation>>>;

/// Answers as the portal's deviations have it.
pub(crate) async fn deviate(
    State((deviations, portal)): State<(Deviations, Arc<Mutex<Portal>>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let deviations = deviations.lock().clone();
    if deviations.is_empty() {
        return next.run(request).await;
    }
    let Some(call) = request.extensions_mut().get_mut::<Call>() else {
        return next.run(request).await;
    };
    let names: Vec<_> = portal
        .lock()
        .users()
        .iter()
        .map(|user| user.user_name.clone())
        .collect();
    if deviations.iter().any(|deviation| deviation.hides(call, &names)) {
        return DIALECT.refuse(StatusCode::NOT_FOUND, "not found");
    }
    for deviation in &deviations {
        deviation.mishear(call);
    }
    let route = call.route.clone();
    rewritten(next.run(request).await, &deviations, &route).await
}

impl Deviation {
    /// Returns whether the requested record is hidden.
    fn hides(&self, call: &Call, names: &[String]) -> bool {
        let user = (call.route == "/users/{user_name}").then(|| call.parameter("user_name"));
        match self {
            Self::DotIsSuffix => user.is_some_and(|name| name.contains('.')),
            Self::CaseMatters => user.is_some_and(|name| !names.iter().any(|known| known == name)),
            Self::NoEnrolmentList => call.route == "/enrolments",
            _ => false,
        }
    }

    /// Takes from the call what the portal does not look at.
    fn mishear(&self, call: &mut Call) {
        let ignored = match self {
            Self::CompletedSinceIgnored => "completed_since",
            Self::OnePage => "page",
            _ => return,
        };
        call.query.remove(ignored);
    }

    /// Changes the body of an answer.
    fn rewrite(&self, route: &str, body: &mut Map<String, Value>) {
        match self {
            Self::NoLinks => each_record(body, |record| drop(record.remove("auto_enrol_links"))),
            Self::NoReferences => each_record(body, without_references),
            Self::RecordsUnder(name) => {
                if let Some(records) = body.remove("records") {
                    body.insert(name.clone(), records);
                }
            }
            Self::NoTotals => {
                body.remove("total_records");
                body.remove("total_pages");
            }
            Self::WrappedUsers if route == "/users/{user_name}" && body.contains_key("user_name") => {
                let user = std::mem::take(body);
                body.insert("user".to_owned(), Value::Object(user));
            }
            _ => {}
        }
    }
}

fn each_record(body: &mut Map<String, Value>, change: impl Fn(&mut Map<String, Value>)) {
    let records = body.get_mut("records").and_then(Value::as_array_mut);
    let records = records.into_iter().flatten();
    records.filter_map(Value::as_object_mut).for_each(change);
}

fn without_references(topic: &mut Map<String, Value>) {
    let links = topic.get_mut("auto_enrol_links").and_then(Value::as_array_mut);
    for link in links.into_iter().flatten().filter_map(Value::as_object_mut) {
        link.remove("reference");
    }
}

async fn rewritten(response: Response, deviations: &[Deviation], route: &str) -> Response {
    let (mut parts, body) = response.into_parts();
    for deviation in deviations {
        if let Deviation::LimitHeader(limit) = deviation {
            parts.headers.insert("x-ratelimit-limit", (*limit).into());
        }
    }
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(Value::Object(mut body)) = serde_json::from_slice(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    for deviation in deviations {
        deviation.rewrite(route, &mut body);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(Value::Object(body).to_string()))
}
