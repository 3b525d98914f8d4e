//! Leases: one run of a customer's job at a time. One conditional write takes the lease or tells until when it is taken.

use aws_sdk_dynamodb::error::SdkError;
use habitsync_domain::job::Job;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::runs::{HoldLease, Lease};
use jiff::Timestamp;

use super::item::{Attributes, number, read_number, text};
use super::keys::{HELD_UNTIL, HOLDER, Key, PK};
use super::{Conditional, SERVICE, TenantTable, conditional};
use crate::failure::{AwsError, AwsErrorKind};

/// Free, run out, or ours already: the SDK may repeat a write whose answer was lost.
const MAY_BE_TAKEN: &str = "attribute_not_exists(#pk) OR #until <= :now OR #holder = :holder";

impl HoldLease for TenantTable {
    async fn acquire_lease(
        &self,
        job: Job,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Lease, ServiceFailure> {
        let key = Key::lease(&self.tenant, job);
        let names = [("#pk", PK), ("#until", HELD_UNTIL), ("#holder", HOLDER)];
        let values = vec![
            (":holder", text(holder)),
            (":until", number(until.as_millisecond())),
            (":now", number(now.as_millisecond())),
        ];
        let take = self
            .table
            .update(&key, "#holder = :holder, #until = :until", &names, values);
        match conditional(take.condition_expression(MAY_BE_TAKEN)).await? {
            Conditional::Done(_) => Ok(Lease::Acquired),
            Conditional::Held(lease) => Ok(Lease::HeldUntil(held_until(&lease)?)),
        }
    }

    async fn release_lease(&self, job: Job, holder: &str) -> Result<(), ServiceFailure> {
        let delete = self
            .table
            .client
            .delete_item()
            .table_name(&self.table.name)
            .set_key(Some(Key::lease(&self.tenant, job).attributes()))
            .condition_expression("#holder = :holder")
            .expression_attribute_names("#holder", HOLDER)
            .expression_attribute_values(":holder", text(holder));
        match delete.send().await {
            // Nobody's, or by now another's: either way it is no longer ours.
            Err(SdkError::ServiceError(answer)) if answer.err().is_conditional_check_failed_exception() => Ok(()),
            outcome => outcome
                .map(drop)
                .map_err(|error| AwsError::of(SERVICE, "DeleteItem", &error).into()),
        }
    }
}

/// Until when a lease or a claim holds.
pub(super) fn held_until(attributes: &Attributes) -> Result<Timestamp, AwsError> {
    let unreadable = |kind| AwsError::new(SERVICE, "UpdateItem", kind);
    let milliseconds = read_number(attributes, HELD_UNTIL).map_err(unreadable)?;
    Timestamp::from_millisecond(milliseconds)
        .map_err(|_| unreadable(AwsErrorKind::Unreadable("the end of a lease or claim".to_owned())))
}
