//! Leaves out the parts of a change that operators rejected (a user name, or values); the other parts of the same
//! account's change are written.

use super::stage::{Compared, Stage};
use super::{Action, Step, compare, digest};
use crate::approvals::{ApprovalVerdict, Matter, Proposal, ProposedChange};
use crate::identity::EmployeeId;
use crate::people::user::{UserChange, UserFields};

impl<'a> Stage<'a, Compared<'a>> {
    /// Takes what operators rejected out of the changes of active accounts, before anything is made of the names that they take.
    pub(super) fn leave_out_rejected(&mut self) {
        if self.decisions.made.is_empty() {
            return;
        }
        let actions = std::mem::take(&mut self.plan.actions);
        for action in actions {
            let action = self.without_rejected(action);
            self.plan.actions.extend(action);
        }
    }

    /// Returns the action without its rejected parts; none where no part is left.
    fn without_rejected(&mut self, mut action: Action) -> Option<Action> {
        let rejected = self.rejected_part(&action);
        let Step::Change { change, .. } = &mut action.step else {
            return Some(action);
        };
        if rejected == UserChange::default() {
            return Some(action);
        }
        if rejected.user_name.is_some() {
            change.user_name = None;
        }
        change
            .fields
            .0
            .retain(|field, _| !rejected.fields.0.contains_key(field));
        let (left, reason) = (change.clone(), compare::reason(change));
        self.plan.kept.push(with_change(action.clone(), rejected));
        if left == UserChange::default() {
            self.plan.counts.left_alone += 1;
            return None;
        }
        Some(Action { reason, ..action })
    }

    /// Returns the part of an active account's change that operators rejected.
    fn rejected_part(&mut self, action: &Action) -> UserChange {
        let mut rejected = UserChange::default();
        let Step::Change { before, change } = &action.step else {
            return rejected;
        };
        if change.active.is_some() {
            return rejected;
        }
        if let Some(to) = &change.user_name {
            let proposal = Proposal {
                employee_id: &action.employee_id,
                user_name: &before.user_name,
                evidence: ProposedChange::Rename { to: to.clone() }.into(),
                to_be_shown: None,
            };
            let is_rejected = self.decisions.verdict_on(&proposal) == Some(ApprovalVerdict::Rejected);
            rejected.user_name = is_rejected.then(|| to.clone());
        }
        if let Some(values) = self.rejected_values(&action.employee_id, &change.fields) {
            rejected.fields = values;
        }
        rejected
    }

    /// The values of a rejected update, where all of them are among those to be written.
    fn rejected_values(&mut self, employee: &EmployeeId, fields: &UserFields) -> Option<UserFields> {
        let decision = *self.decisions.made.get(&(employee, Matter::Account))?;
        let of_decision = decision.evidence.values_among(fields)?;
        let is_rejected = decision.made.verdict == ApprovalVerdict::Rejected;
        if is_rejected {
            self.decisions.proposed.insert(decision.about(), true);
        }
        is_rejected.then_some(of_decision)
    }
}

fn with_change(mut action: Action, rejected: UserChange) -> Action {
    action.reason = compare::reason(&rejected);
    if let Step::Change { change, .. } = &mut action.step {
        *change = rejected;
    }
    action
}

impl crate::approvals::Grounds {
    /// Returns those of these values that an update on these grounds writes; none where one of them has changed.
    fn values_among(&self, fields: &UserFields) -> Option<UserFields> {
        let Self::Change(ProposedChange::Update { fields: names, digest }) = self else {
            return None;
        };
        let values = names
            .iter()
            .filter_map(|name| Some((name.clone(), fields.0.get(name)?.clone())));
        let values = UserFields(values.collect());
        (digest::of_fields(&values) == *digest).then_some(values)
    }
}
