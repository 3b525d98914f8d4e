//! Findings about employees' own records, and employees without an account.

use std::collections::HashSet;

use super::public_mail::is_personal_address;
use super::{AffectedPerson, Kind, Survey};
use crate::configuration::UsersConfiguration;
use crate::expressions::expression::Expression;
use crate::identity::EmployeeId;
use crate::people::contract::CUSTOM_FIELDS;
use crate::people::employee::Employee;
use crate::people::mapping;
use crate::people::problem::Cause;
use crate::people::user::FieldName;
use crate::user_plan::{Eligibility, Step, UserPlan};

impl Survey<'_> {
    /// Reports e-mails that are missing, unusable or personal. The scan checks them apart from the plan, which reports
    /// nothing else about an employee without a user name, and nothing about one out of scope.
    pub(super) fn report_emails(&mut self) {
        for (position, employee) in self.employees() {
            let found = match self.census.placement(position) {
                Eligibility::InScope => self.email_in_scope(position, employee),
                Eligibility::OutOfScope => self.email_out_of_scope(position, employee),
                Eligibility::Left | Eligibility::StartsLater | Eligibility::Undecided => None,
            };
            if let Some((kind, concerned)) = found {
                self.report(kind, vec![concerned]);
            }
        }
    }

    fn email_in_scope(&self, position: usize, employee: &Employee) -> Option<(Kind, AffectedPerson)> {
        let concerned = AffectedPerson::employee(employee);
        match mapping::map_email(self.users(), employee, &self.census.scope(position)?)? {
            Ok(address) => {
                let address = address.filter(|address| is_personal_address(address))?;
                Some((Kind::EmailPersonal, concerned.with(self.email_source(), Some(&address))))
            }
            Err(problem) => match (problem.cause, problem.seen) {
                (Cause::RequiredField { .. }, None) => {
                    Some((Kind::EmailMissing, concerned.with(self.email_source(), None)))
                }
                (Cause::RequiredField { expected, .. }, Some(seen)) => Some((
                    Kind::EmailUnusable,
                    concerned.with(self.email_source(), Some(&seen)).noting(expected),
                )),
                _ => None,
            },
        }
    }

    fn email_out_of_scope(&self, position: usize, employee: &Employee) -> Option<(Kind, AffectedPerson)> {
        let problem = mapping::map_email(self.users(), employee, &self.census.scope(position)?)?.err()?;
        let is_missing = matches!(problem.cause, Cause::RequiredField { .. }) && problem.seen.is_none();
        let concerned = || AffectedPerson::employee(employee).with(self.email_source(), None);
        is_missing.then(|| (Kind::OutOfScopeWithoutEmail, concerned()))
    }

    /// Returns the EmployeeConnect fields that the e-mail comes from.
    pub(super) fn email_source(&self) -> String {
        self.source_of(&FieldName::email())
    }

    /// Returns the EmployeeConnect fields that a portal field comes from; its own name where there is none.
    pub(super) fn source_of(&self, field: &FieldName) -> String {
        let mapping = self.users().fields.get(field);
        mapping.map_or_else(|| field.to_string(), |mapping| fields_of(&mapping.value))
    }

    /// Dates that stand for none; terminations before the start: an earlier employment's, or a slip of the pen.
    pub(super) fn report_dates(&mut self) {
        let rules = self.census.dates();
        for (_, employee) in self.employees() {
            for (field, value) in employee.dates_that_stand_for_none(rules) {
                let concerned = AffectedPerson::employee(employee).with(field, Some(value));
                self.report(Kind::DateStandsForNone, vec![concerned]);
            }
            let (Ok(Some(start)), Ok(Some(end))) = (employee.start_date(rules), employee.termination_date(rules))
            else {
                continue;
            };
            if end < start {
                let concerned = AffectedPerson::employee(employee).with("terminationDate", Some(&end.to_string()));
                self.report(
                    Kind::EndBeforeStart,
                    vec![concerned.noting(format!("started on {start}"))],
                );
            }
        }
    }

    /// Reports employees in scope without an account, for whom the next run creates one.
    pub(super) fn report_without_account(&mut self) {
        if self.input.portal.is_none() {
            return;
        }
        let (created, blocked) = (created(&self.census.plan), blocked(&self.census.plan));
        for (position, employee) in self.employees() {
            let note = if created.contains(employee.id()) {
                "the next run creates one"
            } else if self.is_without_account(position, employee) && !blocked.contains(employee.id()) {
                "accounts are not created for this customer"
            } else {
                continue;
            };
            self.report(
                Kind::WithoutAccount,
                vec![AffectedPerson::employee(employee).noting(note)],
            );
        }
    }

    fn is_without_account(&self, position: usize, employee: &Employee) -> bool {
        let is_unlinked = self.census.accounts.link(employee.id()).is_none();
        let is_wanted = !self.users().create && self.census.placement(position) == Eligibility::InScope;
        let is_unclaimed = || self.claims.of_person(position).is_empty();
        is_wanted && is_unlinked && is_unclaimed() && self.census.mapped(position).is_some()
    }

    /// Deactivated accounts of people who work there.
    pub(super) fn report_reactivated(&mut self) {
        for action in &self.census.plan.actions {
            if let Step::Change { before, change } = &action.step
                && change.active == Some(true)
            {
                let concerned = AffectedPerson {
                    employee_id: Some(action.employee_id.clone()),
                    user_name: Some(before.user_name.clone()),
                    ..AffectedPerson::named(action.person.clone())
                };
                self.report(Kind::WouldReactivate, vec![concerned]);
            }
        }
    }
}

impl<'a> Survey<'a> {
    pub(super) fn users(&self) -> &'a UsersConfiguration {
        &self.input.configuration.users
    }
}

fn created(plan: &UserPlan) -> HashSet<&EmployeeId> {
    let created = plan
        .actions
        .iter()
        .filter(|action| matches!(action.step, Step::Create(_)));
    created.map(|action| &action.employee_id).collect()
}

fn blocked(plan: &UserPlan) -> HashSet<&EmployeeId> {
    let blocking = plan.problems.iter().filter(|problem| problem.cause.blocks_person());
    blocking.map(|problem| &problem.employee_id).collect()
}

/// The fields of EmployeeConnect that an expression names, or the expression itself where it names none.
pub(super) fn fields_of(expression: &Expression) -> String {
    let named = expression.named_fields();
    let record = named.record.into_iter().filter(|field| field != CUSTOM_FIELDS);
    let fields: Vec<_> = record.chain(named.custom).collect();
    if fields.is_empty() {
        expression.source().to_owned()
    } else {
        fields.join(", ")
    }
}
