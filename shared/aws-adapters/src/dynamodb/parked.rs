//! Rejected writes: one item per employee, only while there are any.

use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::rejected_writes::RejectedWrites;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::SaveFailure;
use habitsync_workflows::ports::people::{LoadRejectedWrites, SaveRejectedWrites};

use super::TenantTable;
use super::item::{Item, Retention};
use super::keys::{Key, Prefix};

impl LoadRejectedWrites for TenantTable {
    async fn load_parked(&self) -> Result<Vec<RejectedWrites>, ServiceFailure> {
        Ok(self.all_readable(Prefix::Parked).await?)
    }
}

impl SaveRejectedWrites for TenantTable {
    async fn save_parked(&self, parked: &RejectedWrites) -> Result<(), SaveFailure> {
        let key = Key::parked(&self.tenant, &parked.employee_id);
        if parked.writes.is_empty() {
            return self.write_under_lease(Job::UserSync, Ok(Vec::new()), &[key]).await;
        }
        // A write that is refused for ever is tried anew after this long.
        let item = Item::new(&key).kept(Retention::NinetyDays).with_body(parked);
        let items = item.map(|item| vec![item]);
        self.write_under_lease(Job::UserSync, items, &[]).await
    }
}
