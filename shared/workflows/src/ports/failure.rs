//! How a port fails, by what a use case can do about it. The detail is safe to log: clients and adapters keep
//! personal data, bodies and secrets out of it.

use std::fmt;
use std::time::Duration;

use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::fleet::failure_streak::{FailureSignature, VendorFault};
use habitsync_domain::results::breaker::CallOutcome;
use habitsync_domain::text::excerpt::Excerpt;
pub use habitsync_domain::vendors::vendor::Vendor;

/// A failed call of a vendor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{vendor} {kind}: {detail}")]
pub struct VendorFailure {
    /// Vendor whose call failed.
    pub vendor: Vendor,
    /// Kind of the failure, which decides how it is handled.
    pub kind: VendorFailureKind,
    /// Description with stage and status; no body, no personal data, no secret.
    pub detail: String,
}

/// Kind of a failed vendor call, as a use case handles it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VendorFailureKind {
    /// Answer 401: the customer's credentials are wrong.
    Credentials,
    /// Answer 403 about one resource: the credentials are good, and lack a right that the integration needs.
    Forbidden,
    /// The customer has no Development module.
    ModuleDisabled,
    /// Answer 422, or another 4xx about the request: the same request will be refused again.
    Refused(Vec<RefusedField>),
    /// The thing that was named is not there.
    NotFound(Missing),
    /// Answer 429: no further request for this long (60 s where the vendor gives no time).
    RateLimited(Duration),
    /// The vendor could not be reached, or answered 5xx; `may_have_happened` when the request may have had its effect.
    Unavailable {
        /// Whether the write may have happened: read back before writing again.
        may_have_happened: bool,
    },
    /// The answer was not what the contract says.
    Unreadable,
    /// The pages of a list did not add up.
    InconsistentRead,
    /// The invocation's time, or the customer's budget within it, ran out before the call was made.
    NoTimeLeft,
    /// The client sent nothing: the configuration does not lead to an address that may be called. No record can cause
    /// it.
    Misconfigured,
}

/// A field that a vendor refused. Reasons are the vendor's words and may quote values: show them to the customer, never
/// log them.
#[derive(Clone, PartialEq, Eq)]
pub struct RefusedField {
    /// The vendor's name of the field.
    pub field: String,
    /// The vendor's words.
    pub reason: String,
}

impl RefusedField {
    /// A field that a vendor refused; both texts are cut to an excerpt.
    #[must_use]
    pub fn new(field: &str, reason: &str) -> Self {
        Self {
            field: Excerpt::from(field).into(),
            reason: Excerpt::from(reason).into(),
        }
    }
}

impl fmt::Debug for RefusedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefusedField")
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

/// The record that was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The EmployeeConnect course.
    Course,
    /// The EmployeeConnect employee.
    Employee,
    /// The Tribal Habits user.
    User,
    /// Any other failure, or one that the vendor did not explain.
    Other,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Course => "the course",
            Self::Employee => "the employee",
            Self::User => "the user",
            Self::Other => "it",
        })
    }
}

impl VendorFailure {
    /// Returns the class of a failure that stops a whole run. Failures that one employee's record causes are classified
    /// where they occur.
    #[must_use]
    pub fn class(&self) -> FailureClass {
        self.kind.fault().class()
    }

    /// The failure signature: the part that is equal for all customers.
    #[must_use]
    pub fn signature(&self) -> FailureSignature {
        FailureSignature::Vendor {
            vendor: self.vendor,
            kind: self.kind.fault(),
        }
    }

    /// Returns whether the credentials are refused, or lack a right: every request of the same kind will be refused.
    #[must_use]
    pub const fn is_about_access(&self) -> bool {
        matches!(self.kind, VendorFailureKind::Credentials | VendorFailureKind::Forbidden)
    }

    /// Returns whether the same request may succeed later by itself.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            VendorFailureKind::RateLimited(_)
            | VendorFailureKind::Unavailable { .. }
            | VendorFailureKind::Unreadable
            | VendorFailureKind::InconsistentRead
            | VendorFailureKind::NoTimeLeft => true,
            VendorFailureKind::Credentials
            | VendorFailureKind::Forbidden
            | VendorFailureKind::ModuleDisabled
            | VendorFailureKind::Misconfigured
            | VendorFailureKind::Refused(_)
            | VendorFailureKind::NotFound(_) => false,
        }
    }

    /// Returns whether the same request may succeed once a cause outside the request is mended: credentials that are
    /// being rotated, a module that is switched on, a proxy that answers in the vendor's place.
    #[must_use]
    pub fn is_worth_waiting_for(&self) -> bool {
        match &self.kind {
            VendorFailureKind::Credentials
            | VendorFailureKind::Forbidden
            | VendorFailureKind::ModuleDisabled
            | VendorFailureKind::Misconfigured
            | VendorFailureKind::NotFound(Missing::Other) => true,
            VendorFailureKind::Refused(_)
            | VendorFailureKind::NotFound(Missing::Course | Missing::Employee | Missing::User)
            | VendorFailureKind::RateLimited(_)
            | VendorFailureKind::Unavailable { .. }
            | VendorFailureKind::Unreadable
            | VendorFailureKind::InconsistentRead
            | VendorFailureKind::NoTimeLeft => self.is_retryable(),
        }
    }

    /// Returns whether the failure shows that the vendor responds. A host that accepts no connection and one that
    /// answers no request delay the caller equally, so that both count as no response.
    #[must_use]
    pub fn outcome(&self) -> CallOutcome {
        match self.kind {
            VendorFailureKind::Unavailable { .. } | VendorFailureKind::Unreadable => CallOutcome::NoResponse,
            VendorFailureKind::Credentials
            | VendorFailureKind::Forbidden
            | VendorFailureKind::ModuleDisabled
            | VendorFailureKind::Refused(_)
            | VendorFailureKind::NotFound(_) => CallOutcome::Responded,
            VendorFailureKind::RateLimited(_)
            | VendorFailureKind::InconsistentRead
            | VendorFailureKind::NoTimeLeft
            | VendorFailureKind::Misconfigured => CallOutcome::Inconclusive,
        }
    }

    /// Returns whether the request may have had its effect although it failed: read back before writing again.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        match self.kind {
            VendorFailureKind::Unavailable { may_have_happened } => may_have_happened,
            VendorFailureKind::Unreadable => true,
            VendorFailureKind::Credentials
            | VendorFailureKind::Forbidden
            | VendorFailureKind::ModuleDisabled
            | VendorFailureKind::Refused(_)
            | VendorFailureKind::NotFound(_)
            | VendorFailureKind::RateLimited(_)
            | VendorFailureKind::InconsistentRead
            | VendorFailureKind::NoTimeLeft
            | VendorFailureKind::Misconfigured => false,
        }
    }
}

impl VendorFailureKind {
    /// Returns the vendor's fault, without the particulars of one call.
    #[must_use]
    pub fn fault(&self) -> VendorFault {
        match self {
            Self::Credentials => VendorFault::Credentials,
            Self::Forbidden => VendorFault::Forbidden,
            Self::ModuleDisabled => VendorFault::ModuleDisabled,
            Self::Refused(_) => VendorFault::Refused,
            Self::NotFound(_) => VendorFault::NotFound,
            Self::RateLimited(_) => VendorFault::RateLimited,
            Self::Unavailable { .. } => VendorFault::Unavailable,
            Self::Unreadable => VendorFault::Unreadable,
            Self::InconsistentRead => VendorFault::InconsistentRead,
            Self::NoTimeLeft => VendorFault::NoTimeLeft,
            Self::Misconfigured => VendorFault::Misconfigured,
        }
    }
}

impl fmt::Display for VendorFailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials => f.write_str("refused the credentials"),
            Self::Forbidden => f.write_str("does not give the integration this right"),
            Self::ModuleDisabled => f.write_str("has no Development module for this customer"),
            Self::Refused(fields) => write!(f, "refused the request (fields: {})", loggable_names(fields)),
            Self::NotFound(missing) => write!(f, "does not know {missing}"),
            Self::RateLimited(wait) => write!(f, "asks to wait {} s", wait.as_secs()),
            Self::Unavailable {
                may_have_happened: false,
            } => f.write_str("is not available"),
            Self::Unavailable {
                may_have_happened: true,
            } => f.write_str("is not available (a write that it was sent may have been carried out)"),
            Self::Unreadable => f.write_str("gave an answer that cannot be read"),
            Self::InconsistentRead => f.write_str("gave pages that do not add up"),
            Self::NoTimeLeft => f.write_str("was not called: no time left"),
            Self::Misconfigured => f.write_str("was not called: the configuration is wrong"),
        }
    }
}

/// Returns the names of refused fields that a log may show. A vendor may put any text in the place of a name, even an
/// e-mail address; texts that are no field's name are only counted.
fn loggable_names(fields: &[RefusedField]) -> String {
    let is_name = |name: &&str| {
        let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let rest = name.strip_prefix("X-").map(|rest| rest.replace(' ', ""));
        let plain = rest.as_deref().unwrap_or(name);
        name.len() <= LONGEST_NAME && !plain.is_empty() && plain.chars().all(is_sign)
    };
    let names = fields.iter().map(|refused| refused.field.as_str()).filter(is_name);
    let shown: Vec<_> = names.take(MOST_NAMES).collect();
    match fields.len() - shown.len() {
        0 => shown.join(", "),
        others => format!("{} and {others} more", shown.join(", "))
            .trim_start()
            .to_owned(),
    }
}

/// The longest name of a field that a log shows, in bytes.
const LONGEST_NAME: usize = 60;

/// Number of refused fields that are shown by name at once.
const MOST_NAMES: usize = 10;

/// A call of our own services (table, queue, mail, secrets, schedules) that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{service} failed: {detail}")]
pub struct ServiceFailure {
    /// Name of the service, for instance "DynamoDB".
    pub service: &'static str,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// Description of the failure; safe to log.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusing(fields: &[&str]) -> String {
        let fields = fields.iter().map(|field| RefusedField::new(field, "no"));
        VendorFailureKind::Refused(fields.collect()).to_string()
    }

    #[test]
    fn a_refusal_names_fields_and_nothing_that_is_no_name() {
        assert_eq!(
            refusing(&["email", "X-Job Title", "firstName"]),
            "refused the request (fields: email, X-Job Title, firstName)"
        );
        assert_eq!(
            refusing(&["email", "jo@acme.example", &"k".repeat(450_000)]),
            "refused the request (fields: email and 2 more)"
        );
    }

    #[test]
    fn a_refusal_of_very_many_fields_stays_short() {
        let names: Vec<_> = (0..100_000).map(|number| format!("field_{number}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert!(refusing(&names).len() < 300);
    }
}
