//! Pending approvals, and decisions about employees.
//!
//! A plan is a head, which the index of due items lists until an operator decides, and its people in chunks that an
//! item can hold. A decision is one item per person, so that a run reads those that stand and no others.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::approvals::{Decision, Matter, PendingAction, PendingPlan, PlanDecision, PlanId};
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::fleet::Due;
use habitsync_workflows::ports::holds::{
    DueHold, ForgetDecision, ListDueHolds, LoadDecisions, LoadHold, RecordPlanDecision, SaveDecisions, SaveHold,
    StoredDecisions,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::due::{tenant_of, unchanged};
use super::item::{Attributes, Item, Retention, encode, number, read_instant, read_value};
use super::keys::{BODY, DUE_AT, DUE_HOLD, DUE_KIND, Key, PK, PLAN, Prefix, WORDS};
use super::{SERVICE, Table, TenantTable, conditional};
use crate::failure::{AwsError, AwsErrorKind};

/// People in one item at most.
const CHUNK: usize = 250;

/// The size of the people in one item at most: an item holds 400 KB.
const CHUNK_BYTES: usize = 300_000;

/// Items in one transaction.
const TRANSACTION: usize = 100;

/// A plan without its people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    id: PlanId,
    version: u64,
    since: Timestamp,
    people: u64,
    chunks: u32,
}

/// The people in parts that an item can hold: a change of many fields names each.
fn chunks(people: &[PendingAction]) -> Vec<&[PendingAction]> {
    let (mut chunks, mut begins, mut bytes) = (Vec::new(), 0, 0);
    for (place, person) in people.iter().enumerate() {
        let size = serde_json::to_vec(person).map_or(CHUNK_BYTES, |json| json.len());
        if place > begins && (bytes + size > CHUNK_BYTES || place - begins >= CHUNK) {
            chunks.extend(people.get(begins..place));
            (begins, bytes) = (place, 0);
        }
        bytes += size;
    }
    chunks.extend(people.get(begins..).filter(|rest| !rest.is_empty()));
    chunks
}

impl LoadHold for TenantTable {
    async fn load_hold(&self, id: &PlanId) -> Result<Option<PendingPlan>, ServiceFailure> {
        let found = self.whole_plan(id).await;
        match found {
            Err(error) if matches!(error.kind(), AwsErrorKind::Unreadable(_)) => {
                tracing::error!(tenant = %self.tenant, plan = %id, %error, "a pending plan cannot be read, and is passed over");
                Ok(None)
            }
            found => Ok(found?),
        }
    }
}

impl TenantTable {
    async fn whole_plan(&self, id: &PlanId) -> Result<Option<PendingPlan>, AwsError> {
        let Some(mut head) = self.table.get(&Key::plan(&self.tenant, id, 0)).await? else {
            return Ok(None);
        };
        let unreadable = |kind| AwsError::new(SERVICE, "GetItem", kind);
        let words: Vec<PlanDecision> = read_value(&mut head, WORDS).map_err(unreadable)?;
        let head: Head = read_value(&mut head, BODY).map_err(unreadable)?;
        let mut people: Vec<PendingAction> = Vec::new();
        for chunk in 1..=head.chunks {
            let chunk = self.table.get_body(&Key::plan(&self.tenant, id, chunk)).await?;
            people.extend(chunk.unwrap_or_else(Vec::new));
        }
        if people.len() as u64 != head.people {
            let missing = format!("{} of {} employees are there", people.len(), head.people);
            return Err(unreadable(AwsErrorKind::Unreadable(missing)));
        }
        Ok(Some(PendingPlan {
            id: head.id,
            version: head.version,
            since: head.since,
            people,
            decisions: words,
        }))
    }
}

impl SaveHold for TenantTable {
    async fn save_hold(&self, plan: &PendingPlan, remind_at: Timestamp) -> Result<(), ServiceFailure> {
        let chunks = chunks(&plan.people);
        // The head comes last: it says what there is.
        for (number, people) in (1..).zip(&chunks) {
            let key = Key::plan(&self.tenant, &plan.id, number);
            let item = Item::new(&key).kept(Retention::Run).with_body(people);
            self.table.replace(item).await?;
        }
        let head = Head {
            id: plan.id.clone(),
            version: plan.version,
            since: plan.since,
            people: u64::try_from(plan.people.len()).unwrap_or(u64::MAX),
            chunks: u32::try_from(chunks.len()).unwrap_or(u32::MAX),
        };
        let item = Item::new(&Key::plan(&self.tenant, &plan.id, 0)).kept(Retention::Run);
        let item = item
            .with_value(WORDS, &plan.decisions)
            .and_then(|item| item.with_body(&head));
        let item = item.map(|item| match plan.conclusion() {
            None => item.due(DUE_HOLD, remind_at),
            Some(_) => item,
        });
        Ok(self.replace_head(item, plan.decisions.len()).await?)
    }

    async fn close_hold(&self, id: &PlanId) -> Result<(), ServiceFailure> {
        let close = "#words = #words REMOVE #due_kind, #due_at";
        Ok(self.change_plan(id, close, "attribute_exists(#pk)", Vec::new()).await?)
    }
}

impl RecordPlanDecision for TenantTable {
    async fn note_decision(&self, id: &PlanId, word: &PlanDecision) -> Result<(), ServiceFailure> {
        let encoded = |kind| AwsError::new(SERVICE, "UpdateItem", kind);
        let word_decides_all = word.decides_all();
        let (words, word) = (encode(&[word]).map_err(encoded)?, encode(word).map_err(encoded)?);
        let note = if word_decides_all {
            "#words = list_append(#words, :word) REMOVE #due_kind, #due_at"
        } else {
            "#words = list_append(#words, :word)"
        };
        // A decision that is stored already is this very one, whose answer was lost.
        let is_news = "attribute_exists(#pk) AND NOT contains(#words, :said)";
        Ok(self
            .change_plan(id, note, is_news, vec![(":word", words), (":said", word)])
            .await?)
    }
}

impl TenantTable {
    /// Writes the head, unless a decision has been added that the writer does not know of: then it stays as it is.
    async fn replace_head(&self, item: Result<Item, AwsErrorKind>, words: usize) -> Result<(), AwsError> {
        let item = item.map_err(|kind| AwsError::new(SERVICE, "PutItem", kind))?;
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .set_item(Some(item.attributes))
            .condition_expression("attribute_not_exists(#words) OR size(#words) = :words")
            .expression_attribute_names("#words", WORDS)
            .expression_attribute_values(":words", number(words));
        match put.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(()),
            Err(error) => Err(AwsError::from_sdk(SERVICE, "PutItem", &error)),
        }
    }

    /// Changes the head of a plan, if there is one.
    async fn change_plan(
        &self,
        id: &PlanId,
        set: &str,
        condition: &str,
        values: Vec<(&'static str, AttributeValue)>,
    ) -> Result<(), AwsError> {
        let names = [
            ("#pk", PK),
            ("#words", WORDS),
            ("#due_kind", DUE_KIND),
            ("#due_at", DUE_AT),
        ];
        // DynamoDB refuses a name that no expression uses.
        let is_used = |(mark, _): &(&str, &str)| set.contains(mark) || condition.contains(mark);
        let names: Vec<_> = names.into_iter().filter(is_used).collect();
        let update = self.table.update(&Key::plan(&self.tenant, id, 0), set, &names, values);
        conditional(update.condition_expression(condition)).await.map(drop)
    }
}

impl LoadDecisions for TenantTable {
    async fn load_decisions(&self) -> Result<StoredDecisions, ServiceFailure> {
        let (decisions, unreadable) = self.all_named(Prefix::Decision).await?;
        let about = |key: String| Key::decided(&key);
        Ok(StoredDecisions {
            decisions,
            unreadable: unreadable.into_iter().filter_map(about).collect(),
        })
    }
}

impl SaveDecisions for TenantTable {
    async fn save_decisions(&self, decisions: &[Decision]) -> Result<(), ServiceFailure> {
        for decisions in decisions.chunks(TRANSACTION) {
            let items = decisions.iter().map(|decision| {
                let key = Key::decision(&self.tenant, decision.about());
                let item = Item::new(&key).kept(Retention::Run);
                item.with_text(PLAN, decision.plan.as_str()).with_body(decision)
            });
            let changes = self.table.changes(items.collect(), &[])?;
            self.table.commit(changes).await?;
        }
        Ok(())
    }
}

impl ForgetDecision for TenantTable {
    async fn forget_decision(&self, decision: &Decision) -> Result<(), ServiceFailure> {
        let (employee, matter) = decision.about();
        self.delete_decision(decision, (employee, matter)).await?;
        if matter == Matter::UserName {
            // An older version stored a decision about a user name as one about the account.
            self.delete_decision(decision, (employee, Matter::Account)).await?;
        }
        Ok(())
    }
}

impl TenantTable {
    /// Deletes just this decision, where it is stored under this key.
    async fn delete_decision(&self, decision: &Decision, about: (&EmployeeId, Matter)) -> Result<(), AwsError> {
        let body = encode(decision).map_err(|kind| AwsError::new(SERVICE, "DeleteItem", kind))?;
        let delete = self
            .table
            .client
            .delete_item()
            .table_name(&self.table.name)
            .set_key(Some(Key::decision(&self.tenant, about).attributes()))
            .condition_expression("#body = :body")
            .expression_attribute_names("#body", BODY)
            .expression_attribute_values(":body", body);
        match delete.send().await {
            Ok(_) => Ok(()),
            // A newer decision replaced it meanwhile, or it is gone.
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(()),
            Err(error) => Err(AwsError::from_sdk(SERVICE, "DeleteItem", &error)),
        }
    }
}

impl ListDueHolds for Table {
    async fn list_due_holds(&self, now: Timestamp, limit: u32) -> Result<Due<DueHold>, ServiceFailure> {
        Ok(self.due(DUE_HOLD, now, limit, |hold| due_hold(hold).map(Some)).await?)
    }

    async fn postpone_hold(&self, hold: &DueHold, until: Timestamp) -> Result<bool, ServiceFailure> {
        let key = Key::plan(&hold.tenant, &hold.plan, 0);
        Ok(self.postpone(&key, until, unchanged(hold.due_at)).await?)
    }
}

fn due_hold(mut attributes: Attributes) -> Result<DueHold, AwsErrorKind> {
    let (tenant, due_at): (TenantId, _) = (tenant_of(&attributes)?, read_instant(&attributes, DUE_AT)?);
    let head: Head = read_value(&mut attributes, BODY)?;
    Ok(DueHold {
        tenant,
        plan: head.id,
        people: head.people,
        since: head.since,
        due_at,
    })
}

#[cfg(test)]
mod tests {
    use habitsync_domain::approvals::{Grounds, HoldReason, ProposedChange};

    use super::*;

    fn held(number: usize, fields: usize) -> PendingAction {
        let field = |field| format!("X-{}{field}", "é".repeat(30)).parse().expect("a field");
        PendingAction {
            employee_id: format!("{number}{}", "é".repeat(90)).parse().expect("an id"),
            person: "é".repeat(250),
            user_name: "é".repeat(255).parse().expect("a name"),
            evidence: Grounds::Change(ProposedChange::Update {
                fields: (0..fields).map(field).collect(),
                digest: "0".repeat(64),
            }),
            hold_reason: HoldReason::NoLinks,
            changes: Vec::new(),
            waits_with: None,
        }
    }

    #[test]
    fn every_part_of_a_plan_fits_an_item_and_no_employee_is_left_out() {
        for (people, fields) in [
            (0, 1),
            (1, 1),
            (249, 1),
            (250, 1),
            (251, 1),
            (5_000, 1),
            (700, 80),
            (3, 4_000),
        ] {
            let plan: Vec<_> = (0..people).map(|number| held(number, fields)).collect();
            let chunks = chunks(&plan);
            assert_eq!(chunks.concat(), plan);
            for chunk in chunks {
                let bytes = serde_json::to_vec(chunk).expect("is JSON").len();
                assert!(bytes < 390_000 && chunk.len() <= CHUNK, "{bytes} bytes");
            }
        }
    }
}
