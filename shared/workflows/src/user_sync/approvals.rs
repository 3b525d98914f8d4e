//! Pending approvals for the operator: lists, approves, rejects, or reopens them. A decision covers only the current
//! plan, all of it or some of its employees.

use std::collections::BTreeSet;

use habitsync_domain::approvals::{ApprovalVerdict, Decision, PendingAction, PendingPlan, PlanDecision, PlanId};
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::link::Person;
use jiff::Timestamp;

use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::holds::{LoadDecisions, LoadHold, SaveHold};
use crate::ports::people::LoadPeople;
use crate::ports::runs::SaveJobState;
use crate::ports::stores::DecisionStore;
use crate::ports::tenants::StoredConfiguration;

/// A decision that an operator makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deciding<'a> {
    /// Id of the plan to decide about.
    pub plan: &'a PlanId,
    /// Approval or rejection.
    pub verdict: ApprovalVerdict,
    /// The employees that it is about; everyone in the plan where none is named.
    pub only: &'a [EmployeeId],
    /// Name of the operator who decides.
    pub actor: &'a str,
}

/// Reason why no decision was made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotDecided {
    /// No approval is pending.
    #[error("nothing is held: there is nothing to decide; list again")]
    NothingHeld,
    /// The pending plan is no longer the one that was shown.
    #[error("what is held is plan {now} by now: list again, and decide about what you see")]
    Moved {
        /// Id of the plan that is pending now.
        now: PlanId,
    },
    /// These employees have no pending approval.
    #[error("nothing was decided: {} {reason}", joined(employees))]
    NotThese {
        /// Employees who are named and are not in the plan.
        employees: Vec<EmployeeId>,
        /// Reason, as the rest of a sentence.
        reason: &'static str,
    },
    /// The table failed. The same decision, given again, completes the missing writes.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
}

/// The pending plan, its decisions, and the part of it that is settled by now.
#[derive(Debug, Clone, PartialEq)]
pub struct Holds {
    /// The last run's pending plan; none where there is none.
    pub held: Option<PendingPlan>,
    /// Every decision in force.
    pub decisions: Vec<Decision>,
    /// Employees of the plan who need no decision any more, with the reason.
    pub settled: Vec<(EmployeeId, Settled)>,
}

/// Reasons why a pending approval needs no decision any more. The next run acts on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// A version of the configuration that decides otherwise, or that comes with an agreement, is in force.
    ByVersion(u64),
    /// The account was changed, moved to another employee number, or unlinked.
    ByAccount,
}

/// Returns the changes that wait for approval, as the last run left them, with the decisions about them; none where no change
/// waits, or where the plan was not stored, or cannot be read.
///
/// # Errors
/// The table failed.
pub async fn list_holds<S: SaveJobState + LoadHold>(store: &S) -> Result<Option<PendingPlan>, ServiceFailure> {
    match store.load_job(Job::UserSync).await?.held_plan {
        Some(id) => store.load_hold(&id).await,
        None => Ok(None),
    }
}

/// The same for operators who decide: a plan that is not there is no answer.
async fn pending_plan<S: SaveJobState + LoadHold>(store: &S) -> Result<Option<PendingPlan>, ServiceFailure> {
    let Some(id) = store.load_job(Job::UserSync).await?.held_plan else {
        return Ok(None);
    };
    let missing = || ServiceFailure {
        service: "the table",
        retryable: false,
        detail: format!("the pending plan {id} cannot be read; the next user sync writes it again"),
    };
    store.load_hold(&id).await?.ok_or_else(missing).map(Some)
}

/// Loads the pending plan with its decisions and the changes since then.
///
/// # Errors
/// The table failed.
pub async fn look_at_holds<S>(store: &S, in_force: &StoredConfiguration) -> Result<Holds, ServiceFailure>
where
    S: SaveJobState + LoadHold + LoadDecisions + LoadPeople,
{
    let job = store.load_job(Job::UserSync).await?;
    let held = pending_plan(store).await?;
    let decisions = decisions_made(store).await?;
    let people = if held.is_some() {
        store.load_people().await?.people
    } else {
        Vec::new()
    };
    let planned_under = job.planned_under.map_or(0, |under| under.version);
    let agreed = in_force.agreed.filter(|_| planned_under < in_force.version);
    let settled = |held: &PendingAction, plan: &PendingPlan| {
        let link = people
            .iter()
            .find(|person: &&Person| person.employee_id == held.employee_id);
        let is_agreed = agreed.zip(held.evidence.change());
        let is_agreed = is_agreed.is_some_and(|(agreed, kind)| *agreed.changes.get(kind) > 0);
        if plan.version != in_force.decides_since || is_agreed {
            return Some(Settled::ByVersion(in_force.version));
        }
        held.is_settled(link).then_some(Settled::ByAccount)
    };
    let settled = held.iter().flat_map(|plan| {
        let settled = |held: &PendingAction| Some((held.employee_id.clone(), settled(held, plan)?));
        plan.people.iter().filter_map(settled).collect::<Vec<_>>()
    });
    Ok(Holds {
        settled: settled.collect(),
        decisions,
        held,
    })
}

impl Holds {
    /// Returns the part of the plan that is undecided; none where all of it is decided.
    #[must_use]
    pub fn pending(&self) -> Option<PendingPlan> {
        let held = self.held.as_ref()?;
        let pending = held.with_only(|person| {
            person.is_decided_about()
                && self.settled_by(person).is_none()
                && person.decision(held, &self.decisions).is_none()
        });
        Some(pending).filter(|pending| !pending.people.is_empty())
    }

    /// Returns the event that has settled this approval, if any has.
    #[must_use]
    pub fn settled_by(&self, person: &PendingAction) -> Option<Settled> {
        let mut settled = self.settled.iter();
        settled.find_map(|(employee, by)| (*employee == person.employee_id).then_some(*by))
    }
}

/// Approves or rejects a plan, all of it or some employees', and returns that part of it. The next run acts on the
/// decision; until then a second decision replaces the first.
///
/// # Errors
/// The plan is not the pending one, an employee that is named is not in it, or the table failed.
pub async fn decide_hold<S, C>(store: &S, clock: &C, deciding: &Deciding<'_>) -> Result<PendingPlan, NotDecided>
where
    S: DecisionStore,
    C: Now,
{
    let held = pending_plan(store).await?.ok_or(NotDecided::NothingHeld)?;
    if held.id != *deciding.plan {
        return Err(NotDecided::Moved { now: held.id });
    }
    let decided = part_of(&held, deciding.only)?;
    let word = PlanDecision {
        verdict: deciding.verdict,
        only: deciding.only.to_vec(),
        reopened: false,
        actor: deciding.actor.to_owned(),
        at: clock.now(),
    };
    // On record first: a decision that runs follow has an operator's name in the plan's record.
    store.note_decision(&held.id, &word).await?;
    let mut decisions: Vec<_> = decided.decisions(&word).collect();
    if !word.only.is_empty() {
        let known = store.load_decisions().await?.decisions;
        decisions.extend(left_pending(&held, &word, &known));
    }
    store.save_decisions(&decisions).await?;
    Ok(decided)
}

/// Returns entries for the employees of the plan whom the decision leaves out: they wait for a decision of their own,
/// even where the change limits would allow so few.
fn left_pending(held: &PendingPlan, word: &PlanDecision, known: &[Decision]) -> Vec<Decision> {
    let word = PlanDecision {
        verdict: ApprovalVerdict::Awaits,
        ..word.clone()
    };
    let is_left =
        |person: &PendingAction| !word.only.contains(&person.employee_id) && person.decision(held, known).is_none();
    let left = held.with_only(is_left);
    left.decisions(&word).collect()
}

/// Withdraws the decisions about these employees, and returns them. The next run asks again, where it still plans the
/// change.
///
/// # Errors
/// One of the employees has no decision, or the table failed; decisions withdrawn until then stay withdrawn.
pub async fn reopen<S, C>(store: &S, clock: &C, employees: &[EmployeeId], by: &str) -> Result<Vec<Decision>, NotDecided>
where
    S: DecisionStore + SaveHold,
    C: Now,
{
    let decisions = decisions_made(store).await?;
    let decided: BTreeSet<_> = decisions.iter().map(|made| &made.employee_id).collect();
    let undecided: Vec<_> = employees.iter().filter(|id| !decided.contains(id)).cloned().collect();
    if !undecided.is_empty() {
        return Err(NotDecided::NotThese {
            employees: undecided,
            reason: "have no decision that stands; habitsync holds list shows those that do",
        });
    }
    let is_theirs = |made: &Decision| employees.contains(&made.employee_id);
    let withdrawn: Vec<_> = decisions.into_iter().filter(is_theirs).collect();
    for decision in &withdrawn {
        let word = reopened(decision, by, clock.now());
        store.note_decision(&decision.plan, &word).await?;
        let awaits = PlanDecision {
            verdict: ApprovalVerdict::Awaits,
            ..word
        };
        let awaits = Decision {
            made: awaits,
            ..decision.clone()
        };
        store.save_decisions(&[awaits]).await?;
    }
    remind_again(store, clock).await?;
    Ok(withdrawn)
}

/// Returns the entry of the plan's record for a withdrawn decision about one employee.
fn reopened(decision: &Decision, by: &str, at: Timestamp) -> PlanDecision {
    PlanDecision {
        verdict: decision.made.verdict,
        actor: by.to_owned(),
        at,
        only: vec![decision.employee_id.clone()],
        reopened: true,
    }
}

/// Loads the decisions that approve or reject.
async fn decisions_made<S: LoadDecisions>(store: &S) -> Result<Vec<Decision>, ServiceFailure> {
    let mut decisions = store.load_decisions().await?.decisions;
    decisions.retain(|made| made.made.verdict != ApprovalVerdict::Awaits);
    Ok(decisions)
}

/// Makes the pending plan due for reminders to operators again.
async fn remind_again<S, C>(store: &S, clock: &C) -> Result<(), ServiceFailure>
where
    S: SaveJobState + LoadHold + SaveHold,
    C: Now,
{
    match pending_plan(store).await?.filter(|held| held.conclusion().is_none()) {
        Some(held) => store.save_hold(&held, held.next_reminder(clock.now())).await,
        None => Ok(()),
    }
}

/// The part of the plan that is about these employees, who all have to be in it.
fn part_of(held: &PendingPlan, only: &[EmployeeId]) -> Result<PendingPlan, NotDecided> {
    let decided =
        held.with_only(|person| person.is_decided_about() && (only.is_empty() || only.contains(&person.employee_id)));
    let is_in = |id: &&EmployeeId| !decided.people.iter().any(|person| person.employee_id == **id);
    let missing: Vec<_> = only.iter().filter(is_in).cloned().collect();
    if missing.is_empty() {
        return Ok(decided);
    }
    Err(NotDecided::NotThese {
        employees: missing,
        reason: "are not in the plan, or wait with their manager; list again",
    })
}

fn joined(employees: &[EmployeeId]) -> String {
    let employees: Vec<_> = employees.iter().map(EmployeeId::as_str).collect();
    employees.join(", ")
}
