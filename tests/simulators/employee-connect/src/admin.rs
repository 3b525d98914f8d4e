//! `/_simulator/…`: the tenant in the hands of a person with curl.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, patch, put};
use axum::{Json, Router};
use habitsync_simulator_harness::admin_routes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::course::{Course, CourseResult};
use crate::deviation::Deviation;
use crate::employee::Employee;
use crate::handle::TenantHandle;

/// The admin routes of every simulator, and this one's own.
pub(crate) fn routes(tenant: &TenantHandle) -> Router {
    let own = Router::new()
        .route("/_simulator/state", get(state))
        .route("/_simulator/employees", get(employees).post(put_employee))
        .route(
            "/_simulator/employees/{employeeId}",
            patch(change_employee).delete(remove_employee),
        )
        .route("/_simulator/courses", get(courses))
        .route("/_simulator/results", get(results))
        .route("/_simulator/development-module", put(set_module))
        .route("/_simulator/deviations", get(deviations).put(deviate))
        .with_state(tenant.clone());
    admin_routes(tenant).merge(own)
}

async fn state(State(tenant): State<TenantHandle>) -> Json<Value> {
    let employees = tenant.employees();
    Json(json!({
        "employees": employees.len(),
        "terminated": employees.iter().filter(|employee| employee.is_terminated()).count(),
        "courses": tenant.courses().len(),
        "results": tenant.results().len(),
        "development_module": tenant.has_development_module(),
        "requests": tenant.journal().len(),
    }))
}

async fn employees(State(tenant): State<TenantHandle>) -> Json<Vec<Employee>> {
    Json(tenant.employees())
}

async fn courses(State(tenant): State<TenantHandle>) -> Json<Vec<Course>> {
    Json(tenant.courses())
}

async fn results(State(tenant): State<TenantHandle>) -> Json<Vec<CourseResult>> {
    Json(tenant.results())
}

async fn put_employee(State(tenant): State<TenantHandle>, Json(fields): Json<Map<String, Value>>) -> Response {
    match merge(&Employee::new("", "", "", ""), fields) {
        Ok(employee) => {
            tenant.put_employee(employee.clone());
            (StatusCode::CREATED, Json(employee)).into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

/// Changes the fields sent, custom fields one by one; what would be no employee any more is refused.
async fn change_employee(
    State(tenant): State<TenantHandle>,
    Path(id): Path<String>,
    Json(fields): Json<Map<String, Value>>,
) -> Response {
    let Some(employee) = tenant.employee(&id) else {
        return (StatusCode::NOT_FOUND, "no such employee").into_response();
    };
    match merge(&employee, fields) {
        Ok(changed) => Json(tenant.change(&id, |employee| {
            *employee = Employee {
                employee_id: id.clone(),
                ..changed
            }
        }))
        .into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

async fn remove_employee(State(tenant): State<TenantHandle>, Path(id): Path<String>) -> StatusCode {
    if tenant.remove(&id).is_some() {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

#[derive(Deserialize)]
struct Module {
    enabled: bool,
}

async fn set_module(State(tenant): State<TenantHandle>, Json(module): Json<Module>) -> StatusCode {
    tenant.set_development_module(module.enabled);
    StatusCode::NO_CONTENT
}

fn merge(employee: &Employee, fields: Map<String, Value>) -> serde_json::Result<Employee> {
    let mut merged = json!(employee);
    for (name, value) in fields {
        match (merged[&name].as_object_mut(), value) {
            (Some(known), Value::Object(sent)) => known.extend(sent),
            (_, value) => merged[&name] = value,
        }
    }
    serde_json::from_value(merged)
}

async fn deviations(State(tenant): State<TenantHandle>) -> Json<Vec<Deviation>> {
    Json(tenant.deviations())
}

/// `["no_total", {"small_pages": 50}]`; none puts the tenant right.
async fn deviate(State(tenant): State<TenantHandle>, Json(deviations): Json<Vec<Deviation>>) -> StatusCode {
    tenant.deviate(deviations);
    StatusCode::NO_CONTENT
}
