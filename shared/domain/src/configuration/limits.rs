//! The `[limits]` section: what a run may change without an operator's approval.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The changes that a run may make without an operator's approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "[limits]")]
pub struct Limits {
    /// People whose employment ended.
    pub terminated: ChangeLimit,
    /// People who are no longer in the read.
    pub vanished: ChangeLimit,
    /// Employees that the filter no longer admits.
    pub out_of_scope: ChangeLimit,
    /// Accounts that are created or reactivated: each takes a seat.
    pub created: ChangeLimit,
    /// Accounts that get another user name.
    pub renamed: ChangeLimit,
    /// Accounts that get other values in their fields.
    pub updated: ChangeLimit,
    /// A field that this share of people lose in one run is held.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub field_loss_percent: f64,
    /// A read that shrinks by more than this holds every deactivation.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub shrink_percent: f64,
}

/// Changes of one kind beyond the larger of the two, in one plan and the 24 hours before it, wait for approval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "A limit on changes")]
pub struct ChangeLimit {
    /// This many employees.
    pub count: u32,
    /// This share of the managed active people, in percent.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub percent: f64,
}

impl ChangeLimit {
    /// How many changes need no approval where `managed` active people are managed.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count of people"
    )]
    pub fn allows(&self, managed: usize) -> usize {
        let managed = u32::try_from(managed).unwrap_or(u32::MAX);
        let share = (f64::from(managed) * self.percent / 100.0).floor() as usize;
        share.max(self.count as usize)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            terminated: ChangeLimit {
                count: 5,
                percent: 20.0,
            },
            vanished: ChangeLimit { count: 2, percent: 0.5 },
            out_of_scope: ChangeLimit { count: 5, percent: 5.0 },
            created: ChangeLimit {
                count: 20,
                percent: 10.0,
            },
            renamed: ChangeLimit { count: 5, percent: 5.0 },
            updated: ChangeLimit {
                count: 50,
                percent: 30.0,
            },
            field_loss_percent: 10.0,
            shrink_percent: 20.0,
        }
    }
}
