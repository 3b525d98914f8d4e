//! How a vendor's API looks from outside.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

/// How one vendor's API looks from outside.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// The path that every route of the contract stands under, such as `/papi`.
    pub prefix: &'static str,
    /// JSON pointer to a page's records.
    pub records: &'static str,
    /// JSON pointer to a page's total.
    pub total: &'static str,
    /// JSON pointer to a page's number.
    pub page: &'static str,
    /// The body of an error, from its status and its text.
    pub error: fn(StatusCode, &str) -> Value,
}

impl Dialect {
    /// An error answer in this dialect.
    #[must_use]
    pub fn refuse(&self, status: StatusCode, text: &str) -> Response {
        (status, Json((self.error)(status, text))).into_response()
    }
}
