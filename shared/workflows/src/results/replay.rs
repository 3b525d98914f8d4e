//! Dead or ignored results, tried again once their cause is mended: found first, shown, and then put back to waiting, due now.

use std::ops::ControlFlow;

use habitsync_domain::results::choice::ReplayChoice;
use habitsync_domain::results::result::ResultRecord;

use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::result_list::{ListResults, ListedResults, ReviveResult};

/// The results that were to be tried again, by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReplayReport {
    /// They wait, due now: the watchdog queues them within a minute.
    pub replayed: u64,
    /// They were no longer dead or ignored.
    pub moved_on: u64,
    /// They were not reached, since the operator stopped it. They are found again.
    pub left: u64,
}

/// The dead or ignored results that are chosen, oldest completion first; one that cannot be read may have been among them.
///
/// # Errors
/// The table failed.
pub async fn find_replayable<T: ListResults>(
    table: &T,
    choice: &ReplayChoice,
) -> Result<ListedResults, ServiceFailure> {
    let mut found = table.list_results(Some(choice.state.status())).await?;
    found.records.retain(|record| choice.has(record));
    found
        .records
        .sort_by_key(|record| (record.completion.completed_at, record.completion.enrolment));
    Ok(found)
}

/// Makes these results, as they were found, wait again. They begin at the ladder's first rung, and the next attempt looks
/// before it writes. It reports to `progress` how many are handled, and `progress` may stop it there.
///
/// # Errors
/// The table failed; results that were changed by then stay changed, and the others are found again.
pub async fn replay_results<T: ReviveResult, C: Now>(
    table: &T,
    clock: &C,
    found: &[ResultRecord],
    mut progress: impl FnMut(usize) -> ControlFlow<()>,
) -> Result<ReplayReport, ServiceFailure> {
    let mut report = ReplayReport::default();
    for (done, record) in (1..).zip(found) {
        if table.revive_result(record, clock.now()).await? {
            report.replayed += 1;
        } else {
            report.moved_on += 1;
        }
        if progress(done).is_break() {
            report.left = found.len().saturating_sub(done) as u64;
            break;
        }
    }
    Ok(report)
}
