//! What travels between us and the portal: only the fields that are used.

use habitsync_vendor_http::{FieldNames, Page, PageFacts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The fields that are read of an answer: an error may name these.
pub(crate) const FIELDS: FieldNames = &[
    "total_records",
    "max_per_page",
    "current_page",
    "total_pages",
    "records",
    "id",
    "user_name",
    "active",
    "code",
    "type",
    "title",
    "description",
    "status",
    "published_version",
    "auto_enrol_links",
    "reference",
    "url",
    "knowledge_id",
    "knowledge_code",
    "user",
    "completed_at",
    "training_minutes",
    "errors",
];

/// One page of a list.
#[derive(Deserialize)]
pub(crate) struct ListPage<R> {
    total_records: u64,
    max_per_page: u64,
    current_page: u64,
    total_pages: u64,
    records: Vec<R>,
}

impl<R> From<ListPage<R>> for Page<R> {
    fn from(list: ListPage<R>) -> Self {
        let facts = PageFacts {
            page: list.current_page,
            per_page: list.max_per_page,
            total: list.total_records,
            total_pages: list.total_pages,
        };
        Self {
            facts,
            records: list.records,
        }
    }
}

/// A user as the portal has them. Personal data: it has no `Debug`.
#[derive(Deserialize)]
pub struct User {
    /// Unique in the portal, whatever its letter case (assumed).
    pub user_name: String,
    /// Absent means active.
    pub active: Option<bool>,
    /// Every other field the portal sent, custom fields (`X-…`) included.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl User {
    /// Whether the user has this name, as the portal compares names (assumed): without regard to letter case or outer blanks.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.user_name.trim().to_lowercase() == name.trim().to_lowercase()
    }
}

/// What is sent of a user: of an existing one, only what is to change. Personal data: it has no `Debug`.
#[derive(Serialize, Default)]
pub struct UserBody {
    /// The user name, or the new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// `false` deactivates, `true` reactivates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Values by the portal's field names.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// A topic or an article.
#[derive(Debug, Deserialize)]
pub struct Topic {
    /// The portal's id.
    pub id: i64,
    /// The enrolment code, for instance `TH-9-456`.
    pub code: String,
    /// `topic` or `article`; absent means topic.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The title.
    pub title: String,
    /// The description.
    pub description: Option<String>,
    /// The folder: `active`, `draft` or `archived`.
    pub status: String,
    /// For instance `1.0`; absent until first published.
    pub published_version: Option<String>,
    /// Links that enrol whoever follows them.
    pub auto_enrol_links: Option<Vec<AutoEnrolLink>>,
}

/// A link that enrols whoever follows it.
#[derive(Debug, Deserialize)]
pub struct AutoEnrolLink {
    /// The label the customer gave it.
    pub reference: Option<String>,
    /// Where it leads; opaque.
    pub url: String,
    /// Absent means active.
    pub active: Option<bool>,
}

/// An enrolment in a topic, an article or a pathway. Personal data: it has no `Debug`.
#[derive(Deserialize)]
pub struct Enrolment {
    /// The portal's id; a retake has another.
    pub id: i64,
    /// `topic`, `article` or `pathway`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of the topic, article or pathway.
    pub knowledge_id: i64,
    /// Its code.
    pub knowledge_code: Option<String>,
    /// `unexplored`, `exploring`, `applying` or `conquered`, the vendor's word for completed.
    pub status: String,
    /// Whose it is.
    pub user: EnrolledUser,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
    /// How long it took.
    pub training_minutes: Option<i64>,
}

/// Whose an enrolment is.
#[derive(Deserialize)]
pub struct EnrolledUser {
    /// The user name.
    pub user_name: String,
}

impl Enrolment {
    /// Whether this is a topic that has been completed: the only kind of enrolment that becomes a result.
    #[must_use]
    pub fn is_completed_topic(&self) -> bool {
        self.kind == "topic" && self.status == "conquered"
    }
}

/// The body of a 422 (its shape is assumed): what is wrong, by field.
#[derive(Deserialize)]
pub(crate) struct Refusal {
    pub(crate) errors: Map<String, Value>,
}
