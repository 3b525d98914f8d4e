//! Transactions: several items change together, or none does. The SDK gives each a token, so that one that it repeats after a lost
//! answer has its effect once.

use std::time::Duration;

use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, Delete, Put, TransactWriteItem};

use super::item::Item;
use super::keys::Key;
use super::{SERVICE, Table};
use crate::failure::{AwsError, AwsErrorKind};

/// The waits after which a transaction is tried again that met another write of one of its items.
const CONFLICT_WAITS: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(150),
    Duration::from_millis(400),
    Duration::from_secs(1),
];

/// The outcome of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Committed {
    /// All writes were made.
    Done,
    /// Nothing was: a condition did not hold, that of the first change or another's.
    Refused { first: bool },
}

impl Table {
    /// Makes all of these changes, or none. A write of one of the items that happens at the same moment is waited for.
    pub(super) async fn commit(&self, changes: Vec<TransactWriteItem>) -> Result<Committed, AwsError> {
        let write = self.client.transact_write_items().set_transact_items(Some(changes));
        let mut waits = CONFLICT_WAITS.into_iter();
        loop {
            let Err(error) = write.clone().send().await else {
                return Ok(Committed::Done);
            };
            let reasons = cancellation(&error);
            if let Some(refused) = refused(reasons) {
                return Ok(refused);
            }
            if is_item_refused(reasons) {
                let code = "ValidationError".to_owned();
                return Err(unwritable(AwsErrorKind::ItemRefused(code)));
            }
            match waits.next().filter(|_| is_conflict(reasons)) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(AwsError::from_sdk(SERVICE, "TransactWriteItems", &error)),
            }
        }
    }

    /// Returns the write that puts this item over the stored one.
    pub(super) fn put(&self, item: Item) -> Result<TransactWriteItem, AwsError> {
        let put = Put::builder().set_item(Some(item.attributes)).table_name(&self.name);
        Ok(TransactWriteItem::builder().put(built(put.build())?).build())
    }

    /// That the item with this key is removed, if there is one.
    pub(super) fn delete(&self, key: &Key) -> Result<TransactWriteItem, AwsError> {
        let delete = Delete::builder().set_key(Some(key.attributes())).table_name(&self.name);
        Ok(TransactWriteItem::builder().delete(built(delete.build())?).build())
    }
}

/// A part of a transaction that the SDK has built.
pub(super) fn built<T>(part: Result<T, BuildError>) -> Result<T, AwsError> {
    part.map_err(|error| unwritable(AwsErrorKind::Unreadable(error.to_string())))
}

/// A transaction that cannot be written.
pub(super) fn unwritable(kind: AwsErrorKind) -> AwsError {
    AwsError::new(SERVICE, "TransactWriteItems", kind)
}

fn cancellation<R>(error: &SdkError<TransactWriteItemsError, R>) -> &[CancellationReason] {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
        _ => &[],
    }
}

fn refused(reasons: &[CancellationReason]) -> Option<Committed> {
    let is_refused = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let place = reasons.iter().position(is_refused)?;
    Some(Committed::Refused { first: place == 0 })
}

/// Whether one of the items is too large or not valid, however often it is written.
fn is_item_refused(reasons: &[CancellationReason]) -> bool {
    reasons.iter().any(|reason| {
        matches!(
            reason.code(),
            Some("ValidationError" | "ItemCollectionSizeLimitExceeded")
        )
    })
}

fn is_conflict(reasons: &[CancellationReason]) -> bool {
    reasons
        .iter()
        .any(|reason| matches!(reason.code(), Some("TransactionConflict" | "ThrottlingError")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(code: &str) -> CancellationReason {
        CancellationReason::builder().code(code).build()
    }

    #[test]
    fn a_condition_that_failed_is_told_from_a_write_that_was_in_the_way() {
        let lost = [reason("ConditionalCheckFailed"), reason("None")];
        assert_eq!(refused(&lost), Some(Committed::Refused { first: true }));
        let other = [reason("None"), reason("ConditionalCheckFailed")];
        assert_eq!(refused(&other), Some(Committed::Refused { first: false }));
        let conflict = [reason("TransactionConflict"), reason("None")];
        assert_eq!((refused(&conflict), is_conflict(&conflict)), (None, true));
        let too_large = [reason("None"), reason("ValidationError")];
        assert!(!is_conflict(&too_large) && is_item_refused(&too_large) && !is_item_refused(&conflict));
    }
}
