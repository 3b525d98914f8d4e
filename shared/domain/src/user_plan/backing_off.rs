//! Rejected writes, which Tribal Habits would refuse again while their values are the same: the planner leaves them out
//! until their back-off ends.

use std::collections::HashSet;

use super::stages::{Compared, Stage};
use super::{Action, Step, digest};
use crate::identity::EmployeeId;
use crate::people::rejected_writes::{RejectedPart, RejectedWrite, RejectedWrites};
use crate::people::repeated_rejection::{RejectionTally, RepeatedRejection};
use crate::people::user::UserChange;

impl<'a> Stage<'a, Compared<'a>> {
    /// Takes writes that back off out of the plan; each stays a line of the worklist.
    pub(super) fn let_setbacks_rest(&mut self) {
        if self.facts.parked.is_empty() {
            return;
        }
        let actions = std::mem::take(&mut self.plan.actions);
        let actions: Vec<_> = actions
            .into_iter()
            .map(|action| (self.relevant(&action), action))
            .collect();
        let one_mistake = self.one_mistake(actions.iter().flat_map(|(relevant, _)| relevant));
        for (mut relevant, action) in actions {
            relevant.retain(|setback| !one_mistake.as_ref().is_some_and(|repeated| repeated.covers(setback)));
            let action = self.without_resting(action, relevant);
            self.plan.actions.extend(action);
        }
        self.forget();
    }

    /// Returns the rejected writes of so many employees in scope that they are one mistake: they do not back off, and
    /// are no lines of single employees.
    fn one_mistake<'s>(&self, setbacks: impl Iterator<Item = &'s RejectedWrite>) -> Option<RepeatedRejection> {
        let mut tally = RejectionTally::default();
        let refused = setbacks.filter(|setback| !setback.was_seen_in_portal());
        refused.for_each(|setback| tally.count_setback(setback));
        tally.repeated(self.plan.counts.in_scope)
    }

    fn without_resting(&mut self, mut action: Action, relevant: Vec<RejectedWrite>) -> Option<Action> {
        if relevant.is_empty() {
            return Some(action);
        }
        let mut goes_on = true;
        for setback in &relevant {
            if self.rests(setback) {
                goes_on &= action.step.leave_out(&setback.what);
                let line = Some(&setback.problem).filter(|_| !setback.given_up);
                self.plan.problems.extend(line.cloned());
            }
        }
        self.plan.parked.push(RejectedWrites {
            employee_id: action.employee_id.clone(),
            setbacks: relevant,
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
        let verifies = self.facts.situation.portal.is_some();
        let known = self.facts.parked.get(&action.employee_id);
        let setbacks = known.map(|parked| parked.setbacks.as_slice()).unwrap_or_default();
        setbacks
            .iter()
            .filter(|setback| !(verifies && setback.was_seen_in_portal()))
            .filter(|setback| digest_of(action, &setback.what).as_ref() == Some(&setback.digest))
            .cloned()
            .collect()
    }

    fn rests(&self, setback: &RejectedWrite) -> bool {
        setback.was_seen_in_portal() || setback.rests(self.facts.situation.now)
    }

    /// Lists the employees without any rejected write left. Obstacles that only the portal can show stay until a run
    /// reads it.
    fn forget(&mut self) {
        let verifies = self.facts.situation.portal.is_some();
        let relevant = self.plan.parked.iter().map(|parked| &parked.employee_id);
        let resting = self.plan.resting.iter().map(|refusal| &refusal.problem.employee_id);
        let known: HashSet<&EmployeeId> = relevant.chain(resting).collect();
        let is_over =
            |parked: &RejectedWrites| verifies || !parked.setbacks.iter().any(RejectedWrite::was_seen_in_portal);
        let forgotten = self
            .facts
            .situation
            .parked
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
