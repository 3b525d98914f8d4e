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
    /// Seconds, in whatever form the vendor writes them.
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

/// A result that EmployeeConnect has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedResult {
    /// Our reference.
    pub external_id: Option<String>,
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
