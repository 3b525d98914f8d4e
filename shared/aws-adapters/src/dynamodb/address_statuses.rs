//! Status of mail addresses with bounces or complaints: one item per customer and address.

use habitsync_domain::identity::EmailAddress;
use habitsync_domain::notifications::mail_feedback::AddressStatus;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::mail::{KeepAddressStatuses, ListStopped};
use serde::{Deserialize, Serialize};

use super::item::{Item, Retention, read_number};
use super::keys::{Key, Prefix, VERSION};
use super::{SERVICE, Table, TenantTable};
use crate::failure::AwsError;

/// An address, as it was written, and how it stands.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    address: EmailAddress,
    #[serde(rename = "standing")]
    status: AddressStatus,
}

impl ListStopped for TenantTable {
    async fn list_stopped(&self) -> Result<Vec<EmailAddress>, ServiceFailure> {
        let heard_of: Vec<Kept> = self.all_readable(Prefix::Address).await?;
        if heard_of.is_empty() {
            return Ok(Vec::new());
        }
        let in_force = self.table.get(&Key::configuration(&self.tenant)).await?;
        let version = in_force.map(|item| read_number::<u64>(&item, VERSION)).transpose();
        let version = version
            .map_err(|kind| AwsError::new(SERVICE, "GetItem", kind))?
            .unwrap_or_default();
        let stopped = heard_of.into_iter().filter(|kept| kept.status.is_stopped(version));
        Ok(stopped.map(|kept| kept.address).collect())
    }
}

impl KeepAddressStatuses for Table {
    async fn load_address_status(
        &self,
        tenant: &TenantId,
        address: &EmailAddress,
    ) -> Result<AddressStatus, ServiceFailure> {
        let kept: Option<Kept> = self.get_readable(&Key::address(tenant, address)).await?;
        Ok(kept.map(|kept| kept.status).unwrap_or_default())
    }

    async fn save_address_status(
        &self,
        tenant: &TenantId,
        address: &EmailAddress,
        status: &AddressStatus,
    ) -> Result<(), ServiceFailure> {
        let kept = Kept {
            address: address.clone(),
            status: status.clone(),
        };
        let item = Item::new(&Key::address(tenant, address)).kept(Retention::ThirteenMonths);
        Ok(self.replace(item.with_body(&kept)).await?)
    }
}
