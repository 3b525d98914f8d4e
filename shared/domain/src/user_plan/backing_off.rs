//! Rejected writes, which Tribal Habits would refuse again while their values are the same: the planner leaves them out
//! until their back-off ends.

use std::collections::HashSet;

use super::stage::{Compared, Stage};
use super::{Action, Step, digest};
use crate::identity::EmployeeId;
use crate::people::rejected_writes::{RejectedPart, RejectedWrite, RejectedWrites};
use crate::people::repeated_rejection::{RejectionTally, RepeatedRejection};
use crate::people::user::UserChange;

impl<'a> Stage<'a, Compared<'a>> {
    /// Takes writes that back off out of the plan; each stays a line of the worklist.
    pub(super) fn let_setbacks_rest(&mut self) {
        if self.facts.rejected_writes.is_empty() {
            return;
        }
        let actions = std::mem::take(&mut self.plan.actions);
        let actions: Vec<_> = actions
            .into_iter()
            .map(|action| (self.relevant(&action), action))
            .collect();
        let one_mistake = self.one_mistake(actions.iter().flat_map(|(relevant, _)| relevant));
        for (mut relevant, action) in actions {
            relevant.retain(|rejected_write| {
                !one_mistake
                    .as_ref()
                    .is_some_and(|repeated| repeated.covers(rejected_write))
            });
            let action = self.without_resting(action, relevant);
            self.plan.actions.extend(action);
        }
        self.forget();
    }

    /// Returns the rejected writes of so many employees in scope that they are one mistake: they do not back off, and
    /// are no lines of single employees.
    fn one_mistake<'s>(&self, rejected_writes: impl Iterator<Item = &'s RejectedWrite>) -> Option<RepeatedRejection> {
        let mut tally = RejectionTally::default();
        let refused = rejected_writes.filter(|rejected_write| !rejected_write.was_seen_in_portal());
        refused.for_each(|rejected_write| tally.count_setback(rejected_write));
        tally.repeated(self.plan.counts.in_scope)
    }

    fn without_resting(&mut self, mut action: Action, relevant: Vec<RejectedWrite>) -> Option<Action> {
        if relevant.is_empty() {
            return Some(action);
        }
        let mut goes_on = true;
        for rejected_write in &relevant {
            if self.rests(rejected_write) {
                goes_on &= action.step.leave_out(&rejected_write.what);
                let line = Some(&rejected_write.problem).filter(|_| !rejected_write.given_up);
                self.plan.problems.extend(line.cloned());
            }
        }
        self.plan.rejected_writes.push(RejectedWrites {
            employee_id: action.employee_id.clone(),
            writes: relevant,
        });
        if goes_on {
            return Some(action);
        }
        self.plan.counts.set_aside += 1;
        self.plan.unlinked += usize::from(self.facts.accounts.link(&action.employee_id).is_none());
        None
    }

    /// Returns the rejected writes that concern exactly the values of this action.
    fn relevant(&self, action: &Action) -> Vec<RejectedWrite> {
        let verifies = self.facts.input.portal.is_some();
        let known = self.facts.rejected_writes.get(&action.employee_id);
        let rejected_writes = known.map(|parked| parked.writes.as_slice()).unwrap_or_default();
        rejected_writes
            .iter()
            .filter(|rejected_write| !(verifies && rejected_write.was_seen_in_portal()))
            .filter(|rejected_write| digest_of(action, &rejected_write.what).as_ref() == Some(&rejected_write.digest))
            .cloned()
            .collect()
    }

    fn rests(&self, rejected_write: &RejectedWrite) -> bool {
        rejected_write.was_seen_in_portal() || rejected_write.rests(self.facts.input.now)
    }

    /// Lists the employees without any rejected write left. Obstacles that only the portal can show stay until a run
    /// reads it.
    fn forget(&mut self) {
        let verifies = self.facts.input.portal.is_some();
        let relevant = self.plan.rejected_writes.iter().map(|parked| &parked.employee_id);
        let resting = self.plan.resting.iter().map(|refusal| &refusal.problem.employee_id);
        let known: HashSet<&EmployeeId> = relevant.chain(resting).collect();
        let is_over =
            |parked: &RejectedWrites| verifies || !parked.writes.iter().any(RejectedWrite::was_seen_in_portal);
        let forgotten = self
            .facts
            .input
            .rejected_writes
            .iter()
            .filter(|parked| !known.contains(&parked.employee_id) && is_over(parked));
        self.plan.forgotten = forgotten.map(|parked| parked.employee_id.clone()).collect();
    }
}

/// Digest of what the action would write of this.
pub(super) fn digest_of(action: &Action, what: &RejectedPart) -> Option<String> {
    match (what, &action.step) {
        (_, Step::Deactivate { .. } | Step::GiveUp { .. } | Step::Remember { .. }) => None,
        (RejectedPart::Person, Step::Create(_) | Step::Change { .. }) => Some(action.digest.clone()),
        (RejectedPart::UserName, Step::Create(user)) => Some(digest::of_value(&user.user_name.key())),
        (RejectedPart::UserName, Step::Change { change, .. }) => {
            change.user_name.as_ref().map(|name| digest::of_value(&name.key()))
        }
        (RejectedPart::Field(field), Step::Create(_) | Step::Change { .. }) => {
            action.fields()?.0.get(field).map(|value| digest::of_value(value))
        }
    }
}

impl Step {
    /// Leaves this part out of the write; returns false where no part is left.
    #[must_use]
    pub fn leave_out(&mut self, what: &RejectedPart) -> bool {
        match (what, self) {
            (RejectedPart::Field(field), Self::Create(user)) => {
                user.fields.0.remove(field);
                !field.is_required()
            }
            (RejectedPart::Field(field), Self::Change { change, .. }) => {
                change.fields.0.remove(field);
                *change != UserChange::default()
            }
            (RejectedPart::UserName, Self::Change { change, .. }) => {
                change.user_name = None;
                *change != UserChange::default()
            }
            // A leaver's account is deactivated even where the portal refuses the names that it gives up.
            (RejectedPart::Field(_) | RejectedPart::UserName, Self::Deactivate { change, .. }) => {
                *change = UserChange::deactivation();
                true
            }
            (RejectedPart::Person, _)
            | (RejectedPart::UserName, Self::Create(_))
            | (RejectedPart::Field(_) | RejectedPart::UserName, Self::GiveUp { .. } | Self::Remember { .. }) => false,
        }
    }
}
