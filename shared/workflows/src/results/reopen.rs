//! Gives dead results another attempt once they have somewhere else to go: a link or a course that came after the end, an
//! employee relinked, a course made again. The same destination would only fail in the same way; that takes a replay.

use habitsync_domain::results::delivery::{may_reopen, reopens};
use habitsync_domain::results::result::{ResultRecord, ResultState};
use jiff::Timestamp;

use crate::ports::failure::ServiceFailure;
use crate::ports::result_list::{IndexGivenUp, ListDead, ReviveResult};
use crate::ports::results::ReleaseResults;
use crate::ports::stores::DestinationStore;
use crate::results::destination::find_destination;

/// So many dead results are examined each time, those that died first first.
const MOST: u32 = 5_000;

/// Makes the customer's dead results whose destination has changed wait, due at `now`. Returns how many.
///
/// # Errors
/// The table failed; the next call finds the rest.
pub async fn reopen_dead_results<T>(table: &T, now: Timestamp) -> Result<u64, ServiceFailure>
where
    T: ListDead + ReviveResult + DestinationStore,
{
    let mut reopened = 0;
    for record in table.list_dead(MOST).await? {
        reopened += u64::from(reopen(table, &record, now).await?);
    }
    Ok(reopened)
}

/// Indexes results that earlier versions ignored or gave up, so that a link finds them. An ignored result whose reason has
/// passed is tried at once. Returns whether all of them are indexed now.
///
/// # Errors
/// The table failed; the next call indexes the rest.
pub async fn index_given_up<T>(table: &T, now: Timestamp) -> Result<bool, ServiceFailure>
where
    T: IndexGivenUp + ReleaseResults + DestinationStore,
{
    let unindexed = table.list_unindexed(MOST).await?;
    for record in &unindexed {
        let is_ignored = matches!(record.state, ResultState::Ignored { .. });
        if is_ignored && reopens(&record.state, &find_destination(table, &record.completion).await?) {
            table.release_result(record.completion.enrolment, now).await?;
        } else {
            table.index_result(record).await?;
        }
    }
    Ok(unindexed.len() < MOST as usize)
}

async fn reopen<T>(table: &T, record: &ResultRecord, now: Timestamp) -> Result<bool, ServiceFailure>
where
    T: ReviveResult + DestinationStore,
{
    if !may_reopen(&record.state) {
        return Ok(false);
    }
    let destination = find_destination(table, &record.completion).await?;
    Ok(reopens(&record.state, &destination) && table.revive_result(record, now).await?)
}
