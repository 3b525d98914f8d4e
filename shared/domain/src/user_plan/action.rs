//! One action on one employee's account, its outcome, and its record.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use super::digest;
use super::drift::differences;
use crate::approvals::{ChangeKind, ChangeMarks, Grounds, ProposedChange};
use crate::identity::{EmployeeId, UserName};
use crate::people::employment::Evidence;
use crate::people::link::{Deactivated, LastChange, Person, PersonChange};
use crate::people::problem::{Cause, Problem};
use crate::people::user::{NewUser, UserChange, UserFields};

/// One action on one employee's account.
#[derive(Clone, PartialEq)]
pub struct Action {
    /// The employee concerned.
    pub employee_id: EmployeeId,
    /// The employee's name as the customer knows it.
    pub person: String,
    /// The write.
    pub step: Step,
    /// Why; no personal data.
    pub reason: String,
    /// Digest of the values of the employee's record, for creates and changes: a refusal stands until it changes.
    pub digest: String,
    /// By what permission a create or a change goes through.
    pub permission: Permission,
}

/// By what permission a create or a change of an account goes through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Permission {
    /// It needs none: no limit counts it.
    #[default]
    NotNeeded,
    /// An operator approved just this.
    Approved,
    /// The change limits admit it; it counts for 24 hours.
    WithinLimit,
    /// An operator agreed to it at this moment, with the configuration.
    Agreed(Timestamp),
}

/// The write of one action.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Deactivate the account, and give up the user name or e-mail that another employee takes over.
    Deactivate {
        /// The link and the mirror before.
        before: Person,
        /// The change to write.
        change: UserChange,
        /// Why.
        evidence: Evidence,
        /// Whether an operator approved it.
        approved: bool,
    },
    /// Give up the user name or the e-mail of an account that is deactivated already: another employee takes it over.
    GiveUp {
        /// The link and the mirror before.
        before: Person,
        /// The change to write.
        change: UserChange,
    },
    /// Store the link or the mirror; the portal needs nothing.
    Remember {
        /// The stored link; none where the account is adopted.
        stored: Option<Person>,
        /// The link with the values that the portal has.
        seen: Box<Person>,
    },
    /// Change the account: fields, name, reactivation.
    Change {
        /// The link and the mirror before.
        before: Person,
        /// The change to write.
        change: UserChange,
    },
    /// Create the account.
    Create(NewUser),
}

impl Action {
    /// The link and the mirror once the step is done.
    #[must_use]
    pub fn person_after(&self, now: Timestamp) -> Person {
        let mut person = match &self.step {
            Step::Remember { seen, .. } => return seen.as_ref().clone(),
            Step::Deactivate {
                before,
                change,
                evidence,
                approved,
            } => Person {
                removed: Some(Deactivated {
                    at: now,
                    evidence: evidence.clone(),
                    approved: *approved,
                }),
                ..changed(before, change, now)
            },
            Step::GiveUp { before, change } | Step::Change { before, change } => changed(before, change, now),
            Step::Create(user) => Person {
                employee_id: self.employee_id.clone(),
                user_name: user.user_name.clone(),
                former_names: Vec::new(),
                active: true,
                fields: user.fields.clone(),
                last_change: None,
                removed: None,
                marks: ChangeMarks::default(),
                rewrites: BTreeMap::new(),
            },
        };
        person.last_change = Some(LastChange {
            at: now,
            reason: self.reason.clone(),
            linked_by_hand: false,
        });
        self.mark(&mut person.marks, now);
        person
    }

    /// Notes by what permission the account was changed, for the change limits of later runs.
    fn mark(&self, marks: &mut ChangeMarks, now: Timestamp) {
        let Some(kind) = self.grounds().as_ref().and_then(Grounds::change) else {
            return;
        };
        match self.permission {
            Permission::NotNeeded | Permission::Approved => {}
            Permission::WithinLimit => *marks.unapproved.get_mut(kind) = Some(now),
            Permission::Agreed(at) => *marks.agreed.get_mut(kind) = Some(at),
        }
    }

    /// Returns its effect and evidence, as an operator decides about them; none for actions that no limit counts.
    #[must_use]
    pub fn grounds(&self) -> Option<Grounds> {
        Some(match &self.step {
            Step::Deactivate { evidence, .. } => Grounds::Deactivation(evidence.clone()),
            Step::Create(_) => ProposedChange::Create.into(),
            Step::Change { change, .. } => change.proposed().into(),
            Step::GiveUp { .. } | Step::Remember { .. } => return None,
        })
    }

    /// The kind of change that the change limits count; none for what they do not.
    #[must_use]
    pub fn change_kind(&self) -> Option<ChangeKind> {
        self.grounds().as_ref().and_then(Grounds::change)
    }

    /// Whether an operator approved just this.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        match self.step {
            Step::Deactivate { approved, .. } => approved,
            _ => self.permission == Permission::Approved,
        }
    }

    /// Whether this step gives the employee this user name: results may wait for it.
    #[must_use]
    pub fn brings_user_name(&self, user_name: &UserName) -> bool {
        match &self.step {
            Step::Create(_) | Step::Remember { stored: None, .. } => true,
            Step::Remember {
                stored: Some(before), ..
            }
            | Step::Change { before, .. } => before.user_name != *user_name,
            Step::Deactivate { .. } | Step::GiveUp { .. } => false,
        }
    }

    /// Returns the record of the step's changes, field by field.
    #[must_use]
    pub fn change(&self, now: Timestamp) -> PersonChange {
        let before = match &self.step {
            Step::Remember { stored, .. } => stored.as_ref(),
            Step::Deactivate { before, .. } | Step::GiveUp { before, .. } | Step::Change { before, .. } => Some(before),
            Step::Create(_) => None,
        };
        PersonChange {
            employee_id: self.employee_id.clone(),
            at: now,
            reason: self.reason.clone(),
            fields: differences(before, &self.person_after(now)),
        }
    }

    /// Returns a line of the worklist about this employee.
    #[must_use]
    pub fn problem(&self, cause: Cause, seen: Option<String>) -> Problem {
        Problem::new(self.employee_id.clone(), &self.person, cause, seen)
    }

    /// The fields that the step writes.
    #[must_use]
    pub fn fields(&self) -> Option<&UserFields> {
        match &self.step {
            Step::Create(user) => Some(&user.fields),
            Step::Change { change, .. } | Step::Deactivate { change, .. } | Step::GiveUp { change, .. } => {
                Some(&change.fields)
            }
            Step::Remember { .. } => None,
        }
    }
}

impl UserChange {
    /// Returns the kind of a change of an account: the strongest of its parts.
    fn proposed(&self) -> ProposedChange {
        match (self.active, &self.user_name) {
            (Some(true), _) => ProposedChange::Reactivate,
            (_, Some(to)) => ProposedChange::Rename { to: to.clone() },
            (_, None) => ProposedChange::Update {
                fields: self.fields.0.keys().cloned().collect(),
                digest: digest::of_fields(&self.fields),
            },
        }
    }
}

fn changed(before: &Person, change: &UserChange, now: Timestamp) -> Person {
    let mut person = match &change.user_name {
        Some(name) => before.renamed(name, now),
        None => before.clone(),
    };
    person.active = change.active.unwrap_or(person.active);
    person.fields.0.extend(change.fields.0.clone());
    person
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Action")
            .field("employee_id", &self.employee_id)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}
