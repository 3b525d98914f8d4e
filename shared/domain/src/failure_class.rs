//! The classes of failures, and the policy of each. The one place that defines who mends a failure, who is notified and
//! when, when it is retried, and the exit code of the operator's command; mails, retries, alarms and exit codes follow
//! it.
//!
//! | class | for instance | owner | notified | retried | exit code |
//! | --- | --- | --- | --- | --- | --- |
//! | config | credentials, a missing module | customer | customer, at once | by every run: it costs one request | 1 |
//! | data | one employee's record | customer | customer, in the worklist | once the record changes, or its back-off ends | 3 |
//! | vendor | time-outs, 5xx, 429 | vendor | operator, after a day | with growing waits | 1 |
//! | ours | the table, a bug | operator | operator, at once | by the next run | 1 |

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The class of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The customer's set-up: an agreement with us or with a vendor, for instance a credential, is no longer valid.
    Config,
    /// One employee's record; other employees are not affected.
    Data,
    /// A vendor does not do what it usually does.
    Vendor,
    /// Our own services, or our own mistake.
    Internal,
}

/// Who has to mend a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The customer's administrator.
    Customer,
    /// The vendor; neither the customer nor an operator can.
    Vendor,
    /// The operators of HabitSync.
    Operator,
}

/// Who is notified of a failure, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notify {
    /// The customer, at once.
    CustomerAtOnce,
    /// The customer, as a line of the worklist.
    CustomerInWorklist,
    /// The operator, where it lasts this long.
    OperatorAfter(SignedDuration),
    /// The operator, at once.
    OperatorAtOnce,
}

/// When failed work is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryRule {
    /// By every run.
    ByEveryRun,
    /// Once the record changes, or its back-off ends.
    AfterARest,
    /// By runs that lie further and further apart.
    WithGrowingWaits,
}

/// The policy of a failure class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailurePolicy {
    /// Who has to mend it.
    pub owner: Owner,
    /// Who is notified of it, and when.
    pub notify: Notify,
    /// When it is tried again.
    pub retry: RetryRule,
    /// The exit code of the operator's command: 1 where it could do nothing, 3 where something waits for a decision or
    /// a correction.
    pub exit_code: u8,
}

impl FailureClass {
    /// Returns the policy of this class.
    #[must_use]
    pub const fn policy(self) -> FailurePolicy {
        let (owner, hears, tried_again, exit_code) = match self {
            Self::Config => (Owner::Customer, Notify::CustomerAtOnce, RetryRule::ByEveryRun, 1),
            Self::Data => (Owner::Customer, Notify::CustomerInWorklist, RetryRule::AfterARest, 3),
            Self::Vendor => (
                Owner::Vendor,
                Notify::OperatorAfter(SignedDuration::from_hours(24)),
                RetryRule::WithGrowingWaits,
                1,
            ),
            Self::Internal => (Owner::Operator, Notify::OperatorAtOnce, RetryRule::ByEveryRun, 1),
        };
        FailurePolicy {
            owner,
            notify: hears,
            retry: tried_again,
            exit_code,
        }
    }

    /// Whether the customer can do something about it.
    #[must_use]
    pub const fn is_for_customer(self) -> bool {
        matches!(self.policy().owner, Owner::Customer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_customer_can_mend_is_told_to_the_customer() {
        for trouble in [
            FailureClass::Config,
            FailureClass::Data,
            FailureClass::Vendor,
            FailureClass::Internal,
        ] {
            let FailurePolicy {
                owner, notify: hears, ..
            } = trouble.policy();
            let is_told = matches!(hears, Notify::CustomerAtOnce | Notify::CustomerInWorklist);
            assert_eq!(owner == Owner::Customer, is_told, "{trouble:?}");
        }
    }
}
