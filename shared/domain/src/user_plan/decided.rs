//! Decisions that are over: the employee was read, and the planner no longer proposes the action that was decided
//! about.

use std::collections::HashSet;

use super::UserPlan;
use super::eligibility::Eligibility;
use super::stage::{Limited, Stage};
use crate::approvals::Decision;
use crate::identity::EmployeeId;

impl Stage<'_, Limited> {
    /// Notes every decision that is over. While something is in the way of an employee, what would be proposed is not known.
    pub(super) fn note_decisions_over(&mut self) {
        if self.decisions.made.is_empty() {
            return;
        }
        let in_the_way = self.plan.in_the_way();
        let is_over = |decision: &&Decision| match self.decisions.proposed.get(&decision.about()) {
            Some(stands) => !stands,
            None => self.is_settled(decision) && !in_the_way.contains(&decision.employee_id),
        };
        let over = self.facts.input.limit_input.decisions.iter().filter(is_over).cloned();
        self.plan.decisions_over = over.collect();
    }

    fn is_settled(&self, decision: &Decision) -> bool {
        let position = self.facts.organisation.position(&decision.employee_id);
        let placement = position.and_then(|position| self.found.eligibility.get(position));
        match placement {
            Some(Eligibility::Undecided) => false,
            Some(Eligibility::OutOfScope | Eligibility::InScope) => !self.plan.admits_no_new_account(),
            Some(Eligibility::Left | Eligibility::StartsLater) | None => true,
        }
    }
}

impl UserPlan {
    /// Employees with something in the way, or whose rejected writes back off.
    fn in_the_way(&self) -> HashSet<EmployeeId> {
        let problems = self.problems.iter();
        let blocked = problems.filter(|problem| problem.cause.blocks_person());
        let blocked = blocked.map(|problem| &problem.employee_id);
        let parked = self.rejected_writes.iter().map(|parked| &parked.employee_id);
        blocked.chain(parked).cloned().collect()
    }
}
