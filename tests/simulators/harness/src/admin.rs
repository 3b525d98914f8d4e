//! The part of `/_simulator/…` that every simulator has: journal, faults, clock. It is not limited, not journalled and
//! asks for no credentials, since it listens on the loop-back address only.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, put};
use axum::{Json, Router};
use jiff::SignedDuration;
use serde::Deserialize;

use crate::{Control, Entry, Rule};

/// Routes for a person with curl.
///
/// `GET /_simulator/journal?last=20`, `DELETE /_simulator/journal`, `GET|POST|DELETE /_simulator/faults`,
/// `PUT /_simulator/clock` with `{"ahead_seconds": -90}`.
pub fn admin_routes(control: &Control) -> Router {
    Router::new()
        .route("/_simulator/journal", get(journal).delete(clear_journal))
        .route("/_simulator/faults", get(armed).post(arm).delete(disarm))
        .route("/_simulator/clock", put(set_clock))
        .with_state(control.clone())
}

#[derive(Deserialize)]
struct Last {
    last: Option<usize>,
}

async fn journal(State(control): State<Control>, Query(Last { last }): Query<Last>) -> Json<Vec<Entry>> {
    let mut entries = control.journal().entries();
    let skipped = last.map_or(0, |last| entries.len().saturating_sub(last));
    Json(entries.split_off(skipped))
}

async fn clear_journal(State(control): State<Control>) -> StatusCode {
    control.journal().clear();
    StatusCode::NO_CONTENT
}

async fn armed(State(control): State<Control>) -> Json<Vec<Rule>> {
    Json(control.faults().armed())
}

async fn arm(State(control): State<Control>, Json(rule): Json<Rule>) -> (StatusCode, Json<Vec<Rule>>) {
    control.arm(rule);
    (StatusCode::CREATED, Json(control.faults().armed()))
}

async fn disarm(State(control): State<Control>) -> StatusCode {
    control.faults().disarm_all();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Skew {
    ahead_seconds: i64,
}

async fn set_clock(State(control): State<Control>, Json(skew): Json<Skew>) -> StatusCode {
    control.clock().set_skew(SignedDuration::from_secs(skew.ahead_seconds));
    StatusCode::NO_CONTENT
}
