//! Enrolments: one person, one piece of knowledge, once. A retake is another enrolment.

use jiff::Timestamp;
use serde::Serialize;

use crate::topic::{Topic, TopicType};

/// Content in which a user can be enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Knowledge {
    /// A topic: its completion is a result.
    Topic,
    /// An article to read.
    Article,
    /// A pathway, made of topics.
    Pathway,
}

/// How far the learner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrolmentStatus {
    /// Not begun, in the portal's vocabulary.
    Unexplored,
    /// Begun, in the portal's vocabulary.
    Exploring,
    /// Learnt, and being put into practice.
    Applying,
    /// Completed, in the portal's vocabulary.
    Conquered,
}

/// Who is enrolled, as the user was called at the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Learner {
    /// User name of the enrolled account.
    pub user_name: String,
    /// E-mail of the enrolled account.
    pub email: String,
}

/// One user's enrolment in one topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enrolment {
    /// Its number; every retake has another.
    pub id: u64,
    /// What kind of knowledge.
    pub r#type: Knowledge,
    /// The number of the topic, article or pathway.
    pub knowledge_id: u64,
    /// Code of the topic.
    pub knowledge_code: String,
    /// Title of the topic.
    pub knowledge_title: String,
    /// How far it is.
    pub status: EnrolmentStatus,
    /// Whose it is.
    pub user: Learner,
    /// When it began.
    pub enrolled_at: Timestamp,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
    /// How long it took.
    pub training_minutes: Option<u32>,
}

/// A user or content that a completion needs is missing from the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotThere {
    /// No user of that name.
    #[error("the portal has no such user")]
    User,
    /// No topic or article of that number.
    #[error("the portal has no such topic")]
    Topic,
}

impl Enrolment {
    /// A new enrolment in `topic`, not begun.
    pub(crate) fn begin(id: u64, topic: &Topic, user: Learner, enrolled_at: Timestamp) -> Self {
        Self {
            id,
            r#type: match topic.r#type {
                TopicType::Topic => Knowledge::Topic,
                TopicType::Article => Knowledge::Article,
            },
            knowledge_id: topic.id,
            knowledge_code: topic.code.clone(),
            knowledge_title: topic.title.clone(),
            status: EnrolmentStatus::Unexplored,
            user,
            enrolled_at,
            completed_at: None,
            training_minutes: None,
        }
    }

    /// Completes the enrolment.
    pub(crate) fn conquer(&mut self, completed_at: Timestamp, minutes: Option<u32>) {
        self.status = EnrolmentStatus::Conquered;
        self.enrolled_at = self.enrolled_at.min(completed_at);
        self.completed_at = Some(completed_at);
        self.training_minutes = minutes;
    }

    /// Whether it is still to be completed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.completed_at.is_none()
    }
}
