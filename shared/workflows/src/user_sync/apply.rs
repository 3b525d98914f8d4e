//! Carries out a plan, one employee at a time: each write is saved as soon as the portal has acknowledged it, and a
//! failure for one employee does not stop the others.

use std::collections::{BTreeMap, HashMap};

use habitsync_domain::approvals::{Agreement, ChangeKind, PerChange};
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::failure_rate::fails_too_often;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::people::problem::{Cause, Problem};
use habitsync_domain::people::rejected_writes::{RejectedWrite, RejectedWrites, Rejection};
use habitsync_domain::people::repeated_rejection::RejectionTally;
use habitsync_domain::results::result::ParkedOn;
use habitsync_domain::user_plan::{Action, Permission, Step, UserPlan};
use jiff::{SignedDuration, Timestamp};

use super::Written;
use super::write::{Attempt, UserWriter, WriteObserver, WriteOutcome};
use crate::jobs::outcome::JobFailure;
use crate::jobs::run::note_progress;
use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::lease::SaveFailure;
use crate::ports::people::{SaveLastDay, SavePerson, SaveRejectedWrites};
use crate::ports::results::ReleaseResults;
use crate::ports::runs::SaveJobState;
use crate::ports::stores::WriteStore;
use crate::ports::vendors::{FindUser, SaveUser};

/// The time that is kept free before the deadline: one write, its confirmation, and the run's own record.
const RESERVE: SignedDuration = SignedDuration::from_secs(20);

/// Limit on items that the table refuses in one run. Above it the cause is common to all employees, and the run stops
/// before it writes more to the portal that it cannot store.
const MOST_NOT_STORED: u64 = 5;

/// Progress of carrying out a plan.
pub(crate) struct Applied {
    pub(super) written: Written,
    pub(crate) problems: Vec<Problem>,
    /// Actions that were not come to.
    pub(crate) left: u64,
    /// Employees whose write the portal did not answer. That is the portal's failure; a rejected write is not counted
    /// here.
    pub(super) unanswered: u64,
    /// Number of employees whose item the table refuses.
    not_stored: u64,
    /// Whether the next run must read the portal, because there may be an account that the table does not list.
    pub(crate) must_look: bool,
    /// Whether such an account certainly exists: the run is not finished until it is linked to its employee.
    account_exists: bool,
    /// Changes that an operator agreed to by their number: those that were made, and those that were not.
    agreed_made: PerChange<u64>,
    agreed_failed: PerChange<u64>,
    /// The rejected writes by employee, as of now.
    parked: HashMap<EmployeeId, RejectedWrites>,
    /// Refusals that are new in this run.
    refusals: RejectionTally,
    /// Writes that were tried.
    writes: usize,
    /// Time at which the writes began.
    began: Timestamp,
}

impl Applied {
    pub(super) fn nothing() -> Self {
        Self {
            written: Written::default(),
            problems: Vec::new(),
            left: 0,
            unanswered: 0,
            not_stored: 0,
            must_look: false,
            account_exists: false,
            agreed_made: PerChange::default(),
            agreed_failed: PerChange::default(),
            parked: HashMap::new(),
            refusals: RejectionTally::default(),
            writes: 0,
            began: Timestamp::MIN,
        }
    }

    /// The rejected writes of all employees, as of now.
    pub(super) fn rejected_writes(&self) -> impl Iterator<Item = &RejectedWrite> {
        self.parked.values().flat_map(|parked| &parked.writes)
    }

    pub(super) fn is_finished(&self) -> bool {
        self.left == 0 && !self.account_exists
    }

    /// Returns whether all links and mirrors that were read from the portal are stored by now. They are stored before
    /// any write to the portal.
    pub(super) fn has_remembered(&self, plan: &UserPlan) -> bool {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let mut left = plan.actions.iter().rev().take(left);
        !self.must_look && !left.any(|action| matches!(action.step, Step::Remember { .. }))
    }

    /// Returns whether every action of the plan is accounted for.
    pub(super) fn adds_up(&self, plan: &UserPlan) -> bool {
        u64::try_from(plan.actions.len()) == Ok(self.written.done() + self.written.failed + self.left)
    }
}

/// Carries out the plan's actions in order until `deadline`.
///
/// # Errors
/// Going on is pointless: the credentials are refused, one refusal meets many, most people fail, or the table fails.
pub(crate) async fn apply<P, S, C, W>(
    writing: &UserWriter<'_, P, S, C, W>,
    plan: &UserPlan,
    verified: bool,
    deadline: Timestamp,
    remembered: &mut JobState,
) -> Result<Applied, JobFailure>
where
    P: FindUser + SaveUser,
    S: WriteStore + SaveJobState,
    C: Now,
    W: WriteObserver,
{
    let mut applied = Applied {
        began: writing.clock.now(),
        ..Applied::nothing()
    };
    writing.note_what_rests(plan, &mut applied).await?;
    writing.note_last_days(plan, deadline).await?;
    let planned = plan.actions.iter().filter(|action| is_write(action)).count();
    for (attempted, action) in (1_u64..).zip(&plan.actions) {
        // Leavers come first, and lose their accounts even where the others are refused.
        if !matches!(action.step, Step::Deactivate { .. }) {
            writing.must_not_be_refused_alike(&mut applied, planned).await?;
        }
        let went_on =
            !writing.is_out_of_time(deadline) && writing.carry_out(action.clone(), verified, &mut applied).await?;
        if !went_on {
            applied.left = u64::try_from(plan.actions.len()).unwrap_or(u64::MAX) - (attempted - 1);
            break;
        }
        if applied.written.done() > 0 {
            note_progress(writing.store, Job::UserSync, remembered).await?;
        }
        if fails_too_often(attempted, applied.unanswered) {
            let unanswered = applied.unanswered;
            return Err(JobFailure::NotCredible(format!(
                "Tribal Habits did not answer for {unanswered} of {attempted} people; the rest is left alone"
            )));
        }
    }
    let tried = applied.writes;
    writing.must_not_be_refused_alike(&mut applied, tried).await?;
    Ok(applied)
}

/// Logs an item that the table refuses, which is a failure of its employee alone.
fn log_refused_item(failure: &ServiceFailure) {
    tracing::error!(error = %failure, "the table refuses the item of one employee; the others go on");
}

/// A note about one employee that the table refuses is logged; the note is made anew by the next run.
fn pass_over_refused(saved: Result<(), SaveFailure>) -> Result<(), SaveFailure> {
    match saved {
        Err(SaveFailure::ItemRefused(failure)) => {
            log_refused_item(&failure);
            Ok(())
        }
        saved => saved,
    }
}

/// Returns whether the action needs a write to the portal.
fn is_write(action: &Action) -> bool {
    !matches!(action.step, Step::Remember { .. })
}

impl Applied {
    fn fail(&mut self, action: &Action, cause: Cause) {
        self.unanswered += u64::from(cause == Cause::NotAnswered);
        self.must_look |= matches!(cause, Cause::NotAnswered | Cause::AccountExists | Cause::NotStored);
        self.account_exists |= cause == Cause::AccountExists;
        self.problems.push(action.problem(cause, None));
    }

    fn count_agreed(&mut self, action: &Action, is_made: bool) {
        let kind = action
            .change_kind()
            .filter(|_| matches!(action.permission, Permission::Agreed(_)));
        if let Some(kind) = kind {
            let counts = if is_made {
                &mut self.agreed_made
            } else {
                &mut self.agreed_failed
            };
            *counts.get_mut(kind) += 1;
        }
    }

    /// Returns the remainder of an agreement at the end of the run. Where a fault of the source suspended some changes,
    /// the whole remainder stays.
    pub(super) fn rest_of(&self, agreed: Agreement, plan: &UserPlan) -> Agreement {
        if !plan.suspended.is_empty() || agreed.is_to_any_number() {
            return agreed;
        }
        let mut outstanding = self.agreed_failed;
        let mut before = PerChange::default();
        for kind in ChangeKind::ALL {
            *outstanding.get_mut(kind) += u64::try_from(plan.held_of(kind)).unwrap_or(u64::MAX);
            *before.get_mut(kind) = u64::try_from(*plan.agreed.get(kind)).unwrap_or(u64::MAX);
        }
        agreed.after_run(before, self.agreed_made, outstanding)
    }

    /// Counts refusals as the employee's problem. A write that was refused before and is refused again was reported
    /// already, and stays reported.
    fn tally(&mut self, action: &Action, refusals: &[Rejection]) {
        let known = self.parked.get(&action.employee_id);
        let is_new = |refusal: &&Rejection| !known.is_some_and(|parked| parked.knows(refusal));
        for refusal in refusals.iter().filter(is_new) {
            self.refusals.count(refusal);
        }
    }

    fn count(&mut self, step: &Step) {
        let written = &mut self.written;
        let counter = match step {
            Step::Create(_) => &mut written.created,
            Step::Remember { .. } => &mut written.remembered,
            Step::Deactivate { .. } => &mut written.deactivated,
            Step::GiveUp { .. } => &mut written.gave_up,
            Step::Change { change, .. } if change.active == Some(true) => &mut written.reactivated,
            Step::Change { .. } => &mut written.changed,
        };
        *counter += 1;
    }
}

impl<P, S, C, W> UserWriter<'_, P, S, C, W>
where
    P: FindUser + SaveUser,
    S: SavePerson + SaveRejectedWrites + SaveLastDay + ReleaseResults,
    C: Now,
    W: WriteObserver,
{
    fn is_out_of_time(&self, deadline: Timestamp) -> bool {
        let soon = self.clock.now().saturating_add(RESERVE);
        soon.is_ok_and(|soon| soon >= deadline)
    }

    /// Carries out one action. Returns false where the time or the vendor's patience ran out before the action began.
    async fn carry_out(&self, mut action: Action, verified: bool, applied: &mut Applied) -> Result<bool, JobFailure> {
        let Attempt { done, refusals } = self.attempt(&mut action, verified).await?;
        if done == WriteOutcome::Deferred {
            return Ok(false);
        }
        self.follow.ended(&action, &done);
        applied.count_agreed(&action, done == WriteOutcome::Applied);
        applied.writes += usize::from(is_write(&action));
        applied.tally(&action, &refusals);
        let is_person_refused = matches!(done, WriteOutcome::Failed(_));
        let lines = refusals
            .iter()
            .filter(|_| !is_person_refused)
            .map(|refusal| refusal.problem.clone());
        applied.problems.extend(lines);
        match done {
            WriteOutcome::Applied => match self.remember(&action).await {
                Ok(()) => applied.count(&action.step),
                Err(SaveFailure::ItemRefused(failure)) => {
                    log_refused_item(&failure);
                    applied.not_stored += 1;
                    if applied.not_stored > MOST_NOT_STORED {
                        return Err(failure.into());
                    }
                    applied.written.failed += 1;
                    applied.fail(&action, Cause::NotStored);
                }
                Err(failure) => return Err(failure.into()),
            },
            WriteOutcome::Failed(cause) => {
                applied.written.failed += 1;
                applied.fail(&action, cause);
            }
            WriteOutcome::Rejected | WriteOutcome::Deferred => applied.written.failed += 1,
        }
        self.park(&action, refusals, applied).await?;
        Ok(true)
    }

    async fn remember(&self, action: &Action) -> Result<(), SaveFailure> {
        let now = self.clock.now();
        let person = action.person_after(now);
        self.store.save_person(&person, &action.change(now)).await?;
        if action.brings_user_name(&person.user_name) {
            let parked = ParkedOn::User(person.user_name);
            self.store.release_results(&parked, now).await?;
        }
        Ok(())
    }

    /// Stops the run where one refusal met so many of `writes` writes that it is one mistake. Nothing that was rejected backs
    /// off because of this run: the run after the mend tries all of it.
    async fn must_not_be_refused_alike(&self, applied: &mut Applied, writes: usize) -> Result<(), JobFailure> {
        let Some(repeated) = applied.refusals.repeated(writes) else {
            return Ok(());
        };
        for parked in applied.parked.values() {
            if let Some(left) = parked.after_stop(|rejected_write| repeated.covers(rejected_write), applied.began) {
                pass_over_refused(self.store.save_parked(&left).await)?;
            }
        }
        Err(JobFailure::RefusedAlike(repeated))
    }

    /// Stores the rejected writes of this employee, where they differ from the stored ones.
    async fn park(&self, action: &Action, refusals: Vec<Rejection>, applied: &mut Applied) -> Result<(), JobFailure> {
        let before = applied.parked.get(&action.employee_id);
        let is_write = matches!(action.step, Step::Create(_) | Step::Change { .. });
        if is_write && (before.is_some() || !refusals.is_empty()) {
            let parked = RejectedWrites::after(before, &action.employee_id, refusals, self.clock.now());
            pass_over_refused(self.store.save_parked(&parked).await)?;
            applied.parked.insert(action.employee_id.clone(), parked);
        }
        Ok(())
    }

    /// Stores when last days were first seen, before an account is deactivated because of one. A slice that runs out of
    /// time leaves the rest to the next.
    async fn note_last_days(&self, plan: &UserPlan, deadline: Timestamp) -> Result<(), JobFailure> {
        for seen in &plan.last_days.seen {
            if self.is_out_of_time(deadline) {
                break;
            }
            pass_over_refused(self.store.save_last_day(seen).await)?;
        }
        for employee in &plan.last_days.forgotten {
            pass_over_refused(self.store.forget_last_day(employee).await)?;
        }
        Ok(())
    }

    /// Stores what the planner found to be in the way, and removes what no longer is.
    async fn note_what_rests(&self, plan: &UserPlan, applied: &mut Applied) -> Result<(), JobFailure> {
        let known = plan.rejected_writes.iter();
        applied.parked = known
            .map(|parked| (parked.employee_id.clone(), parked.clone()))
            .collect();
        let mut resting: BTreeMap<&EmployeeId, Vec<Rejection>> = BTreeMap::new();
        for refusal in &plan.resting {
            resting
                .entry(&refusal.problem.employee_id)
                .or_default()
                .push(refusal.clone());
        }
        for (employee_id, refusals) in resting {
            let before = applied.parked.get(employee_id);
            let parked = RejectedWrites::after(before, employee_id, refusals, self.clock.now());
            pass_over_refused(self.store.save_parked(&parked).await)?;
            applied.parked.insert(employee_id.clone(), parked);
        }
        for employee_id in &plan.forgotten {
            let (employee_id, rejected_writes) = (employee_id.clone(), Vec::new());
            pass_over_refused(
                self.store
                    .save_parked(&RejectedWrites {
                        employee_id,
                        writes: rejected_writes,
                    })
                    .await,
            )?;
        }
        Ok(())
    }
}
