//! Which last days a run stores, so that the next ones know when they were first seen.

use super::stage::{Classified, Stage};
use crate::identity::EmployeeId;
use crate::people::employee::Employee;
use crate::people::last_day::LastDaySeen;

impl<'a> Stage<'a, Classified<'a>> {
    /// Notes the last day of an employee whose status is an active one. A record that cannot be read changes nothing.
    pub(super) fn note_last_day(&mut self, employee: &Employee) {
        let Ok(last_day) = self.facts.employment.last_day_of_active(employee) else {
            return;
        };
        let stored = self.facts.last_days.get(employee.id());
        if stored.map(|stored| stored.last_day) == last_day {
            return;
        }
        let seen = last_day.map(|last_day| LastDaySeen {
            employee_id: employee.id().clone(),
            last_day,
            first_seen: self.facts.employment.today,
        });
        match seen.filter(LastDaySeen::is_recent) {
            Some(seen) => self.plan.last_days.seen.push(seen),
            None if stored.is_some() => self.plan.last_days.forgotten.push(employee.id().clone()),
            None => {}
        }
    }

    /// Forgets the last days of those who are neither in the read nor linked.
    pub(super) fn forget_last_days(&mut self) {
        let is_gone = |employee: &&&EmployeeId| {
            self.facts.organisation.position(employee).is_none() && self.facts.accounts.link(employee).is_none()
        };
        let mut gone: Vec<EmployeeId> = self
            .facts
            .last_days
            .keys()
            .filter(is_gone)
            .map(|id| (*id).clone())
            .collect();
        gone.sort();
        self.plan.last_days.forgotten.extend(gone);
    }
}
