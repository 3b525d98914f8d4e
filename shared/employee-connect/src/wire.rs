//! What travels between us and EmployeeConnect: only the fields that are used.

use habitsync_vendor_http::{FieldNames, Page, PageFacts};
use jiff::civil::Date;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The fields that are read of an answer: an error may name these.
pub(crate) const FIELDS: FieldNames = &[
    "data",
    "meta",
    "page",
    "pageSize",
    "total",
    "totalPages",
    "access_token",
    "expires_in",
    "courseId",
    "externalId",
    "employeeId",
    "error",
    "code",
    "fields",
];

/// An employee as a map, since a customer may map or filter on any field.
pub type EmployeeRecord = Map<String, Value>;

/// What every answer about one record is wrapped in.
#[derive(Deserialize)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
    /// The contract has none; some answers say in it that nothing was done.
    #[serde(default)]
    status: Value,
}

impl<T> Data<T> {
    /// Whether the answer carries a record like this, and does not say beside it that nothing was done.
    pub(crate) fn is_done_and(&self, is_meant: impl FnOnce(&T) -> bool) -> bool {
        let status = id_text(&self.status).unwrap_or_default().to_ascii_lowercase();
        let is_failure = ["fail", "error", "reject"].iter().any(|word| status.starts_with(word));
        !is_failure && is_meant(&self.data)
    }
}

/// One page of a list.
#[derive(Deserialize)]
pub(crate) struct ListPage<R> {
    data: Vec<R>,
    meta: Meta,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    page: u64,
    page_size: u64,
    total: u64,
    total_pages: u64,
}

impl<R> From<ListPage<R>> for Page<R> {
    fn from(list: ListPage<R>) -> Self {
        let Meta {
            page,
            page_size,
            total,
            total_pages,
        } = list.meta;
        Self {
            facts: PageFacts {
                page,
                per_page: page_size,
                total,
                total_pages,
            },
            records: list.data,
        }
    }
}

/// An answer to the client's credentials.
#[derive(Deserialize)]
pub(crate) struct AccessToken {
    pub(crate) access_token: SecretString,
    /// Seconds, in any form that the vendor writes them in.
    #[serde(default)]
    pub(crate) expires_in: Value,
}

/// A course that EmployeeConnect has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Course {
    /// EmployeeConnect's id.
    pub course_id: String,
    /// Our reference: the topic's code.
    pub external_id: Option<String>,
    /// The title.
    #[serde(default)]
    title: Option<Value>,
    /// The description.
    #[serde(default)]
    description: Option<Value>,
    /// Where the learner starts.
    #[serde(default)]
    launch_url: Option<Value>,
    /// Whether it is offered.
    #[serde(default)]
    active: Option<Value>,
}

impl Course {
    /// Whether this is not the course of another topic.
    pub(crate) fn may_be_of(&self, reference: &str) -> bool {
        self.external_id.as_deref().is_none_or(|own| own.trim() == reference)
    }

    /// Whether the course shows nothing that contradicts what was written.
    pub(crate) fn agrees_with(&self, written: &CourseBody<'_>) -> bool {
        self.active.as_ref().and_then(Value::as_bool) != Some(!written.active)
    }

    /// Whether the course shows all that was written.
    pub(crate) fn shows(&self, written: &CourseBody<'_>) -> bool {
        let is = |shown: &Option<Value>, text: &str| shown.as_ref().and_then(Value::as_str) == Some(text);
        let description = self.description.as_ref().and_then(Value::as_str).unwrap_or_default();
        is(&self.title, written.title)
            && is(&self.launch_url, written.launch_url)
            && description == written.description.unwrap_or_default()
            && self.active.as_ref().and_then(Value::as_bool) == Some(written.active)
    }
}

/// What is written of a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CourseBody<'a> {
    /// Our reference; only when the course is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<&'a str>,
    /// The title.
    pub title: &'a str,
    /// The description; null where there is none.
    pub description: Option<&'a str>,
    /// Who provides it; only when the course is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<&'a str>,
    /// Where the learner starts.
    pub launch_url: &'a str,
    /// `false` withdraws the course.
    pub active: bool,
}

/// A result that EmployeeConnect has; fields of any type, since one odd field must not hide the others.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordedResult {
    #[serde(default)]
    result_id: Value,
    #[serde(default)]
    external_id: Value,
    #[serde(default)]
    employee_id: Value,
    #[serde(default)]
    status: Value,
    #[serde(default)]
    course_id: Value,
    #[serde(default)]
    completed_on: Value,
}

impl RecordedResult {
    /// Whether this is the answer to a result that was just recorded on the course: it has an id of its own, and contradicts
    /// nothing. A day in another form than the contract's contradicts nothing either.
    pub(crate) fn acknowledges(&self, course: &str, written: &ResultBody<'_>) -> bool {
        let is_course = id_text(&self.course_id).is_none_or(|shown| shown == course);
        let shown: Option<Date> = id_text(&self.completed_on)
            .filter(|day| day.len() == 10)
            .and_then(|day| day.parse().ok());
        let is_day = shown.is_none_or(|day| day == written.completed_on);
        id_text(&self.result_id).is_some() && is_course && is_day && self.contradicts_nothing_of(written)
    }

    /// Whether this is a result that EmployeeConnect names instead of recording what was written.
    pub(crate) fn has_reference_of(&self, written: &ResultBody<'_>) -> bool {
        let reference = id_text(&self.external_id);
        id_text(&self.result_id).is_some() && reference.is_none_or(|own| own == written.external_id)
    }

    /// Whether this is the result that was written, found again by its reference.
    pub(crate) fn is(&self, written: &ResultBody<'_>) -> bool {
        id_text(&self.external_id).is_some() && self.contradicts_nothing_of(written)
    }

    fn contradicts_nothing_of(&self, written: &ResultBody<'_>) -> bool {
        let is = |shown: &Value, text: &str| id_text(shown).is_none_or(|shown| shown == text);
        let is_completed = id_text(&self.status).is_none_or(|status| status.eq_ignore_ascii_case(written.status));
        is(&self.external_id, written.external_id) && is(&self.employee_id, written.employee_id) && is_completed
    }
}

/// An id as a text, whether it travels as a text or as a number; none where it is empty, or neither.
pub(crate) fn id_text(id: &Value) -> Option<String> {
    let text = match id {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A result to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultBody<'a> {
    /// Our reference, the same for every attempt to record the same completion.
    pub external_id: &'a str,
    /// Whose result it is.
    pub employee_id: &'a str,
    /// Always `Completed`.
    pub status: &'static str,
    /// The day, in the customer's time zone.
    pub completed_on: Date,
    /// How long it took, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_minutes: Option<u32>,
}

/// The body of an error, as far as it is there.
#[derive(Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) error: Option<ErrorDetail>,
}

/// What went wrong. The vendor's message is not read: it may quote the person.
#[derive(Deserialize)]
pub(crate) struct ErrorDetail {
    pub(crate) code: Option<String>,
    pub(crate) fields: Option<Map<String, Value>>,
}

/// The body of the 409 of a course whose reference exists.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExistingCourse {
    pub(crate) course_id: String,
}
