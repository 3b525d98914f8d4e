//! JSON bodies of EmployeeConnect's API, with only the fields that are used.

use habitsync_domain::text::invisible::trimmed;
use habitsync_domain::vendors::list::{UnusableRecord, WhyUnusable};
use habitsync_domain::vendors::record::{JsonRecord, id_text};
use habitsync_vendor_http::{FieldNames, Page, PageFacts, RawRecord};
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

/// The fields that are written: a refusal may name these.
pub(crate) const WRITTEN: FieldNames = &[
    "externalId",
    "title",
    "description",
    "provider",
    "launchUrl",
    "active",
    "employeeId",
    "status",
    "completedOn",
    "durationMinutes",
];

/// An employee as a map, since a customer may map or filter on any field.
pub type EmployeeRecord = Map<String, Value>;

/// Envelope of every answer about one record.
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

/// One page of a list. What it says of itself may be text; its records are read one by one.
#[derive(Deserialize)]
pub(crate) struct ListPage {
    data: Option<Vec<RawRecord>>,
    #[serde(default)]
    meta: Value,
}

impl ListPage {
    /// The page; none where it does not say of what list it is.
    pub(crate) fn page(self) -> Option<Page<RawRecord>> {
        let meta = JsonRecord::from_value(&self.meta)?;
        let facts = ["page", "pageSize", "total", "totalPages"].map(|name| meta.value(name));
        Some(Page {
            facts: PageFacts::read(facts)?,
            records: self.data.unwrap_or_default(),
        })
    }
}

/// The field that identifies an employee.
pub(crate) const EMPLOYEE_ID: &str = "employeeId";

/// Fields that the contract has as text, and that some tenants send as numbers.
const IDS: [&str; 3] = [EMPLOYEE_ID, "userId", "managerEmployeeId"];

/// Reads an employee, whose ids are texts afterwards. The employee's own id loses the invisible characters around it.
pub(crate) fn employee_record(record: &RawRecord) -> Result<EmployeeRecord, UnusableRecord> {
    let mut employee = record.fields(EMPLOYEE_ID)?;
    if let Some(Value::String(id)) = employee.get_mut(EMPLOYEE_ID) {
        *id = trimmed(id).to_owned();
    }
    for name in IDS {
        if let Some(id) = employee.get_mut(name).filter(|id| id.is_number())
            && let Some(text) = id_text(id)
        {
            *id = Value::String(text);
        }
    }
    Ok(employee)
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// The course's id in EmployeeConnect.
    pub course_id: String,
    /// Our reference: the topic's code.
    pub external_id: Option<String>,
    fields: EmployeeRecord,
}

impl Course {
    /// Reads a record.
    pub(crate) fn read(record: &RawRecord) -> Result<Self, UnusableRecord> {
        let fields = record.fields("courseId")?;
        let record = JsonRecord::from(&fields);
        let external_id = record.id("externalId");
        match record.id("courseId") {
            Some(course_id) => Ok(Self {
                course_id,
                external_id,
                fields,
            }),
            None => Err(UnusableRecord::new(external_id.as_deref(), WhyUnusable::NoId)),
        }
    }

    /// Whether this is not the course of another topic.
    pub(crate) fn may_be_of(&self, reference: &str) -> bool {
        self.external_id.as_deref().is_none_or(|own| own == reference.trim())
    }

    /// Returns whether the course shows nothing that contradicts the written values.
    pub(crate) fn agrees_with(&self, written: &CourseBody<'_>) -> bool {
        JsonRecord::from(&self.fields).flag("active") != Some(!written.active)
    }

    /// Whether the course shows all that was written.
    pub(crate) fn shows(&self, written: &CourseBody<'_>) -> bool {
        let record = JsonRecord::from(&self.fields);
        let is = |name, text: &str| record.text(name).as_deref() == Some(text);
        let description = record.text("description").unwrap_or_default();
        is("title", written.title)
            && is("launchUrl", written.launch_url)
            && description == written.description.unwrap_or_default()
            && record.flag("active") == Some(written.active)
    }
}

/// The fields of a written course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CourseBody<'a> {
    /// Our reference; only when the course is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<&'a str>,
    /// Title of the course.
    pub title: &'a str,
    /// The description; null where there is none.
    pub description: Option<&'a str>,
    /// Provider of the course; sent only when the course is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<&'a str>,
    /// Address at which the learner starts.
    pub launch_url: &'a str,
    /// `false` withdraws the course.
    pub active: bool,
}

/// A result that EmployeeConnect has.
pub(crate) struct RecordedResult {
    result_id: Option<String>,
    external_id: Option<String>,
    employee_id: Option<String>,
    status: Option<String>,
    course_id: Option<String>,
    completed_on: Option<String>,
}

impl RecordedResult {
    /// Reads a value; none where it is no record.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let record = JsonRecord::from_value(value)?;
        Some(Self {
            result_id: record.id("resultId"),
            external_id: record.id("externalId"),
            employee_id: record.id(EMPLOYEE_ID),
            status: record.id("status"),
            course_id: record.id("courseId"),
            completed_on: record.id("completedOn"),
        })
    }

    /// Whether this is the answer to a result that was just recorded on the course: it has an id of its own, and contradicts
    /// nothing. A day in another form than the contract's contradicts nothing either.
    pub(crate) fn acknowledges(&self, course: &str, written: &ResultBody<'_>) -> bool {
        let is_course = self.course_id.as_deref().is_none_or(|shown| shown == course);
        let shown: Option<Date> = self
            .completed_on
            .as_ref()
            .filter(|day| day.len() == 10)
            .and_then(|day| day.parse().ok());
        let is_day = shown.is_none_or(|day| day == written.completed_on);
        self.result_id.is_some() && is_course && is_day && self.contradicts_nothing_of(written)
    }

    /// Returns whether EmployeeConnect returned this existing result instead of recording the written one.
    pub(crate) fn has_reference_of(&self, written: &ResultBody<'_>) -> bool {
        let reference = self.external_id.as_deref();
        self.result_id.is_some() && reference.is_none_or(|own| own == written.external_id)
    }

    /// Whether this is the result that was written, found again by its reference.
    pub(crate) fn is(&self, written: &ResultBody<'_>) -> bool {
        self.external_id.is_some() && self.contradicts_nothing_of(written)
    }

    fn contradicts_nothing_of(&self, written: &ResultBody<'_>) -> bool {
        let is = |shown: &Option<String>, text: &str| shown.as_deref().is_none_or(|shown| shown == text);
        let status = self.status.as_deref();
        let is_completed = status.is_none_or(|status| status.eq_ignore_ascii_case(written.status));
        is(&self.external_id, written.external_id) && is(&self.employee_id, written.employee_id) && is_completed
    }
}

/// A result to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultBody<'a> {
    /// Our reference, the same for every attempt to record the same completion.
    pub external_id: &'a str,
    /// Number of the employee whose result it is.
    pub employee_id: &'a str,
    /// Always `Completed`.
    pub status: &'static str,
    /// The day, in the customer's time zone.
    pub completed_on: Date,
    /// Duration in minutes, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_minutes: Option<u32>,
}
