//! One write to the portal: tried again without the values that the portal refused, so that the employee gets the rest,
//! and read back where its effect is not known.

use habitsync_domain::identity::UserName;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::people::rejected_writes::{RejectedPart, Rejection};
use habitsync_domain::people::user::{FieldName, PortalUser, UserFields};
use habitsync_domain::text::excerpt::Excerpt;
use habitsync_domain::user_plan::{Action, Step, digest, reads_alike};

use crate::jobs::outcome::JobFailure;
use crate::ports::failure::{Missing, RefusedField, VendorFailure, VendorFailureKind};
use crate::ports::vendors::{FindUser, SaveUser};

/// The ports that carrying out a plan uses, for a whole plan or for one employee's.
pub(crate) struct UserWriter<'a, P, S, C, W> {
    pub(crate) tribal_habits: &'a P,
    pub(crate) store: &'a S,
    pub(crate) clock: &'a C,
    pub(crate) follow: &'a W,
}

/// Observes writes to the portal.
pub trait WriteObserver {
    /// A write was tried, perhaps not for the last time, with this result.
    fn tried(&self, step: &Step, came_of: Result<(), &VendorFailure>);

    /// Called when an action has ended. The action holds the values that were written, without the rejected ones.
    fn ended(&self, action: &Action, done: &WriteOutcome);
}

/// The observer that does nothing.
impl WriteObserver for () {
    fn tried(&self, _: &Step, _: Result<(), &VendorFailure>) {}

    fn ended(&self, _: &Action, _: &WriteOutcome) {}
}

/// The outcome of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It was written, perhaps without the rejected values.
    Applied,
    /// The write failed, for this cause.
    Failed(Cause),
    /// The portal refused all values, field by field, so that none was written.
    Rejected,
    /// The time or the vendor's patience ran out: the action is left to the next run.
    Deferred,
}

impl WriteOutcome {
    /// Returns the rejection to store, so that it backs off, where the portal refuses the whole account; else none.
    pub(super) fn rests(&self, action: &Action) -> Option<Rejection> {
        let Self::Failed(cause @ (Cause::RefusedPerson { .. } | Cause::AccountMissing)) = self else {
            return None;
        };
        Some(Rejection {
            what: RejectedPart::Person,
            digest: action.digest.clone(),
            problem: action.problem(cause.clone(), None),
        })
    }
}

impl<P, S, C, W> UserWriter<'_, P, S, C, W>
where
    P: FindUser,
{
    /// Returns the outcome of a failed write. `verified`: this run has read the portal.
    pub(super) async fn settle(
        &self,
        step: &Step,
        failure: VendorFailure,
        verified: bool,
    ) -> Result<WriteOutcome, JobFailure> {
        if failure.may_have_happened() {
            let happened = self.has_happened(step).await?;
            return Ok(if happened {
                WriteOutcome::Applied
            } else {
                WriteOutcome::Failed(Cause::NotAnswered)
            });
        }
        match failure.kind {
            VendorFailureKind::Credentials
            | VendorFailureKind::Forbidden
            | VendorFailureKind::ModuleDisabled
            | VendorFailureKind::Misconfigured => Err(failure.into()),
            VendorFailureKind::NoTimeLeft | VendorFailureKind::RateLimited(_) => Ok(WriteOutcome::Deferred),
            // The account may have been created by hand since the portal was last read: the next run reads it.
            VendorFailureKind::Refused(fields) if !verified && is_about_an_account(step, &fields) => {
                Ok(WriteOutcome::Failed(Cause::AccountExists))
            }
            VendorFailureKind::Refused(fields) => Ok(WriteOutcome::Failed(Cause::RefusedPerson {
                reason: words(&fields, failure.detail),
            })),
            // A run that was killed before it could save it may have given the account its new name already.
            VendorFailureKind::NotFound(Missing::User) if renames(step) && self.has_happened(step).await? => {
                Ok(WriteOutcome::Applied)
            }
            VendorFailureKind::NotFound(Missing::User) => Ok(WriteOutcome::Failed(Cause::AccountMissing)),
            VendorFailureKind::NotFound(_)
            | VendorFailureKind::Unavailable { .. }
            | VendorFailureKind::Unreadable
            | VendorFailureKind::InconsistentRead => Ok(WriteOutcome::Failed(Cause::NotAnswered)),
        }
    }

    /// Reads the account back after a write whose effect is not known. After a rename it asks under the old name first,
    /// because the account under the new name may be another employee's. If the portal does not answer that either, the
    /// write counts as not made: the next run looks again.
    async fn has_happened(&self, step: &Step) -> Result<bool, JobFailure> {
        let (former, name) = match step {
            Step::Remember { .. } => return Ok(true),
            Step::Create(user) => (None, &user.user_name),
            Step::Deactivate { before, change, .. }
            | Step::GiveUp { before, change }
            | Step::Change { before, change } => match &change.user_name {
                Some(name) => (Some(&before.user_name), name),
                None => (None, &before.user_name),
            },
        };
        if let Some(former) = former.filter(|former| *former != name)
            && self.read_back(former).await?.is_none_or(|user| user.is_some())
        {
            return Ok(false);
        }
        let found = self.read_back(name).await?.flatten();
        Ok(found.is_some_and(|user| is_as_written(step, &user)))
    }

    /// The account of this name, as far as the portal answers: only refused credentials end the run.
    async fn read_back(&self, name: &UserName) -> Result<Option<Option<PortalUser>>, JobFailure> {
        match self.tribal_habits.find_user(name).await {
            Ok(found) => Ok(Some(found)),
            Err(failure) if failure.is_about_access() => Err(failure.into()),
            Err(_) => Ok(None),
        }
    }
}

fn renames(step: &Step) -> bool {
    match step {
        Step::Deactivate { change, .. } | Step::GiveUp { change, .. } | Step::Change { change, .. } => {
            change.user_name.is_some()
        }
        Step::Create(_) | Step::Remember { .. } => false,
    }
}

/// Returns whether the portal refuses a create because of values that an existing account has.
fn is_about_an_account(step: &Step, fields: &[RefusedField]) -> bool {
    let names = ["user_name", FieldName::EMAIL];
    matches!(step, Step::Create(_)) && fields.iter().any(|refused| names.contains(&refused.field.as_str()))
}

fn is_as_written(step: &Step, user: &PortalUser) -> bool {
    match step {
        Step::Remember { .. } => true,
        Step::Create(new) => user.active && holds(user, &new.fields),
        Step::Deactivate { change, .. } | Step::GiveUp { change, .. } | Step::Change { change, .. } => {
            change.active.is_none_or(|active| active == user.active) && holds(user, &change.fields)
        }
    }
}

/// Returns whether the account has these values; a field that it does not show is empty.
fn holds(user: &PortalUser, fields: &UserFields) -> bool {
    let shown = |name| user.fields.0.get(name).map(String::as_str).unwrap_or_default();
    fields.0.iter().all(|(name, value)| reads_alike(shown(name), value))
}

/// The portal's words; where it names no field, how it refused.
fn words(fields: &[RefusedField], detail: String) -> String {
    if fields.is_empty() {
        return detail;
    }
    let words: Vec<_> = fields
        .iter()
        .map(|refused| format!("{} {}", refused.field, refused.reason))
        .collect();
    Excerpt::from(words.join("; ")).into()
}

/// A portal that names one field at a time is asked so often.
const MOST_ATTEMPTS: usize = 5;

/// The outcome of one action, and the rejections on the way.
pub(super) struct Attempt {
    pub(super) done: WriteOutcome,
    /// The rejections, for the worklist and for the back-off.
    pub(super) refusals: Vec<Rejection>,
}

impl<P, S, C, W> UserWriter<'_, P, S, C, W>
where
    P: FindUser + SaveUser,
    W: WriteObserver,
{
    /// Writes the action's values. Afterwards the action holds only the values that were written.
    pub(super) async fn attempt(&self, action: &mut Action, verified: bool) -> Result<Attempt, JobFailure> {
        let mut refusals = Vec::new();
        for _ in 0..MOST_ATTEMPTS {
            let written = self.write(&action.step).await;
            self.follow.tried(&action.step, written.as_ref().copied());
            let failure = match written {
                Ok(()) => {
                    return Ok(Attempt {
                        done: WriteOutcome::Applied,
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
                        done: WriteOutcome::Rejected,
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
            done: WriteOutcome::Rejected,
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

/// A step without the rejected values.
enum Reduced {
    To(Box<Step>, Vec<Rejection>),
    ToNothing(Vec<Rejection>),
    /// The refusal concerns the whole account, or it is no refusal.
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
        // No account is created without a required field: the rejection is about the whole employee.
        (false, Step::Create(_)) => Reduced::Not,
        (false, _) => Reduced::ToNothing(refused),
    }
}

fn part(refused: &RefusedField) -> Option<RejectedPart> {
    match refused.field.as_str() {
        "user_name" => Some(RejectedPart::UserName),
        field => field.parse().ok().map(RejectedPart::Field),
    }
}

/// Returns whether the action writes all refused parts. A refusal of a part that was not written would be the same
/// without it.
fn are_written(action: &Action, parts: &[(RejectedPart, &RefusedField)]) -> bool {
    parts.iter().all(|(what, _)| value(action, what).is_some())
}

fn refusal(action: &Action, what: &RejectedPart, refused: &RefusedField) -> Rejection {
    let RefusedField { field, reason } = refused.clone();
    let seen = value(action, what);
    let compared = match what {
        RejectedPart::UserName => seen.as_deref().map(str::to_lowercase),
        RejectedPart::Field(_) | RejectedPart::Person => seen.clone(),
    };
    Rejection {
        what: what.clone(),
        digest: digest::of_value(compared.as_deref().unwrap_or_default()),
        problem: action.problem(Cause::RefusedField { field, reason }, seen),
    }
}

/// Returns the value that the action writes for this part.
fn value(action: &Action, what: &RejectedPart) -> Option<String> {
    let field = |name: &FieldName| action.fields()?.0.get(name).cloned();
    match (what, &action.step) {
        (RejectedPart::Field(name), _) => field(name),
        (RejectedPart::UserName, Step::Create(user)) => Some(user.user_name.as_str().to_owned()),
        (
            RejectedPart::UserName,
            Step::Change { change, .. } | Step::Deactivate { change, .. } | Step::GiveUp { change, .. },
        ) => Some(change.user_name.as_ref()?.as_str().to_owned()),
        (RejectedPart::UserName, Step::Remember { .. }) | (RejectedPart::Person, _) => None,
    }
}
