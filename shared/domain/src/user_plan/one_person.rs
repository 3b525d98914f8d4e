//! The plan for one employee, made from the records of that employee and of the few others that matter.
//!
//! It uses the planner of whole runs. Facts that a few records cannot show stay as the last run left them: a held
//! deactivation stays held, since only a run knows how many others there would be, and obstacles that a run saw in the
//! whole portal remain.

use super::names::takes;
use super::unique::Unique;
use super::{
    Action, LostSource, PendingApproval, Permission, PlanCounts, PlanInput, Step, UserPlan, backing_off, digest,
    plan_users,
};
use crate::approvals::{Decision, Matter, PendingAction};
use crate::identity::EmployeeId;
use crate::people::mapping;
use crate::people::problem::{Cause, Problem};
use crate::people::rejected_writes::{RejectedPart, RejectedWrite, RejectedWrites};
use crate::people::user::FieldName;

/// The planned actions on one employee's account, and the obstacles.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonPlan {
    /// Who.
    pub employee_id: EmployeeId,
    /// The part of the plan that concerns this employee, without counts and without a baseline read.
    pub plan: UserPlan,
    /// The employees whose accounts have to give up a user name or an e-mail before this employee's can take it. A run
    /// makes these writes in order; until then this employee's account is left alone.
    pub waits_for: Vec<EmployeeId>,
}

/// The next action on one employee's account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NextAction<'p> {
    /// The account is created, changed, reactivated or deactivated, or its link stored.
    Act(&'p Step),
    /// The next action waits for approval.
    Held(&'p PendingApproval),
    /// An operator rejected the next action.
    Kept,
    /// Other accounts have to give up first the user name or e-mail that this one takes.
    Waits(&'p [EmployeeId]),
    /// Nothing is done while fields are lost that decide who has an account.
    Suspended(&'p [LostSource]),
    /// Nothing can be done until this is mended.
    SetAside(&'p Problem),
    /// Nothing is to be done.
    Nothing,
}

/// Plans for all employees in `input`, and keeps the part about this one. `input` contains this employee, those
/// who have or claim the same user name or e-mail, and the portal's accounts that may be this employee's; `held` are the
/// pending approvals of the last run.
#[must_use]
pub fn plan_person(input: &PlanInput<'_>, employee: &EmployeeId, held: &[PendingAction]) -> PersonPlan {
    let whole = plan_users(input);
    let waits_for = givers_to(&whole, employee);
    let mut person = PersonPlan {
        employee_id: employee.clone(),
        plan: about(whole, employee),
        waits_for,
    };
    let mut decisions = input.limit_input.decisions.iter();
    person.keep_held(
        held,
        decisions.find(|decision| decision.about() == (employee, Matter::Account)),
    );
    person.leave_out_what_a_run_saw(input);
    if !person.waits_for.is_empty() {
        person.plan.actions.clear();
    }
    person
}

impl PersonPlan {
    /// Returns the next action: a write before a link that is only to be stored.
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

    /// Keeps an undecided action pending that a whole run has held: one by one, all of them would bypass the limit.
    fn keep_held(&mut self, held: &[PendingAction], decided: Option<&Decision>) {
        let Some(standing) = held.iter().find(|held| held.employee_id == self.employee_id) else {
            return;
        };
        // Only a run sees a record of another number: an approval that was given before it was there does not count.
        let is_same_person = standing.hold_reason.is_same_person();
        let was_shown = is_same_person && decided.is_some_and(|decision| decision.hold_reason == standing.hold_reason);
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
            hold_reason: standing.hold_reason,
            waits_with: standing.waits_with.clone(),
        }));
    }

    /// Leaves out actions with an obstacle that only a read of the whole portal can show.
    fn leave_out_what_a_run_saw(&mut self, input: &PlanInput<'_>) {
        let parked = input
            .rejected_writes
            .iter()
            .find(|parked| parked.employee_id == self.employee_id);
        for rejected_write in parked.into_iter().flat_map(|parked| &parked.writes) {
            if !is_seen_in_whole_portal_alone(rejected_write) || !self.is_about_the_same(rejected_write, input) {
                continue;
            }
            self.plan
                .problems
                .retain(|problem| problem.cause != rejected_write.problem.cause);
            self.plan.problems.push(rejected_write.problem.clone());
            self.plan.actions.retain_mut(|action| match &rejected_write.what {
                RejectedPart::Person => false,
                what if backing_off::digest_of(action, what).is_some() => action.step.leave_out(what),
                _ => true,
            });
            self.keep_parked(rejected_write.clone());
        }
    }

    /// Keeps the rejected write stored when this plan is carried out.
    fn keep_parked(&mut self, rejected_write: RejectedWrite) {
        self.plan.forgotten.clear();
        match self.plan.rejected_writes.first_mut() {
            Some(parked) if parked.writes.contains(&rejected_write) => {}
            Some(parked) => parked.writes.push(rejected_write),
            None => self.plan.rejected_writes.push(RejectedWrites {
                employee_id: self.employee_id.clone(),
                writes: vec![rejected_write],
            }),
        }
    }

    /// Whether the planned write is the one that the rejected write is about.
    fn is_about_the_same(&self, rejected_write: &RejectedWrite, input: &PlanInput<'_>) -> bool {
        let mut actions = self.plan.actions.iter();
        match &rejected_write.what {
            // An account that is only adopted has no digest of its own.
            RejectedPart::Person => mapped_digest(input, &self.employee_id).as_ref() == Some(&rejected_write.digest),
            what => actions.any(|action| backing_off::digest_of(action, what).as_ref() == Some(&rejected_write.digest)),
        }
    }
}

/// Whether only the list of all accounts can show the obstacle: several matching accounts, one that cannot be read, or one without
/// an employee.
fn is_seen_in_whole_portal_alone(rejected_write: &RejectedWrite) -> bool {
    matches!(
        rejected_write.problem.cause,
        Cause::SeveralAccounts | Cause::UnusableAccount | Cause::Taken { by: None, .. }
    )
}

/// Returns the digest of all mapped values of the employee; none where the record cannot be mapped.
fn mapped_digest(input: &PlanInput<'_>, employee: &EmployeeId) -> Option<String> {
    let users = &input.configuration.users;
    let roster = input.roster;
    let record = |id: &str| roster.employees.iter().find(|record| record.id().as_str() == id);
    let person = record(employee.as_str())?;
    let manager = person.manager_id().and_then(|manager| record(&manager));
    let evaluator = input.evaluator();
    let scope = evaluator.scope(person, manager);
    let user = mapping::map_user(users, person, &scope).ok()?;
    Some(digest::of_user(&user))
}

/// Returns the employees whose accounts give up in this plan a value that this employee's takes.
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

/// Returns the value that the step frees for another account.
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
    plan.rejected_writes.retain(|parked| parked.employee_id == *employee);
    plan.resting.retain(|refusal| refusal.problem.employee_id == *employee);
    plan.last_days.seen.retain(|seen| seen.employee_id == *employee);
    plan.last_days.forgotten.retain(|forgotten| forgotten == employee);
    plan.forgotten.retain(|forgotten| forgotten == employee);
    plan.counts = PlanCounts::default();
    plan.deactivations.clear();
    plan.good_read = None;
    plan.unlinked = 0;
    plan
}
