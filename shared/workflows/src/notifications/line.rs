//! Lines of a worklist, and the groups that they come in: one cause each, with what to do about it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Lines that have one cause.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) rank: u8,
    pub(crate) title: String,
    pub(crate) what_to_do: String,
    pub(crate) labels: OwnLabels,
    pub(crate) lines: Vec<Line>,
}

/// The title of a group, its advice, and its place in the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Advice {
    /// The lower, the further up.
    pub(super) rank: u8,
    pub(super) title: &'static str,
    pub(super) what_to_do: &'static str,
    pub(super) labels: Labels,
}

/// What the facts of a group's lines are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Labels {
    /// In front of the number.
    pub(super) number: &'static str,
    pub(super) field: &'static str,
    pub(super) seen: &'static str,
    pub(super) expected: &'static str,
}

/// The same, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnLabels {
    pub(crate) number: String,
    pub(crate) field: String,
    pub(crate) seen: String,
    pub(crate) expected: String,
}

/// A person and a field of their record.
pub(super) const PEOPLE: Labels = Labels {
    number: "employee",
    field: "Field",
    seen: "Found",
    expected: "Should be",
};

/// Pending approvals say why, and ask for no field to be changed.
pub(super) const PENDING_APPROVALS: Labels = Labels { field: "Why", ..PEOPLE };

/// One person, or one topic.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) who: String,
    pub(crate) number: String,
    pub(crate) field: String,
    pub(crate) seen: Option<String>,
    pub(crate) expected: String,
    pub(crate) tried: Tried,
    /// Whether only a run that reads the portal can see that it is corrected.
    pub(crate) unseen: bool,
    /// The subject of the line, for any problem with it.
    pub(super) key: String,
    /// What the line says, before anything of it was masked.
    pub(super) id: String,
}

/// When something is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Tried {
    /// Not by itself.
    Never,
    /// By the next run.
    NextRun,
    /// By the first run after this moment, or the first after it is corrected.
    After(Timestamp),
}

/// What a line is made of: texts that can be shown, and what a value really was.
pub(super) struct Entry<'a> {
    pub(super) who: String,
    pub(super) number: String,
    pub(super) field: String,
    /// As it is shown.
    pub(super) seen: Option<String>,
    pub(super) expected: String,
    pub(super) tried: Tried,
    pub(super) unseen: bool,
    /// The value as it was found: it distinguishes lines that look the same.
    pub(super) raw: &'a str,
}

/// Lines by their causes.
#[derive(Default)]
pub(super) struct Groups(BTreeMap<(Advice, String), Vec<Line>>);

impl Groups {
    /// Adds a line about this; `what_to_do` replaces the advice's own words where they are not enough.
    pub(super) fn add(&mut self, advice: Advice, what_to_do: Option<&str>, entry: Entry<'_>) {
        let what_to_do = what_to_do.unwrap_or(advice.what_to_do).to_owned();
        let line = Line::of(advice.title, entry);
        self.0.entry((advice, what_to_do)).or_default().push(line);
    }

    /// Adds a pending approval. However its terms change, it stays a line about the same.
    pub(super) fn add_pending(&mut self, advice: Advice, what_to_do: String, entry: Entry<'_>) {
        let line = Line::of(advice.title, entry);
        let line = Line {
            key: digest(&[&line.number, "pending approval"]),
            ..line
        };
        self.0.entry((advice, what_to_do)).or_default().push(line);
    }

    pub(super) fn sorted(self) -> Vec<Group> {
        let groups = self.0.into_iter().map(|((advice, what_to_do), mut lines)| {
            lines.sort();
            Group {
                rank: advice.rank,
                title: advice.title.to_owned(),
                what_to_do,
                labels: advice.labels.into(),
                lines,
            }
        });
        groups.collect()
    }
}

impl Group {
    /// Whether its lines are pending approvals.
    pub(crate) fn is_pending_approvals(&self) -> bool {
        self.labels.field == PENDING_APPROVALS.field
    }
}

impl Line {
    fn of(title: &str, entry: Entry<'_>) -> Self {
        let Entry {
            who,
            number,
            field,
            seen,
            expected,
            tried,
            unseen,
            raw,
        } = entry;
        Self {
            key: digest(&[&number, &field]),
            id: digest(&(title, &who, &number, &field, raw, &expected)),
            who,
            number,
            field,
            seen,
            expected,
            tried,
            unseen,
        }
    }
}

impl From<Labels> for OwnLabels {
    fn from(labels: Labels) -> Self {
        Self {
            number: labels.number.to_owned(),
            field: labels.field.to_owned(),
            seen: labels.seen.to_owned(),
            expected: labels.expected.to_owned(),
        }
    }
}

/// A digest of this, in hexadecimal digits.
pub(super) fn digest(of: &impl Serialize) -> String {
    let digest = Sha256::digest(serde_json::to_vec(of).unwrap_or_default());
    hex::encode(digest)
}

impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group")
            .field("title", &self.title)
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}
