//! A plan: what to do about whom, why, and how the people who were read divide.

use std::fmt;

use jiff::Timestamp;

use super::{HeldRemoval, PlanCounts};
use crate::employment::Evidence;
use crate::identity::EmployeeId;
use crate::parking::{Parked, Refusal, Refused};
use crate::person::{FieldChange, FormerName, LastChange, Person, PersonChange};
use crate::problem::{Cause, Problem};
use crate::user::{NewUser, UserChange, UserFields};

/// What to do, in order, and what is in the way.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserPlan {
    /// Ordered: what frees a name or an e-mail before what takes it, managers before their reports.
    pub actions: Vec<Action>,
    /// Removals beyond the customer's limits, and those whose evidence was not confirmed: they wait.
    pub held: Vec<HeldRemoval>,
    /// The evidence of every deactivation among the actions.
    pub removals: Vec<Evidence>,
    /// One line each for the customer's worklist.
    pub problems: Vec<Problem>,
    /// What somebody else has changed in the portal since we last wrote or looked.
    pub drift: Vec<Drift>,
    /// How the people who were read divide.
    pub counts: PlanCounts,
    /// People without a link about whom something is unclear: each may have an account all the same.
    pub unlinked: usize,
    /// What has been refused and still is to be written: it rests, or is tried again by an action.
    pub parked: Vec<Parked>,
    /// What a run that read the portal saw to be in the way: left alone by those that do not read it.
    pub resting: Vec<Refusal>,
    /// Employees about whom nothing is refused any more.
    pub forgotten: Vec<EmployeeId>,
}

/// A value of an account that is not what was last written or seen.
#[derive(Clone, PartialEq, Eq)]
pub struct Drift {
    /// Whose account.
    pub employee_id: EmployeeId,
    /// The person's name as the customer knows it.
    pub person: String,
    /// The portal's field, or `active`.
    pub field: String,
    /// What was last written or seen.
    pub stored: String,
    /// What the portal has now.
    pub seen: String,
    /// Whether this run writes over it.
    pub overwritten: bool,
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
    /// Digest of what the person's record says, for creates and changes: a refusal stands until it is another.
    pub digest: String,
}

/// What to do about one person.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Deactivate the account, and give up what somebody else takes over.
    Deactivate {
        /// The link and the mirror before.
        before: Person,
        /// What to write.
        change: UserChange,
    },
    /// Give up the user name or the e-mail of an account that is deactivated already: somebody else takes it over.
    GiveUp {
        /// The link and the mirror before.
        before: Person,
        /// What to write.
        change: UserChange,
    },
    /// Store the link or the mirror; the portal needs nothing.
    Remember {
        /// What the table holds; none where the account is adopted.
        stored: Option<Person>,
        /// What the portal has.
        seen: Person,
    },
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

impl UserPlan {
    /// Notes that something is in the way of a person, as only a run that reads the portal can see.
    pub(super) fn rest(&mut self, what: Refused, digest: String, problem: Problem) {
        if problem.cause.needs_verifying() {
            self.resting.push(Refusal { what, digest, problem });
        }
    }

    /// Counts the actions and what is held by the part of the people they are of.
    pub(super) fn count_actions(&mut self) {
        let counts = &mut self.counts;
        for action in &self.actions {
            match &action.step {
                Step::Create(_) => counts.to_create += 1,
                Step::Change { .. } => counts.to_change += 1,
                Step::Deactivate { .. } | Step::GiveUp { .. } | Step::Remember { .. } => {}
            }
        }
        for evidence in &self.removals {
            *counts.removals_of(evidence).0 += 1;
        }
        for held in &self.held {
            *counts.removals_of(&held.evidence).1 += 1;
        }
    }
}

impl PlanCounts {
    /// Where deactivations with this evidence are counted: those to be made, those held.
    fn removals_of(&mut self, evidence: &Evidence) -> (&mut usize, &mut usize) {
        match evidence {
            Evidence::Terminated | Evidence::Ended { .. } => (&mut self.leavers_to_deactivate, &mut self.leavers_held),
            Evidence::Vanished => (&mut self.missing_to_deactivate, &mut self.missing_held),
            Evidence::OutOfScope => (&mut self.excluded_to_deactivate, &mut self.excluded_held),
        }
    }
}

impl Drift {
    /// Every difference between what is stored of an account and what the portal has; `change` is what this run writes.
    pub(super) fn between(stored: &Person, seen: &Person, person: &str, change: &UserChange) -> Vec<Self> {
        let fields = differences(Some(stored), seen);
        let is_overwritten = |field: &str| {
            change.fields.0.keys().any(|written| written.as_str() == field)
                || (field == "active" && change.active.is_some())
        };
        let drift = fields.into_iter().map(|FieldChange { field, before, after }| Self {
            employee_id: stored.employee_id.clone(),
            person: person.to_owned(),
            overwritten: is_overwritten(&field),
            field,
            stored: before.unwrap_or_default(),
            seen: after,
        });
        drift.collect()
    }
}

impl Action {
    /// The link and the mirror once the step is done.
    #[must_use]
    pub fn person_after(&self, now: Timestamp) -> Person {
        let mut person = match &self.step {
            Step::Remember { seen, .. } => return seen.clone(),
            Step::Deactivate { before, change } | Step::GiveUp { before, change } | Step::Change { before, change } => {
                changed(before, change, now)
            }
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

    /// What the step changes, field by field, for the person's record.
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

    /// A line of the worklist about this person.
    #[must_use]
    pub fn problem(&self, cause: Cause, seen: Option<String>) -> Problem {
        Problem {
            cause,
            employee_id: self.employee_id.clone(),
            person: self.person.clone(),
            seen,
        }
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

/// Everything in which an account differs from what it was; all of it where it was not known.
fn differences(before: Option<&Person>, after: &Person) -> Vec<FieldChange> {
    let standard = |person: &Person| {
        [
            ("user_name", person.user_name.as_str().to_owned()),
            ("active", person.active.to_string()),
        ]
    };
    let values = |person: &Person| -> Vec<(String, String)> {
        let fields = person.fields.0.iter();
        let fields = fields.map(|(name, value)| (name.to_string(), value.clone()));
        let standard = standard(person).map(|(name, value)| (name.to_owned(), value));
        standard.into_iter().chain(fields).collect()
    };
    let known = before.map(values).unwrap_or_default();
    let value_before = |field: &str| {
        let found = known.iter().find(|(name, _)| name == field);
        found.map(|(_, value)| value.clone())
    };
    values(after)
        .into_iter()
        .map(|(field, after)| FieldChange {
            before: value_before(&field),
            field,
            after,
        })
        .filter(|change| change.before.as_deref().unwrap_or_default() != change.after)
        .collect()
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Action")
            .field("employee_id", &self.employee_id)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drift")
            .field("employee_id", &self.employee_id)
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}
