//! Topics and articles with their auto-enrol links.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Topic or article; the API lists both together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopicType {
    /// Learnt and completed.
    Topic,
    /// An article to read.
    Article,
}

/// The folder it lies in; `status` in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Folder {
    /// The topic is in use.
    Active,
    /// In the making.
    Draft,
    /// The topic is withdrawn.
    Archived,
}

/// A link that enrols its visitors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoEnrolLink {
    /// Reference of the link, for example `EC`.
    pub reference: Option<String>,
    /// Opaque address of the link.
    pub url: String,
    /// Whether it works.
    pub active: bool,
}

/// A topic or an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Number of the topic.
    pub id: u64,
    /// Its enrolment code, such as `TH-9-456`.
    pub code: String,
    /// Topic or article.
    pub r#type: TopicType,
    /// Title of the topic.
    pub title: String,
    /// Description of the topic.
    pub description: Option<String>,
    /// Folder that holds the topic.
    pub status: Folder,
    /// None until first published.
    pub published_version: Option<String>,
    /// How long it takes.
    pub estimated_minutes: Option<u32>,
    /// Auto-enrol links of the topic.
    pub auto_enrol_links: Vec<AutoEnrolLink>,
    /// When it last changed.
    pub updated_at: Timestamp,
}
