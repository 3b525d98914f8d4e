//! A customer's results in the operator's hands: listed, tried again, and history added to them.
//!
//! A list reads all of the customer's results, since nothing indexes those that wait for nobody: an operator's command
//! only.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::completion::Completion;
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::result::{ResultRecord, ResultState};
use habitsync_domain::result_choice::{BACKFILLED, REPLAYED, ResultStatus};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::result_list::{AddResult, ListDead, ListResults, ReviveResult};
use jiff::Timestamp;

use super::item::{encode, number, read_text, text};
use super::keys::{
    ATTEMPTS, COMPLETION, DUE_AT, DUE_KIND, DUE_RESULT, EXPIRES_AT, HELD_UNTIL, Key, PK, RESULTS, STATE, STATUS, due_at,
};
use super::{Conditional, SERVICE, TenantTable, conditional, results};
use crate::failure::{AwsError, AwsErrorKind};

const WAIT: &str = "#state = :state, #status = :waiting, #until = :until, #attempts = :attempts, \
                    #due_kind = :due_kind, #due_at = :due_at";

impl ListResults for TenantTable {
    async fn list_results(&self, status: Option<ResultStatus>) -> Result<Vec<ResultRecord>, ServiceFailure> {
        let unreadable = |kind| AwsError::new(SERVICE, "Query", kind);
        let read = |attributes| {
            let is_listed = match status {
                None => true,
                Some(status) => read_text(&attributes, STATUS).map_err(unreadable)? == status.as_str(),
            };
            let record = is_listed.then(|| results::record(attributes)).transpose();
            record.map_err(unreadable)
        };
        // Any key of the customer has the customer's partition.
        let pk = Key::configuration(&self.tenant).pk;
        let listed = self.table.query(pk, RESULTS, read).await?;
        let mut listed: Vec<_> = listed.into_iter().flatten().collect();
        listed.sort_by_key(|record| record.completion.enrolment);
        Ok(listed)
    }
}

impl ListDead for TenantTable {
    async fn list_dead(&self, limit: u32) -> Result<Vec<ResultRecord>, ServiceFailure> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.table.dead(&self.tenant, limit).await?)
    }
}

impl ReviveResult for TenantTable {
    async fn revive_result(
        &self,
        enrolment: EnrolmentId,
        attempts: u32,
        now: Timestamp,
    ) -> Result<bool, ServiceFailure> {
        let names = [("#expires_at", EXPIRES_AT)];
        let mut values = waiting(REPLAYED, attempts, now)?;
        values.push((":dead", text(ResultStatus::Dead.as_str())));
        let set = format!("{WAIT} REMOVE #expires_at");
        let update = self.wait(enrolment, &set, &names, values);
        let revived = conditional(update.condition_expression("#status = :dead")).await?;
        Ok(matches!(revived, Conditional::Done(_)))
    }
}

impl AddResult for TenantTable {
    async fn add_result(&self, completion: &Completion, due_at: Timestamp) -> Result<bool, ServiceFailure> {
        let names = [("#completion", COMPLETION), ("#pk", PK)];
        let mut values = waiting(BACKFILLED, 0, due_at)?;
        values.push((":completion", encode(completion).map_err(not_written)?));
        let set = format!("{WAIT}, #completion = :completion");
        let update = self.wait(completion.enrolment, &set, &names, values);
        let added = conditional(update.condition_expression("attribute_not_exists(#pk)")).await?;
        Ok(matches!(added, Conditional::Done(_)))
    }
}

type Values = Vec<(&'static str, AttributeValue)>;

impl TenantTable {
    fn wait(
        &self,
        enrolment: EnrolmentId,
        set: &str,
        more_names: &[(&'static str, &'static str)],
        values: Values,
    ) -> UpdateItemFluentBuilder {
        let names = [
            ("#state", STATE),
            ("#status", STATUS),
            ("#until", HELD_UNTIL),
            ("#attempts", ATTEMPTS),
            ("#due_kind", DUE_KIND),
            ("#due_at", DUE_AT),
        ];
        let names = [names.as_slice(), more_names].concat();
        let key = Key::result(&self.tenant, enrolment);
        self.table.update(&key, set, &names, values)
    }
}

fn waiting(cause: &str, attempts: u32, at: Timestamp) -> Result<Values, AwsError> {
    let state = ResultState::Waiting {
        cause: cause.to_owned(),
        due_at: at,
    };
    let status = state.status().as_str();
    Ok(vec![
        (":state", encode(&state).map_err(not_written)?),
        (":waiting", text(status)),
        (":until", number(at.as_millisecond())),
        (":attempts", number(attempts)),
        (":due_kind", text(DUE_RESULT)),
        (":due_at", text(due_at(at))),
    ])
}

fn not_written(kind: AwsErrorKind) -> AwsError {
    AwsError::new(SERVICE, "UpdateItem", kind)
}
