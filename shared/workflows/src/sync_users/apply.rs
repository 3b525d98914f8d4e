//! Carrying out a plan, one person at a time: each is saved as it is acknowledged, none stops the others.

use habitsync_domain::brake::fails_too_often;
use habitsync_domain::problem::{Cause, Problem};
use habitsync_domain::result::ParkedOn;
use habitsync_domain::user::{FieldName, UserChange, UserFields};
use habitsync_domain::user_plan::{Action, Step, UserPlan};
use jiff::{SignedDuration, Timestamp};

use super::settle::Done;
use super::{UserSync, Written};
use crate::job_run::JobFailure;
use crate::ports::clock::Now;
use crate::ports::failure::{RefusedField, VendorFailure, VendorFailureKind};
use crate::ports::people::SavePerson;
use crate::ports::results::ReleaseResults;
use crate::ports::vendors::{FindUser, SaveUser};

/// What is kept free before the deadline: one write, its confirmation, and the run's own record.
const RESERVE: SignedDuration = SignedDuration::from_secs(20);

/// How far a plan was carried out.
pub(super) struct Applied {
    pub(super) written: Written,
    pub(super) problems: Vec<Problem>,
    pub(super) finished: bool,
    /// People for whom the portal gave no answer: its trouble, not theirs. Somebody who is refused is no sign of that.
    pub(super) unanswered: u64,
}

impl Applied {
    pub(super) fn nothing() -> Self {
        Self {
            written: Written::default(),
            problems: Vec::new(),
            finished: true,
            unanswered: 0,
        }
    }
}

/// Carries out the plan's actions in order until `deadline`.
///
/// # Errors
/// Going on is pointless: the credentials are refused, most people fail, or the table fails.
pub(super) async fn apply<H, P, S, M, C>(
    sync: &UserSync<'_, H, P, S, M, C>,
    plan: &UserPlan,
    deadline: Timestamp,
) -> Result<Applied, JobFailure>
where
    P: FindUser + SaveUser,
    S: SavePerson + ReleaseResults,
    C: Now,
{
    let mut applied = Applied::nothing();
    for (attempted, action) in (1_u64..).zip(&plan.actions) {
        let time_is_up = sync
            .clock
            .now()
            .saturating_add(RESERVE)
            .is_ok_and(|soon| soon >= deadline);
        let done = if time_is_up {
            Done::Later
        } else {
            sync.carry_out(action.clone(), &mut applied).await?
        };
        match done {
            Done::Yes => {}
            Done::No(cause) => applied.fail(action, cause),
            Done::Later => {
                applied.finished = false;
                break;
            }
        }
        if fails_too_often(attempted, applied.unanswered) {
            let unanswered = applied.unanswered;
            return Err(JobFailure::NotCredible(format!(
                "Tribal Habits did not answer for {unanswered} of {attempted} people; the rest is left alone"
            )));
        }
    }
    Ok(applied)
}

impl Applied {
    fn fail(&mut self, action: &Action, cause: Cause) {
        self.written.failed += 1;
        self.unanswered += u64::from(cause == Cause::NotAnswered);
        self.report(action, cause, None);
    }

    fn report(&mut self, action: &Action, cause: Cause, seen: Option<String>) {
        let (employee_id, person) = (action.employee_id.clone(), action.person.clone());
        self.problems.push(Problem {
            cause,
            employee_id,
            person,
            seen,
        });
    }

    fn count(&mut self, step: &Step) {
        let written = &mut self.written;
        let counter = match step {
            Step::Create(_) => &mut written.created,
            Step::Remember(_) => &mut written.remembered,
            Step::Deactivate(_) => &mut written.deactivated,
            Step::Change { change, .. } if change.active == Some(true) => &mut written.reactivated,
            Step::Change { .. } => &mut written.changed,
        };
        *counter += 1;
    }
}

impl<H, P, S, M, C> UserSync<'_, H, P, S, M, C>
where
    P: FindUser + SaveUser,
    S: SavePerson + ReleaseResults,
    C: Now,
{
    async fn carry_out(&self, mut action: Action, applied: &mut Applied) -> Result<Done, JobFailure> {
        let done = match self.write(&action.step).await {
            Ok(()) => Done::Yes,
            Err(failure) => match without_refused_fields(&action.step, &failure) {
                Some((step, refused)) => self.write_without(&mut action, step, refused, applied).await?,
                None => self.settle(&action.step, failure).await?,
            },
        };
        if matches!(done, Done::Yes) {
            self.remember(&action).await?;
            applied.count(&action.step);
        }
        Ok(done)
    }

    async fn write(&self, step: &Step) -> Result<(), VendorFailure> {
        match step {
            Step::Remember(_) => Ok(()),
            Step::Deactivate(person) => self.tribal_habits.change_user(&person.user_name, &deactivation()).await,
            Step::Change { before, change } => self.tribal_habits.change_user(&before.user_name, change).await,
            Step::Create(user) => self.tribal_habits.create_user(user).await,
        }
    }

    /// Writes again without the custom fields that the portal refused: the person gets the rest.
    async fn write_without(
        &self,
        action: &mut Action,
        step: Step,
        refused: Vec<RefusedField>,
        applied: &mut Applied,
    ) -> Result<Done, JobFailure> {
        let values = fields_of(&action.step).cloned().unwrap_or_default();
        action.step = step;
        let done = match self.write(&action.step).await {
            Ok(()) => Done::Yes,
            Err(failure) => self.settle(&action.step, failure).await?,
        };
        for RefusedField { field, reason } in refused {
            let seen = field
                .parse()
                .ok()
                .and_then(|name: FieldName| values.0.get(&name).cloned());
            applied.report(action, Cause::RefusedField { field, reason }, seen);
        }
        Ok(done)
    }

    async fn remember(&self, action: &Action) -> Result<(), JobFailure> {
        let now = self.clock.now();
        let person = action.person_after(now);
        self.store.save_person(&person).await?;
        if matches!(action.step, Step::Create(_) | Step::Remember(_)) {
            self.store
                .release_results(&ParkedOn::User(person.user_name), now)
                .await?;
        }
        Ok(())
    }
}

fn deactivation() -> UserChange {
    UserChange {
        active: Some(false),
        ..UserChange::default()
    }
}

fn fields_of(step: &Step) -> Option<&UserFields> {
    match step {
        Step::Create(user) => Some(&user.fields),
        Step::Change { change, .. } => Some(&change.fields),
        Step::Deactivate(_) | Step::Remember(_) => None,
    }
}

/// The same step without the custom fields that were refused, if nothing else was refused.
fn without_refused_fields(step: &Step, failure: &VendorFailure) -> Option<(Step, Vec<RefusedField>)> {
    let VendorFailureKind::Refused(refused) = &failure.kind else {
        return None;
    };
    let names: Vec<FieldName> = refused
        .iter()
        .filter_map(|refused| refused.field.parse().ok())
        .collect();
    let only_custom = names.len() == refused.len() && names.iter().all(FieldName::is_custom) && !names.is_empty();
    if !only_custom {
        return None;
    }
    let mut step = step.clone();
    match &mut step {
        Step::Create(user) => user.fields.0.retain(|name, _| !names.contains(name)),
        Step::Change { change, .. } => change.fields.0.retain(|name, _| !names.contains(name)),
        Step::Deactivate(_) | Step::Remember(_) => return None,
    }
    Some((step, refused.clone()))
}
