//! The HTTP face of the tenant, path by path as in the contract.

use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, patch, post};
use axum::{Form, Json, Router};
use habitsync_simulator_harness::{Call, Effect, EffectKind, Expired};
use serde_json::{Map, Value, json};

use crate::deviation::deviate;
use crate::handle::TenantHandle;
use crate::page::Asked;
use crate::refusal::{Refusal, request_id};
use crate::tenant::Filter;
use crate::tokens::{Credential, TokenRequest};

/// The contract's routes: tokens in the open, the rest behind them, learning behind the module.
pub(crate) fn routes(tenant: &TenantHandle) -> Router {
    let learning = Router::new()
        .route("/courses", get(find_courses).post(create_course))
        .route("/courses/{courseId}", patch(change_course))
        .route("/courses/{courseId}/results", get(list_results).post(record_result))
        .layer(middleware::from_fn_with_state(tenant.clone(), require_module));
    Router::new()
        .route("/employees", get(list_employees))
        .route("/employees/{employeeId}", get(show_employee))
        .merge(learning)
        .layer(middleware::from_fn_with_state(tenant.clone(), authorise))
        .route("/oauth/token", post(give_token))
        .layer(middleware::from_fn_with_state(tenant.deviations.clone(), deviate))
        .with_state(tenant.clone())
}

async fn authorise(State(tenant): State<TenantHandle>, request: Request, next: Next) -> Response {
    let expired = request.extensions().get::<Expired>().is_some();
    match check(&tenant, request.headers(), expired) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn check(tenant: &TenantHandle, headers: &HeaderMap, expired: bool) -> Result<(), Refusal> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    // A token is looked at first, and one that is wrong is not saved by a key.
    let bearer =
        text("authorization").map(|value| Credential::Bearer(value.strip_prefix("Bearer ").unwrap_or_default()));
    let credential = bearer.or_else(|| text("x-api-key").map(Credential::Key));
    let mut tokens = tenant.tokens().lock();
    match credential {
        None => Err(Refusal::Unauthorised("a token or a key is required")),
        Some(Credential::Bearer(token)) if expired => {
            tokens.expire(token);
            Err(Refusal::Unauthorised("the token is not valid or has expired"))
        }
        Some(Credential::Key(_)) if expired => Err(Refusal::Unauthorised("the key is not valid")),
        Some(credential) => tokens.check(&credential, tenant.clock().now()),
    }
}

async fn require_module(State(tenant): State<TenantHandle>, request: Request, next: Next) -> Response {
    if tenant.has_development_module() {
        next.run(request).await
    } else {
        Refusal::ModuleDisabled.into_response()
    }
}

async fn give_token(
    State(tenant): State<TenantHandle>,
    form: Result<Form<TokenRequest>, FormRejection>,
) -> Result<Response, Refusal> {
    let Ok(Form(request)) = form else {
        return Err(Refusal::Unreadable(
            "grant_type, client_id and client_secret are required, as a form",
        ));
    };
    let mut tokens = tenant.tokens().lock();
    let token = tokens.give(&request, tenant.clock().now())?;
    let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": tokens.lifetime_seconds()});
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

async fn list_employees(State(tenant): State<TenantHandle>, Extension(call): Extension<Call>) -> Answer {
    let (asked, filter) = (Asked::by(&call)?, Filter::by(&call)?);
    Ok(Json(asked.of(&tenant.state().lock().list(&filter))))
}

async fn show_employee(State(tenant): State<TenantHandle>, Extension(call): Extension<Call>) -> Answer {
    let state = tenant.state().lock();
    let employee = state.employees.get(call.parameter("employeeId"));
    Ok(data(employee.ok_or(Refusal::NotFound("employee_not_found"))?))
}

async fn find_courses(State(tenant): State<TenantHandle>, Extension(call): Extension<Call>) -> Answer {
    let asked = Asked::by(&call)?;
    let wanted = call.query.get("externalId");
    let state = tenant.state().lock();
    let courses = state.learning.courses.iter();
    let found: Vec<_> = courses
        .filter(|course| wanted.is_none_or(|id| course.external_id == *id))
        .collect();
    Ok(Json(asked.of(&found)))
}

async fn create_course(
    State(tenant): State<TenantHandle>,
    Extension(call): Extension<Call>,
) -> Result<Response, Refusal> {
    let body = object(&call)?;
    let course = tenant
        .state()
        .lock()
        .learning
        .create_course(body, tenant.clock().now())?;
    let effect = created("course", &course.course_id, body);
    Ok(effect.attach((StatusCode::CREATED, data(&course)).into_response()))
}

async fn change_course(
    State(tenant): State<TenantHandle>,
    Extension(call): Extension<Call>,
) -> Result<Response, Refusal> {
    let (id, body) = (call.parameter("courseId"), object(&call)?);
    let (course, effect) = tenant
        .state()
        .lock()
        .learning
        .change_course(id, body, tenant.clock().now())?;
    Ok(effect.attach(data(&course).into_response()))
}

async fn list_results(State(tenant): State<TenantHandle>, Extension(call): Extension<Call>) -> Answer {
    let state = tenant.state().lock();
    let (employee, external) = (call.query.get("employeeId"), call.query.get("externalId"));
    Ok(data(&state.learning.results_on(
        call.parameter("courseId"),
        employee,
        external,
    )?))
}

async fn record_result(
    State(tenant): State<TenantHandle>,
    Extension(call): Extension<Call>,
) -> Result<Response, Refusal> {
    let (course, body) = (call.parameter("courseId"), object(&call)?);
    let mut state = tenant.state().lock();
    let state = &mut *state;
    let is_employee = |id: &str| state.employees.contains_key(id);
    let result = state.learning.record(course, body, is_employee, tenant.clock().now())?;
    let effect = created("result", &result.result_id, body);
    Ok(effect.attach((StatusCode::CREATED, data(&result)).into_response()))
}

type Answer = Result<Json<Value>, Refusal>;

fn data<T: serde::Serialize>(data: &T) -> Json<Value> {
    Json(json!({ "data": data, "requestId": request_id() }))
}

fn object(call: &Call) -> Result<&Map<String, Value>, Refusal> {
    call.body
        .as_ref()
        .and_then(Value::as_object)
        .ok_or(Refusal::Unreadable("the body is not a JSON object"))
}

fn created(subject: &'static str, id: &str, body: &Map<String, Value>) -> Effect {
    Effect {
        kind: EffectKind::Created,
        subject,
        id: id.to_owned(),
        fields: body.keys().cloned().collect(),
    }
}
