//! Employees whose numbers were reissued: each account is linked to its employee's new number, with the mirror, the former
//! names and the history that it has.
//!
//! The planner finds the pairs, and an operator sees them all before any is relinked. Each pair is written by itself,
//! under the lease of the user sync, if neither link has changed since; a failure of one pair does not stop the others.

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::link::{FieldChange, LastChange, Person, PersonChange};
use habitsync_domain::results::result::ParkedOn;
use habitsync_domain::user_plan::RekeyedPair;
use jiff::Timestamp;

use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::people::{LoadChanges, LoadPerson, ReplaceLink, SaveRejectedWrites};
use crate::ports::results::ReleaseResults;
use crate::ports::runs::HoldLease;
use crate::ports::stores::LinkStore;
use crate::user_sync::link::{NotLinked, nothing_rests, under_lease};

/// The field of a change that says which employee number the account was linked to before.
pub const EMPLOYEE_NUMBER: &str = "employee_number";

/// Number of pairs that are written under one lease: far fewer than its time allows.
const UNDER_ONE_LEASE: usize = 50;

/// Number of earlier numbers of one employee that are followed back: more in 90 days are not expected.
const MOST_NUMBERS: usize = 5;

/// A pair as it was shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposedRekey {
    /// The old number, the new one, and what they share.
    pub pair: RekeyedPair,
    /// The link of the old number.
    pub link: Person,
}

/// Outcome of one pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Rekeyed {
    /// The pair of employee numbers.
    pub pair: RekeyedPair,
    /// Reason why the pair was not relinked; none where it was.
    pub failure: Option<NotLinked>,
}

/// Adds the links to the pairs that a plan found; a pair whose link is gone by now is left out.
///
/// # Errors
/// The table failed.
pub async fn propose_rekeys<S: LoadPerson>(
    store: &S,
    pairs: Vec<RekeyedPair>,
) -> Result<Vec<ProposedRekey>, ServiceFailure> {
    let mut proposed = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let link = store.load_person(&pair.former).await?;
        proposed.extend(link.map(|link| ProposedRekey { pair, link }));
    }
    Ok(proposed)
}

/// Relinks each pair to its new number as it was shown, in the name of `by`.
pub async fn rekey_people<S, C>(store: &S, clock: &C, shown: &[ProposedRekey], by: &str) -> Vec<Rekeyed>
where
    S: LinkStore + HoldLease + ReleaseResults,
    C: Now,
{
    let mut rekeyed = Vec::with_capacity(shown.len());
    for pairs in shown.chunks(UNDER_ONE_LEASE) {
        let now = clock.now();
        let mut written = Vec::with_capacity(pairs.len());
        let write = async |held: &S| {
            for shown in pairs {
                written.push(rekey(held, shown, by, now).await.err());
            }
            Ok(())
        };
        let refused = under_lease(store, clock, write).await.err();
        let outcomes = written.into_iter().map(Some).chain(std::iter::repeat(None));
        rekeyed.extend(pairs.iter().zip(outcomes).map(|(shown, outcome)| Rekeyed {
            pair: shown.pair.clone(),
            // A pair that was written stays written, even where the lease was lost afterwards.
            failure: outcome.unwrap_or_else(|| refused.clone()),
        }));
    }
    rekeyed
}

async fn rekey<S>(store: &S, shown: &ProposedRekey, by: &str, now: Timestamp) -> Result<(), NotLinked>
where
    S: LoadPerson + ReplaceLink + SaveRejectedWrites + ReleaseResults,
{
    let RekeyedPair { former, current, .. } = &shown.pair;
    let is_as_shown = store.load_person(former).await?.as_ref() == Some(&shown.link);
    if !is_as_shown || store.load_person(current).await?.is_some() {
        return Err(NotLinked::Moved);
    }
    let (link, change) = relinked(shown, by, now);
    store.replace_link(&shown.link, Some(&link), &change).await?;
    // The rejected writes concerned the former record.
    nothing_rests(store, former).await?;
    nothing_rests(store, current).await?;
    // These results wait under the user name, because EmployeeConnect did not know the former number.
    store.release_results(&ParkedOn::User(link.user_name), now).await?;
    Ok(())
}

/// The link under the new number, and its record.
fn relinked(shown: &ProposedRekey, by: &str, now: Timestamp) -> (Person, PersonChange) {
    let RekeyedPair { former, current, .. } = &shown.pair;
    let reason = format!("re-keyed from {former} by {by}");
    let change = PersonChange {
        employee_id: current.clone(),
        at: now,
        reason: reason.clone(),
        fields: vec![FieldChange {
            field: EMPLOYEE_NUMBER.to_owned(),
            before: Some(former.to_string()),
            after: current.to_string(),
        }],
    };
    let link = Person {
        employee_id: current.clone(),
        last_change: Some(LastChange {
            at: now,
            reason,
            linked_by_hand: true,
        }),
        ..shown.link.clone()
    };
    (link, change)
}

/// Loads the changes to one employee in the last 90 days, the newest first, under earlier numbers too.
///
/// # Errors
/// The table failed.
pub async fn load_history<S: LoadChanges>(
    store: &S,
    employee: &EmployeeId,
) -> Result<Vec<PersonChange>, ServiceFailure> {
    let mut history = store.load_changes(employee).await?;
    let mut earlier = former_number(&history);
    for _ in 0..MOST_NUMBERS {
        let Some(number) = earlier.take() else { break };
        let changes = store.load_changes(&number).await?;
        earlier = former_number(&changes);
        history.extend(changes);
    }
    history.sort_by_key(|change| std::cmp::Reverse(change.at));
    Ok(history)
}

/// The employee number that the account was moved from last, by these changes; none where it was not.
#[must_use]
pub fn former_number(changes: &[PersonChange]) -> Option<EmployeeId> {
    let mut fields = changes.iter().flat_map(|change| &change.fields);
    let rekeyed = fields.find(|field| field.field == EMPLOYEE_NUMBER)?;
    rekeyed.before.as_deref()?.parse().ok()
}
