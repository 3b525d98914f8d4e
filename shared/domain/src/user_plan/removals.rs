//! Deactivations: each with its evidence, and held together when they exceed the customer's limit for that kind.

use super::{Action, Planner, Step};
use crate::configuration::{OutOfScope, RemovalLimit};
use crate::employee::Employee;
use crate::employment::Evidence;
use crate::mapping::display_name;

/// A deactivation that waits because there are too many of its kind.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldRemoval {
    /// What would be done.
    pub action: Action,
    /// Why.
    pub evidence: Evidence,
}

impl Planner<'_> {
    /// Plans the deactivation of a leaver's account, on the stored link alone.
    pub(super) fn remove(&mut self, employee: &Employee, evidence: Evidence) {
        let Some(person) = self.accounts.link(employee.id()) else {
            return;
        };
        let may = self.situation.configuration.users.deactivate && !self.accounts.is_protected(&person.user_name);
        if person.active && may {
            let action = Action {
                employee_id: employee.id().clone(),
                person: display_name(employee),
                step: Step::Deactivate(person.clone()),
                reason: evidence.reason(),
            };
            self.removals.push((action, evidence));
        }
    }

    /// Counts somebody whom the filter does not admit, and follows what that means to this customer.
    pub(super) fn exclude(&mut self, employee: &Employee) {
        self.plan.counts.excluded += 1;
        if self.situation.configuration.users.out_of_scope == OutOfScope::Deactivate {
            self.remove(employee, Evidence::OutOfScope);
        }
    }

    /// Lets the removals through that the limits allow, kind by kind, and holds the others.
    pub(super) fn hold_removals(&mut self) {
        let managed = self.situation.people.iter().filter(|person| person.active).count();
        let (out_of_scope, terminated): (Vec<_>, Vec<_>) = std::mem::take(&mut self.removals)
            .into_iter()
            .partition(|(_, evidence)| *evidence == Evidence::OutOfScope);
        let limits = &self.situation.configuration.limits;
        self.release(terminated, limits.terminated, managed);
        self.release(out_of_scope, limits.out_of_scope, managed);
    }

    fn release(&mut self, removals: Vec<(Action, Evidence)>, limit: RemovalLimit, managed: usize) {
        if removals.len() > limit.allows(managed) {
            let held = removals
                .into_iter()
                .map(|(action, evidence)| HeldRemoval { action, evidence });
            self.plan.held.extend(held);
        } else {
            self.plan.actions.extend(removals.into_iter().map(|(action, _)| action));
        }
    }
}
