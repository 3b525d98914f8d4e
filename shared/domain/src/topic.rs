//! A Tribal Habits topic, and whether it is ready to be a course.

use serde::{Deserialize, Serialize};

use crate::identity::{TopicCode, TopicId};

/// What the portal's topic list holds. Articles are listed among the topics and never become courses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// The topic's id.
    pub id: TopicId,
    /// The topic's code, the course's external reference.
    pub code: TopicCode,
    /// Topic or article.
    pub kind: TopicKind,
    /// Title, as learners see it.
    pub title: String,
    /// Description, where there is one.
    pub description: Option<String>,
    /// The folder it is in.
    pub folder: Folder,
    /// The published version (`1.0`); none until first published.
    pub published_version: Option<String>,
    /// Its auto-enrol links.
    pub links: Vec<AutoEnrolLink>,
}

/// What kind of knowledge a listed item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopicKind {
    /// A topic: the only kind that becomes a course.
    Topic,
    /// An article, or a kind that we do not know.
    Other,
}

/// The folder a topic is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    /// In use.
    Active,
    /// Being written.
    Draft,
    /// Put away, or a folder that we do not know.
    Archived,
}

/// A "click to enrol" link of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoEnrolLink {
    /// The label the customer gave it, matched exactly.
    pub reference: Option<String>,
    /// Where it leads; opaque.
    pub url: String,
    /// A link that is not active shows a "disabled" message.
    pub active: bool,
}

/// One of the three conditions under which a topic becomes a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Published at version 1.0 or later.
    Published,
    /// In the Active folder.
    InActiveFolder,
    /// Has an active auto-enrol link with the configured reference.
    HasLink,
}

/// What is decided about a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All three conditions hold: a course, launched at this address.
    Qualifies {
        /// The link's address.
        launch_url: String,
    },
    /// Not a course; the conditions that are missing, never empty.
    Lacks(Vec<Condition>),
    /// An article: never a course.
    NotATopic,
}

impl Verdict {
    /// Whether the topic is a course.
    #[must_use]
    pub fn qualifies(&self) -> bool {
        matches!(self, Self::Qualifies { .. })
    }
}

impl Topic {
    /// Decides whether this topic is a course for a customer whose links are labelled `reference`.
    #[must_use]
    pub fn verdict(&self, reference: &str) -> Verdict {
        if self.kind != TopicKind::Topic {
            return Verdict::NotATopic;
        }
        let launch_url = self.launch_url(reference);
        let conditions = [
            (Condition::Published, self.is_published()),
            (Condition::InActiveFolder, self.folder == Folder::Active),
            (Condition::HasLink, launch_url.is_some()),
        ];
        let lacking: Vec<_> = conditions
            .into_iter()
            .filter(|(_, holds)| !holds)
            .map(|(condition, _)| condition)
            .collect();
        match launch_url {
            Some(url) if lacking.is_empty() => Verdict::Qualifies {
                launch_url: url.to_owned(),
            },
            _ => Verdict::Lacks(lacking),
        }
    }

    /// The first active link with exactly this reference.
    fn launch_url(&self, reference: &str) -> Option<&str> {
        self.links
            .iter()
            .find(|link| link.active && link.reference.as_deref() == Some(reference))
            .map(|link| link.url.as_str())
    }

    /// Version 1.0 or later; a version that cannot be read is taken as published, since the portal only gives one once
    /// it has published (assumed).
    fn is_published(&self) -> bool {
        let Some(version) = &self.published_version else {
            return false;
        };
        let major = version
            .trim()
            .trim_start_matches('#')
            .split('.')
            .next()
            .unwrap_or_default();
        major
            .parse::<u32>()
            .map_or(!version.trim().is_empty(), |major| major >= 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> Topic {
        Topic {
            id: TopicId(456),
            code: TopicCode("TH-9-456".into()),
            kind: TopicKind::Topic,
            title: "Fire safety".into(),
            description: None,
            folder: Folder::Active,
            published_version: Some("1.0".into()),
            links: vec![link("Other", true), link("EC", true)],
        }
    }

    fn link(reference: &str, active: bool) -> AutoEnrolLink {
        AutoEnrolLink {
            reference: Some(reference.into()),
            url: format!("https://acme.example/{reference}"),
            active,
        }
    }

    #[test]
    fn a_topic_that_meets_all_three_conditions_is_launched_at_its_link() {
        let verdict = ready().verdict("EC");
        assert_eq!(
            verdict,
            Verdict::Qualifies {
                launch_url: "https://acme.example/EC".into()
            }
        );
    }

    #[test]
    fn each_missing_condition_is_named() {
        let unpublished = Topic {
            published_version: None,
            ..ready()
        };
        assert_eq!(unpublished.verdict("EC"), Verdict::Lacks(vec![Condition::Published]));
        let early = Topic {
            published_version: Some("0.9".into()),
            ..ready()
        };
        assert_eq!(early.verdict("EC"), Verdict::Lacks(vec![Condition::Published]));
        let draft = Topic {
            folder: Folder::Draft,
            ..ready()
        };
        assert_eq!(draft.verdict("EC"), Verdict::Lacks(vec![Condition::InActiveFolder]));
        let unlinked = Topic {
            links: vec![link("ec", true), link("EC", false)],
            ..ready()
        };
        assert_eq!(unlinked.verdict("EC"), Verdict::Lacks(vec![Condition::HasLink]));
    }

    #[test]
    fn an_article_is_never_a_course() {
        assert_eq!(
            Topic {
                kind: TopicKind::Other,
                ..ready()
            }
            .verdict("EC"),
            Verdict::NotATopic
        );
    }
}
