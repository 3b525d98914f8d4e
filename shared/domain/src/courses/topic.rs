//! A Tribal Habits topic, and whether it is ready to be a course.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::configuration::CoursesConfiguration;
use crate::identity::{TopicCode, TopicId};

/// An item of the portal's topic list. Articles are listed among the topics and never become courses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// The topic's id.
    pub id: TopicId,
    /// The topic's code, the course's external reference; empty where the record has none.
    pub code: TopicCode,
    /// Topic or article.
    pub kind: TopicKind,
    /// Title, as learners see it; empty where the record has none.
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

/// The kind of a listed item.
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

/// One of the conditions under which a topic becomes a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Published at version 1.0 or later.
    Published,
    /// In the Active folder.
    InActiveFolder,
    /// Has an active auto-enrol link with the configured reference, or a launch address by hand.
    HasLink,
    /// That link leads to an `http` or `https` address.
    LinkIsWebAddress,
    /// Has a title.
    HasTitle,
    /// Has a code, which is the course's external reference.
    HasCode,
}

/// The decision about a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopicVerdict {
    /// All conditions hold: a course, launched at this address.
    Qualifies {
        /// The link's address.
        launch_url: String,
    },
    /// Not a course; the conditions that are missing, never empty.
    Lacks(Vec<Condition>),
    /// An article: never a course.
    NotATopic,
}

impl Condition {
    /// Whether it is about what the course would carry, and not about whether the topic is offered.
    #[must_use]
    pub const fn is_about_content(self) -> bool {
        matches!(self, Self::HasTitle | Self::HasCode)
    }
}

impl TopicVerdict {
    /// Whether the topic is a course.
    #[must_use]
    pub fn qualifies(&self) -> bool {
        matches!(self, Self::Qualifies { .. })
    }
}

impl Topic {
    /// Decides whether this topic is a course for a customer who says what a course is in this way.
    #[must_use]
    pub fn verdict(&self, courses: &CoursesConfiguration) -> TopicVerdict {
        if self.kind != TopicKind::Topic {
            return TopicVerdict::NotATopic;
        }
        let launch = self.launch(courses);
        let conditions = [
            (Condition::Published, self.is_published()),
            (Condition::InActiveFolder, self.folder == Folder::Active),
            (Condition::HasLink, launch != Launch::Nowhere),
            (Condition::LinkIsWebAddress, launch != Launch::NoWebAddress),
            (Condition::HasTitle, !self.title.trim().is_empty()),
            (Condition::HasCode, !self.code.0.trim().is_empty()),
        ];
        let lacking: Vec<_> = conditions
            .into_iter()
            .filter(|(_, holds)| !holds)
            .map(|(condition, _)| condition)
            .collect();
        match launch {
            Launch::At(url) if lacking.is_empty() => TopicVerdict::Qualifies {
                launch_url: url.to_owned(),
            },
            _ => TopicVerdict::Lacks(lacking),
        }
    }

    /// The address at which a learner starts. The portal's own link comes first, and one that was switched off there
    /// stays off: an address from `launch_urls` reflects neither.
    fn launch<'a>(&'a self, courses: &'a CoursesConfiguration) -> Launch<'a> {
        let labelled = |link: &&AutoEnrolLink| link.reference.as_deref() == Some(courses.reference.as_str());
        let links: Vec<_> = self.links.iter().filter(labelled).collect();
        let active = || links.iter().filter(|link| link.active);
        let by_hand = courses.launch_urls.get(&self.code);
        match (active().find_map(|link| web_address(&link.url)), by_hand) {
            (Some(url), _) => Launch::At(url),
            (None, Some(url)) if links.is_empty() || active().next().is_some() => Launch::At(url.as_str()),
            (None, _) if active().next().is_some() => Launch::NoWebAddress,
            (None, _) => Launch::Nowhere,
        }
    }

    /// Version 1.0 or later. A version that cannot be read shows no such thing: the topic is then a near miss, which is
    /// named to the customer, rather than a course that may be half written.
    fn is_published(&self) -> bool {
        let version = self.published_version.as_deref().unwrap_or_default().trim();
        let major = version.trim_start_matches(['#', 'v', 'V']).split('.').next();
        major.is_some_and(|major| {
            major.bytes().all(|byte| byte.is_ascii_digit()) && major.bytes().any(|byte| byte != b'0')
        })
    }
}

/// Where a learner starts a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Launch<'a> {
    /// At this web address.
    At(&'a str),
    /// By a link that leads to no web address.
    NoWebAddress,
    /// There is no link.
    Nowhere,
}

/// The text as an address that a browser opens.
fn web_address(text: &str) -> Option<&str> {
    let text = text.trim();
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(text)
}
