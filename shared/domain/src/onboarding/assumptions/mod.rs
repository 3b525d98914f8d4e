//! Assumptions about the two vendors' servers, to which the authors had no access: every undocumented element of their
//! contracts, its scope, the customers who rely on it, and the place to mend where it does not hold.
//!
//! The contracts are `tests/contracts/*.openapi.yaml`; a test there holds every element of theirs against these lists.

pub mod employee_connect;
mod finding;
mod judge;
mod need;
pub mod tribal_habits;

use serde::{Deserialize, Serialize};

pub use finding::{Advice, AssumptionFinding, AssumptionVerdict, few};
pub use need::Need;

use crate::vendors::vendor::Vendor;

/// Something that we take a vendor to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Assumption {
    /// Stable: `tribal_habits.topics.auto_enrol_links`.
    pub id: &'static str,
    /// The vendor of the API.
    pub vendor: Vendor,
    /// How sure we are.
    pub confidence: Confidence,
    /// The assumption, in one sentence.
    pub says: &'static str,
    /// The elements of the contract that it covers, as the contracts' test names them.
    pub elements: &'static [&'static str],
    /// Which customers rely on it.
    pub need: Need,
    /// The kind of request that shows whether it holds.
    pub shown_by: ShownBy,
    /// The source file that has to change where it does not hold and no setting copes.
    pub file: &'static str,
}

/// How sure we are of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The vendor says so in public.
    Documented,
    /// It follows from documented text or naming.
    Inferred,
    /// It is our own choice: nothing public says it.
    Assumed,
}

/// The kind of request that shows whether an assumption holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownBy {
    /// Reading alone.
    Reading,
    /// Only a write: a rehearsal.
    Writing,
    /// Only a webhook that arrives.
    Webhook,
    /// Only a 429 answer, which no check provokes on purpose.
    Overload,
}

/// An element of a contract that HabitSync does not use.
#[derive(Debug, PartialEq, Eq)]
pub struct Unused {
    /// The element, as the contracts' test names it.
    pub element: &'static str,
    /// Why nothing depends on it.
    pub why: &'static str,
}

/// Returns every assumption, in the order of the published table.
pub fn all() -> impl Iterator<Item = &'static Assumption> {
    tribal_habits::ALL.iter().chain(employee_connect::ALL).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_begin_with_their_vendor() {
        let ids: BTreeSet<_> = all().map(|assumption| assumption.id).collect();
        assert_eq!(ids.len(), all().count());
        for assumption in all() {
            let vendor = match assumption.vendor {
                Vendor::TribalHabits => "tribal_habits.",
                Vendor::EmployeeConnect => "employee_connect.",
            };
            assert!(assumption.id.starts_with(vendor), "{}", assumption.id);
        }
    }

    #[test]
    fn what_would_have_to_change_is_there() {
        let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
        for assumption in all() {
            let file = format!("{workspace}{}", assumption.file);
            assert!(std::path::Path::new(&file).exists(), "{}: {file}", assumption.id);
        }
    }
}
