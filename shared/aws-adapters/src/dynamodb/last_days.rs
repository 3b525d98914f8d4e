//! Last days that were seen together with an active status: one item per employee, as long as the record has both.

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::SaveFailure;
use habitsync_workflows::ports::people::{LoadLastDays, SaveLastDay};

use super::TenantTable;
use super::item::Item;
use super::keys::{Key, Prefix};

impl LoadLastDays for TenantTable {
    async fn load_last_days(&self) -> Result<Vec<LastDaySeen>, ServiceFailure> {
        Ok(self.all_readable(Prefix::LastDay).await?)
    }
}

impl SaveLastDay for TenantTable {
    async fn save_last_day(&self, seen: &LastDaySeen) -> Result<(), SaveFailure> {
        let key = Key::last_day(&self.tenant, &seen.employee_id);
        let items = Item::new(&key).with_body(seen).map(|item| vec![item]);
        self.write_under_lease(Job::UserSync, items, &[]).await
    }

    async fn forget_last_day(&self, employee: &EmployeeId) -> Result<(), SaveFailure> {
        let key = Key::last_day(&self.tenant, employee);
        self.write_under_lease(Job::UserSync, Ok(Vec::new()), &[key]).await
    }
}
