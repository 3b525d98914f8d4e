//! The breaker of one customer's EmployeeConnect: one item, changed only by a caller that read its current version.

use habitsync_domain::results::breaker::Breaker;
use habitsync_workflows::ports::breaker::{KeepBreaker, StoredBreaker};
use habitsync_workflows::ports::failure::ServiceFailure;
use uuid::Uuid;

use super::item::{encode, number, read_number, read_value, text};
use super::keys::{BODY, DUE_AT, DUE_BREAKER, DUE_KIND, Key, TOKEN, VERSION, due_at};
use super::{Conditional, SERVICE, TenantTable, conditional, was_written_by};
use crate::failure::AwsError;

const UNCHANGED: &str = "#version = :seen";
const NEW: &str = "attribute_not_exists(#version)";
/// Whether the watchdog must check it when no caller does.
const DUE: &str = "#body = :body, #version = :version, #token = :token, #due_kind = :due_kind, #due_at = :due_at";
const AT_REST: &str = "#body = :body, #version = :version, #token = :token REMOVE #due_kind, #due_at";

impl KeepBreaker for TenantTable {
    async fn load_breaker(&self) -> Result<StoredBreaker, ServiceFailure> {
        let key = Key::breaker(&self.tenant);
        let Some(mut item) = self.table.get(&key).await? else {
            return Ok(StoredBreaker::default());
        };
        let unreadable = |kind| AwsError::new(SERVICE, "GetItem", kind);
        Ok(StoredBreaker {
            version: read_number(&item, VERSION).map_err(unreadable)?,
            // The next change replaces a breaker that cannot be decoded; until then results are tried.
            breaker: super::readable(&key.sk, read_value(&mut item, BODY)).unwrap_or_default(),
        })
    }

    async fn change_breaker(&self, seen: &StoredBreaker, next: Breaker) -> Result<bool, ServiceFailure> {
        let names = [
            ("#body", BODY),
            ("#version", VERSION),
            ("#due_kind", DUE_KIND),
            ("#due_at", DUE_AT),
            ("#token", TOKEN),
        ];
        let token = Uuid::new_v4().to_string();
        let body = encode(&next).map_err(|kind| AwsError::new(SERVICE, "UpdateItem", kind))?;
        let mut values = vec![
            (":body", body),
            (":version", number(seen.version + 1)),
            (":token", text(&token)),
        ];
        let set = match next.due_at() {
            None => AT_REST,
            Some(at) => {
                values.extend([(":due_kind", text(DUE_BREAKER)), (":due_at", text(due_at(at)))]);
                DUE
            }
        };
        let condition = if seen.version == 0 {
            NEW
        } else {
            values.push((":seen", number(seen.version)));
            UNCHANGED
        };
        let change = self.table.update(&Key::breaker(&self.tenant), set, &names, values);
        Ok(match conditional(change.condition_expression(condition)).await? {
            Conditional::Done(_) => true,
            Conditional::Held(item) => was_written_by(&item, &token),
        })
    }
}
