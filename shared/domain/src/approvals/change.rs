//! Creates, renames and updates of accounts, as the change limits count them, and what an operator agreed to of them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// An agreement given with a configuration stands for a week: a first load takes an afternoon, and a weekend may lie between.
const AGREED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A kind of change that has a limit of its own, beside the kinds of deactivations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// An account is created or reactivated: either takes a seat.
    Created,
    /// An active account gets another user name.
    Renamed,
    /// An active account gets other values.
    Updated,
}

/// One value for each kind of change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerChange<T> {
    /// Of creates and reactivations.
    #[serde(default)]
    pub created: T,
    /// Of renames.
    #[serde(default)]
    pub renamed: T,
    /// Of updates.
    #[serde(default)]
    pub updated: T,
}

/// How many changes of each kind an operator agreed to when a configuration was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// When; also its name in the marks of the accounts that were changed by it.
    pub at: Timestamp,
    /// How many accounts may be changed, over all runs together.
    #[serde(default)]
    pub changes: PerChange<u64>,
}

/// When an account was last changed, by kind, as far as the change limits count it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeMarks {
    /// The last change that no operator approved or agreed to: it counts for 24 hours.
    #[serde(default)]
    pub unapproved: PerChange<Option<Timestamp>>,
    /// The agreement under which the account was last changed: it takes one of the changes that were agreed to.
    #[serde(default)]
    pub agreed: PerChange<Option<Timestamp>>,
}

impl ChangeKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Created, Self::Renamed, Self::Updated];

    /// As a noun, for so many of them.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Created => "create",
            Self::Renamed => "rename",
            Self::Updated => "update",
        }
    }

    /// The flag by which an operator agrees to the number of them.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Created => "--yes-create",
            Self::Renamed => "--yes-rename",
            Self::Updated => "--yes-update",
        }
    }
}

impl<T> PerChange<T> {
    /// The value for this kind.
    #[must_use]
    pub const fn get(&self, kind: ChangeKind) -> &T {
        match kind {
            ChangeKind::Created => &self.created,
            ChangeKind::Renamed => &self.renamed,
            ChangeKind::Updated => &self.updated,
        }
    }

    /// The place of the value for this kind.
    pub const fn get_mut(&mut self, kind: ChangeKind) -> &mut T {
        match kind {
            ChangeKind::Created => &mut self.created,
            ChangeKind::Renamed => &mut self.renamed,
            ChangeKind::Updated => &mut self.updated,
        }
    }
}

impl ChangeMarks {
    /// Whether there is none, as of most accounts.
    #[must_use]
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Agreement {
    /// Returns an agreement to any number of changes: for plans that show the effect without change limits.
    #[must_use]
    pub const fn to_any_number(at: Timestamp) -> Self {
        let changes = PerChange {
            created: u64::MAX,
            renamed: u64::MAX,
            updated: u64::MAX,
        };
        Self { at, changes }
    }

    /// Returns the rest of this agreement after a complete run: accepted changes that no employee needs any more do not
    /// become available to others. `before` is how many it allowed before the run, `made` how many the run made under
    /// it, and `outstanding` how many of those that the run had to make failed or wait.
    #[must_use]
    pub fn after_run(self, before: PerChange<u64>, made: PerChange<u64>, outstanding: PerChange<u64>) -> Self {
        let mut rest = self;
        for kind in ChangeKind::ALL {
            let (before, made) = (*before.get(kind), *made.get(kind));
            let left = before.saturating_sub(made);
            let unused = left.saturating_sub(*outstanding.get(kind));
            let agreed = rest.changes.get_mut(kind);
            *agreed = agreed.saturating_sub(unused);
        }
        rest
    }

    /// Whether it sets no number.
    #[must_use]
    pub fn is_to_any_number(&self) -> bool {
        *self == Self::to_any_number(self.at)
    }

    /// How many changes of this kind it still allows where so many were made under it.
    #[must_use]
    pub fn left(&self, kind: ChangeKind, made: usize, now: Timestamp) -> usize {
        let stands = now.duration_since(self.at) < AGREED_FOR;
        let agreed = usize::try_from(*self.changes.get(kind)).unwrap_or(usize::MAX);
        if stands { agreed.saturating_sub(made) } else { 0 }
    }
}
