//! What a failed write means: done after all, a problem of this person, or the end of this slice.

use habitsync_domain::excerpt::Excerpt;
use habitsync_domain::identity::UserName;
use habitsync_domain::parking::{Refusal, Refused};
use habitsync_domain::problem::Cause;
use habitsync_domain::user::{FieldName, PortalUser, UserFields};
use habitsync_domain::user_plan::{Action, Step, reads_alike};

use super::apply::Writing;
use crate::job_outcome::JobFailure;
use crate::ports::failure::{Missing, RefusedField, VendorFailure, VendorFailureKind};
use crate::ports::vendors::FindUser;

/// What became of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It was written, perhaps without what was refused.
    Yes,
    /// Nothing was written; why.
    No(Cause),
    /// Nothing was written: everything there was to write was refused, field by field.
    Refused,
    /// The time or the vendor's patience ran out: the rest is left to the next run.
    Later,
}

impl Done {
    /// What rests because the portal refuses this person altogether.
    pub(super) fn rests(&self, action: &Action) -> Option<Refusal> {
        let Self::No(cause @ (Cause::RefusedPerson { .. } | Cause::AccountMissing)) = self else {
            return None;
        };
        Some(Refusal {
            what: Refused::Person,
            digest: action.digest.clone(),
            problem: action.problem(cause.clone(), None),
        })
    }
}

impl<P, S, C, W> Writing<'_, P, S, C, W>
where
    P: FindUser,
{
    /// What a failed write means. `verified`: this run has read the portal.
    pub(super) async fn settle(&self, step: &Step, failure: VendorFailure, verified: bool) -> Result<Done, JobFailure> {
        if failure.may_have_happened() {
            let happened = self.has_happened(step).await?;
            return Ok(if happened {
                Done::Yes
            } else {
                Done::No(Cause::NotAnswered)
            });
        }
        match failure.kind {
            VendorFailureKind::Credentials | VendorFailureKind::ModuleDisabled | VendorFailureKind::Misconfigured => {
                Err(failure.into())
            }
            VendorFailureKind::NoTimeLeft | VendorFailureKind::RateLimited(_) => Ok(Done::Later),
            // Somebody may have made the account by hand since the portal was last read: the next run looks.
            VendorFailureKind::Refused(fields) if !verified && is_about_an_account(step, &fields) => {
                Ok(Done::No(Cause::AccountExists))
            }
            VendorFailureKind::Refused(fields) => Ok(Done::No(Cause::RefusedPerson {
                reason: words(&fields, failure.detail),
            })),
            // A run that was killed before it could save it may have given the account its new name already.
            VendorFailureKind::NotFound(Missing::User) if renames(step) && self.has_happened(step).await? => {
                Ok(Done::Yes)
            }
            VendorFailureKind::NotFound(Missing::User) => Ok(Done::No(Cause::AccountMissing)),
            VendorFailureKind::NotFound(_)
            | VendorFailureKind::Unavailable { .. }
            | VendorFailureKind::Unreadable
            | VendorFailureKind::InconsistentRead => Ok(Done::No(Cause::NotAnswered)),
        }
    }

    /// Reads the person back after a write whose effect is not known: after a rename under the old name first, since
    /// whoever is found under the new one may be somebody else. A portal that does not answer that either has not done it as
    /// far as we know: the next run looks again.
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
            Err(failure) if failure.kind == VendorFailureKind::Credentials => Err(failure.into()),
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

/// Whether a create is refused for what an account that is already there would have.
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

/// Whether the account holds these values; a field that it does not show is empty.
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
