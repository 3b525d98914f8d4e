//! Deactivations: each with its evidence, and held together when they exceed the customer's limit for that kind.

use std::collections::{BTreeMap, HashSet};

use super::{Action, Planner, Step};
use crate::configuration::{Limits, OutOfScope, RemovalLimit};
use crate::employee::Employee;
use crate::employment::Evidence;
use crate::identity::EmployeeId;
use crate::mapping::display_name;
use crate::person::Person;
use crate::user::UserChange;

/// A deactivation with its evidence; in a plan's `held`, one that waits for a word.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldRemoval {
    /// What would be done.
    pub action: Action,
    /// Why.
    pub evidence: Evidence,
}

/// A linked, active person who is not in a complete read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Who.
    pub employee_id: EmployeeId,
    /// Whether EmployeeConnect, asked for this one record, says that there is none. Any other answer holds the removal.
    pub confirmed: bool,
}

impl Planner<'_> {
    /// Plans the deactivation of a leaver's account, on the stored link alone.
    pub(super) fn remove_leaver(&mut self, employee: &Employee, evidence: Evidence) {
        self.plan.counts.leavers += 1;
        let planned = self
            .accounts
            .link(employee.id())
            .is_some_and(|person| self.remove(person, display_name(employee), evidence));
        self.plan.counts.leavers_settled += usize::from(!planned);
    }

    /// Counts somebody whom the filter does not admit, and follows what that means to this customer.
    pub(super) fn exclude(&mut self, employee: &Employee) {
        self.plan.counts.excluded += 1;
        let removes = self.situation.configuration.users.out_of_scope == OutOfScope::Deactivate;
        let planned = self
            .accounts
            .link(employee.id())
            .is_some_and(|person| removes && self.remove(person, display_name(employee), Evidence::OutOfScope));
        self.plan.counts.excluded_settled += usize::from(!planned);
    }

    /// Plans the deactivation of everybody who vanished.
    pub(super) fn remove_missing(&mut self) {
        for missing in self.situation.missing {
            self.plan.counts.missing += 1;
            let planned = self
                .accounts
                .link(&missing.employee_id)
                .is_some_and(|person| self.remove(person, person.display_name(), Evidence::Vanished));
            self.plan.counts.missing_settled += usize::from(!planned);
        }
    }

    /// Whether there is an account to be deactivated, and it may be. One that somebody else has reactivated since is
    /// deactivated again.
    fn remove(&mut self, person: &Person, name: String, evidence: Evidence) -> bool {
        let may = self.situation.configuration.users.deactivate && !self.accounts.is_protected(&person.user_name);
        if !self.accounts.is_active(person) || !may {
            return false;
        }
        let step = Step::Deactivate {
            before: Person {
                active: true,
                ..person.clone()
            },
            change: UserChange::deactivation(),
        };
        let action = Action {
            employee_id: person.employee_id.clone(),
            person: name,
            step,
            reason: evidence.reason(),
            digest: String::new(),
        };
        self.removals.push(HeldRemoval { action, evidence });
        true
    }

    /// Lets the removals through that the limits allow, kind by kind, and holds the others.
    pub(super) fn hold_removals(&mut self) {
        let limits = &self.situation.configuration.limits;
        let managed = self.situation.people.iter().filter(|person| person.active).count();
        let mut by_kind: BTreeMap<Kind, Vec<HeldRemoval>> = BTreeMap::new();
        for removal in std::mem::take(&mut self.removals) {
            by_kind.entry(Kind::of(&removal.evidence)).or_default().push(removal);
        }
        for (kind, removals) in by_kind {
            self.release(removals, kind.limit(limits).allows(managed));
        }
    }

    fn release(&mut self, removals: Vec<HeldRemoval>, allowed: usize) {
        if removals.len() > allowed {
            self.plan.held.extend(removals);
            return;
        }
        let missing = self.situation.missing.iter().filter(|missing| !missing.confirmed);
        let unconfirmed: HashSet<_> = missing.map(|missing| &missing.employee_id).collect();
        for removal in removals {
            let is_unconfirmed = unconfirmed.contains(&removal.action.employee_id);
            if is_unconfirmed && removal.evidence == Evidence::Vanished {
                self.plan.held.push(removal);
            } else {
                self.plan.removals.push(removal.evidence);
                self.plan.actions.push(removal.action);
            }
        }
    }
}

/// Kinds of evidence that have a limit of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    EndOfEmployment,
    Vanished,
    OutOfScope,
}

impl Kind {
    const fn of(evidence: &Evidence) -> Self {
        match evidence {
            Evidence::Terminated | Evidence::Ended { .. } => Self::EndOfEmployment,
            Evidence::Vanished => Self::Vanished,
            Evidence::OutOfScope => Self::OutOfScope,
        }
    }

    const fn limit(self, limits: &Limits) -> RemovalLimit {
        match self {
            Self::EndOfEmployment => limits.terminated,
            Self::Vanished => limits.vanished,
            Self::OutOfScope => limits.out_of_scope,
        }
    }
}
