//! What a failed call of the portal means. No error shows a body, a user name or the key.

use habitsync_domain::vendors::list::WhyUnusable;
use habitsync_vendor_http::{FieldNames, FieldRefusal, HttpError, PagingError, PrivateBody, known};
use serde_json::Value;

use crate::wire::Refusal;

/// The fields of a user that the contract names.
const USER_FIELDS: FieldNames = &[
    "user_name",
    "first_name",
    "last_name",
    "email",
    "manager_email",
    "active",
];

/// What the portal's own 404 says.
pub(crate) const NOT_FOUND: &str = "not found";

/// A failed call of Tribal Habits.
#[derive(Debug, thiserror::Error)]
pub enum TribalHabitsError {
    /// 401, in the API's own words: the API key is wrong.
    #[error("the API key was refused (status 401)")]
    Unauthorised,
    /// 403, in the API's own words: the API key is good, and lacks a right.
    #[error("the API key lacks a right (status 403)")]
    Forbidden,
    /// 401, 403, 407 or 451 in other words: a firewall's or a proxy's page. It says nothing about the key.
    #[error("a refusal that is not the API's answer (status {status})")]
    RefusedElsewhere {
        /// The status.
        status: u16,
    },
    /// 404, in the API's own words: there is no such user, topic or enrolment.
    #[error("there is no such record (status 404)")]
    NotFound,
    /// 404 in other words: a route, a framework's or a proxy's page. It says nothing about the record.
    #[error("a 404 that is not the API's answer about the record")]
    NotFoundElsewhere,
    /// A success whose body is not the record that the request was about: a write may have had its effect.
    #[error("the answer is not {expected}")]
    NotBelieved {
        /// The record that the contract promises, for instance "the user that was asked for".
        expected: &'static str,
    },
    /// Another 4xx: the same request will be refused again.
    #[error("the request was refused (status {status})")]
    Refused {
        /// The status, 422 as a rule.
        status: u16,
        /// What the portal named; may be empty.
        fields: Vec<FieldRefusal>,
    },
    /// A list did not add up, however often it was read.
    #[error("the list does not add up")]
    Pages(#[from] PagingError),
    /// The record that was asked for cannot be used.
    #[error("{why}")]
    Record {
        /// The reason.
        why: WhyUnusable,
    },
    /// Everything else: no answer, no useful one, or not now.
    #[error(transparent)]
    Http(HttpError),
}

impl From<HttpError> for TribalHabitsError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Status {
                status: status @ (401 | 403),
                body,
                ..
            } if is_own_refusal(&body.json().unwrap_or_default()) => match status {
                403 => Self::Forbidden,
                _ => Self::Unauthorised,
            },
            HttpError::Status {
                status: status @ (401 | 403),
                ..
            } => Self::RefusedElsewhere { status },
            HttpError::Status { status, .. } if HttpError::is_from_between(status) => Self::RefusedElsewhere { status },
            HttpError::Status { status: 404, body, .. } => not_found(&body),
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
                fields: body.json().map(refusals).unwrap_or_default(),
            },
            other => Self::Http(other),
        }
    }
}

/// Whether a refusal has the shape of the API's own: an object whose `error` is a text.
pub(crate) fn is_own_refusal(body: &Value) -> bool {
    body.get("error").is_some_and(Value::is_string)
}

/// The text of the contract, to the letter: frameworks answer a route that they do not have with `Not Found`.
fn not_found(body: &PrivateBody) -> TribalHabitsError {
    let error = body
        .json::<Value>()
        .and_then(|mut body| body.get_mut("error").map(Value::take));
    if error.as_ref().and_then(Value::as_str) == Some(NOT_FOUND) {
        TribalHabitsError::NotFound
    } else {
        TribalHabitsError::NotFoundElsewhere
    }
}

fn refusals(body: Refusal) -> Vec<FieldRefusal> {
    body.errors
        .into_iter()
        .map(|(field, reasons)| FieldRefusal::new(field_of_user(&field).to_owned(), &reasons))
        .collect()
}

/// The name of a user's field. A custom one is the customer's, and begins with `X-`; any other key may be personal.
fn field_of_user(key: &str) -> &str {
    if key.starts_with("X-") && !key.contains('@') {
        return key;
    }
    known(key, USER_FIELDS)
}
