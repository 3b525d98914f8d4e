//! How soon the operators hear of a customer: the one place that decides. The first four weeks after go-live are hypercare, when
//! what nobody foresaw shows, and everything is told sooner.

use jiff::{SignedDuration, Timestamp};

use crate::failure_class::{FailureClass, Notify};

/// How long a customer is new.
const HYPERCARE: SignedDuration = SignedDuration::from_hours(4 * 7 * 24);

/// From when on something is told to the operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertThresholds {
    /// How long a job may take beyond its due time and its jitter before the customer is stale.
    pub stale_after: SignedDuration,
    /// How long a vendor may fail this customer's job.
    pub vendor_told_after: SignedDuration,
    /// How many results may end as dead within a day; this many are told.
    pub dead_told_at: u64,
}

impl AlertThresholds {
    /// For a customer who is live since then; one of whom that is not known is not new.
    #[must_use]
    pub fn new(live_since: Option<Timestamp>, now: Timestamp) -> Self {
        if is_hypercare(live_since, now) {
            Self {
                stale_after: SignedDuration::from_mins(10),
                vendor_told_after: SignedDuration::from_hours(2),
                dead_told_at: 1,
            }
        } else {
            Self {
                stale_after: SignedDuration::from_mins(30),
                vendor_told_after: vendors_patience(),
                dead_told_at: 10,
            }
        }
    }
}

/// Whether a customer who is live since then is in the first four weeks; one of whom that is not known is not.
#[must_use]
pub fn is_hypercare(live_since: Option<Timestamp>, now: Timestamp) -> bool {
    live_since.is_some_and(|since| now.duration_since(since) < HYPERCARE)
}

/// A day, as the table of troubles says.
fn vendors_patience() -> SignedDuration {
    match FailureClass::Vendor.policy().notify {
        Notify::OperatorAfter(lasting) => lasting,
        Notify::OperatorAtOnce | Notify::CustomerAtOnce | Notify::CustomerInWorklist => SignedDuration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_weeks_after_go_live_a_customer_is_like_every_other() {
        let live_since = Timestamp::UNIX_EPOCH;
        let on_day =
            |day: i64| AlertThresholds::new(Some(live_since), live_since + SignedDuration::from_hours(24 * day));
        let usual = AlertThresholds::new(None, live_since);
        assert_eq!(usual.vendor_told_after, SignedDuration::from_hours(24));
        assert_ne!(on_day(27), usual);
        assert_eq!(on_day(28), usual);
        assert_eq!(on_day(0).dead_told_at, 1);
    }
}
