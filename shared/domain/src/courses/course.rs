//! An EmployeeConnect course that stands for a topic, and what the table keeps of every topic seen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::courses::topic::Condition;
use crate::identity::{CourseId, TopicCode, TopicId};

/// The fields of a course. `external_id` is its identity on our side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The topic's code.
    pub external_id: TopicCode,
    /// At most 200 characters (EmployeeConnect's limit, assumed).
    pub title: String,
    /// Where there is one.
    pub description: Option<String>,
    /// Where the learner starts: the topic's auto-enrol link.
    pub launch_url: String,
    /// `false` withdraws the course; courses are never deleted.
    pub active: bool,
}

/// A topic as last seen, with its verdict and its course: one `COURSE` item of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicRecord {
    /// The topic.
    pub topic: TopicId,
    /// Its code.
    pub code: TopicCode,
    /// Its title when last seen.
    pub title: String,
    /// The last decision about it.
    pub state: TopicState,
    /// Its course, once there is one; it stays when the topic stops qualifying.
    #[serde(default)]
    pub course: Option<LinkedCourse>,
    /// When it was last seen.
    pub seen_at: Timestamp,
    /// Results parked on it are being released: should that fail, the next sync does it.
    #[serde(default)]
    pub release_due: bool,
}

/// The last decision about a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum TopicState {
    /// It is, or is about to be, a course.
    Qualifies,
    /// It is not a course.
    Lacks {
        /// The conditions that the topic lacks.
        conditions: Vec<Condition>,
    },
    /// It is an article.
    NotATopic,
}

/// A course in EmployeeConnect, with the values last written to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedCourse {
    /// EmployeeConnect's id.
    pub id: CourseId,
    /// Its fields, as last written.
    pub written: Course,
    /// EmployeeConnect did not know it when a result was recorded: results wait until it is found or made again.
    #[serde(default)]
    pub broken: bool,
}

impl LinkedCourse {
    /// The course with this id, as just written.
    #[must_use]
    pub fn written(id: &CourseId, course: &Course) -> Self {
        Self {
            id: id.clone(),
            written: course.clone(),
            broken: false,
        }
    }
}

/// Where the results of a topic go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultDestination<'a> {
    /// On this course.
    To(&'a CourseId),
    /// Nowhere yet: the topic is about to be a course, or its course has to be made again.
    Wait,
    /// Nowhere: the topic is not a course.
    Nowhere,
}

impl TopicRecord {
    /// The destination of this topic's results. A course stays open to results after its topic has stopped qualifying,
    /// so that learners who began it can finish it.
    #[must_use]
    pub fn results_go(&self) -> ResultDestination<'_> {
        match (&self.course, &self.state) {
            (Some(course), _) if !course.broken => ResultDestination::To(&course.id),
            (_, TopicState::Qualifies) => ResultDestination::Wait,
            (_, TopicState::Lacks { .. } | TopicState::NotATopic) => ResultDestination::Nowhere,
        }
    }
}
