//! `/_simulator/…`: the portal in the hands of a person with curl.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, patch, post, put};
use axum::{Json, Router};
use habitsync_simulator_harness::admin_routes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::deviation::Deviation;
use crate::enrolment::Enrolment;
use crate::handle::PortalHandle;
use crate::topic::Topic;
use crate::user::User;
use crate::webhook::WebhookTarget;

/// The admin routes of every simulator, and this one's own.
pub(crate) fn routes(portal: &PortalHandle) -> Router {
    let own = Router::new()
        .route("/_simulator/state", get(state))
        .route("/_simulator/users", get(users))
        .route("/_simulator/topics", get(topics))
        .route("/_simulator/topics/{id}", patch(change_topic))
        .route("/_simulator/enrolments", get(enrolments))
        .route("/_simulator/completions", post(complete))
        .route("/_simulator/webhook", put(set_webhook))
        .route("/_simulator/deviations", get(deviations).put(deviate))
        .with_state(portal.clone());
    admin_routes(portal).merge(own)
}

async fn state(State(portal): State<PortalHandle>) -> Json<Value> {
    let users = portal.users();
    let enrolments = portal.enrolments();
    Json(json!({
        "users": users.len(),
        "active_users": users.iter().filter(|user| user.active).count(),
        "topics": portal.topics().len(),
        "enrolments": enrolments.len(),
        "completed": enrolments.iter().filter(|enrolment| !enrolment.is_open()).count(),
        "custom_fields": portal.custom_fields(),
        "webhook_url": portal.webhook_target().map(|target| target.url),
        "requests": portal.journal().len(),
    }))
}

async fn users(State(portal): State<PortalHandle>) -> Json<Vec<User>> {
    Json(portal.users())
}

async fn topics(State(portal): State<PortalHandle>) -> Json<Vec<Topic>> {
    Json(portal.topics())
}

async fn enrolments(State(portal): State<PortalHandle>) -> Json<Vec<Enrolment>> {
    Json(portal.enrolments())
}

/// Changes the fields sent; what would be no topic any more is refused.
async fn change_topic(
    State(portal): State<PortalHandle>,
    Path(id): Path<u64>,
    Json(fields): Json<Map<String, Value>>,
) -> Response {
    let Some(topic) = portal.topics().into_iter().find(|topic| topic.id == id) else {
        return (StatusCode::NOT_FOUND, "no such topic").into_response();
    };
    let mut merged = json!(topic);
    if let Some(known) = merged.as_object_mut() {
        known.extend(fields);
    }
    match serde_json::from_value::<Topic>(merged) {
        Ok(changed) => Json(portal.change_topic(id, |topic| *topic = changed)).into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

#[derive(Deserialize)]
struct Completion {
    user_name: String,
    topic_id: u64,
    /// Now, unless given.
    completed_at: Option<Timestamp>,
}

/// Completes a topic and, where there is a target, sends the webhook.
async fn complete(State(portal): State<PortalHandle>, Json(asked): Json<Completion>) -> Response {
    let at = asked.completed_at.unwrap_or_else(|| portal.clock().now());
    let enrolment = match portal.complete(&asked.user_name, asked.topic_id, at) {
        Ok(enrolment) => enrolment,
        Err(missing) => return (StatusCode::NOT_FOUND, missing.to_string()).into_response(),
    };
    let webhook = match portal.announce(&enrolment).await {
        Ok(status) => json!({ "status": status }),
        Err(error) => json!({ "not_sent": error.to_string() }),
    };
    (
        StatusCode::CREATED,
        Json(json!({ "enrolment": enrolment, "webhook": webhook })),
    )
        .into_response()
}

/// `{"url": …, "secret": "whsec_…"}` or `{"url": …, "token": …}`.
async fn set_webhook(State(portal): State<PortalHandle>, Json(target): Json<WebhookTarget>) -> StatusCode {
    portal.set_webhook_target(target);
    StatusCode::NO_CONTENT
}

async fn deviations(State(portal): State<PortalHandle>) -> Json<Vec<Deviation>> {
    Json(portal.deviations())
}

/// `["no_links", {"page_size": 10}]`; none puts the portal right.
async fn deviate(State(portal): State<PortalHandle>, Json(deviations): Json<Vec<Deviation>>) -> StatusCode {
    portal.deviate(deviations);
    StatusCode::NO_CONTENT
}
