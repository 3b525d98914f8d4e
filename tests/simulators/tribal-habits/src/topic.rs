//! Topics and articles with their auto-enrol links.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Topic or article; the API lists both together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopicType {
    /// Learnt and completed.
    Topic,
    /// Read.
    Article,
}

/// The folder it lies in; `status` in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Folder {
    /// In use.
    Active,
    /// In the making.
    Draft,
    /// Withdrawn.
    Archived,
}

/// A link that enrols its visitors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoEnrolLink {
    /// Its label.
    pub reference: Option<String>,
    /// Opaque.
    pub url: String,
    /// Whether it works.
    pub active: bool,
}

/// A topic or an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Its number.
    pub id: u64,
    /// Its enrolment code, such as `TH-9-456`.
    pub code: String,
    /// Topic or article.
    pub r#type: TopicType,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// The folder.
    pub status: Folder,
    /// None until first published.
    pub published_version: Option<String>,
    /// How long it takes.
    pub estimated_minutes: Option<u32>,
    /// Its links.
    pub auto_enrol_links: Vec<AutoEnrolLink>,
    /// When it last changed.
    pub updated_at: Timestamp,
}
