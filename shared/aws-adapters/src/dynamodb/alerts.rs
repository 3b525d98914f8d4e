//! Alert states by customer and subject, and the customers who are due a reminder.
//!
//! The worklist is kept beside its alert, in pieces: hundreds of lines outgrow one item. The pieces bear the time of
//! the mail, which the alert names, so that a reader of the alert gets the pieces of one mail. They are personal data:
//! they go when nothing is open, or when the next mail's are there, and expire in any case.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use habitsync_domain::identity::EmailAddress;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::notifications::Worklist;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::fleet::Due;
use habitsync_workflows::ports::mail::{AlertState, DueReminder, KeepReminders, ListStopped, RememberAlert};
use jiff::Timestamp;
use uuid::Uuid;

use super::item::{Attributes, Item, Retention, read_instant, read_text, read_value, text};
use super::keys::{BODY, DUE_ALERT, DUE_AT, DUE_KIND, Key, PK, SK, STATUS, TOKEN, due_at};
use super::{Conditional, SERVICE, Table, TenantTable, conditional, was_written_by};
use crate::failure::{AwsError, AwsErrorKind};

/// A line is at most some 2 KB of text: so many are well below what an item holds.
const LINES_OF_A_PIECE: usize = 100;

impl RememberAlert for TenantTable {
    async fn load_alert(&self, cause: &str) -> Result<Option<AlertState>, ServiceFailure> {
        let found: Option<AlertState> = self.table.get_readable(&Key::alert(&self.tenant, cause)).await?;
        let Some(mut alert) = found else {
            return Ok(None);
        };
        let pk = Key::configuration(&self.tenant).pk;
        let read = |mut attributes| read_value::<Worklist>(&mut attributes, BODY);
        let pieces = self
            .table
            .query(pk, &Key::worklist_of(cause, alert.sent_at), read)
            .await?;
        alert.worklist = Worklist::joined(pieces);
        Ok(Some(alert))
    }

    async fn save_alert(&self, cause: &str, state: &AlertState) -> Result<(), ServiceFailure> {
        self.save_pieces(cause, state).await?;
        self.table.replace(self.alert(cause, state)).await?;
        Ok(self.remove_other_pieces(cause, state.sent_at).await?)
    }
}

impl TenantTable {
    fn alert(&self, cause: &str, state: &AlertState) -> Result<Item, AwsErrorKind> {
        let item = Item::new(&Key::alert(&self.tenant, cause)).with_body(state)?;
        Ok(match state.remind_at {
            Some(at) => item.due(DUE_ALERT, at),
            None => item,
        })
    }

    async fn save_pieces(&self, cause: &str, state: &AlertState) -> Result<(), AwsError> {
        for (number, piece) in state.worklist.pieces(LINES_OF_A_PIECE).iter().enumerate() {
            let key = Key::worklist(&self.tenant, cause, state.sent_at, number);
            let item = Item::new(&key).kept(Retention::NinetyDays).with_body(piece);
            self.table.replace(item).await?;
        }
        Ok(())
    }

    /// Deletes the pieces of other mails.
    async fn remove_other_pieces(&self, cause: &str, sent_at: Timestamp) -> Result<(), AwsError> {
        let pk = Key::configuration(&self.tenant).pk;
        let told = Key::worklist_of(cause, sent_at);
        let mut others = Vec::new();
        let take = |sk: &str, _: Result<Attributes, AwsErrorKind>| {
            others.extend((!sk.starts_with(&told)).then(|| sk.to_owned()));
            Ok(())
        };
        self.table.query_keyed(pk.clone(), &Key::worklists(cause), take).await?;
        for sk in others {
            self.table.remove(&Key { pk: pk.clone(), sk }).await?;
        }
        Ok(())
    }

    /// Stores the alert where its reminder is still due when it was; false where it is not.
    async fn replace_alert(&self, reminder: &DueReminder, state: &AlertState) -> Result<bool, AwsError> {
        let item = self.alert(&reminder.cause, state);
        let token = Uuid::new_v4().to_string();
        let item = item
            .map(|item| item.with_text(TOKEN, &token))
            .map_err(|kind| AwsError::new(SERVICE, "PutItem", kind))?;
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .set_item(Some(item.attributes))
            .condition_expression("#due_at = :seen")
            .expression_attribute_names("#due_at", DUE_AT)
            .expression_attribute_values(":seen", text(due_at(reminder.due_at)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(failed.item().is_some_and(|item| was_written_by(item, &token)))
                }
                _ => Err(AwsError::from_sdk(SERVICE, "PutItem", &error)),
            },
        }
    }
}

impl KeepReminders for Table {
    async fn list_due_reminders(&self, now: Timestamp, limit: u32) -> Result<Due<DueReminder>, ServiceFailure> {
        Ok(self
            .due(DUE_ALERT, now, limit, |reminder| due_reminder(&reminder).map(Some))
            .await?)
    }

    async fn postpone_reminder(
        &self,
        reminder: &DueReminder,
        until: Option<Timestamp>,
    ) -> Result<bool, ServiceFailure> {
        let key = Key::alert(&reminder.tenant, &reminder.cause);
        let seen = (":seen", text(due_at(reminder.due_at)));
        let token = Uuid::new_v4().to_string();
        let stamp = (":token", text(&token));
        let update = if let Some(until) = until {
            let values = vec![seen, stamp, (":until", text(due_at(until)))];
            let names = [("#due_at", DUE_AT), ("#token", TOKEN)];
            self.update(&key, "#due_at = :until, #token = :token", &names, values)
        } else {
            let names = [
                ("#status", STATUS),
                ("#due_at", DUE_AT),
                ("#due_kind", DUE_KIND),
                ("#token", TOKEN),
            ];
            let values = vec![seen, stamp, (":quiet", text("quiet"))];
            let set = "#status = :quiet, #token = :token REMOVE #due_at, #due_kind";
            self.update(&key, set, &names, values)
        };
        Ok(
            match conditional(update.condition_expression("#due_at = :seen")).await? {
                Conditional::Done(_) => true,
                Conditional::Held(item) => was_written_by(&item, &token),
            },
        )
    }

    async fn load_told(&self, tenant: &TenantId, cause: &str) -> Result<Option<AlertState>, ServiceFailure> {
        self.tenant(tenant).load_alert(cause).await
    }

    async fn list_stopped_of(&self, tenant: &TenantId) -> Result<Vec<EmailAddress>, ServiceFailure> {
        self.tenant(tenant).list_stopped().await
    }

    async fn note_reminded(&self, reminder: &DueReminder, state: &AlertState) -> Result<bool, ServiceFailure> {
        let tenant = self.tenant(&reminder.tenant);
        tenant.save_pieces(&reminder.cause, state).await?;
        let is_noted = tenant.replace_alert(reminder, state).await?;
        if is_noted {
            tenant.remove_other_pieces(&reminder.cause, state.sent_at).await?;
        }
        Ok(is_noted)
    }
}

fn due_reminder(attributes: &Attributes) -> Result<DueReminder, AwsErrorKind> {
    let key = Key {
        pk: read_text(attributes, PK)?.to_owned(),
        sk: read_text(attributes, SK)?.to_owned(),
    };
    let unreadable = || AwsErrorKind::Unreadable("the key of an alert".to_owned());
    Ok(DueReminder {
        tenant: key.tenant().ok_or_else(unreadable)?,
        cause: key.cause().ok_or_else(unreadable)?.to_owned(),
        due_at: read_instant(attributes, DUE_AT)?,
    })
}
