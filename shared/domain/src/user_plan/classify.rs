//! The eligibility of each employee of the read, before the mapping: leavers first, on employee id, status and dates
//! alone, since HR often clears a leaver's e-mail.

use super::eligibility::Eligibility;
use super::stage::{Classified, Facts, Stage};
use crate::people::employee::Employee;
use crate::people::employment::{Employment, Undecided};
use crate::people::mapping;
use crate::people::problem::{Cause, Problem};
use crate::text::invisible;

impl<'a> Stage<'a, Classified<'a>> {
    /// Returns the eligibility of each employee, in the order of the roster.
    pub(super) fn place_everybody(&mut self) -> Vec<Eligibility> {
        let employees = &self.facts.input.roster.employees;
        self.plan.counts.read = employees.len();
        self.forget_last_days();
        (0..)
            .zip(employees)
            .map(|(position, employee)| self.place(position, employee))
            .collect()
    }

    fn place(&mut self, position: usize, employee: &'a Employee) -> Eligibility {
        if let Some(cause) = self.facts.unreadable.get(employee.id()) {
            return self.leave_undecided(Problem::about(employee, cause.clone(), None));
        }
        self.note_last_day(employee);
        match Employment::from_record(
            employee,
            &self.facts.employment,
            self.facts.last_days.get(employee.id()).copied(),
        ) {
            Ok(Employment::Left(evidence)) => {
                self.remove_leaver(employee, evidence);
                Eligibility::Left
            }
            Ok(Employment::StartsLater) => {
                self.plan.counts.starting_later += 1;
                Eligibility::StartsLater
            }
            Ok(Employment::Works) => self.place_in_scope(position, employee),
            Err(Undecided::Contradiction { .. }) if self.facts.is_nobodys_concern(position, employee) => {
                self.exclude(position, employee);
                Eligibility::OutOfScope
            }
            Err(undecided) => self.leave_undecided(undecided.problem(employee)),
        }
    }

    fn place_in_scope(&mut self, position: usize, employee: &'a Employee) -> Eligibility {
        if invisible::is_irregular(employee.id().as_str()) {
            let field = "employeeId".to_owned();
            let seen = Some(employee.id().to_string());
            return self.leave_undecided(Problem::about(employee, Cause::InvisibleCharacters { field }, seen));
        }
        let users = &self.facts.input.configuration.users;
        if users.filter.is_none() {
            return Eligibility::InScope;
        }
        let scope = self
            .facts
            .evaluator
            .scope(employee, self.facts.manager_record(position));
        match mapping::is_in_scope(users, employee, &scope) {
            Ok(true) => Eligibility::InScope,
            Ok(false) => {
                self.exclude(position, employee);
                Eligibility::OutOfScope
            }
            Err(problem) => self.leave_undecided(problem),
        }
    }

    fn leave_undecided(&mut self, problem: Problem) -> Eligibility {
        self.plan.counts.undecided += 1;
        self.report(problem);
        Eligibility::Undecided
    }
}

impl Facts<'_> {
    /// Whether the employee has no account and would have none: then it does not matter whether they work there.
    fn is_nobodys_concern(&self, position: usize, employee: &Employee) -> bool {
        let users = &self.input.configuration.users;
        let scope = || self.evaluator.scope(employee, self.manager_record(position));
        self.accounts.link(employee.id()).is_none() && mapping::is_in_scope(users, employee, &scope()) == Ok(false)
    }
}
