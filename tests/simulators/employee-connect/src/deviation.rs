//! How a real EmployeeConnect may differ from the contract, which is our assumption throughout: each can be switched on.

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

use crate::refusal::DIALECT;

/// One way in which a tenant differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deviation {
    /// Lists do not say how many records there are.
    NoTotal,
    /// However many are asked for, so many records are on a page at most.
    SmallPages(usize),
    /// Employees who would be `Active` have this status.
    ActiveIs(String),
    /// Dates are `dd/mm/yyyy`.
    AustralianDates,
    /// Dates have this time and offset behind them, for instance `T00:00:00+11:00`.
    DatesAt(String),
    /// This stands where there is no last day, for instance `0001-01-01`.
    NoLastDayIs(String),
    /// Employees lack this field.
    Without(String),
    /// `employeeId` is a number.
    NumericIds,
    /// There are no tokens: a key is what authorises.
    KeysOnly,
    /// A missing record is answered by another server's 404 page.
    ForeignNotFound,
    /// Every answer says that so many requests a minute are let through.
    LimitHeader(u32),
}

/// The deviations that are switched on.
pub(crate) type Deviations = Arc<Mutex<Vec<Deviation>>>;

/// Answers as the tenant's deviations have it.
pub(crate) async fn deviate(State(deviations): State<Deviations>, mut request: Request, next: Next) -> Response {
    let deviations = deviations.lock().clone();
    if deviations.is_empty() {
        return next.run(request).await;
    }
    let Some(call) = request.extensions_mut().get_mut::<Call>() else {
        return next.run(request).await;
    };
    if deviations.contains(&Deviation::KeysOnly) && call.route == "/oauth/token" {
        return DIALECT.refuse(StatusCode::NOT_FOUND, "not found");
    }
    for deviation in &deviations {
        deviation.mishear(call);
    }
    rewritten(next.run(request).await, &deviations).await
}

impl Deviation {
    /// Changes the call to what the tenant understands.
    fn mishear(&self, call: &mut Call) {
        if let Self::SmallPages(most) = self {
            let asked = call.number("pageSize").ok().flatten().unwrap_or(*most);
            call.query.insert("pageSize".to_owned(), asked.min(*most).to_string());
        }
    }

    /// Changes the body of an answer.
    fn rewrite(&self, body: &mut Map<String, Value>) {
        match self {
            Self::NoTotal => {
                if let Some(meta) = body.get_mut("meta").and_then(Value::as_object_mut) {
                    meta.remove("total");
                }
            }
            Self::ActiveIs(status) => each_record(body, |employee| {
                if employee.get("status").and_then(Value::as_str) == Some("Active") {
                    employee.insert("status".to_owned(), status.as_str().into());
                }
            }),
            Self::AustralianDates => each_record(body, |employee| {
                for field in ["startDate", "terminationDate"] {
                    employee.entry(field).and_modify(turn_round);
                }
            }),
            Self::DatesAt(time) => each_record(body, |employee| {
                for field in ["startDate", "terminationDate"] {
                    employee.entry(field).and_modify(|date| add_time(date, time));
                }
            }),
            Self::NoLastDayIs(none) => each_record(body, |employee| {
                let last_day = employee.entry("terminationDate").or_insert(Value::Null);
                if last_day.is_null() {
                    *last_day = none.as_str().into();
                }
            }),
            Self::Without(field) => each_record(body, |employee| drop(employee.remove(field))),
            Self::NumericIds => each_record(body, |employee| {
                employee.entry("employeeId").and_modify(as_number);
            }),
            Self::SmallPages(_) | Self::KeysOnly | Self::ForeignNotFound | Self::LimitHeader(_) => {}
        }
    }
}

/// Turns `2026-03-01` into `01/03/2026`.
fn turn_round(date: &mut Value) {
    let parts: Vec<_> = date.as_str().unwrap_or_default().split('-').collect();
    if let [year, month, day] = parts[..] {
        *date = format!("{day}/{month}/{year}").into();
    }
}

/// Turns `2026-03-01` into `2026-03-01T00:00:00+11:00`.
fn add_time(date: &mut Value, time: &str) {
    if let Some(day) = date.as_str() {
        *date = format!("{day}{time}").into();
    }
}

fn as_number(id: &mut Value) {
    let digits = id.as_str().unwrap_or_default().trim_start_matches(char::is_alphabetic);
    if let Ok(number) = digits.parse::<u64>() {
        *id = number.into();
    }
}

/// Changes every record under `data`, or the one that is there.
fn each_record(body: &mut Map<String, Value>, change: impl Fn(&mut Map<String, Value>)) {
    match body.get_mut("data") {
        Some(Value::Array(records)) => records.iter_mut().filter_map(Value::as_object_mut).for_each(change),
        Some(Value::Object(record)) => change(record),
        _ => {}
    }
}

async fn rewritten(response: Response, deviations: &[Deviation]) -> Response {
    let (mut parts, body) = response.into_parts();
    for deviation in deviations {
        if let Deviation::LimitHeader(limit) = deviation {
            parts.headers.insert("x-ratelimit-limit", (*limit).into());
        }
    }
    if parts.status == StatusCode::NOT_FOUND && deviations.contains(&Deviation::ForeignNotFound) {
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::from("<html>Not found</html>"));
    }
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(Value::Object(mut body)) = serde_json::from_slice(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    for deviation in deviations {
        deviation.rewrite(&mut body);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(Value::Object(body).to_string()))
}
