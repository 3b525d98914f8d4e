//! The effect and the evidence of a held action: an approval or a rejection stands as long as both stay the same.

use serde::{Deserialize, Serialize};

use super::ChangeKind;
use crate::identity::UserName;
use crate::people::employment::Evidence;
use crate::people::user::FieldName;

/// The effect and the evidence of a held action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Grounds {
    /// It deactivates an account.
    Deactivation(Evidence),
    /// It creates or changes one.
    Change(ProposedChange),
}

/// The effect of a held create, rename or update. Stored beside [`Evidence`], under the same tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "evidence")]
pub enum ProposedChange {
    /// The employee works there and has no account. Which fields it gets does not matter: its user name stands beside it.
    Create,
    /// The employee works there and the account is deactivated.
    Reactivate,
    /// The account gets another user name.
    Rename {
        /// The new user name.
        to: UserName,
    },
    /// The account gets other values.
    Update {
        /// The changed fields.
        fields: Vec<FieldName>,
        /// Digest of the fields and their new values.
        digest: String,
    },
}

/// The part of an account that a decision is about. An account has at most one decision about each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matter {
    /// Whether it is there, active, and which values it has.
    Account,
    /// Its user name alone.
    UserName,
}

impl Grounds {
    /// Returns the part of the account that a decision on these grounds is about.
    #[must_use]
    pub const fn matter(&self) -> Matter {
        match self {
            Self::Change(ProposedChange::Rename { .. }) => Matter::UserName,
            Self::Deactivation(_) | Self::Change(_) => Matter::Account,
        }
    }

    /// The kind of change, where it has one of the limits on changes; none for a deactivation.
    #[must_use]
    pub const fn change(&self) -> Option<ChangeKind> {
        match self {
            Self::Deactivation(_) => None,
            Self::Change(change) => Some(change.kind()),
        }
    }

    /// In words, for an operator; no personal data.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Deactivation(evidence) => evidence.reason(),
            Self::Change(change) => change.reason(),
        }
    }
}

impl ProposedChange {
    /// The kind of change as the limits count it.
    #[must_use]
    pub const fn kind(&self) -> ChangeKind {
        match self {
            Self::Create | Self::Reactivate => ChangeKind::Created,
            Self::Rename { .. } => ChangeKind::Renamed,
            Self::Update { .. } => ChangeKind::Updated,
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::Create => "works there and has no account".to_owned(),
            Self::Reactivate => "works there again".to_owned(),
            Self::Rename { .. } => "the user name changed".to_owned(),
            Self::Update { fields, .. } => {
                let fields: Vec<_> = fields.iter().map(FieldName::as_str).collect();
                format!("changed: {}", fields.join(", "))
            }
        }
    }
}

impl From<Evidence> for Grounds {
    fn from(evidence: Evidence) -> Self {
        Self::Deactivation(evidence)
    }
}

impl From<ProposedChange> for Grounds {
    fn from(change: ProposedChange) -> Self {
        Self::Change(change)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn evidence_stored_before_there_were_other_grounds_is_read() {
        for stored in [
            json!({"evidence": "terminated"}),
            json!({"evidence": "ended", "last_day": "2026-11-20"}),
            json!({"evidence": "vanished"}),
            json!({"evidence": "out_of_scope"}),
        ] {
            let grounds: Grounds = serde_json::from_value(stored.clone()).expect("is read");
            assert!(matches!(grounds, Grounds::Deactivation(_)), "{grounds:?}");
            assert_eq!(serde_json::to_value(&grounds).expect("JSON"), stored);
        }
    }

    #[test]
    fn every_change_is_read_as_it_was_written() {
        let update = ProposedChange::Update {
            fields: vec![FieldName::email()],
            digest: "0a".to_owned(),
        };
        let to = "jo@acme.com.au".parse().expect("a name");
        let changes = [
            ProposedChange::Create,
            ProposedChange::Reactivate,
            ProposedChange::Rename { to },
            update,
        ];
        for grounds in changes.map(Grounds::from) {
            let stored = serde_json::to_value(&grounds).expect("JSON");
            assert_eq!(serde_json::from_value::<Grounds>(stored).expect("is read"), grounds);
            assert!(!format!("{grounds:?}").contains("acme"), "{grounds:?}");
        }
    }
}
