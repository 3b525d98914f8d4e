//! What a plan says about one person, made from a look at them and at the few others who matter to them.
//!
//! The planner is the one that plans for everybody. What it cannot see from a few records stands as the last run left it: a removal
//! that is held stays held, since a run sees how many others would go, and what a run saw in the whole portal stays in the way.

use super::disputes::Unique;
use super::names::takes;
use super::{
    Action, LostSource, PendingApproval, Permission, PlanCounts, PlanInput, Step, UserPlan, digest, plan_users,
    setbacks,
};
use crate::approvals::{Decision, Matter, PendingAction};
use crate::configuration::EmptyMode;
use crate::identity::EmployeeId;
use crate::people::mapping;
use crate::people::problem::{Cause, Problem};
use crate::people::rejected_writes::{RejectedPart, RejectedWrite, RejectedWrites};
use crate::people::user::{FieldName, UserChange};

/// What is to be done about one person, and what is in the way.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonPlan {
    /// Who.
    pub employee_id: EmployeeId,
    /// The part of the plan that is about them. It counts nobody, and measures no read.
    pub plan: UserPlan,
    /// Whose accounts have to give a user name or an e-mail up before this person's can take it. A run sees to it in order; until
    /// then nothing is done about this person.
    pub waits_for: Vec<EmployeeId>,
    /// Fields that would be emptied, and are not: the last run found that many people lost a field at once.
    pub kept_full: Vec<FieldName>,
}

/// What the last run left that a look at a few people cannot find anew.
#[derive(Debug, Clone, Copy, Default)]
pub struct LastRun<'a> {
    /// What waits for approval.
    pub held: &'a [PendingAction],
    /// Whether it held fields that many people had lost at once.
    pub holds_fields: bool,
}

/// What is done next about somebody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NextAction<'p> {
    /// The account is created, changed, reactivated or deactivated, or its link stored.
    Act(&'p Step),
    /// What is next waits for approval.
    Held(&'p PendingApproval),
    /// An operator rejected what is next.
    Kept,
    /// Others have to give up first what they take.
    Waits(&'p [EmployeeId]),
    /// Nothing is done while fields are lost that decide who has an account.
    Suspended(&'p [LostSource]),
    /// Nothing can be done until this is mended.
    SetAside(&'p Problem),
    /// Nothing is to be done.
    Nothing,
}

/// Plans for everybody who was looked at, and keeps what is about this person. `situation` holds the person, whoever has or
/// wants what they would have, and of the portal the accounts that may be theirs.
#[must_use]
pub fn plan_person(situation: &PlanInput<'_>, employee: &EmployeeId, standing: LastRun<'_>) -> PersonPlan {
    let whole = plan_users(situation);
    let waits_for = givers_to(&whole, employee);
    let mut person = PersonPlan {
        employee_id: employee.clone(),
        plan: about(whole, employee),
        waits_for,
        kept_full: Vec::new(),
    };
    let mut decisions = situation.brakes.decisions.iter();
    person.keep_held(
        standing.held,
        decisions.find(|decision| decision.about() == (employee, Matter::Account)),
    );
    person.leave_out_what_a_run_saw(situation);
    if standing.holds_fields {
        person.keep_fields_full(situation);
    }
    if !person.waits_for.is_empty() {
        person.plan.actions.clear();
    }
    person
}

impl PersonPlan {
    /// What is done next; the write, where something is also to be remembered.
    #[must_use]
    pub fn next(&self) -> NextAction<'_> {
        let mut actions = self.plan.actions.iter();
        let write = actions
            .clone()
            .find(|action| !matches!(action.step, Step::Remember { .. }));
        let problem = || self.plan.problems.iter().find(|problem| problem.cause.blocks_person());
        if let Some(held) = self.plan.held.first() {
            NextAction::Held(held)
        } else if !self.waits_for.is_empty() {
            NextAction::Waits(&self.waits_for)
        } else if let Some(action) = write.or_else(|| actions.next()) {
            NextAction::Act(&action.step)
        } else if !self.plan.kept.is_empty() {
            NextAction::Kept
        } else if !self.plan.suspended.is_empty() {
            NextAction::Suspended(&self.plan.lost_sources)
        } else if let Some(problem) = problem() {
            NextAction::SetAside(problem)
        } else {
            NextAction::Nothing
        }
    }

    /// A run that sees everybody has held it, and nobody has decided: one by one they would all slip through.
    fn keep_held(&mut self, held: &[PendingAction], decided: Option<&Decision>) {
        let Some(standing) = held.iter().find(|held| held.employee_id == self.employee_id) else {
            return;
        };
        // Only a run sees a record of another number: an approval that was given before it was there does not count.
        let is_same_person = standing.because.is_same_person();
        let was_shown = is_same_person && decided.is_some_and(|decision| decision.because == standing.because);
        let is_held = |action: &Action| {
            let is_approved = match action.step {
                Step::Deactivate { approved, .. } => approved,
                _ => matches!(action.permission, Permission::Approved | Permission::Agreed(_)),
            };
            let is_the_same = action.grounds().as_ref() == Some(&standing.evidence);
            is_the_same
                && *action.step.user_name() == standing.user_name
                && (!is_approved || (is_same_person && !was_shown))
        };
        let (waiting, rest) = std::mem::take(&mut self.plan.actions).into_iter().partition(is_held);
        let waiting: Vec<_> = waiting;
        self.plan.actions = rest;
        self.plan.held.extend(waiting.into_iter().map(|action| PendingApproval {
            action: action.not_yet(),
            evidence: standing.evidence.clone(),
            because: standing.because,
            waits_with: standing.waits_with.clone(),
        }));
    }

    /// What a run that read the whole portal saw to be in the way, and a look at a few accounts cannot see.
    fn leave_out_what_a_run_saw(&mut self, situation: &PlanInput<'_>) {
        let parked = situation
            .parked
            .iter()
            .find(|parked| parked.employee_id == self.employee_id);
        for setback in parked.into_iter().flat_map(|parked| &parked.setbacks) {
            if !is_seen_in_whole_portal_alone(setback) || !self.is_about_the_same(setback, situation) {
                continue;
            }
            self.plan
                .problems
                .retain(|problem| problem.cause != setback.problem.cause);
            self.plan.problems.push(setback.problem.clone());
            self.plan.actions.retain_mut(|action| match &setback.what {
                RejectedPart::Person => false,
                what if setbacks::digest_of(action, what).is_some() => action.step.leave_out(what),
                _ => true,
            });
            self.keep_parked(setback.clone());
        }
    }

    /// It is not forgotten by whoever carries this out.
    fn keep_parked(&mut self, setback: RejectedWrite) {
        self.plan.forgotten.clear();
        match self.plan.parked.first_mut() {
            Some(parked) if parked.setbacks.contains(&setback) => {}
            Some(parked) => parked.setbacks.push(setback),
            None => self.plan.parked.push(RejectedWrites {
                employee_id: self.employee_id.clone(),
                setbacks: vec![setback],
            }),
        }
    }

    /// Whether what is to be written is what was in the way then.
    fn is_about_the_same(&self, setback: &RejectedWrite, situation: &PlanInput<'_>) -> bool {
        let mut actions = self.plan.actions.iter();
        match &setback.what {
            // An account that is only adopted has no digest of its own.
            RejectedPart::Person => mapped_digest(situation, &self.employee_id).as_ref() == Some(&setback.digest),
            what => actions.any(|action| setbacks::digest_of(action, what).as_ref() == Some(&setback.digest)),
        }
    }

    /// Leaves out what would empty a field of the account.
    fn keep_fields_full(&mut self, situation: &PlanInput<'_>) {
        let mappings = &situation.configuration.users.fields;
        let mut kept = Vec::new();
        self.plan.actions.retain_mut(|action| {
            let Step::Change { before, change } = &action.step else {
                return true;
            };
            let loss = |(field, value): (&FieldName, &String)| {
                let mapping = mappings.get(field)?;
                let falls_back = mapping.default.as_ref() == Some(value);
                let is_emptied = (value.is_empty() && mapping.empty == EmptyMode::Clear) || falls_back;
                let had = before.fields.0.get(field).is_some_and(|had| !had.is_empty());
                (is_emptied && had).then(|| field.clone())
            };
            let emptied: Vec<_> = change.fields.0.iter().filter_map(loss).collect();
            for field in &emptied {
                if let Step::Change { change, .. } = &mut action.step {
                    change.fields.0.remove(field);
                }
            }
            kept.extend(emptied);
            !matches!(&action.step, Step::Change { change, .. } if *change == UserChange::default())
        });
        self.kept_full = kept;
    }
}

/// Several accounts, or one that is nobody's, found in the list of all of them.
fn is_seen_in_whole_portal_alone(setback: &RejectedWrite) -> bool {
    matches!(
        setback.problem.cause,
        Cause::SeveralAccounts | Cause::Taken { by: None, .. }
    )
}

/// The digest of everything that the person's record says; none where it cannot be told.
fn mapped_digest(situation: &PlanInput<'_>, employee: &EmployeeId) -> Option<String> {
    let users = &situation.configuration.users;
    let roster = situation.roster;
    let record = |id: &str| roster.employees.iter().find(|record| record.id().as_str() == id);
    let person = record(employee.as_str())?;
    let manager = person.manager_id().and_then(|manager| record(&manager));
    let evaluator = situation.evaluator();
    let scope = evaluator.scope(person, manager);
    let user = mapping::map_user(users, person, &scope).ok()?;
    Some(digest::of_user(&user))
}

/// Those whose accounts give up in this plan what this person's takes.
fn givers_to(plan: &UserPlan, employee: &EmployeeId) -> Vec<EmployeeId> {
    let (own, others): (Vec<_>, Vec<_>) = plan.actions.iter().partition(|action| action.employee_id == *employee);
    let mut givers: Vec<_> = others
        .into_iter()
        .filter(|other| {
            Unique::BOTH.into_iter().any(|what| {
                let given = given_up(&other.step, what);
                given.is_some() && own.iter().any(|own| takes(own, what) == given)
            })
        })
        .map(|other| other.employee_id.clone())
        .collect();
    givers.sort();
    givers.dedup();
    givers
}

/// What the step lets somebody else have.
fn given_up(step: &Step, what: Unique) -> Option<String> {
    let (before, change) = match step {
        Step::Deactivate { before, change, .. } | Step::GiveUp { before, change } | Step::Change { before, change } => {
            (before, change)
        }
        Step::Create(_) | Step::Remember { .. } => return None,
    };
    let is_changed = match what {
        Unique::UserName => change.user_name.is_some(),
        Unique::Email => change.fields.0.contains_key(&FieldName::email()),
    };
    is_changed.then(|| before.unique(what)).flatten()
}

fn about(plan: UserPlan, employee: &EmployeeId) -> UserPlan {
    let mut plan = plan;
    plan.actions.retain(|action| action.employee_id == *employee);
    plan.held.retain(|held| held.action.employee_id == *employee);
    plan.kept.retain(|kept| kept.employee_id == *employee);
    plan.suspended.retain(|suspended| suspended == employee);
    plan.decisions_over.retain(|decision| decision.employee_id == *employee);
    plan.problems.retain(|problem| problem.employee_id == *employee);
    plan.drift.retain(|drift| drift.employee_id == *employee);
    plan.parked.retain(|parked| parked.employee_id == *employee);
    plan.resting.retain(|refusal| refusal.problem.employee_id == *employee);
    plan.last_days.seen.retain(|seen| seen.employee_id == *employee);
    plan.last_days.forgotten.retain(|forgotten| forgotten == employee);
    plan.forgotten.retain(|forgotten| forgotten == employee);
    plan.counts = PlanCounts::default();
    plan.removals.clear();
    plan.good_read = None;
    plan.unlinked = 0;
    plan
}
