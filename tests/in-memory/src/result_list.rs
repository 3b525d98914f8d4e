//! A customer's results in the operator's hands.

use habitsync_domain::results::choice::{BACKFILLED, ResultStatus, replayed};
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::{ResultRecord, ResultState};
use jiff::Timestamp;

use crate::faults::Call;
use crate::table::{Table, WaitingResult};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::result_list::{
    AddResult, IndexGivenUp, ListDead, ListResults, ListWaiting, ListedResults, ReviveResult,
};

impl ListResults for Table {
    async fn list_results(&self, status: Option<ResultStatus>) -> Result<ListedResults, ServiceFailure> {
        let list = || {
            let state = self.state();
            let is_readable = |record: &&ResultRecord| !state.unreadable.contains(&record.completion.enrolment);
            let all = state.results.values().map(|stored| &stored.record);
            let (readable, unreadable): (Vec<_>, Vec<_>) = all.partition(is_readable);
            let is_listed = |record: &&ResultRecord| status.is_none_or(|status| record.state.status() == status);
            Ok(ListedResults {
                records: readable.into_iter().filter(is_listed).cloned().collect(),
                unreadable: unreadable.len() as u64,
            })
        };
        self.faults.call(Call::ListResults, list).await
    }
}

impl ListDead for Table {
    async fn list_dead(&self, limit: u32) -> Result<Vec<ResultRecord>, ServiceFailure> {
        let list = || {
            let state = self.state();
            let all = state.results.values().map(|stored| &stored.record);
            let dead = all
                .filter(|record| record.state.status() == ResultStatus::Dead)
                .filter(|record| !state.unindexed.contains(&record.completion.enrolment));
            Ok(dead.take(limit as usize).cloned().collect())
        };
        self.faults.call(Call::ListDead, list).await
    }
}

impl IndexGivenUp for Table {
    async fn list_unindexed(&self, limit: u32) -> Result<Vec<ResultRecord>, ServiceFailure> {
        let list = || {
            let state = self.state();
            let unindexed = state
                .unindexed
                .iter()
                .filter_map(|enrolment| state.results.get(enrolment));
            let is_given_up = |status| matches!(status, ResultStatus::Ignored | ResultStatus::Dead);
            let records = unindexed.map(|stored| &stored.record);
            let given_up = records.filter(|record| is_given_up(record.state.status()));
            Ok(given_up.take(limit as usize).cloned().collect())
        };
        self.faults.call(Call::ListUnindexed, list).await
    }

    async fn index_result(&self, found: &ResultRecord) -> Result<(), ServiceFailure> {
        let index = || {
            self.state().unindexed.remove(&found.completion.enrolment);
            Ok(())
        };
        self.faults.call(Call::IndexResult, index).await
    }
}

impl ListWaiting for Table {
    async fn list_waiting(&self, limit: u32) -> Result<Vec<ResultRecord>, ServiceFailure> {
        let list = || {
            let state = self.state();
            let mut due: Vec<_> = state
                .results
                .values()
                .filter(|stored| stored.due_at.is_some())
                .collect();
            due.sort_by_key(|stored| stored.due_at);
            let records = due.into_iter().map(|stored| stored.record.clone());
            Ok(records.take(limit as usize).collect())
        };
        self.faults.call(Call::ListWaiting, list).await
    }
}

impl ReviveResult for Table {
    async fn revive_result(&self, found: &ResultRecord, now: Timestamp) -> Result<bool, ServiceFailure> {
        let revive = || {
            let mut state = self.state();
            let stored = state.results.get_mut(&found.completion.enrolment);
            let unchanged = stored.filter(|stored| stored.record.state.status() == found.state.status());
            let Some(stored) = unchanged else { return Ok(false) };
            stored.record = replayed(found, now);
            stored.due_at = Some(now);
            Ok(true)
        };
        self.faults.call(Call::ReviveResult, revive).await
    }
}

impl AddResult for Table {
    async fn add_result(
        &self,
        completion: &Completion,
        attempts: u32,
        due_at: Timestamp,
    ) -> Result<bool, ServiceFailure> {
        let add = || {
            let mut state = self.state();
            let known = state.results.get(&completion.enrolment);
            if known.is_some_and(|known| known.record.state.status() != ResultStatus::Ignored) {
                return Ok(false);
            }
            let record = ResultRecord {
                completion: completion.clone(),
                state: waiting(BACKFILLED, due_at),
                attempts,
            };
            let due_at = Some(due_at);
            state
                .results
                .insert(completion.enrolment, WaitingResult { record, due_at });
            Ok(true)
        };
        self.faults.call(Call::AddResult, add).await
    }
}

fn waiting(cause: &str, due_at: Timestamp) -> ResultState {
    let cause = cause.to_owned();
    ResultState::Waiting { cause, due_at }
}
