//! The thresholds at which the operators are alerted about a customer: the one place that decides. The first four weeks
//! after go-live are hypercare, when unforeseen failures show, and every threshold is tighter.

use jiff::{SignedDuration, Timestamp};

use crate::failure_class::{FailureClass, Notify};

/// How long a customer is new.
const HYPERCARE: SignedDuration = SignedDuration::from_hours(4 * 7 * 24);

/// The thresholds from which the operators are alerted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertThresholds {
    /// How long a job may take beyond its due time and its jitter before the customer is stale.
    pub stale_after: SignedDuration,
    /// How long a vendor may fail this customer's job.
    pub vendor_told_after: SignedDuration,
    /// The number of results that end as dead within a day from which the operators are alerted.
    pub dead_told_at: u64,
}

impl AlertThresholds {
    /// Returns the thresholds of a customer who has been live since `live_since`; where that is not known, the customer
    /// is not new.
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

/// Whether a customer who has been live since `live_since` is in the first four weeks; where that is not known, the
/// customer is not.
#[must_use]
pub fn is_hypercare(live_since: Option<Timestamp>, now: Timestamp) -> bool {
    live_since.is_some_and(|since| now.duration_since(since) < HYPERCARE)
}

/// A day, from the policy of the failure class "vendor".
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
