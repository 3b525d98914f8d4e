//! A customer's results in the operator's hands: listed, tried again, and history added to them.

use std::future::Future;

use habitsync_domain::results::choice::ResultStatus;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::ResultRecord;
use jiff::Timestamp;

use super::failure::ServiceFailure;

/// Reads many results.
pub trait ListResults {
    /// Lists all results that are in this state, or all results, by enrolment. One that cannot be read is skipped, and
    /// the others are listed.
    fn list_results(
        &self,
        status: Option<ResultStatus>,
    ) -> impl Future<Output = Result<ListedResults, ServiceFailure>> + Send;
}

/// A customer's results, as far as they can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedResults {
    /// Results that can be read.
    pub records: Vec<ResultRecord>,
    /// Rows that were skipped because they cannot be read; their state is unknown.
    pub unreadable: u64,
}

/// Lists dead results.
pub trait ListDead {
    /// Lists at most `limit` of the customer's dead results, the earliest death first. Results that died under a
    /// version without this index are missing until a sweep has indexed them: see [`IndexGivenUp`].
    fn list_dead(&self, limit: u32) -> impl Future<Output = Result<Vec<ResultRecord>, ServiceFailure>> + Send;
}

/// Adds ignored and dead results to the index that versions without it have stored.
pub trait IndexGivenUp {
    /// Lists at most `limit` of the customer's ignored and dead results that the index does not list.
    fn list_unindexed(&self, limit: u32) -> impl Future<Output = Result<Vec<ResultRecord>, ServiceFailure>> + Send;

    /// Lists the result in the index, unless it has changed since.
    fn index_result(&self, found: &ResultRecord) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Reads what has not been recorded yet, and could be.
pub trait ListWaiting {
    /// Lists at most `limit` of the customer's results that are due, waiting or claimed, the next due first.
    fn list_waiting(&self, limit: u32) -> impl Future<Output = Result<Vec<ResultRecord>, ServiceFailure>> + Send;
}

/// Tries dead and ignored results again.
pub trait ReviveResult {
    /// Makes a dead or ignored result wait, due at `now`: see `habitsync_domain::results::choice::replayed`. One conditional write;
    /// false where the result is no longer in the state in which it was found.
    fn revive_result(
        &self,
        found: &ResultRecord,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}

/// Adds completions that no webhook brought.
pub trait AddResult {
    /// Makes a completion wait, due at `due_at`, with so many attempts behind it. One conditional write; false where it has a
    /// record already, unless that one is ignored.
    fn add_result(
        &self,
        completion: &Completion,
        attempts: u32,
        due_at: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}
