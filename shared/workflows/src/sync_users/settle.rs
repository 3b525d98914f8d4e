//! What a failed write means: done after all, a problem of this person, or the end of this slice.

use habitsync_domain::identity::UserName;
use habitsync_domain::problem::Cause;
use habitsync_domain::user::{PortalUser, UserFields};
use habitsync_domain::user_plan::Step;

use super::UserSync;
use crate::job_run::JobFailure;
use crate::ports::failure::{Missing, RefusedField, VendorFailure, VendorFailureKind};
use crate::ports::vendors::FindUser;

/// What became of one person.
pub(super) enum Done {
    Yes,
    /// Nothing was written; why.
    No(Cause),
    /// The time or the vendor's patience ran out: the rest is left to the next run.
    Later,
}

impl<H, P, S, M, C> UserSync<'_, H, P, S, M, C>
where
    P: FindUser,
{
    /// What a failed write means: done after all, a problem of this person, or the end of this slice.
    pub(super) async fn settle(&self, step: &Step, failure: VendorFailure) -> Result<Done, JobFailure> {
        if failure.may_have_happened() {
            let happened = self.has_happened(step).await?;
            return Ok(if happened {
                Done::Yes
            } else {
                Done::No(Cause::NotAnswered)
            });
        }
        match failure.kind {
            VendorFailureKind::Credentials | VendorFailureKind::ModuleDisabled => Err(failure.into()),
            VendorFailureKind::NoTimeLeft | VendorFailureKind::RateLimited(_) => Ok(Done::Later),
            VendorFailureKind::Refused(fields) => Ok(Done::No(Cause::RefusedPerson { reason: words(&fields) })),
            VendorFailureKind::NotFound(Missing::User) => Ok(Done::No(Cause::AccountMissing)),
            VendorFailureKind::NotFound(_)
            | VendorFailureKind::Unavailable { .. }
            | VendorFailureKind::Unreadable
            | VendorFailureKind::InconsistentRead => Ok(Done::No(Cause::NotAnswered)),
        }
    }

    /// Reads the person back, under the new name, then the old one, after a write whose effect is not known. A portal that
    /// does not answer that either has not done it as far as we know: the next run looks again.
    async fn has_happened(&self, step: &Step) -> Result<bool, JobFailure> {
        for name in names_of(step) {
            match self.tribal_habits.find_user(name).await {
                Ok(Some(user)) => return Ok(is_as_written(step, &user)),
                Ok(None) => {}
                Err(failure) if failure.is_retryable() => return Ok(false),
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(false)
    }
}

/// The names a person may have after a write whose effect is not known: the new one first.
fn names_of(step: &Step) -> Vec<&UserName> {
    match step {
        Step::Remember(_) => Vec::new(),
        Step::Deactivate(person) => vec![&person.user_name],
        Step::Create(user) => vec![&user.user_name],
        Step::Change { before, change } => change.user_name.iter().chain([&before.user_name]).collect(),
    }
}

fn is_as_written(step: &Step, user: &PortalUser) -> bool {
    let holds = |fields: &UserFields| {
        fields
            .0
            .iter()
            .all(|(name, value)| user.fields.0.get(name) == Some(value))
    };
    match step {
        Step::Remember(_) => true,
        Step::Deactivate(_) => !user.active,
        Step::Create(new) => holds(&new.fields),
        Step::Change { change, .. } => {
            let renamed = change.user_name.as_ref().is_none_or(|name| *name == user.user_name);
            renamed && change.active.is_none_or(|active| active == user.active) && holds(&change.fields)
        }
    }
}

fn words(fields: &[RefusedField]) -> String {
    let words: Vec<_> = fields
        .iter()
        .map(|refused| format!("{} {}", refused.field, refused.reason))
        .collect();
    words.join("; ")
}
