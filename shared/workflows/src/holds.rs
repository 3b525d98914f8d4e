//! Changes that wait for approval, in the operator's hands: listed, approved or rejected. Only what is held now is decided about.

use habitsync_domain::hold::{HeldPlan, PlanId, Verdict, Word};
use habitsync_domain::job::Job;

use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::holds::{LoadHold, NoteWord, SaveDecisions};
use crate::ports::runs::RememberJob;

/// A decision that somebody makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deciding<'a> {
    /// About this plan.
    pub plan: &'a PlanId,
    /// How.
    pub verdict: Verdict,
    /// Who decides.
    pub by: &'a str,
}

/// Why nothing was decided.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotDecided {
    /// Nothing waits for a word.
    #[error("nothing is held: there is nothing to decide; list again")]
    NothingHeld,
    /// Something else is held by now than what was shown.
    #[error("what is held is plan {now} by now: list again, and decide about what you see")]
    Moved {
        /// The plan that is held now.
        now: PlanId,
    },
    /// The table failed. The same decision again completes what is missing.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
}

/// What is held now, as the last run left it, with what was said about it; none where nothing is.
///
/// # Errors
/// The table failed.
pub async fn list_holds<S: RememberJob + LoadHold>(store: &S) -> Result<Option<HeldPlan>, ServiceFailure> {
    match store.load_job(Job::Users).await?.held_plan {
        Some(id) => store.load_hold(&id).await,
        None => Ok(None),
    }
}

/// Approves or rejects everything in a plan, and returns the plan. The next run follows; a second word takes the place of
/// the first until then.
///
/// # Errors
/// The plan is not what is held now, or the table failed.
pub async fn decide_hold<S, C>(store: &S, clock: &C, deciding: &Deciding<'_>) -> Result<HeldPlan, NotDecided>
where
    S: RememberJob + LoadHold + NoteWord + SaveDecisions,
    C: Now,
{
    let held = list_holds(store).await?.ok_or(NotDecided::NothingHeld)?;
    if held.id != *deciding.plan {
        return Err(NotDecided::Moved { now: held.id });
    }
    let word = Word {
        verdict: deciding.verdict,
        by: deciding.by.to_owned(),
        at: clock.now(),
    };
    // On record first: whoever is decided about is decided about by somebody.
    store.note_word(&held.id, &word).await?;
    let decisions: Vec<_> = held.decisions(&word).collect();
    store.save_decisions(&decisions).await?;
    Ok(held)
}
