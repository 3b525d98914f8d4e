//! One write to the portal, and again without what it refused: the person gets the rest.

use habitsync_domain::parking::{Refusal, Refused};
use habitsync_domain::problem::Cause;
use habitsync_domain::user::FieldName;
use habitsync_domain::user_plan::{Action, Step, digest};

use super::apply::Writing;
use super::follow::FollowWrites;
use super::settle::Done;
use crate::job_outcome::JobFailure;
use crate::ports::failure::{RefusedField, VendorFailure, VendorFailureKind};
use crate::ports::vendors::{FindUser, SaveUser};

/// A portal that names one field at a time is asked so often.
const MOST_ATTEMPTS: usize = 5;

/// What came of one action.
pub(super) struct Attempt {
    pub(super) done: Done,
    /// What was refused, as lines of the worklist and to rest.
    pub(super) refusals: Vec<Refusal>,
}

impl<P, S, C, W> Writing<'_, P, S, C, W>
where
    P: FindUser + SaveUser,
    W: FollowWrites,
{
    /// Writes what the action says; afterwards the action says what was written.
    pub(super) async fn attempt(&self, action: &mut Action, verified: bool) -> Result<Attempt, JobFailure> {
        let mut refusals = Vec::new();
        for _ in 0..MOST_ATTEMPTS {
            let written = self.write(&action.step).await;
            self.follow.tried(&action.step, written.as_ref().copied());
            let failure = match written {
                Ok(()) => {
                    return Ok(Attempt {
                        done: Done::Yes,
                        refusals,
                    });
                }
                Err(failure) => failure,
            };
            match reduced(action, &failure) {
                Reduced::To(step, refused) => {
                    refusals.extend(refused);
                    action.step = *step;
                }
                Reduced::ToNothing(refused) => {
                    refusals.extend(refused);
                    return Ok(Attempt {
                        done: Done::Refused,
                        refusals,
                    });
                }
                Reduced::Not => {
                    let done = self.settle(&action.step, failure, verified).await?;
                    refusals.extend(done.rests(action));
                    return Ok(Attempt { done, refusals });
                }
            }
        }
        Ok(Attempt {
            done: Done::Refused,
            refusals,
        })
    }

    async fn write(&self, step: &Step) -> Result<(), VendorFailure> {
        match step {
            Step::Remember { .. } => Ok(()),
            Step::Deactivate { before, change, .. }
            | Step::GiveUp { before, change }
            | Step::Change { before, change } => self.tribal_habits.change_user(&before.user_name, change).await,
            Step::Create(user) => self.tribal_habits.create_user(user).await,
        }
    }
}

/// What is left of a step once what was refused is taken out of it.
enum Reduced {
    To(Box<Step>, Vec<Refusal>),
    ToNothing(Vec<Refusal>),
    /// The refusal is about the whole person, or it is no refusal.
    Not,
}

fn reduced(action: &Action, failure: &VendorFailure) -> Reduced {
    let VendorFailureKind::Refused(fields) = &failure.kind else {
        return Reduced::Not;
    };
    let parts: Option<Vec<_>> = fields.iter().map(|field| Some((part(field)?, field))).collect();
    let Some(parts) = parts.filter(|parts| !parts.is_empty() && are_written(action, parts)) else {
        return Reduced::Not;
    };
    let refused: Vec<_> = parts.iter().map(|(what, field)| refusal(action, what, field)).collect();
    let mut step = action.step.clone();
    let goes_on = parts
        .iter()
        .fold(true, |goes_on, (what, _)| step.leave_out(what) && goes_on);
    match (goes_on, &action.step) {
        (true, _) => Reduced::To(Box::new(step), refused),
        // Nobody is created without a required field: that is about the whole person.
        (false, Step::Create(_)) => Reduced::Not,
        (false, _) => Reduced::ToNothing(refused),
    }
}

fn part(refused: &RefusedField) -> Option<Refused> {
    match refused.field.as_str() {
        "user_name" => Some(Refused::UserName),
        field => field.parse().ok().map(Refused::Field),
    }
}

/// A refusal of something that was not written would be the same without it.
fn are_written(action: &Action, parts: &[(Refused, &RefusedField)]) -> bool {
    parts.iter().all(|(what, _)| value(action, what).is_some())
}

fn refusal(action: &Action, what: &Refused, refused: &RefusedField) -> Refusal {
    let RefusedField { field, reason } = refused.clone();
    let seen = value(action, what);
    let compared = match what {
        Refused::UserName => seen.as_deref().map(str::to_lowercase),
        Refused::Field(_) | Refused::Person => seen.clone(),
    };
    Refusal {
        what: what.clone(),
        digest: digest::of_value(compared.as_deref().unwrap_or_default()),
        problem: action.problem(Cause::RefusedField { field, reason }, seen),
    }
}

/// What the action writes of this.
fn value(action: &Action, what: &Refused) -> Option<String> {
    let field = |name: &FieldName| action.fields()?.0.get(name).cloned();
    match (what, &action.step) {
        (Refused::Field(name), _) => field(name),
        (Refused::UserName, Step::Create(user)) => Some(user.user_name.as_str().to_owned()),
        (
            Refused::UserName,
            Step::Change { change, .. } | Step::Deactivate { change, .. } | Step::GiveUp { change, .. },
        ) => Some(change.user_name.as_ref()?.as_str().to_owned()),
        (Refused::UserName, Step::Remember { .. }) | (Refused::Person, _) => None,
    }
}
