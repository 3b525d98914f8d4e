//! Who is to be reminded, and how their addresses stand.

use habitsync_domain::identity::EmailAddress;
use habitsync_domain::notifications::mail_feedback::AddressStatus;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;

use crate::faults::Call;
use crate::fleet::Fleet;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::fleet::Due;
use habitsync_workflows::ports::mail::{AlertState, DueReminder, KeepAddressStatuses, KeepReminders};

impl KeepReminders for Fleet<'_> {
    async fn list_due_reminders(&self, now: Timestamp, limit: u32) -> Result<Due<DueReminder>, ServiceFailure> {
        let list = || {
            let mut items = Vec::new();
            for (tenant, table) in self.tables() {
                for (cause, alert) in &table.state().alerts {
                    let due_at = alert.remind_at.filter(|due_at| *due_at <= now);
                    items.extend(due_at.map(|due_at| DueReminder {
                        tenant: tenant.clone(),
                        cause: cause.clone(),
                        due_at,
                    }));
                }
            }
            items.sort_by_key(|reminder| reminder.due_at);
            items.truncate(limit as usize);
            Ok(Due { items, unreadable: 0 })
        };
        self.faults.call(Call::ListDueReminders, list).await
    }

    async fn postpone_reminder(
        &self,
        reminder: &DueReminder,
        until: Option<Timestamp>,
    ) -> Result<bool, ServiceFailure> {
        let postpone = || Ok(self.change(reminder, |alert| alert.remind_at = until));
        self.call_of(&reminder.tenant, Call::PostponeReminder, postpone).await
    }

    async fn load_told(&self, tenant: &TenantId, cause: &str) -> Result<Option<AlertState>, ServiceFailure> {
        let load = || {
            let table = self.table(tenant);
            Ok(table.and_then(|table| table.state().alerts.get(cause).cloned()))
        };
        self.call_of(tenant, Call::LoadAlert, load).await
    }

    async fn list_stopped_of(&self, tenant: &TenantId) -> Result<Vec<EmailAddress>, ServiceFailure> {
        let list = || {
            Ok(self
                .table(tenant)
                .map(|table| table.state().stopped())
                .unwrap_or_default())
        };
        self.call_of(tenant, Call::ListStopped, list).await
    }

    async fn note_reminded(&self, reminder: &DueReminder, state: &AlertState) -> Result<bool, ServiceFailure> {
        let note = || Ok(self.change(reminder, |alert| *alert = state.clone()));
        self.call_of(&reminder.tenant, Call::NoteReminded, note).await
    }
}

impl Fleet<'_> {
    /// Changes the alert where its reminder is still due when it was.
    fn change(&self, reminder: &DueReminder, change: impl FnOnce(&mut AlertState)) -> bool {
        let Some(table) = self.table(&reminder.tenant) else {
            return false;
        };
        let mut state = table.state();
        let alert = state.alerts.get_mut(&reminder.cause);
        let unchanged = alert.filter(|alert| alert.remind_at == Some(reminder.due_at));
        unchanged.map(change).is_some()
    }
}

impl KeepAddressStatuses for Fleet<'_> {
    async fn load_address_status(
        &self,
        tenant: &TenantId,
        address: &EmailAddress,
    ) -> Result<AddressStatus, ServiceFailure> {
        let load = || {
            let table = self.table(tenant);
            let status = table.and_then(|table| table.state().address_statuses.get(&address.key()).cloned());
            Ok(status.map(|(_, status)| status).unwrap_or_default())
        };
        self.call_of(tenant, Call::LoadStanding, load).await
    }

    async fn save_address_status(
        &self,
        tenant: &TenantId,
        address: &EmailAddress,
        status: &AddressStatus,
    ) -> Result<(), ServiceFailure> {
        let save = || {
            if let Some(table) = self.table(tenant) {
                let kept = (address.clone(), status.clone());
                table.state().address_statuses.insert(address.key(), kept);
            }
            Ok(())
        };
        self.call_of(tenant, Call::SaveStanding, save).await
    }
}
