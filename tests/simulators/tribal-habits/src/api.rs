//! The HTTP face of the portal, path by path as in the contract.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use habitsync_simulator_harness::{Call, Effect, EffectKind, Expired};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::deviation::deviate;
use crate::dialect::DIALECT;
use crate::handle::PortalHandle;
use crate::page::Page;
use crate::portal::{Portal, Refusal};
use crate::user::User;

type SharedPortal = Arc<Mutex<Portal>>;

/// The contract's routes, behind the key, as the portal's deviations have them.
pub(crate) fn routes(handle: &PortalHandle, portal: SharedPortal, api_key: &str) -> Router {
    Router::new()
        .route("/users", get(list_users).post(create_user))
        .route("/users/{user_name}", get(show_user).put(update_user))
        .route("/topics", get(list_topics))
        .route("/topics/{id}", get(show_topic))
        .route("/enrolments", get(list_enrolments))
        .route("/enrolments/{id}", get(show_enrolment))
        .layer(middleware::from_fn_with_state(
            (handle.deviations.clone(), portal.clone()),
            deviate,
        ))
        .layer(middleware::from_fn_with_state(Arc::<str>::from(api_key), authorise))
        .with_state(portal)
}

async fn authorise(State(api_key): State<Arc<str>>, request: Request, next: Next) -> Response {
    let sent = request.headers().get(header::AUTHORIZATION);
    let right = sent.is_some_and(|sent| sent.as_bytes() == api_key.as_bytes());
    if right && request.extensions().get::<Expired>().is_none() {
        next.run(request).await
    } else {
        DIALECT.refuse(StatusCode::UNAUTHORIZED, "unauthorized")
    }
}

async fn list_users(State(portal): State<SharedPortal>, Extension(call): Extension<Call>) -> Response {
    let portal = portal.lock();
    paged(&call, portal.users(), portal.page_size)
}

async fn show_user(State(portal): State<SharedPortal>, Extension(call): Extension<Call>) -> Response {
    found(portal.lock().user(call.parameter("user_name")))
}

async fn create_user(State(portal): State<SharedPortal>, Extension(call): Extension<Call>) -> Response {
    let Some(body) = object(&call) else { return unreadable() };
    match portal.lock().create_user(body) {
        Ok(user) => {
            let fields = body.keys().cloned().collect();
            let effect = Effect {
                kind: EffectKind::Created,
                subject: "user",
                id: user.user_name.clone(),
                fields,
            };
            effect.attach((StatusCode::CREATED, Json(user)).into_response())
        }
        Err(refusal) => refused(&refusal),
    }
}

async fn update_user(State(portal): State<SharedPortal>, Extension(call): Extension<Call>) -> Response {
    let Some(body) = object(&call) else { return unreadable() };
    match portal.lock().update_user(call.parameter("user_name"), body) {
        Ok((before, after)) => changed(&before, &after).attach(Json(after).into_response()),
        Err(refusal) => refused(&refusal),
    }
}

async fn list_topics(State(portal): State<SharedPortal>, Extension(call): Extension<Call>) -> Response {
    let portal = portal.lock();
    paged(&call, &portal.topics, portal.page_size)
}

async fn show_topic(State(portal): State<SharedPortal>, Extension(call): Extension<Call>) -> Response {
    let portal = portal.lock();
    found(call.parameter("id").parse().ok().and_then(|id| portal.topic(id)))
}

async fn list_enrolments(State(portal): State<SharedPortal>, Extension(call): Extension<Call>) -> Response {
    let since = call.query.get("completed_since").map(|text| text.parse());
    match since.transpose() {
        Ok(since) => {
            let portal = portal.lock();
            paged(&call, &portal.enrolments_since(since), portal.page_size)
        }
        Err(_) => DIALECT.refuse(StatusCode::BAD_REQUEST, "completed_since is not a time"),
    }
}

async fn show_enrolment(State(portal): State<SharedPortal>, Extension(call): Extension<Call>) -> Response {
    let id = call.parameter("id").parse::<u64>().ok();
    found(
        portal
            .lock()
            .enrolments
            .iter()
            .find(|enrolment| Some(enrolment.id) == id),
    )
}

fn paged<T: Serialize>(call: &Call, records: &[T], size: usize) -> Response {
    match call.number("page") {
        Ok(number) => Json(Page::of(records, number.unwrap_or(1), size)).into_response(),
        Err(_) => DIALECT.refuse(StatusCode::BAD_REQUEST, "page is invalid"),
    }
}

fn found<T: Serialize>(found: Option<&T>) -> Response {
    match found {
        Some(thing) => Json(thing).into_response(),
        None => DIALECT.refuse(StatusCode::NOT_FOUND, "not found"),
    }
}

fn object(call: &Call) -> Option<&Map<String, Value>> {
    call.body.as_ref().and_then(Value::as_object)
}

fn unreadable() -> Response {
    DIALECT.refuse(StatusCode::BAD_REQUEST, "the body is not a JSON object")
}

fn refused(refusal: &Refusal) -> Response {
    match refusal {
        Refusal::NotFound => DIALECT.refuse(StatusCode::NOT_FOUND, "not found"),
        Refusal::Invalid(complaints) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": complaints }))).into_response()
        }
    }
}

fn changed(before: &User, after: &User) -> Effect {
    let fields = before.differences(after);
    let kind = if fields.is_empty() {
        EffectKind::Unchanged
    } else {
        EffectKind::Changed
    };
    Effect {
        kind,
        subject: "user",
        id: after.user_name.clone(),
        fields,
    }
}
