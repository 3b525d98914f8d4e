//! Writes of a run that was cut short: the account has the written values, but the stored link does not. They count
//! towards the change limits as if they had been saved.
//!
//! A run writes one account after the other, so that at most one write is unsaved. Which account it was cannot be
//! determined: of each kind, the first account that already has its desired values counts.

use std::collections::HashSet;

use super::Step;
use super::stage::{Compared, Stage};
use crate::approvals::{ApprovalVerdict, ChangeKind, Matter};
use crate::identity::EmployeeId;
use crate::people::link::Person;

impl<'a> Stage<'a, Compared<'a>> {
    /// Marks the accounts that an unfinished run may have written last.
    pub(super) fn count_unsaved_writes(&mut self) {
        if !self.facts.input.limit_input.unsaved_write {
            return;
        }
        for kind in ChangeKind::ALL {
            let left = self.left_of_agreement(kind);
            let agreed = self.facts.input.limit_input.agreed.filter(|_| left > 0);
            let now = self.facts.input.now;
            let Some(seen) = self.first_found(kind) else { continue };
            match agreed {
                Some(agreement) => *seen.marks.agreed.get_mut(kind) = Some(agreement.at),
                None => *seen.marks.unapproved.get_mut(kind) = Some(now),
            }
            let employee = seen.employee_id.clone();
            *self.found.unsaved.get_mut(kind) = Some((employee, agreed.is_some()));
        }
    }

    /// Returns the first account that is to be stored with the values read, and that a write of this kind, without
    /// approval, would have changed to these.
    fn first_found(&mut self, kind: ChangeKind) -> Option<&mut Person> {
        let actions = self.plan.actions.iter();
        let written = actions.filter(|action| !matches!(action.step, Step::Remember { .. }));
        let written: HashSet<EmployeeId> = written.map(|action| action.employee_id.clone()).collect();
        let decisions = &self.decisions.made;
        let is_approved = |employee: &EmployeeId| {
            let matters = [Matter::Account, Matter::UserName].into_iter();
            let mut made = matters.filter_map(|matter| decisions.get(&(employee, matter)));
            made.any(|decision| decision.made.verdict == ApprovalVerdict::Approved)
        };
        self.plan.actions.iter_mut().find_map(|action| {
            let is_open = !written.contains(&action.employee_id) && !is_approved(&action.employee_id);
            match &mut action.step {
                Step::Remember { stored, seen } if is_open && found_kind(stored.as_ref(), seen) == Some(kind) => {
                    Some(&mut **seen)
                }
                _ => None,
            }
        })
    }
}

/// Returns the kind of write that would have changed the account to the values read.
fn found_kind(stored: Option<&Person>, seen: &Person) -> Option<ChangeKind> {
    if !seen.active {
        return None;
    }
    match stored {
        None => Some(ChangeKind::Created),
        Some(stored) if !stored.active => Some(ChangeKind::Created),
        Some(stored) if stored.user_name != seen.user_name => Some(ChangeKind::Renamed),
        Some(stored) if stored.fields != seen.fields => Some(ChangeKind::Updated),
        Some(_) => None,
    }
}
