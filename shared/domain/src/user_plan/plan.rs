//! A plan: what to do about whom, why, and how the people who were read divide.

use std::fmt;

use jiff::Timestamp;

use super::HeldRemoval;
use crate::identity::EmployeeId;
use crate::person::{FormerName, LastChange, Person};
use crate::problem::Problem;
use crate::user::{NewUser, UserChange};

/// What to do, in order, and what is in the way.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserPlan {
    /// Ordered: what frees a name or an e-mail before what takes it, managers before their reports.
    pub actions: Vec<Action>,
    /// Removals beyond the customer's limits: they wait.
    pub held: Vec<HeldRemoval>,
    /// One line each for the customer's worklist.
    pub problems: Vec<Problem>,
    /// How the people who were read divide.
    pub counts: PlanCounts,
    /// People without a link about whom something is unclear: each may have an account all the same.
    pub unlinked: usize,
}

/// How the people who were read divide: each is in exactly one of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlanCounts {
    /// Employees read.
    pub read: usize,
    /// Who no longer work there.
    pub leavers: usize,
    /// Who start too far in the future.
    pub starting_later: usize,
    /// Whom the filter does not admit, or whose account is protected.
    pub excluded: usize,
    /// About whom nothing can be decided.
    pub undecided: usize,
    /// Who should have an account.
    pub in_scope: usize,
    /// Of those, whose account needs nothing.
    pub unchanged: usize,
}

/// One thing to do about one person.
#[derive(Clone, PartialEq)]
pub struct Action {
    /// Whom it is about.
    pub employee_id: EmployeeId,
    /// The person's name as the customer knows it.
    pub person: String,
    /// What to do.
    pub step: Step,
    /// Why; no personal data.
    pub reason: String,
}

/// What to do about one person.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Deactivate the account.
    Deactivate(Person),
    /// Store the link or the mirror; the portal needs nothing.
    Remember(Person),
    /// Change the account: fields, name, reactivation.
    Change {
        /// The link and the mirror before.
        before: Person,
        /// What to write.
        change: UserChange,
    },
    /// Create the account.
    Create(NewUser),
}

impl PlanCounts {
    /// Whether everybody who was read is accounted for.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.read == self.leavers + self.starting_later + self.excluded + self.undecided + self.in_scope
    }
}

impl Action {
    /// The link and the mirror once the step is done.
    #[must_use]
    pub fn person_after(&self, now: Timestamp) -> Person {
        let mut person = match &self.step {
            Step::Remember(person) => return person.clone(),
            Step::Deactivate(person) => Person {
                active: false,
                ..person.clone()
            },
            Step::Change { before, change } => changed(before, change, now),
            Step::Create(user) => Person {
                employee_id: self.employee_id.clone(),
                user_name: user.user_name.clone(),
                former_names: Vec::new(),
                active: true,
                fields: user.fields.clone(),
                last_change: None,
            },
        };
        person.last_change = Some(LastChange {
            at: now,
            reason: self.reason.clone(),
        });
        person
    }
}

fn changed(before: &Person, change: &UserChange, now: Timestamp) -> Person {
    let mut person = before.clone();
    person.active = change.active.unwrap_or(person.active);
    person.fields.0.extend(change.fields.0.clone());
    if let Some(name) = &change.user_name {
        let former = std::mem::replace(&mut person.user_name, name.clone());
        person.former_names.push(FormerName {
            user_name: former,
            until: now,
        });
    }
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
