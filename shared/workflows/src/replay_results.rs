//! Results that could not be recorded, tried again once their cause is mended: found first, shown, and then put back to
//! waiting, due now.

use std::ops::ControlFlow;

use habitsync_domain::result::ResultRecord;
use habitsync_domain::result_choice::{ReplayChoice, ResultStatus, attempts_after_replay};

use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::result_list::{ListResults, ListedResults, ReviveResult};

/// What became of the results that were to be tried again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReplayReport {
    /// They wait, due now: the watchdog queues them within a minute.
    pub replayed: u64,
    /// They were not dead any more.
    pub moved_on: u64,
    /// They were not come to: somebody stopped before them. They are found again.
    pub left: u64,
}

/// The dead results that are chosen, oldest completion first; one that cannot be read may have been among them.
///
/// # Errors
/// The table failed.
pub async fn find_replayable<T: ListResults>(
    table: &T,
    choice: &ReplayChoice,
) -> Result<ListedResults, ServiceFailure> {
    let mut dead = table.list_results(Some(ResultStatus::Dead)).await?;
    dead.records.retain(|record| choice.has(record));
    dead.records
        .sort_by_key(|record| (record.completion.completed_at, record.completion.enrolment));
    Ok(dead)
}

/// Makes these results, as they were found, wait again. They begin at the ladder's first rung, and the next attempt looks
/// before it writes. `progress` hears how many have been dealt with, and may stop it there.
///
/// # Errors
/// The table failed; what was done by then stays done, and the rest is found again.
pub async fn replay_results<T: ReviveResult, C: Now>(
    table: &T,
    clock: &C,
    found: &[ResultRecord],
    mut progress: impl FnMut(usize) -> ControlFlow<()>,
) -> Result<ReplayReport, ServiceFailure> {
    let mut report = ReplayReport::default();
    for (done, record) in (1..).zip(found) {
        let enrolment = record.completion.enrolment;
        let attempts = attempts_after_replay(record);
        if table.revive_result(enrolment, attempts, clock.now()).await? {
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
