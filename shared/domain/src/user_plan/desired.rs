//! The desired accounts: each desired user is compared at once with the stored link, so that unchanged employees take
//! no memory.

use std::borrow::Cow;

use super::accounts::Account;
use super::compare::{Difference, difference};
use super::digest;
use super::disputes::Unique;
use super::eligibility::Eligibility;
use super::stages::{Desired, Facts, Stage};
use crate::configuration::OnUserNameChange;
use crate::identity::UserName;
use crate::people::employee::Employee;
use crate::people::link::Person;
use crate::people::mapping::{self, DesiredUser};
use crate::people::problem::Cause;
use crate::people::user::UserChange;

/// An employee who should have an account.
pub(super) struct DesiredAccount<'a> {
    pub(super) employee: &'a Employee,
    /// The account's user name after this run.
    user_name: UserName,
    /// The account's e-mail after this run.
    email: Option<Cow<'a, str>>,
    pub(super) intent: Intent<'a>,
}

/// The writes that the account needs, as far as one employee's records show.
pub(super) enum Intent<'a> {
    /// Nothing.
    Unchanged,
    /// Nothing may be done to it: it is protected.
    Protected,
    /// The account cannot be determined, or must not be touched.
    Unclear { cause: Cause, digest: String },
    /// It differs, or the table does not hold it as it is in the portal.
    Linked(Box<Linked<'a>>),
    /// There is no link.
    Unlinked(Box<DesiredUser<'a>>),
}

/// A linked account that needs something.
pub(super) struct Linked<'a> {
    /// As last written, or as seen in this run.
    pub(super) before: Cow<'a, Person>,
    /// The stored link, where it differs from the values read.
    pub(super) stored: Option<&'a Person>,
    pub(super) difference: Difference,
    pub(super) digest: String,
    /// Whether the record describes another person than the account, according to all known traits.
    pub(super) is_another_person: bool,
}

impl DesiredAccount<'_> {
    /// Returns the value that only one account may have.
    pub(super) fn unique(&self, what: Unique) -> Option<&str> {
        match what {
            Unique::UserName => Some(self.user_name.as_str()),
            Unique::Email => self.email.as_deref(),
        }
    }
}

impl<'a> Stage<'a, Desired<'a>> {
    /// Maps all employees in scope.
    pub(super) fn map_those_in_scope(&mut self) -> Vec<DesiredAccount<'a>> {
        let employees = self.facts.situation.roster.employees.iter().enumerate();
        let eligibility = std::mem::take(&mut self.found.classified.eligibility);
        let in_scope = employees.filter(|(position, _)| eligibility.get(*position) == Some(&Eligibility::InScope));
        let desired = in_scope
            .filter_map(|(position, employee)| self.want(position, employee, &eligibility))
            .collect();
        self.found.classified.eligibility = eligibility;
        desired
    }

    fn want(
        &mut self,
        position: usize,
        employee: &'a Employee,
        eligibility: &[Eligibility],
    ) -> Option<DesiredAccount<'a>> {
        let users = &self.facts.situation.configuration.users;
        let scope = self
            .facts
            .evaluator
            .scope(employee, self.facts.manager_record(position));
        let mut user = match mapping::map_user(users, employee, &scope) {
            Ok(user) => user,
            Err(problem) => {
                self.plan.counts.undecided += 1;
                self.report(problem);
                return None;
            }
        };
        if self.facts.accounts.is_protected(&user.user_name) {
            self.plan.counts.excluded += 1;
            self.plan.counts.excluded_settled += 1;
            return None;
        }
        self.plan.counts.in_scope += 1;
        self.facts.check_manager(position, employee, &mut user, eligibility);
        self.plan.problems.extend(user.problems.iter().cloned());
        let user_name = self.facts.future_name(employee, &user);
        let email = user
            .fields
            .iter()
            .find(|field| field.name.is_email())
            .and_then(|field| field.value.clone());
        if let Some(person) = self.facts.accounts.link(employee.id()) {
            self.count_losses(person, &user);
            self.count_rewrites(person, &user);
        }
        let intent = self.facts.intent(employee, user);
        Some(DesiredAccount {
            employee,
            user_name,
            email,
            intent,
        })
    }
}

impl<'a> Facts<'a> {
    /// The name after this run: a linked account keeps its own where the customer does not want it renamed.
    fn future_name(&self, employee: &Employee, user: &DesiredUser<'_>) -> UserName {
        let renames = self.situation.configuration.users.on_user_name_change == OnUserNameChange::Rename;
        match self.accounts.link(employee.id()) {
            Some(person) if !renames => person.user_name.clone(),
            _ => user.user_name.clone(),
        }
    }

    fn intent(&self, employee: &'a Employee, user: DesiredUser<'a>) -> Intent<'a> {
        let Some(person) = self.accounts.link(employee.id()) else {
            return Intent::Unlinked(Box::new(user));
        };
        match self.accounts.of_linked(person, &user.user_name) {
            Account::Protected => Intent::Protected,
            Account::Unclear(cause) => {
                let digest = digest::of_user(&user);
                Intent::Unclear { cause, digest }
            }
            Account::Known(before) => self.compare(employee, &user, before, None),
            Account::Seen(seen) => self.compare(employee, &user, Cow::Owned(seen), Some(person)),
            Account::None => Intent::Unlinked(Box::new(user)),
        }
    }

    pub(super) fn compare(
        &self,
        employee: &Employee,
        user: &DesiredUser<'a>,
        before: Cow<'a, Person>,
        stored: Option<&'a Person>,
    ) -> Intent<'a> {
        let difference = difference(&self.situation.configuration.users, employee, user, &before);
        let is_as_stored = matches!(before, Cow::Borrowed(_));
        if is_as_stored && difference.problem.is_none() && difference.change == UserChange::default() {
            return Intent::Unchanged;
        }
        Intent::Linked(Box::new(Linked {
            digest: digest::of_user(user),
            is_another_person: self.is_another_person(&before, employee, user),
            before,
            stored,
            difference,
        }))
    }
}
