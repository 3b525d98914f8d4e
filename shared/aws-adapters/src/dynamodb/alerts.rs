//! What a customer has been told about each subject.

use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::mail::{AlertState, RememberAlert};

use super::TenantTable;
use super::item::Item;
use super::keys::Key;

impl RememberAlert for TenantTable {
    async fn load_alert(&self, cause: &str) -> Result<Option<AlertState>, ServiceFailure> {
        Ok(self.table.get_body(&Key::alert(&self.tenant, cause)).await?)
    }

    async fn save_alert(&self, cause: &str, state: &AlertState) -> Result<(), ServiceFailure> {
        let item = Item::new(&Key::alert(&self.tenant, cause)).with_body(state);
        Ok(self.table.replace(item).await?)
    }
}
