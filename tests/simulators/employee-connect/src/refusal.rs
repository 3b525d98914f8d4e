//! Why the tenant refuses a call, and the answer that says so.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use habitsync_simulator_harness::Dialect;
use serde_json::{Value, json};

/// How this vendor's API looks.
pub(crate) const DIALECT: Dialect = Dialect {
    prefix: "/api/v1",
    records: "/data",
    total: "/meta/total",
    page: "/meta/page",
    error: |status, text| error_body(code_of(status), text),
};

/// Why fields are refused, by field.
pub(crate) type Complaints = BTreeMap<&'static str, &'static str>;

/// Why a call is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 400: not readable at all.
    Unreadable(&'static str),
    /// 401: no valid credential.
    Unauthorised(&'static str),
    /// 403: the customer has not bought the module.
    ModuleDisabled,
    /// 404: `employee_not_found` or `course_not_found`.
    NotFound(&'static str),
    /// 409: that `externalId` is taken, by this id under this name.
    Exists(&'static str, String),
    /// 422: field by field.
    Invalid(Complaints),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unreadable(text) => DIALECT.refuse(StatusCode::BAD_REQUEST, text),
            Self::Unauthorised(text) => DIALECT.refuse(StatusCode::UNAUTHORIZED, text),
            Self::ModuleDisabled => {
                let body = error_body(
                    "module_disabled",
                    "the Development module is not enabled for this customer",
                );
                (StatusCode::FORBIDDEN, Json(body)).into_response()
            }
            Self::NotFound(code) => {
                (StatusCode::NOT_FOUND, Json(error_body(code, "there is no such record"))).into_response()
            }
            Self::Exists(name, id) => {
                let mut body = error_body("already_exists", "externalId is recorded already");
                body["data"] = json!({ name: id });
                (StatusCode::CONFLICT, Json(body)).into_response()
            }
            Self::Invalid(fields) => {
                let mut body = error_body("validation_failed", "some fields are not valid");
                body["error"]["fields"] = json!(fields);
                (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
            }
        }
    }
}

fn error_body(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message }, "requestId": request_id() })
}

/// A number for the support desk: every answer has another.
pub(crate) fn request_id() -> String {
    static ANSWERED: AtomicU64 = AtomicU64::new(0);
    format!("r-{}", ANSWERED.fetch_add(1, Ordering::Relaxed) + 1)
}

fn code_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "bad_request",
        StatusCode::UNAUTHORIZED => "unauthorised",
        StatusCode::NOT_FOUND => "route_not_found",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::TOO_MANY_REQUESTS => "rate_limited",
        _ => "internal_error",
    }
}
