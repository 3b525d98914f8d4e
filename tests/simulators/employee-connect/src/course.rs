//! Courses and the results recorded on them.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

/// A course of the Development module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Course {
    /// The tenant's own id, such as `C-77`.
    pub course_id: String,
    /// The caller's reference; no two courses have the same.
    pub external_id: String,
    /// Title, at most 200 characters.
    pub title: String,
    /// Description of the course.
    pub description: Option<String>,
    /// Who provides it; not shown when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Where it starts.
    pub launch_url: String,
    /// Whether it is offered.
    pub active: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A completion recorded for a person on a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CourseResult {
    /// The tenant's own id, such as `R-5`.
    pub result_id: String,
    /// Id of the course.
    pub course_id: String,
    /// The caller's reference; no two results of the tenant have the same.
    pub external_id: String,
    /// Number of the employee.
    pub employee_id: String,
    /// Always `Completed`.
    pub status: String,
    /// The day, in the customer's time zone.
    pub completed_on: Date,
    /// How long it took.
    pub duration_minutes: Option<u64>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl Course {
    /// A course with nothing in it yet.
    pub(crate) fn blank(now: Timestamp) -> Self {
        Self {
            course_id: String::new(),
            external_id: String::new(),
            title: String::new(),
            description: None,
            provider: None,
            launch_url: String::new(),
            active: true,
            created_at: now,
            updated_at: now,
        }
    }

    /// The fields in which `other` differs, by their names in the API.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let differences = [
            ("title", self.title != other.title),
            ("description", self.description != other.description),
            ("provider", self.provider != other.provider),
            ("launchUrl", self.launch_url != other.launch_url),
            ("active", self.active != other.active),
        ];
        differences
            .into_iter()
            .filter(|(_, differs)| *differs)
            .map(|(name, _)| name.to_owned())
            .collect()
    }
}
