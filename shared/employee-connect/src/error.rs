//! What a failed call of EmployeeConnect means. No error shows a body, a person's data, a code or a token.

use habitsync_vendor_http::{FieldRefusal, HttpError, PagingError, PrivateBody};
use serde_json::Value;

/// A failed call of EmployeeConnect.
#[derive(Debug, thiserror::Error)]
pub enum EmployeeConnectError {
    /// 401, or a refusal of the token request, in the API's own words: the credentials are wrong.
    #[error("the credentials were refused (status {status})")]
    Unauthorised {
        /// The status.
        status: u16,
    },
    /// 403, in the API's own words: the credentials are good, and lack a right.
    #[error("the integration lacks a right (status 403)")]
    Forbidden,
    /// 401, 403, 407 or 451 in other words: a firewall's or a proxy's page. It says nothing about the credentials.
    #[error("a refusal that is not the API's answer (status {status})")]
    RefusedElsewhere {
        /// The status.
        status: u16,
    },
    /// 403 `module_disabled`: the customer has no Development module.
    #[error("the Development module is not enabled (status 403)")]
    ModuleDisabled,
    /// 404: the named record does not exist.
    #[error("there is no such record (status 404, {missing:?})")]
    NotFound {
        /// The missing record, by the vendor's code.
        missing: MissingRecord,
    },
    /// Another 4xx: the same request will be refused again.
    #[error("the request was refused (status {status})")]
    Refused {
        /// The status, 422 as a rule.
        status: u16,
        /// What the vendor named; may be empty.
        fields: Vec<FieldRefusal>,
    },
    /// 409 about a course, and then there is none under our reference.
    #[error("the course's reference is taken and no course has it")]
    ReferenceTaken,
    /// A list did not add up, however often it was read.
    #[error("the list does not add up")]
    Pages(#[from] PagingError),
    /// A record lacks what makes it usable.
    #[error("an employee without a usable employeeId")]
    NoEmployeeId,
    /// A success, or a 409, whose body is not the record that the request was about: a write may have had its effect.
    #[error("the answer is not {expected}")]
    NotBelieved {
        /// The record that the contract promises, for instance "the employee that was asked for".
        expected: &'static str,
    },
    /// Everything else: no answer, no useful one, or not now.
    #[error(transparent)]
    Http(HttpError),
}

/// What a 404 is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingRecord {
    /// `course_not_found`.
    Course,
    /// `employee_not_found`.
    Employee,
    /// Something else, or the answer is not the API's: a route, a tenant, a proxy's page.
    Unknown,
}

impl From<HttpError> for EmployeeConnectError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Status {
                status: status @ (401 | 403),
                body,
                ..
            } => unauthorised(status, &body),
            HttpError::Status { status, .. } if HttpError::is_from_between(status) => Self::RefusedElsewhere { status },
            HttpError::Status { status: 404, body, .. } => Self::NotFound {
                missing: missing(&body),
            },
            // A time-out of the vendor's own, and the rate limit, do not concern the request's content.
            error @ HttpError::Status {
                status: 408 | 425 | 429,
                ..
            } => Self::Http(error),
            HttpError::Status {
                status: status @ 400..500,
                body,
                ..
            } => Self::Refused {
                status,
                fields: refusals(&body),
            },
            other => Self::Http(other),
        }
    }
}

fn unauthorised(status: u16, body: &PrivateBody) -> EmployeeConnectError {
    let body = body.json::<Value>().unwrap_or_default();
    if !is_own_refusal(&body) {
        return EmployeeConnectError::RefusedElsewhere { status };
    }
    match (status, body.pointer("/error/code").and_then(Value::as_str)) {
        (403, Some("module_disabled")) => EmployeeConnectError::ModuleDisabled,
        (403, Some(_)) => EmployeeConnectError::Forbidden,
        _ => EmployeeConnectError::Unauthorised { status },
    }
}

/// Whether a refusal is in the API's own words: an error with a code, or OAuth's.
pub(crate) fn is_own_refusal(body: &Value) -> bool {
    let is_word = |error: &Value| error.as_str().is_some_and(is_oauth_word);
    let error = body.get("error");
    error.is_some_and(|error| error.get("code").is_some_and(Value::is_string) || is_word(error))
}

/// The error of a token request as OAuth has it (RFC 6749, 5.2): lower-case letters and underscores.
fn is_oauth_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn missing(body: &PrivateBody) -> MissingRecord {
    match code(body).as_deref() {
        Some("course_not_found") => MissingRecord::Course,
        Some("employee_not_found") => MissingRecord::Employee,
        Some(_) | None => MissingRecord::Unknown,
    }
}

/// The error's `error`, where the body has one. The vendor's message is not read: it may quote the person.
fn detail(body: &PrivateBody) -> Option<Value> {
    body.json::<Value>()?.get_mut("error").map(Value::take)
}

/// The error's code, to the letter.
fn code(body: &PrivateBody) -> Option<String> {
    detail(body)?.get("code")?.as_str().map(str::to_owned)
}

fn refusals(body: &PrivateBody) -> Vec<FieldRefusal> {
    let fields = detail(body).and_then(|mut detail| detail.get_mut("fields").map(Value::take));
    let Some(Value::Object(fields)) = fields else {
        return Vec::new();
    };
    fields
        .into_iter()
        .map(|(field, reason)| FieldRefusal::new(field, &reason))
        .collect()
}
