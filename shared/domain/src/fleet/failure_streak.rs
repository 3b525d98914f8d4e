//! The failure streak of a job: its first failure and its signature. Equal signatures across customers are one outage,
//! not fifty.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure_class::FailureClass;
use crate::vendors::vendor::Vendor;

/// A job whose last run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureStreak {
    /// The time of the first failed run in this streak of equal failures.
    pub since: Timestamp,
    /// When the last one did.
    pub last_at: Timestamp,
    /// The signature of the last failure.
    pub signature: FailureSignature,
}

/// The part of a run's failure that is equal for every affected customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "source")]
pub enum FailureSignature {
    /// A vendor did not do what the run cannot go on without.
    Vendor {
        /// Which.
        vendor: Vendor,
        /// What it did instead.
        kind: VendorFault,
    },
    /// One of our own services failed.
    Service {
        /// For instance `DynamoDB`.
        service: String,
    },
}

/// How a vendor fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VendorFault {
    /// It refused the credentials.
    Credentials,
    /// It accepts the credentials, and they lack a right that the integration needs.
    Forbidden,
    /// It has no Development module for this customer.
    ModuleDisabled,
    /// It refused the request.
    Refused,
    /// It does not know the resource that the request named.
    NotFound,
    /// It asks to be left alone for a while.
    RateLimited,
    /// It could not be reached, or answered 5xx.
    Unavailable,
    /// Its answer could not be read.
    Unreadable,
    /// The pages of a list did not add up.
    InconsistentRead,
    /// Its answer cannot be true.
    NotCredible,
    /// It was not called: the time, or the customer's budget, ran out.
    NoTimeLeft,
    /// It was not called: the configuration does not lead to an address that may be called.
    Misconfigured,
    /// It refuses one field, or every user, of many writes alike: one mistake in the configuration or in the portal's set-up.
    RefusesAlike,
}

impl VendorFault {
    /// Returns the failure class where it stops a whole run.
    #[must_use]
    pub const fn class(self) -> FailureClass {
        match self {
            Self::Credentials | Self::Forbidden | Self::ModuleDisabled | Self::Misconfigured | Self::RefusesAlike => {
                FailureClass::Config
            }
            Self::RateLimited | Self::Unavailable | Self::InconsistentRead | Self::NotCredible | Self::NoTimeLeft => {
                FailureClass::Vendor
            }
            Self::Refused | Self::NotFound | Self::Unreadable => FailureClass::Internal,
        }
    }

    /// Whether many customers that fail so can be one incident of the vendor. A failure that a customer has to mend
    /// never is: five customers with rotated codes are five separate failures, and each customer is notified. Our own
    /// lack of time is no incident either.
    #[must_use]
    pub const fn can_be_an_incident(self) -> bool {
        !matches!(self.class(), FailureClass::Config) && !matches!(self, Self::NoTimeLeft) && !self.needs_operator()
    }

    /// Whether operators mend it, or help the customer to, and are therefore alerted at once although its class is
    /// config.
    #[must_use]
    pub const fn needs_operator(self) -> bool {
        matches!(self, Self::Misconfigured | Self::RefusesAlike)
    }
}

impl FailureSignature {
    /// Returns the failure class.
    #[must_use]
    pub const fn class(&self) -> FailureClass {
        match self {
            Self::Vendor { kind, .. } => kind.class(),
            Self::Service { .. } => FailureClass::Internal,
        }
    }

    /// Whether operators are alerted at once: they mend it, or help to.
    #[must_use]
    pub const fn is_for_operators_at_once(&self) -> bool {
        match self {
            Self::Vendor { kind, .. } => kind.needs_operator() || matches!(kind.class(), FailureClass::Internal),
            Self::Service { .. } => true,
        }
    }

    /// Returns the vendor that caused it, if one did.
    #[must_use]
    pub const fn vendor(&self) -> Option<Vendor> {
        match self {
            Self::Vendor { vendor, .. } => Some(*vendor),
            Self::Service { .. } => None,
        }
    }

    /// Whether both belong to one failure streak: equal signatures, or alternating faults of one vendor.
    fn goes_on_as(&self, next: &Self) -> bool {
        let are_a_vendors = self.class() == FailureClass::Vendor && next.class() == FailureClass::Vendor;
        self == next || (are_a_vendors && self.vendor() == next.vendor())
    }
}

impl FailureStreak {
    /// The job after a run that failed with this.
    #[must_use]
    pub fn after(before: Option<Self>, signature: FailureSignature, at: Timestamp) -> Self {
        let since = match before {
            Some(before) if before.signature.goes_on_as(&signature) => before.since,
            _ => at,
        };
        Self {
            since,
            last_at: at,
            signature,
        }
    }
}

impl fmt::Display for FailureSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vendor { vendor, kind } => write!(f, "{vendor} {kind}"),
            Self::Service { service } => write!(f, "{service} failed"),
        }
    }
}

impl fmt::Display for VendorFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "refuses the credentials",
            Self::Forbidden => "does not give the integration a right that it needs",
            Self::ModuleDisabled => "has no Development module for the customer",
            Self::Refused => "refuses the requests",
            Self::NotFound => "does not know what is asked for",
            Self::RateLimited => "asks to be left alone",
            Self::Unavailable => "is not available",
            Self::Unreadable => "gives answers that cannot be read",
            Self::InconsistentRead => "gives pages that do not add up",
            Self::NotCredible => "tells what cannot be true",
            Self::NoTimeLeft => "could not be called in the time there was",
            Self::Misconfigured => "was not called: the configuration names an address that may not be called",
            Self::RefusesAlike => "refuses many writes for one reason",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn vendor(kind: VendorFault) -> FailureSignature {
        FailureSignature::Vendor {
            vendor: Vendor::EmployeeConnect,
            kind,
        }
    }

    #[test]
    fn a_vendor_that_fails_now_so_and_now_so_has_failed_since_the_first_time() {
        let first = FailureStreak::after(None, vendor(VendorFault::Unavailable), at(0));
        let second = FailureStreak::after(Some(first), vendor(VendorFault::RateLimited), at(60));
        assert_eq!((second.since, second.last_at), (at(0), at(60)));
    }

    #[test]
    fn another_trouble_begins_anew() {
        let outage = FailureStreak::after(None, vendor(VendorFault::Unavailable), at(0));
        let refused = FailureStreak::after(Some(outage.clone()), vendor(VendorFault::Credentials), at(60));
        assert_eq!(refused.since, at(60));
        let other = FailureSignature::Vendor {
            vendor: Vendor::TribalHabits,
            kind: VendorFault::Unavailable,
        };
        assert_eq!(FailureStreak::after(Some(outage), other, at(60)).since, at(60));
    }
}
