//! Errors of calls to the portal. No error shows a body, a user name or the key.

use habitsync_domain::vendors::list::WhyUnusable;
use habitsync_vendor_http::{
    ApiRefusals, CallError, FieldNames, FieldRefusal, HttpError, PagingError, PrivateBody, known,
};
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

/// Message of the portal's own 404 answer.
pub(crate) const NOT_FOUND: &str = "not found";

/// A failed call of Tribal Habits.
#[derive(Debug, thiserror::Error)]
pub enum TribalHabitsError {
    /// 404, in the API's own words: there is no such user, topic or enrolment.
    #[error("there is no such record (status 404)")]
    NotFound,
    /// 404 in other words: a route, a framework's or a proxy's page. It says nothing about the record.
    #[error("a 404 that is not the API's answer about the record")]
    NotFoundElsewhere,
    /// The record that was asked for cannot be used.
    #[error("{why}")]
    Record {
        /// Reason why it cannot be used.
        why: WhyUnusable,
    },
    /// Everything that both vendors' calls have in common.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Names that this API's refusals are reported with.
const REFUSALS: ApiRefusals = ApiRefusals {
    credentials: "the API key was",
    holder: "the API key",
    is_own: is_own_refusal,
    is_about_right: |_| true,
    fields: refusals,
};

impl From<HttpError> for TribalHabitsError {
    fn from(error: HttpError) -> Self {
        match &error {
            HttpError::Status { status: 404, body, .. } => not_found(body),
            _ => CallError::new(error, &REFUSALS).into(),
        }
    }
}

impl From<PagingError> for TribalHabitsError {
    fn from(error: PagingError) -> Self {
        CallError::from(error).into()
    }
}

/// Whether a refusal has the shape of the API's own: an object whose `error` is a text. The errors of web frameworks and
/// gateways have one, too, and repeat the status as a number beside it.
pub(crate) fn is_own_refusal(body: &Value) -> bool {
    let is_status = |value: &Value| value.as_u64().is_some_and(|number| (400..600).contains(&number));
    let repeats_status = body.as_object().is_some_and(|body| body.values().any(is_status));
    let error = body.get("error").and_then(Value::as_str).unwrap_or_default();
    !error.trim().is_empty() && !repeats_status
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

fn refusals(body: &PrivateBody) -> Vec<FieldRefusal> {
    let errors = body.json().map(|refusal: Refusal| refusal.errors).unwrap_or_default();
    errors
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
