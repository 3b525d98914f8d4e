//! People who left and whose accounts can still log in, and linked people who are not in EmployeeConnect.

use std::collections::HashSet;

use super::{AffectedPerson, Kind, Survey};
use crate::identity::{EmployeeId, UserName};
use crate::people::employee::Employee;
use crate::people::employment::Employment;
use crate::people::link::Person;
use crate::user_plan::{Action, Eligibility, Step, UserPlan};

impl Survey<'_> {
    /// Leavers with an active account, linked or only recognised: a run deactivates linked ones alone.
    pub(super) fn report_leavers(&mut self) {
        let adopted = self.adopted_names();
        let fates = Fates::of(&self.census.plan);
        for (position, employee) in self.employees() {
            if self.census.placement(position) != Eligibility::Left {
                continue;
            }
            let linked = self.census.accounts.link(employee.id());
            if let Some(person) = linked {
                if self.census.accounts.is_active(person) && self.census.accounts.owns(person) {
                    let is_protected = self.census.accounts.is_protected(&person.user_name);
                    let note = fates.of_linked(person, is_protected);
                    self.report_leaver(employee, &person.user_name, note);
                }
                continue;
            }
            for (_, user) in self.claims.of_person(position) {
                // An employee who works there again under another number has the account now.
                if user.active && !adopted.contains(&user.user_name) {
                    self.report_leaver(employee, &user.user_name, "not linked: no run deactivates it");
                }
            }
        }
    }

    fn report_leaver(&mut self, employee: &Employee, account: &UserName, note: &str) {
        let left = match self.census.employment(employee) {
            Ok(Employment::Left(evidence)) => evidence.reason(),
            Ok(Employment::Works | Employment::StartsLater) | Err(_) => String::new(),
        };
        let concerned = AffectedPerson::employee(employee)
            .with("status, terminationDate", Some(&left))
            .noting(note);
        let concerned = AffectedPerson {
            user_name: Some(account.clone()),
            ..concerned
        };
        self.report(Kind::LeaverActive, vec![concerned]);
    }

    fn adopted_names(&self) -> HashSet<UserName> {
        let actions = self.census.plan.actions.iter();
        let adopted = actions.filter_map(|action| match &action.step {
            Step::Remember { stored: None, seen } => Some(seen.user_name.clone()),
            _ => None,
        });
        adopted.collect()
    }

    /// Linked, active people who were not read.
    pub(super) fn report_missing(&mut self) {
        for missing in self.input.missing {
            if let Some(person) = self.census.accounts.link(&missing.employee_id) {
                let concerned = linked(&missing.employee_id, person);
                self.report(Kind::Vanished, vec![concerned]);
            }
        }
    }
}

/// The accounts that the next run deactivates, and those that it holds.
struct Fates<'a> {
    deactivated: HashSet<&'a EmployeeId>,
    held: HashSet<&'a EmployeeId>,
}

impl<'a> Fates<'a> {
    fn of(plan: &'a UserPlan) -> Self {
        let goes = |action: &&Action| matches!(action.step, Step::Deactivate { .. });
        let deactivated = plan.actions.iter().filter(goes);
        Self {
            deactivated: deactivated.map(|action| &action.employee_id).collect(),
            held: plan.held.iter().map(|held| &held.action.employee_id).collect(),
        }
    }

    /// Returns the next run's action on the account of a linked leaver, in words.
    fn of_linked(&self, person: &Person, is_protected: bool) -> &'static str {
        let id = &person.employee_id;
        if self.deactivated.contains(id) {
            "the next run deactivates it"
        } else if self.held.contains(id) {
            "the next run holds it until somebody decides"
        } else if is_protected {
            "protected: never touched"
        } else {
            "accounts are not deactivated for this customer"
        }
    }
}

fn linked(employee_id: &EmployeeId, person: &Person) -> AffectedPerson {
    AffectedPerson {
        employee_id: Some(employee_id.clone()),
        user_name: Some(person.user_name.clone()),
        ..AffectedPerson::named(person.display_name())
    }
}
