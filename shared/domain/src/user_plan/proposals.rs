//! The writes that each desired account needs: it is created, adopted, changed, or left alone with a problem.

use std::borrow::Cow;

use super::accounts::Account;
use super::another_person::HandOver;
use super::compare::{self, Difference};
use super::stage::{Compared, DesiredAccount, Intent, Linked, Stage};
use super::{Action, Drift, Permission, SourceRule, Step, digest};
use crate::people::employee::Employee;
use crate::people::link::Person;
use crate::people::mapping::DesiredUser;
use crate::people::problem::{Cause, Problem};
use crate::people::rejected_writes::RejectedPart;
use crate::people::user::{NewUser, UserChange};

impl<'a> Stage<'a, Compared<'a>> {
    /// Plans the writes of a desired account.
    pub(super) fn decide(&mut self, wanted: DesiredAccount<'a>) {
        let employee = wanted.employee;
        match wanted.intent {
            Intent::Unchanged => self.plan.counts.unchanged += 1,
            Intent::Protected => self.plan.counts.left_alone += 1,
            Intent::Unclear { cause, digest } => self.leave_unclear(employee, cause, digest),
            Intent::Linked(linked) => self.change(employee, *linked),
            Intent::Unlinked(user) => self.decide_unlinked(employee, &user),
        }
    }

    fn decide_unlinked(&mut self, employee: &'a Employee, user: &DesiredUser<'a>) {
        if self.plan.admits_no_new_account() {
            self.suspend(employee);
            self.plan.unlinked += 1;
            return;
        }
        match self
            .facts
            .accounts
            .of_unlinked(employee.id(), user, &self.found.adoptions)
        {
            Account::None => self.create(employee, user),
            Account::Protected => self.plan.counts.left_alone += 1,
            Account::Unclear(cause) => self.leave_unclear(employee, cause, digest::of_user(user)),
            Account::Known(before) => self.decide_adopted(employee, user, before),
            Account::Seen(seen) => self.decide_adopted(employee, user, Cow::Owned(seen)),
        }
    }

    fn decide_adopted(&mut self, employee: &'a Employee, user: &DesiredUser<'a>, seen: Cow<'a, Person>) {
        if let Intent::Linked(linked) = self.facts.compare(employee, user, seen, None) {
            self.change(employee, *linked);
        }
    }

    fn create(&mut self, employee: &Employee, user: &DesiredUser<'_>) {
        if !self.facts.input.configuration.users.create {
            self.plan.counts.left_alone += 1;
        } else if user.problems.iter().any(|problem| problem.cause.blocks_person()) {
            self.plan.counts.set_aside += 1;
        } else {
            let step = Step::Create(NewUser {
                user_name: user.user_name.clone(),
                fields: compare::fields_of_new(user),
            });
            let reason = "works there and has no account".to_owned();
            self.act(employee, step, reason, digest::of_user(user));
        }
    }

    fn change(&mut self, employee: &Employee, linked: Linked<'a>) {
        let Linked {
            before,
            stored,
            mut difference,
            digest,
            is_another_person,
        } = linked;
        if difference.change.active == Some(true) && self.plan.admits_no_new_account() {
            return self.suspend(employee);
        }
        if self.plan.is_suspended(SourceRule::UserName) {
            difference.change.user_name = None;
        }
        let seen = match &before {
            Cow::Owned(seen) => Some(seen.clone()),
            Cow::Borrowed(_) => None,
        };
        let action = self.action_of_change(employee, before.into_owned(), &difference, digest);
        if is_another_person && let Some(action) = &action {
            match self.decided_hand_over(action) {
                HandOver::Approved => {}
                HandOver::Rejected => return self.leave_as_it_is(action.clone()),
                HandOver::Undecided => {
                    self.plan.unlinked += usize::from(seen.is_some() && stored.is_none());
                    return self.hold_hand_over(action.clone());
                }
            }
        }
        if let Some(seen) = seen {
            self.remember(employee, stored, &seen, &difference.change);
        }
        self.plan.problems.extend(difference.problem);
        match action {
            Some(action) => self.plan.actions.push(action),
            None if difference.change == UserChange::default() => self.plan.counts.unchanged += 1,
            None => self.plan.counts.left_alone += 1,
        }
    }

    /// The write that the difference needs; none where it needs none, or the configuration switches updates off.
    fn action_of_change(
        &self,
        employee: &Employee,
        before: Person,
        difference: &Difference,
        digest: String,
    ) -> Option<Action> {
        let is_written = difference.change != UserChange::default() && self.facts.input.configuration.users.update;
        is_written.then(|| Action {
            employee_id: employee.id().clone(),
            person: employee.display_name(),
            step: Step::Change {
                before,
                change: difference.change.clone(),
            },
            reason: difference.reason.clone(),
            digest,
            permission: Permission::NotNeeded,
        })
    }

    /// Plans to store the values read from the portal, and notes changes that were made there outside HabitSync.
    fn remember(&mut self, employee: &Employee, stored: Option<&Person>, seen: &Person, change: &UserChange) {
        let drift = stored.map(|stored| Drift::between(stored, seen, &employee.display_name(), change));
        self.plan.drift.extend(drift.into_iter().flatten());
        let step = Step::Remember {
            stored: stored.cloned(),
            seen: Box::new(seen.clone()),
        };
        let reason = if stored.is_some() {
            "changed in Tribal Habits"
        } else {
            "adopted"
        };
        self.act(employee, step, reason.to_owned(), String::new());
    }
}

impl<F> Stage<'_, F> {
    /// Reported, and left alone by the runs that do not read the portal, until one that does sees it differently.
    fn leave_unclear(&mut self, employee: &Employee, cause: Cause, digest: String) {
        self.plan.counts.set_aside += 1;
        let problem = Problem::about(employee, cause, None);
        self.plan.rest(RejectedPart::Person, digest, problem.clone());
        self.report(problem);
    }

    fn act(&mut self, employee: &Employee, step: Step, reason: String, digest: String) {
        self.plan.actions.push(Action {
            employee_id: employee.id().clone(),
            person: employee.display_name(),
            step,
            reason,
            digest,
            permission: Permission::NotNeeded,
        });
    }
}
