//! The `[limits]` section: what may be removed without being asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What may be removed without being asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "[limits]")]
pub struct Limits {
    /// People whose employment ended.
    pub terminated: RemovalLimit,
    /// People who are no longer in the read.
    pub vanished: RemovalLimit,
    /// People whom the filter no longer admits.
    pub out_of_scope: RemovalLimit,
    /// A field that this share of people lose in one run is held.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub field_loss_percent: f64,
    /// A read that shrinks by more than this holds every removal.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub shrink_percent: f64,
}

/// Removals beyond the larger of the two are held.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "A limit on removals")]
pub struct RemovalLimit {
    /// This many people.
    pub count: u32,
    /// This share of the managed active people, in percent.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub percent: f64,
}

impl RemovalLimit {
    /// How many removals go through when `managed` active people are managed.
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
            terminated: RemovalLimit {
                count: 5,
                percent: 20.0,
            },
            vanished: RemovalLimit { count: 2, percent: 0.5 },
            out_of_scope: RemovalLimit { count: 5, percent: 5.0 },
            field_loss_percent: 10.0,
            shrink_percent: 20.0,
        }
    }
}
