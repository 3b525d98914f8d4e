//! A customer's results in the operator's hands: listed, tried again, and history added to them.
//!
//! A list reads all of the customer's results, since no index holds those that wait for nothing: an operator's command
//! only.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::results::choice::{BACKFILLED, ResultStatus, replayed};
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::{ResultRecord, ResultState};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::result_list::{
    AddResult, IndexGivenUp, ListDead, ListResults, ListWaiting, ListedResults, ReviveResult,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::item::{Attributes, encode, number, read_text, text};
use super::keys::{
    ATTEMPTS, COMPLETION, DUE_AT, DUE_DEAD, DUE_KIND, DUE_RESULT, EXPIRES_AT, HELD_UNTIL, Key, PK, RESULTS, SK, STATE,
    STATUS, TOKEN, UNSENT_SINCE, due_at, due_ignored, ignored_place,
};
use super::{Conditional, SERVICE, TenantTable, conditional, results, was_written_by};
use crate::failure::{AwsError, AwsErrorKind};

const WAIT: &str = "#state = :state, #status = :waiting, #until = :until, #attempts = :attempts, \
                    #due_kind = :due_kind, #due_at = :due_at, #unsent = :unsent, #token = :token";

impl ListResults for TenantTable {
    async fn list_results(&self, status: Option<ResultStatus>) -> Result<ListedResults, ServiceFailure> {
        let mut listed = ListedResults::default();
        let take = |item: Result<_, _>| {
            match item.and_then(|attributes| record_in(status, attributes)) {
                Ok(record) => listed.records.extend(record),
                Err(_) => listed.unreadable += 1,
            }
            Ok(())
        };
        // Any key of the customer has the customer's partition.
        let pk = Key::configuration(&self.tenant).pk;
        self.table.query_each(pk, RESULTS, take).await?;
        listed.records.sort_by_key(|record| record.completion.enrolment);
        Ok(listed)
    }
}

/// The record, where it is in this state.
fn record_in(status: Option<ResultStatus>, attributes: Attributes) -> Result<Option<ResultRecord>, AwsErrorKind> {
    let is_listed = match status {
        None => true,
        Some(status) => read_text(&attributes, STATUS)? == status.as_str(),
    };
    is_listed.then(|| results::record(attributes)).transpose()
}

impl ListDead for TenantTable {
    async fn list_dead(&self, limit: u32) -> Result<Vec<ResultRecord>, ServiceFailure> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.table.dead(&self.tenant, limit).await?)
    }
}

impl IndexGivenUp for TenantTable {
    async fn list_unindexed(&self, limit: u32) -> Result<Vec<ResultRecord>, ServiceFailure> {
        let query = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :pk AND begins_with(#sk, :results)")
            .filter_expression("#status IN (:ignored, :dead) AND attribute_not_exists(#due_kind)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_names("#status", STATUS)
            .expression_attribute_names("#due_kind", DUE_KIND)
            .expression_attribute_values(":pk", text(Key::configuration(&self.tenant).pk))
            .expression_attribute_values(":results", text(RESULTS))
            .expression_attribute_values(":ignored", text(ResultStatus::Ignored.as_str()))
            .expression_attribute_values(":dead", text(ResultStatus::Dead.as_str()));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let given_up = |attributes| results::record(attributes).map(Some);
        Ok(self.table.read_waiting(query, limit, given_up).await?.items)
    }

    async fn index_result(&self, found: &ResultRecord) -> Result<(), ServiceFailure> {
        let (kind, place) = match &found.state {
            ResultState::Ignored { reason } => (
                due_ignored(&self.tenant, *reason),
                ignored_place(*reason, &found.completion),
            ),
            // When it died is not known; that it did so lately would be an alarm.
            _ => (DUE_DEAD.to_owned(), due_at(found.completion.completed_at)),
        };
        let names = [("#due_kind", DUE_KIND), ("#due_at", DUE_AT), ("#status", STATUS)];
        let values = vec![
            (":kind", text(kind)),
            (":place", text(place)),
            (":found", text(found.state.status().as_str())),
        ];
        let key = Key::result(&self.tenant, found.completion.enrolment);
        let index = self
            .table
            .update(&key, "#due_kind = :kind, #due_at = :place", &names, values);
        let is_unindexed = "#status = :found AND attribute_not_exists(#due_kind)";
        conditional(index.condition_expression(is_unindexed)).await?;
        Ok(())
    }
}

impl ListWaiting for TenantTable {
    async fn list_waiting(&self, limit: u32) -> Result<Vec<ResultRecord>, ServiceFailure> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.table.unsent(&self.tenant, limit).await?)
    }
}

impl ReviveResult for TenantTable {
    async fn revive_result(&self, found: &ResultRecord, now: Timestamp) -> Result<bool, ServiceFailure> {
        let waiting = replayed(found, now);
        let token = Uuid::new_v4().to_string();
        let mut values = values_of(&waiting.state, waiting.attempts, now)?;
        values.push((":token", text(&token)));
        values.push((":found", text(found.state.status().as_str())));
        let update = self.wait(found.completion.enrolment, &[], "", values);
        let revived = conditional(update.condition_expression("#status = :found")).await?;
        Ok(is_made(&revived, &token))
    }
}

impl AddResult for TenantTable {
    async fn add_result(
        &self,
        completion: &Completion,
        attempts: u32,
        due_at: Timestamp,
    ) -> Result<bool, ServiceFailure> {
        let state = ResultState::Waiting {
            cause: BACKFILLED.to_owned(),
            due_at,
        };
        let token = Uuid::new_v4().to_string();
        let mut values = values_of(&state, attempts, due_at)?;
        values.push((":token", text(&token)));
        values.push((":completion", encode(completion).map_err(not_written)?));
        values.push((":ignored", text(ResultStatus::Ignored.as_str())));
        let names = [("#completion", COMPLETION), ("#pk", PK)];
        let update = self.wait(completion.enrolment, &names, ", #completion = :completion", values);
        let is_free = "attribute_not_exists(#pk) OR #status = :ignored";
        let added = conditional(update.condition_expression(is_free)).await?;
        Ok(is_made(&added, &token))
    }
}

/// Whether the write was made, now or by its first try.
fn is_made(written: &Conditional, token: &str) -> bool {
    match written {
        Conditional::Done(_) => true,
        Conditional::Held(item) => was_written_by(item, token),
    }
}

type Values = Vec<(&'static str, AttributeValue)>;

impl TenantTable {
    fn wait(
        &self,
        enrolment: EnrolmentId,
        more_names: &[(&'static str, &'static str)],
        more_set: &str,
        values: Values,
    ) -> UpdateItemFluentBuilder {
        let names = [
            ("#state", STATE),
            ("#status", STATUS),
            ("#until", HELD_UNTIL),
            ("#attempts", ATTEMPTS),
            ("#due_kind", DUE_KIND),
            ("#due_at", DUE_AT),
            ("#unsent", UNSENT_SINCE),
            ("#expires_at", EXPIRES_AT),
            ("#token", TOKEN),
        ];
        let names = [names.as_slice(), more_names].concat();
        let key = Key::result(&self.tenant, enrolment);
        let set = format!("{WAIT}{more_set} REMOVE #expires_at");
        self.table.update(&key, &set, &names, values)
    }
}

fn values_of(state: &ResultState, attempts: u32, at: Timestamp) -> Result<Values, AwsError> {
    Ok(vec![
        (":state", encode(state).map_err(not_written)?),
        (":waiting", text(state.status().as_str())),
        (":until", number(at.as_millisecond())),
        (":attempts", number(attempts)),
        (":due_kind", text(DUE_RESULT)),
        (":due_at", text(due_at(at))),
        (":unsent", text(at.to_string())),
    ])
}

fn not_written(kind: AwsErrorKind) -> AwsError {
    AwsError::new(SERVICE, "UpdateItem", kind)
}
