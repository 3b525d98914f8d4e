//! The desired accounts: each desired user is compared at once with the stored link, so that unchanged employees take
//! no memory.

use std::borrow::Cow;

use super::accounts::Account;
use super::compare::difference;
use super::digest;
use super::eligibility::Eligibility;
use super::field_notice::{FieldFault, FieldNotice, RewriteForm};
use super::stage::{Desired, DesiredAccount, Facts, Intent, Linked, Stage};
use crate::configuration::OnUserNameChange;
use crate::identity::UserName;
use crate::people::employee::Employee;
use crate::people::link::Person;
use crate::people::mapping::{self, DesiredUser};
use crate::people::user::{FieldName, UserChange};

impl<'a> Stage<'a, Desired<'a>> {
    /// Maps all employees in scope.
    pub(super) fn map_those_in_scope(&mut self) -> Vec<DesiredAccount<'a>> {
        let employees = self.facts.input.roster.employees.iter().enumerate();
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
        let users = &self.facts.input.configuration.users;
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
        let renames = self.input.configuration.users.on_user_name_change == OnUserNameChange::Rename;
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
        let difference = difference(&self.input.configuration.users, employee, user, &before);
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

impl<'a> Stage<'a, Desired<'a>> {
    /// Counts the fields of a linked account that are not written because the portal rewrites them.
    pub(super) fn count_rewrites(&mut self, person: &Person, user: &DesiredUser<'_>) {
        if person.rewrites.is_empty() {
            return;
        }
        for field in &user.fields {
            let wanted = field.value.as_deref().unwrap_or_default();
            if person.is_rewritten(field.name, wanted) {
                let shown = person.fields.0.get(field.name).map(String::as_str).unwrap_or_default();
                self.notice_rewrite(field.name, RewriteForm::between(wanted, shown));
            }
        }
    }

    fn notice_rewrite(&mut self, field: &FieldName, form: RewriteForm) {
        let what = FieldFault::RewrittenByPortal { form };
        let of = self.facts.input.people.len();
        let notices = &mut self.plan.field_notices;
        let is_known = |notice: &&mut FieldNotice| {
            notice.field == field.as_str() && matches!(notice.what, FieldFault::RewrittenByPortal { .. })
        };
        match notices.iter_mut().find(is_known) {
            Some(known) => known.employees += 1,
            None => notices.push(FieldNotice {
                field: field.to_string(),
                employees: 1,
                of,
                what,
            }),
        }
    }
}
