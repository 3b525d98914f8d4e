//! One request, as the journal keeps it and the fault rules match it.

use std::collections::BTreeMap;

use axum::http::Method;
use serde::Serialize;
use serde_json::Value;

/// A query parameter that should be a whole number from 1 is something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a whole number from 1")]
pub struct NotANumber;

/// One request to a simulated vendor. Handlers find it in the request's extensions, already parsed.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    /// The HTTP method.
    #[serde(serialize_with = "crate::call::method_name")]
    pub method: Method,
    /// The contract's path template, such as `/users/{user_name}`; the raw path when no route matched.
    pub route: String,
    /// Path parameters by name, percent-decoded.
    pub parameters: BTreeMap<String, String>,
    /// Query parameters by name, percent-decoded; of a repeated name, the last.
    pub query: BTreeMap<String, String>,
    /// The body, where it was JSON.
    pub body: Option<Value>,
}

impl Call {
    /// Whether this is a call of `method` on the contract's path template `route`.
    #[must_use]
    pub fn is(&self, method: &Method, route: &str) -> bool {
        self.method == method && self.route == route
    }

    /// Whether this call writes (anything but GET, HEAD, OPTIONS and TRACE).
    #[must_use]
    pub fn is_write(&self) -> bool {
        !self.method.is_safe()
    }

    /// A path parameter; empty when the route has none of that name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// A query parameter that is a whole number from 1, such as a page's; nothing where it is not sent. One too large for
    /// the machine is the largest there is: past the end is past the end.
    ///
    /// # Errors
    /// The parameter is no whole number from 1.
    pub fn number(&self, name: &str) -> Result<Option<usize>, NotANumber> {
        let Some(text) = self.query.get(name) else {
            return Ok(None);
        };
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotANumber);
        }
        let number = text.parse().unwrap_or(usize::MAX);
        if number == 0 { Err(NotANumber) } else { Ok(Some(number)) }
    }

    /// Whether a path parameter, a query value or a text anywhere in the body is exactly `text`: an employee id, a user
    /// name, an external id.
    #[must_use]
    pub fn mentions(&self, text: &str) -> bool {
        self.parameters
            .values()
            .chain(self.query.values())
            .any(|value| value == text)
            || self.body.as_ref().is_some_and(|body| holds(body, text))
    }
}

fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found == text,
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(fields) => fields.values().any(|field| holds(field, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Writes a method as its name.
pub(crate) fn method_name<S: serde::Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}
