//! Deactivations that there is evidence for, and what waits for approval.

use super::candidate::Candidate;
use super::stage::{Classified, Facts, Stage};
use super::{Action, Permission, Step};
use crate::approvals::{ApprovalVerdict, HoldReason, Matter, Proposal};
use crate::configuration::OutOfScope;
use crate::identity::EmployeeId;
use crate::people::employee::Employee;
use crate::people::employment::Evidence;
use crate::people::link::{Deactivated, Person};

/// A linked, active employee who is not in a complete read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Who.
    pub employee_id: EmployeeId,
    /// Whether EmployeeConnect, asked for this one record, says that there is none. Any other answer holds the
    /// deactivation.
    pub confirmed: bool,
}

impl<'a> Stage<'a, Classified<'a>> {
    /// Plans the deactivation of a leaver's account, on the stored link alone.
    pub(super) fn remove_leaver(&mut self, employee: &Employee, evidence: Evidence) {
        self.plan.counts.leavers += 1;
        let planned = self.facts.accounts.link(employee.id()).is_some_and(|person| {
            let is_emptied = self.facts.has_lost_their_start(employee, person, &evidence);
            self.remove(person, employee.display_name(), evidence, is_emptied)
        });
        self.plan.counts.leavers_settled += usize::from(!planned);
    }

    /// Counts an employee that the filter does not admit, and plans according to the customer's `out_of_scope`.
    pub(super) fn exclude(&mut self, position: usize, employee: &'a Employee) {
        self.plan.counts.excluded += 1;
        let removes = self.facts.input.configuration.users.out_of_scope == OutOfScope::Deactivate;
        let planned = self.facts.accounts.link(employee.id()).is_some_and(|person| {
            let is_emptied = removes && self.facts.is_emptied(position, employee, person);
            removes && self.remove(person, employee.display_name(), Evidence::OutOfScope, is_emptied)
        });
        self.plan.counts.excluded_settled += usize::from(!planned);
    }

    /// Plans the deactivation of all vanished employees.
    pub(super) fn remove_missing(&mut self) {
        for missing in self.facts.input.missing {
            self.plan.counts.missing += 1;
            let planned = self
                .facts
                .accounts
                .link(&missing.employee_id)
                .is_some_and(|person| self.remove(person, person.display_name(), Evidence::Vanished, false));
            self.plan.counts.missing_settled += usize::from(!planned);
        }
    }

    /// Plans the deactivation, and returns whether there is an account that may be deactivated. One that was
    /// reactivated by hand since is deactivated again.
    fn remove(&mut self, person: &'a Person, name: String, evidence: Evidence, is_emptied: bool) -> bool {
        let may =
            self.facts.input.configuration.users.deactivate && !self.facts.accounts.is_protected(&person.user_name);
        if !self.facts.accounts.owns(person) || !may {
            return false;
        }
        if !self.facts.accounts.is_active(person) {
            if person.active {
                self.found_deactivated(person, name, evidence, is_emptied);
            }
            return false;
        }
        self.found.leaving.push(Candidate {
            person,
            name,
            evidence,
            to_be_shown: is_emptied.then_some(HoldReason::RecordEmptied),
        });
        true
    }

    /// Counts an account towards the limit of deactivations that the portal has deactivated while the mirror says active: a run
    /// may have been killed before it could save the deactivation. A deactivation by hand counts as well: the portal does not
    /// say which one it was. The mirror changes only on evidence that a deactivation needs.
    fn found_deactivated(&mut self, person: &'a Person, name: String, evidence: Evidence, is_emptied: bool) {
        let proposal = Proposal {
            employee_id: &person.employee_id,
            user_name: &person.user_name,
            evidence: evidence.clone().into(),
            to_be_shown: is_emptied.then_some(HoldReason::RecordEmptied),
        };
        let decision = self.decisions.made.get(&(&person.employee_id, Matter::Account));
        let version = self.facts.input.limit_input.version;
        let removed = Deactivated {
            at: self.facts.input.now,
            approved: decision
                .is_some_and(|made| made.made.verdict == ApprovalVerdict::Approved && made.stands(&proposal, version)),
            evidence,
        };
        let mut missing = self.facts.input.missing.iter().filter(|missing| !missing.confirmed);
        let is_unconfirmed = missing.any(|missing| missing.employee_id == person.employee_id);
        if !is_emptied && !is_unconfirmed {
            self.plan.actions.push(deactivation_found(person, name, &removed));
        }
        self.found.found_deactivated.push((&person.employee_id, removed));
    }
}

impl Facts<'_> {
    /// Whether the last day may be one of an employment before the current one, whose first day is gone from the
    /// record: only that day shows that the employee was rehired. A terminated status leaves no doubt.
    fn has_lost_their_start(&self, employee: &Employee, person: &Person, evidence: &Evidence) -> bool {
        let users = &self.input.configuration.users;
        let is_terminated = |status: &str| users.terminated_statuses.iter().any(|known| known == status);
        let is_clear =
            employee.start_date(self.employment.dates) != Ok(None) || employee.status().is_some_and(is_terminated);
        if is_clear || !matches!(evidence, Evidence::Ended { .. }) {
            return false;
        }
        let came_back_from_it = person
            .removed
            .as_ref()
            .is_some_and(|removed| removed.evidence == *evidence);
        let had_a_start = users.fields.iter().any(|(field, mapping)| {
            let is_start = mapping.value.source() == "employee.startDate";
            is_start && person.field(field.as_str()).is_some_and(|start| !start.is_empty())
        });
        came_back_from_it || had_a_start
    }
}

/// Stores that the account is deactivated, and on what evidence the integration would have done it.
fn deactivation_found(person: &Person, name: String, removed: &Deactivated) -> Action {
    Action {
        employee_id: person.employee_id.clone(),
        person: name,
        step: Step::Remember {
            stored: Some(person.clone()),
            seen: Box::new(Person {
                active: false,
                removed: Some(removed.clone()),
                ..person.clone()
            }),
        },
        reason: format!("found deactivated in Tribal Habits; {}", removed.evidence.reason()),
        digest: String::new(),
        permission: Permission::NotNeeded,
    }
}
