//! Whether somebody's manager can be written. One who cannot never fails the person: the old manager stays, it is reported, and
//! every run tries again.

use super::Planner;
use super::organisation::Named;
use super::placement::Placement;
use crate::employee::Employee;
use crate::mapping::{MappedUser, problem};
use crate::problem::{Cause, ManagerProblem};
use crate::user::FieldName;

impl<'a> Planner<'a> {
    /// The record of the manager of the person at this position.
    pub(super) fn manager_record(&self, position: usize) -> Option<&'a Employee> {
        self.organisation.record_of_manager(position)
    }

    /// Takes the manager out of what is to be written, with a line for the worklist, where it cannot be.
    pub(super) fn check_manager(
        &self,
        position: usize,
        employee: &Employee,
        user: &mut MappedUser<'_>,
        placements: &[Placement],
    ) {
        let mapped = user.fields.iter();
        let Some(index) = mapped.map(|field| field.name).position(FieldName::is_manager_email) else {
            return;
        };
        let value = user.fields[index].value.as_deref();
        let is_own = value.is_some_and(|value| user.email().is_some_and(|email| email.eq_ignore_ascii_case(value)));
        let found = self.manager_problem(position, placements, value.is_some());
        if let Some(why) = found.or(is_own.then_some(ManagerProblem::Oneself)) {
            let seen = value.map(str::to_owned);
            let manager = employee.manager_id().map(str::to_owned);
            user.fields.remove(index);
            user.problems
                .push(problem(employee, Cause::ManagerNotSet { manager, why }, seen));
        }
    }

    /// Why the manager of the person at this position cannot be written; `has_value` where the expression gives an address.
    fn manager_problem(&self, position: usize, placements: &[Placement], has_value: bool) -> Option<ManagerProblem> {
        let manager = match self.organisation.manager(position) {
            Named::Nobody => return None,
            Named::Unknown => return (!has_value).then_some(ManagerProblem::Unknown),
            Named::Oneself => return Some(ManagerProblem::Oneself),
            Named::At(_) if self.organisation.is_in_loop(position) => return Some(ManagerProblem::Loop),
            Named::At(manager) => manager,
        };
        match placements.get(manager)? {
            Placement::Left => Some(ManagerProblem::Left),
            Placement::StartsLater => Some(ManagerProblem::StartsLater),
            Placement::OutOfScope => Some(ManagerProblem::OutOfScope),
            Placement::InScope | Placement::Undecided => (!has_value).then_some(ManagerProblem::NoEmail),
        }
    }
}
