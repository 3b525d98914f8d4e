//! Errors of calls to EmployeeConnect. No error shows a body, personal data, a code or a token.

use habitsync_vendor_http::{ApiRefusals, CallError, FieldRefusal, HttpError, PagingError, PrivateBody, known};
use serde_json::Value;

use crate::wire::WRITTEN;

/// A failed call of EmployeeConnect.
#[derive(Debug, thiserror::Error)]
pub enum EmployeeConnectError {
    /// 403 `module_disabled`: the customer has no Development module.
    #[error("the Development module is not enabled (status 403)")]
    ModuleDisabled,
    /// 404: the named record does not exist.
    #[error("there is no such record (status 404, {missing:?})")]
    NotFound {
        /// The missing record, by the vendor's code.
        missing: MissingRecord,
    },
    /// 409 about a course, and then there is none under our reference.
    #[error("the course's reference is taken and no course has it")]
    ReferenceTaken,
    /// A record lacks what makes it usable.
    #[error("an employee without a usable employeeId")]
    NoEmployeeId,
    /// Everything that both vendors' calls have in common.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Record that a 404 concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingRecord {
    /// `course_not_found`.
    Course,
    /// `employee_not_found`.
    Employee,
    /// Something else, or the answer is not the API's: a route, a tenant, a proxy's page.
    Unknown,
}

/// Names that this API's refusals are reported with.
const REFUSALS: ApiRefusals = ApiRefusals {
    credentials: "the credentials were",
    holder: "the integration",
    is_own: is_own_refusal,
    is_about_right: |body| code_of(body).is_some(),
    fields: refusals,
};

impl From<HttpError> for EmployeeConnectError {
    fn from(error: HttpError) -> Self {
        match &error {
            HttpError::Status { status: 403, body, .. } if code(body).as_deref() == Some("module_disabled") => {
                Self::ModuleDisabled
            }
            HttpError::Status { status: 404, body, .. } => Self::NotFound { missing: missing(body) },
            _ => CallError::new(error, &REFUSALS).into(),
        }
    }
}

impl From<PagingError> for EmployeeConnectError {
    fn from(error: PagingError) -> Self {
        CallError::from(error).into()
    }
}

/// Whether a refusal is in the API's own words: an error with a code, or OAuth's. The codes of gateways, such as `403` and
/// `AccessDenied`, are no such words.
pub(crate) fn is_own_refusal(body: &Value) -> bool {
    let oauth = body.get("error").and_then(Value::as_str);
    code_of(body).or(oauth).is_some_and(is_word)
}

/// Whether the text is a code of the API, or of OAuth (RFC 6749, 5.2): lower-case letters and underscores.
fn is_word(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn missing(body: &PrivateBody) -> MissingRecord {
    match code(body).as_deref() {
        Some("course_not_found") => MissingRecord::Course,
        Some("employee_not_found") => MissingRecord::Employee,
        Some(_) | None => MissingRecord::Unknown,
    }
}

/// The error's code, to the letter.
fn code(body: &PrivateBody) -> Option<String> {
    code_of(&body.json()?).map(str::to_owned)
}

/// The code of an error.
pub(crate) fn code_of(body: &Value) -> Option<&str> {
    body.pointer("/error/code")?.as_str()
}

/// The refused fields, by the names of those that are written. The vendor's message is not read: it may quote the person.
fn refusals(body: &PrivateBody) -> Vec<FieldRefusal> {
    let fields = body
        .json()
        .and_then(|mut body: Value| body.pointer_mut("/error/fields").map(Value::take));
    let Some(Value::Object(fields)) = fields else {
        return Vec::new();
    };
    fields
        .into_iter()
        .map(|(field, reason)| FieldRefusal::new(known(&field, WRITTEN).to_owned(), &reason))
        .collect()
}
