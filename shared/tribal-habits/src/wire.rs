//! JSON bodies of the portal's API, with only the fields that are used.

use habitsync_domain::vendors::list::{UnusableRecord, WhyUnusable};
use habitsync_domain::vendors::record::JsonRecord;
use habitsync_vendor_http::{FieldNames, Page, PageFacts, RawRecord};
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

/// One page of a list. What it says of itself may be text; its records are read one by one.
#[derive(Deserialize)]
pub(crate) struct ListPage {
    #[serde(default)]
    total_records: Value,
    #[serde(default)]
    max_per_page: Value,
    #[serde(default)]
    current_page: Value,
    #[serde(default)]
    total_pages: Value,
    records: Option<Vec<RawRecord>>,
}

impl ListPage {
    /// The page; none where it does not say of what list it is.
    pub(crate) fn page(self) -> Option<Page<RawRecord>> {
        let facts = [
            &self.current_page,
            &self.max_per_page,
            &self.total_records,
            &self.total_pages,
        ];
        Some(Page {
            facts: PageFacts::read(facts)?,
            records: self.records.unwrap_or_default(),
        })
    }
}

/// A user as the portal has them. Personal data: it has no `Debug`.
pub struct User {
    /// Unique in the portal, regardless of letter case (assumed).
    pub user_name: String,
    /// Absent means active.
    pub active: Option<bool>,
    /// Every other field the portal sent, custom fields (`X-…`) included.
    pub fields: Map<String, Value>,
}

impl User {
    /// Reads a record.
    pub(crate) fn read(record: &RawRecord) -> Result<Self, UnusableRecord> {
        record.fields("user_name").and_then(Self::of)
    }

    /// The user of these fields. One without a user name is known by its e-mail. Where `active` is there and unreadable, it is
    /// not known whether the account is in use.
    pub(crate) fn of(mut fields: Map<String, Value>) -> Result<Self, UnusableRecord> {
        let record = JsonRecord::from(&fields);
        let Some(user_name) = record.id("user_name") else {
            return Err(UnusableRecord::new(record.id("email").as_deref(), WhyUnusable::NoId));
        };
        let active = record.flag("active");
        if active.is_none() && record.has("active") {
            return Err(UnusableRecord::new(Some(&user_name), WhyUnusable::LacksAValue));
        }
        fields.retain(|name, _| !matches!(name.as_str(), "user_name" | "active"));
        Ok(Self {
            user_name,
            active,
            fields,
        })
    }

    /// Whether the user has this name, as the portal compares names (assumed): without regard to letter case or outer blanks.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.user_name.trim().to_lowercase() == name.trim().to_lowercase()
    }
}

/// The body of a write to a user: for an existing user, only the fields to change. Personal data: it has no `Debug`.
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
#[derive(Debug, PartialEq)]
pub struct Topic {
    /// The portal's id.
    pub id: i64,
    /// The enrolment code, for instance `TH-9-456`; empty where the record has none.
    pub code: String,
    /// `topic` or `article`; absent means topic.
    pub kind: Option<String>,
    /// The title; empty where the record has none.
    pub title: String,
    /// Description of the topic.
    pub description: Option<String>,
    /// The folder: `active`, `draft` or `archived`.
    pub status: String,
    /// For instance `1.0`; absent until first published.
    pub published_version: Option<String>,
    /// Links that enrol their visitors.
    pub auto_enrol_links: Vec<AutoEnrolLink>,
}

/// A link that enrols its visitors.
#[derive(Debug, PartialEq)]
pub struct AutoEnrolLink {
    /// The label the customer gave it.
    pub reference: Option<String>,
    /// Address of the link; opaque, and empty where the record has none.
    pub url: String,
    /// Absent means active.
    pub active: Option<bool>,
}

impl Topic {
    /// Reads a record. Kind, folder and links decide whether a topic is a course: where one of them is there and unreadable, or the
    /// folder is missing, nothing is decided.
    pub(crate) fn read(record: &RawRecord) -> Result<Self, UnusableRecord> {
        let fields = record.fields("id")?;
        let record = JsonRecord::from(&fields);
        let id = record
            .whole("id")
            .ok_or_else(|| UnusableRecord::new(None, WhyUnusable::NoId))?;
        let undecided = || UnusableRecord::new(Some(&id.to_string()), WhyUnusable::LacksAValue);
        if record.has("type") && !record.value("type").is_string() {
            return Err(undecided());
        }
        Ok(Self {
            id,
            code: record.id("code").unwrap_or_default(),
            kind: record.word("type"),
            title: record.text("title").unwrap_or_default(),
            description: record.text("description"),
            status: record.word("status").ok_or_else(undecided)?,
            published_version: record.text("published_version"),
            auto_enrol_links: links(record.value("auto_enrol_links")).ok_or_else(undecided)?,
        })
    }
}

fn links(value: &Value) -> Option<Vec<AutoEnrolLink>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::Array(links) => Some(
            links
                .iter()
                .filter_map(JsonRecord::from_value)
                .map(AutoEnrolLink::of)
                .collect(),
        ),
        _ => None,
    }
}

impl AutoEnrolLink {
    fn of(link: JsonRecord<'_>) -> Self {
        Self {
            reference: link.text("reference"),
            url: link.text("url").unwrap_or_default(),
            active: link.flag("active"),
        }
    }
}

/// An enrolment in a topic, an article or a pathway. Personal data: it has no `Debug`.
#[derive(PartialEq)]
pub struct Enrolment {
    /// The portal's id; a retake has another.
    pub id: i64,
    /// `topic`, `article` or `pathway`.
    pub kind: String,
    /// The id of the topic, article or pathway.
    pub knowledge_id: i64,
    /// Code of the topic.
    pub knowledge_code: Option<String>,
    /// `unexplored`, `exploring`, `applying` or `conquered`, the vendor's word for completed.
    pub status: String,
    /// The user name of the account that is enrolled; none where the account was deleted.
    pub user_name: Option<String>,
    /// Time of completion.
    pub completed_at: Option<Timestamp>,
    /// Duration in minutes.
    pub training_minutes: Option<i64>,
}

impl Enrolment {
    /// Reads a record.
    pub(crate) fn read(record: &RawRecord) -> Result<Self, UnusableRecord> {
        let fields = record.fields("id")?;
        let record = JsonRecord::from(&fields);
        let id = record
            .whole("id")
            .ok_or_else(|| UnusableRecord::new(None, WhyUnusable::NoId))?;
        let lacks = || UnusableRecord::new(Some(&id.to_string()), WhyUnusable::LacksAValue);
        Ok(Self {
            id,
            kind: record.word("type").ok_or_else(lacks)?,
            knowledge_id: record.whole("knowledge_id").ok_or_else(lacks)?,
            knowledge_code: record.id("knowledge_code"),
            status: record.word("status").ok_or_else(lacks)?,
            user_name: record.record("user").and_then(|user| user.id("user_name")),
            completed_at: record.instant("completed_at"),
            training_minutes: record.whole("training_minutes"),
        })
    }

    /// Whether this is a topic that has been completed: the only kind of enrolment that becomes a result.
    #[must_use]
    pub fn is_completed_topic(&self) -> bool {
        self.kind == "topic" && self.status == "conquered"
    }
}

/// The body of a 422 (its shape is assumed): the refused fields with their messages.
#[derive(Deserialize)]
pub(crate) struct Refusal {
    pub(crate) errors: Map<String, Value>,
}
