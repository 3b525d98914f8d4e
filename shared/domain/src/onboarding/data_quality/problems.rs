//! A plan's own problems as findings. A value that several employees share is one finding about all of them.

use std::collections::{BTreeSet, HashMap};

use super::people::fields_of;
use super::{AffectedPerson, Kind, Survey};
use crate::identity::EmployeeId;
use crate::people::contract::MANAGER_ID;
use crate::people::problem::{Cause, ManagerProblem, Problem};
use crate::people::problem::{joined, works_there_again};
use crate::people::user::FieldName;

/// The employees of each group that shares a value, by kind and the lowest employee number.
type SharingGroups<'p> = HashMap<(Kind, &'p EmployeeId), BTreeSet<&'p EmployeeId>>;

fn sharing_groups<'p>(problems: &[&'p Problem]) -> SharingGroups<'p> {
    let mut groups = SharingGroups::new();
    for problem in problems {
        if let (Cause::Disputed { with, .. }, Some(kind)) = (&problem.cause, kind_of(&problem.cause)) {
            let group = groups.entry((kind, first_of(problem, with))).or_default();
            group.extend(with.iter().chain([&problem.employee_id]));
        }
    }
    groups
}

/// The lowest number of those who share a value: each of them names it.
fn first_of<'p>(problem: &'p Problem, with: &'p [EmployeeId]) -> &'p EmployeeId {
    let first = with.iter().min();
    first.map_or(&problem.employee_id, |first| first.min(&problem.employee_id))
}

impl Survey<'_> {
    /// Reports the plan's problems, except those that other findings cover in more detail.
    pub(super) fn report_problems(&mut self) {
        let given_up = self
            .census
            .plan
            .rejected_writes
            .iter()
            .flat_map(|parked| &parked.writes);
        let given_up = given_up
            .filter(|rejected_write| rejected_write.given_up)
            .map(|rejected_write| &rejected_write.problem);
        let problems: Vec<&Problem> = self.census.plan.problems.iter().chain(given_up).collect();
        let mut groups = sharing_groups(&problems);
        for problem in problems {
            let Some(kind) = kind_of(&problem.cause).filter(|_| !self.is_told_as_email(problem)) else {
                continue;
            };
            let people = match &problem.cause {
                Cause::Disputed { with, .. } => {
                    let Some(group) = groups.remove(&(kind, first_of(problem, with))) else {
                        continue;
                    };
                    self.sharing(kind, &group, problem)
                }
                _ => vec![self.concerned(problem)],
            };
            self.report(kind, people);
        }
    }

    /// Whether a missing user name is the missing e-mail, which has its own finding: the customer fills in one field,
    /// once.
    fn is_told_as_email(&self, problem: &Problem) -> bool {
        let Cause::NoUserName { source } = &problem.cause else {
            return false;
        };
        let email = self.users().fields.get(&FieldName::email());
        problem.seen.is_none() && email.is_some_and(|mapping| mapping.value.source() == source)
    }

    /// Returns all employees who share a user name or an e-mail.
    fn sharing(&self, kind: Kind, group: &BTreeSet<&EmployeeId>, problem: &Problem) -> Vec<AffectedPerson> {
        let field = match kind {
            Kind::UserNameShared => fields_of(&self.users().user_name),
            _ => self.email_source(),
        };
        let numbers: Vec<_> = group.iter().copied().collect();
        let others = |id: &EmployeeId| match Cause::disputed("", &numbers, id) {
            Cause::Disputed { with, more, .. } => format!("shares it with {}", joined(&with, more)),
            _ => String::new(),
        };
        let members = group.iter().map(|id| {
            self.known(id)
                .with(field.as_str(), problem.seen.as_deref())
                .noting(others(id))
        });
        members.collect()
    }

    /// Returns the employee with this number.
    fn known(&self, id: &EmployeeId) -> AffectedPerson {
        let organisation = &self.census.organisation;
        let employee = organisation
            .position(id)
            .and_then(|position| organisation.employee(position));
        match employee {
            Some(employee) => AffectedPerson::employee(employee),
            None => AffectedPerson {
                employee_id: Some(id.clone()),
                ..AffectedPerson::named(format!("employee {id}"))
            },
        }
    }

    fn concerned(&self, problem: &Problem) -> AffectedPerson {
        let (field, note) = self.field_and_note(&problem.cause);
        let user_name = self.census.accounts.link(&problem.employee_id);
        AffectedPerson {
            employee_id: Some(problem.employee_id.clone()),
            user_name: user_name.map(|person| person.user_name.clone()),
            person: problem.person.clone(),
            field,
            seen: seen(problem),
            note,
        }
    }

    /// Returns the field concerned, and further information.
    fn field_and_note(&self, cause: &Cause) -> (Option<String>, String) {
        let named = |what: &str| match what {
            "user name" | "user_name" => fields_of(&self.users().user_name),
            "e-mail" => self.email_source(),
            field => field
                .parse()
                .map_or_else(|_| field.to_owned(), |field| self.source_of(&field)),
        };
        match cause {
            Cause::NoUserName { .. } | Cause::UserNameChanged => (Some(named("user name")), String::new()),
            Cause::RequiredField { field, expected, .. } | Cause::InvalidValue { field, expected, .. } => {
                (Some(self.source_of(field)), format!("{field} should be {expected}"))
            }
            Cause::InvalidDate { field } => (Some(field.clone()), "should be a date (yyyy-mm-dd)".to_owned()),
            Cause::InvisibleCharacters { field } => {
                (Some(field.clone()), "should have no invisible characters".to_owned())
            }
            Cause::UnknownStatus => (Some("status".to_owned()), String::new()),
            Cause::ActiveAfterLastDay { last_day } => {
                (Some("terminationDate, status".to_owned()), works_there_again(*last_day))
            }
            Cause::ExpressionFailed { what, message } => (Some(what.clone()), message.clone()),
            Cause::Disputed { what, .. } => (Some(named(what)), String::new()),
            Cause::Taken { what, by } => (
                Some(named(what)),
                by.as_ref().map_or_else(
                    || "of an account that is no employee's".to_owned(),
                    |by| format!("of employee {by}"),
                ),
            ),
            Cause::FormerEmployee { former } => (None, format!("as former employee {former}")),
            Cause::Rekeyed { former } => (None, format!("instead of {former}")),
            Cause::ManagerNotSet { .. } => (Some(MANAGER_ID.to_owned()), String::new()),
            Cause::RefusedField { field, reason } => (Some(named(field)), format!("{field} {reason}")),
            Cause::RefusedPerson { reason } => (None, reason.clone()),
            Cause::SeveralAccounts
            | Cause::UnusableAccount
            | Cause::DeactivatedByHand
            | Cause::AccountMissing
            | Cause::AccountExists
            | Cause::NotStored
            | Cause::NotAnswered => (None, String::new()),
            Cause::UnusableRecord { why } => (None, why.to_string()),
        }
    }
}

/// Returns the value concerned: for a manager, the number in the record.
fn seen(problem: &Problem) -> Option<String> {
    match &problem.cause {
        Cause::ManagerNotSet { manager, .. } => manager.clone().or_else(|| problem.seen.clone()),
        _ => problem.seen.clone(),
    }
}

/// Returns none for causes with their own findings (e-mails, loops of managers), and for those that only a write brings
/// about.
fn kind_of(cause: &Cause) -> Option<Kind> {
    Some(match cause {
        Cause::RequiredField { field, .. } if field.is_email() => return None,
        Cause::NotAnswered | Cause::AccountExists | Cause::NotStored => return None,
        Cause::UnusableRecord { .. } => Kind::RecordUnusable,
        Cause::ManagerNotSet { why, .. } => kind_of_manager(*why)?,
        Cause::NoUserName { .. } => Kind::UserNameUnusable,
        Cause::RequiredField { .. } => Kind::RequiredValueMissing,
        Cause::InvalidValue { .. } => Kind::ValueUnusable,
        Cause::InvalidDate { .. } => Kind::DateUnreadable,
        Cause::InvisibleCharacters { .. } => Kind::InvisibleCharacters,
        Cause::UnknownStatus => Kind::StatusUnknown,
        Cause::ActiveAfterLastDay { .. } => Kind::ActiveAfterLastDay,
        Cause::ExpressionFailed { .. } => Kind::RuleFails,
        Cause::Disputed { what, .. } if what == "user name" => Kind::UserNameShared,
        Cause::Disputed { .. } => Kind::EmailShared,
        Cause::Taken { .. } => Kind::NameTaken,
        Cause::FormerEmployee { .. } => Kind::FormerEmployee,
        Cause::Rekeyed { .. } => Kind::Rekeyed,
        Cause::SeveralAccounts => Kind::SeveralAccounts,
        Cause::UnusableAccount => Kind::AccountUnusable,
        Cause::DeactivatedByHand => Kind::DeactivatedByHand,
        Cause::UserNameChanged => Kind::UserNameChanged,
        Cause::AccountMissing => Kind::AccountMissing,
        Cause::RefusedField { .. } => Kind::ValueRefused,
        Cause::RefusedPerson { .. } => Kind::PersonRefused,
    })
}

const fn kind_of_manager(why: ManagerProblem) -> Option<Kind> {
    match why {
        ManagerProblem::Loop => None,
        ManagerProblem::Unknown => Some(Kind::ManagerUnknown),
        ManagerProblem::Left => Some(Kind::ManagerLeft),
        ManagerProblem::OutOfScope => Some(Kind::ManagerOutOfScope),
        ManagerProblem::StartsLater => Some(Kind::ManagerStartsLater),
        ManagerProblem::NoEmail => Some(Kind::ManagerWithoutEmail),
        ManagerProblem::Oneself => Some(Kind::ManagerOneself),
    }
}
