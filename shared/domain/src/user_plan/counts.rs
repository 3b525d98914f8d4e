//! How the people who were read divide, and each part of them in turn: a run whose numbers do not add up is a failed run.

use serde::Serialize;

/// How the people who were read divide: each is in exactly one of the first seven, and each of these in one of its own parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PlanCounts {
    /// Employees read.
    pub read: usize,
    /// Employees who no longer work there.
    pub leavers: usize,
    /// Employees who start too far in the future.
    pub starting_later: usize,
    /// Employees that the filter does not admit, or whose account is protected.
    pub excluded: usize,
    /// Employees whose eligibility cannot be decided.
    pub undecided: usize,
    /// Records that cannot be used.
    pub unusable: usize,
    /// Employees who should have an account.
    pub in_scope: usize,

    /// Of the leavers: whose account is to be deactivated.
    pub leavers_to_deactivate: usize,
    /// Of the leavers: whose deactivation is held.
    pub leavers_held: usize,
    /// Of the leavers: who have no active account, or one that is not to be deactivated.
    pub leavers_settled: usize,

    /// Of the excluded: whose account is to be deactivated.
    pub excluded_to_deactivate: usize,
    /// Of the excluded: whose deactivation is held.
    pub excluded_held: usize,
    /// Of the excluded: whose account is left as it is.
    pub excluded_settled: usize,

    /// Of those in scope: whose account is to be created.
    pub to_create: usize,
    /// Of those in scope: whose account is to be changed.
    pub to_change: usize,
    /// Of those in scope: whose account is to be created, once that is approved.
    pub creates_held: usize,
    /// Of those in scope: whose account is to be changed, once that is approved.
    pub changes_held: usize,
    /// Of those in scope: whose account needs nothing.
    pub unchanged: usize,
    /// Of those in scope: for whom nothing can be done until a mistake is corrected, or a back-off ends.
    pub set_aside: usize,
    /// Of those in scope: whose account is protected, or whose writes the configuration switches off or an operator
    /// rejected.
    pub left_alone: usize,

    /// Linked, active employees who are absent from the read.
    pub missing: usize,
    /// Of the missing: whose account is to be deactivated.
    pub missing_to_deactivate: usize,
    /// Of the missing: whose deactivation is held.
    pub missing_held: usize,
    /// Of the missing: whose account is protected, or not to be deactivated.
    pub missing_settled: usize,
}

impl PlanCounts {
    /// Whether the parts add up to the whole, at each level.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.read == self.by_part()
            && self.leavers == self.leavers_to_deactivate + self.leavers_held + self.leavers_settled
            && self.excluded == self.excluded_to_deactivate + self.excluded_held + self.excluded_settled
            && self.in_scope == self.in_scope_by_part()
            && self.missing == self.missing_to_deactivate + self.missing_held + self.missing_settled
    }

    fn by_part(&self) -> usize {
        self.leavers + self.starting_later + self.excluded + self.undecided + self.unusable + self.in_scope
    }

    fn in_scope_by_part(&self) -> usize {
        let held = self.creates_held + self.changes_held;
        self.to_create + self.to_change + held + self.unchanged + self.set_aside + self.left_alone
    }

    /// Every number by name, for logs and the run's record.
    #[must_use]
    pub fn named(&self) -> [(&'static str, usize); 24] {
        [
            ("read", self.read),
            ("leavers", self.leavers),
            ("leavers_to_deactivate", self.leavers_to_deactivate),
            ("leavers_held", self.leavers_held),
            ("leavers_settled", self.leavers_settled),
            ("starting_later", self.starting_later),
            ("excluded", self.excluded),
            ("excluded_to_deactivate", self.excluded_to_deactivate),
            ("excluded_held", self.excluded_held),
            ("excluded_settled", self.excluded_settled),
            ("undecided", self.undecided),
            ("unusable", self.unusable),
            ("in_scope", self.in_scope),
            ("to_create", self.to_create),
            ("to_change", self.to_change),
            ("creates_held", self.creates_held),
            ("changes_held", self.changes_held),
            ("unchanged", self.unchanged),
            ("set_aside", self.set_aside),
            ("left_alone", self.left_alone),
            ("missing", self.missing),
            ("missing_to_deactivate", self.missing_to_deactivate),
            ("missing_held", self.missing_held),
            ("missing_settled", self.missing_settled),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_is_in_no_part_is_noticed() {
        let counts = PlanCounts {
            read: 3,
            leavers: 1,
            leavers_settled: 1,
            in_scope: 2,
            unchanged: 2,
            ..PlanCounts::default()
        };
        assert!(counts.adds_up());
        assert!(!PlanCounts { unchanged: 1, ..counts }.adds_up());
        assert!(!PlanCounts { read: 4, ..counts }.adds_up());
        assert!(!PlanCounts { missing: 1, ..counts }.adds_up());
    }
}
