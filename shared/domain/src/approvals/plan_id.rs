//! The identifier of a customer's pending approvals: short enough to type, and different for any other set of actions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::PendingAction;

/// The identifier of pending approvals: twelve hexadecimal digits, the same for the same employees, evidence and
/// configuration version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanId(String);

/// A text that is no plan id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a plan id is twelve hexadecimal digits")]
pub struct InvalidPlanId;

/// How many digits a plan id has.
const DIGITS: usize = 12;

impl PlanId {
    /// Computes the plan id of actions in the order of their employee ids.
    pub(super) fn new(people: &[PendingAction], version: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(version.to_le_bytes());
        for held in people.iter().filter(|held| held.is_decided_about()) {
            let evidence = serde_json::to_string(&held.evidence).unwrap_or_default();
            for text in [held.employee_id.as_str(), &held.user_name.key(), &evidence] {
                hash.update(text.len().to_le_bytes());
                hash.update(text);
            }
        }
        Self(hex::encode(&hash.finalize()[..DIGITS / 2]))
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PlanId {
    type Err = InvalidPlanId;

    fn from_str(text: &str) -> Result<Self, InvalidPlanId> {
        let digits = text.trim().to_ascii_lowercase();
        let is_one = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_one.then_some(Self(digits)).ok_or(InvalidPlanId)
    }
}

impl TryFrom<String> for PlanId {
    type Error = InvalidPlanId;

    fn try_from(text: String) -> Result<Self, InvalidPlanId> {
        text.parse()
    }
}

impl From<PlanId> for String {
    fn from(id: PlanId) -> Self {
        id.0
    }
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_id_is_typed_in_any_letter_case_and_nothing_else_is_one() {
        let id: PlanId = " 0A1b2c3d4e5f".parse().expect("is one");
        assert_eq!(id.to_string(), "0a1b2c3d4e5f");
        for text in ["", "0a1b2c3d4e5", "0a1b2c3d4e5g", "0a1b2c3d4e5f0"] {
            assert_eq!(text.parse::<PlanId>(), Err(InvalidPlanId), "{text}");
        }
    }
}
