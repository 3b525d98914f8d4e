//! Findings about managers beyond the planner's problems: whole loops, and manager numbers that no employee has.

use std::collections::HashSet;

use super::{AffectedPerson, Kind, Survey};
use crate::identity::EmployeeId;
use crate::people::contract::MANAGER_ID;
use crate::people::employee::Employee;
use crate::people::problem::Cause;
use crate::people::user::FieldName;
use crate::user_plan::{Eligibility, Named};

impl Survey<'_> {
    /// Reports each loop of managers with an employee in scope, once; and manager numbers without a record, though the
    /// record gives an address.
    pub(super) fn report_managers(&mut self) {
        for members in self.census.organisation.loops() {
            let is_in_scope = |position: &usize| self.census.placement(*position) == Eligibility::InScope;
            if members.iter().any(is_in_scope) {
                let people = members.iter().filter_map(|position| self.member(*position));
                let people = people.collect();
                self.report(Kind::ManagerLoop, people);
            }
        }
        self.report_unknown_managers();
    }

    fn member(&self, position: usize) -> Option<AffectedPerson> {
        let employee = self.census.organisation.employee(position)?;
        let note = match self.census.organisation.record_of_manager(position) {
            Some(manager) => format!("reports to {}", manager.display_name()),
            None => String::new(),
        };
        Some(reporting(employee).noting(note))
    }

    fn report_unknown_managers(&mut self) {
        let told: HashSet<&EmployeeId> = {
            let problems = self.census.plan.problems.iter();
            let managers = problems.filter(|problem| matches!(problem.cause, Cause::ManagerNotSet { .. }));
            managers.map(|problem| &problem.employee_id).collect()
        };
        for (position, employee) in self.employees() {
            let is_unknown = self.census.organisation.manager(position) == Named::Unknown;
            let is_in_scope = self.census.placement(position) == Eligibility::InScope;
            if is_unknown && is_in_scope && !told.contains(employee.id()) {
                let mapped = self.census.mapped(position);
                let is_written = mapped.is_some_and(|user| user.value(FieldName::MANAGER_EMAIL).is_some());
                let note = if is_written {
                    "the record's own e-mail of the manager is written all the same, where it is mapped"
                } else {
                    ""
                };
                self.report(Kind::ManagerUnknown, vec![reporting(employee).noting(note)]);
            }
        }
    }
}

/// Returns the employee, with the manager number of their record.
fn reporting(employee: &Employee) -> AffectedPerson {
    AffectedPerson::employee(employee).with(MANAGER_ID, employee.manager_id().as_deref())
}
