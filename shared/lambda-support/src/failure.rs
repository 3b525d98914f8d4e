//! The error a function answers with, under a name that alarms and the watchdog may match on.
//!
//! Without a name of its own, an error would be reported under the name of a Rust type, which no alarm should match on.

use std::error::Error;
use std::fmt;

use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::jobs::outcome::JobFailure;
use habitsync_workflows::ports::failure::ServiceFailure;
use lambda_runtime::Diagnostic;

/// A failed invocation: a stable name and what went wrong, with its causes.
///
/// A handler logs it with [`FunctionError::log`] where it knows what it was about. The Lambda runtime prints the `Debug` form,
/// which is the readable sentence too.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct FunctionError {
    name: &'static str,
    message: String,
    class: FailureClass,
}

impl FunctionError {
    /// Creates an internal failure called `name` (for example `StoreUnavailable`), caused by `error`; the message is
    /// the whole chain.
    pub fn new(name: &'static str, error: &dyn Error) -> Self {
        Self {
            name,
            message: chain(error),
            class: FailureClass::Internal,
        }
    }

    /// Returns whether the failure is internal, and neither a vendor's nor a customer's.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.class == FailureClass::Internal
    }

    /// `TenantUnknown`: no configuration was ever applied for this customer.
    #[must_use]
    pub fn tenant_unknown(tenant: &TenantId) -> Self {
        Self {
            name: "TenantUnknown",
            message: format!("there is no customer {tenant}"),
            class: FailureClass::Internal,
        }
    }

    /// `MessageUnreadable`: no retry can cure it. `why` says where, and quotes nothing of it.
    #[must_use]
    pub fn unreadable(why: &str) -> Self {
        Self {
            name: "MessageUnreadable",
            message: why.to_owned(),
            class: FailureClass::Internal,
        }
    }

    /// `Panicked`: the program made a mistake. The log line of the panic shows its place; its message may quote data.
    #[must_use]
    pub fn panicked() -> Self {
        Self {
            name: "Panicked",
            message: "the program panicked; the log line before this one tells its place".to_owned(),
            class: FailureClass::Internal,
        }
    }

    /// Logs it: the one line of an invocation that failed, in whose span the customer is named.
    pub fn log(&self) {
        tracing::error!(
            error.name = self.name,
            error.message = self.message,
            "the invocation has failed"
        );
    }

    /// The stable name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// `ServiceFailed`: the table, a queue, the mail or a secret was not to be had.
impl From<ServiceFailure> for FunctionError {
    fn from(failure: ServiceFailure) -> Self {
        Self::new("ServiceFailed", &failure)
    }
}

/// `VendorFailed`, `ServiceFailed`, `RefusedAlike` where the vendor refused many writes for one reason, `NotCredible`
/// where a read cannot be true, `Panicked`, or `LeaseLost`.
impl From<JobFailure> for FunctionError {
    fn from(failure: JobFailure) -> Self {
        let name = match failure {
            JobFailure::Vendor(_) => "VendorFailed",
            JobFailure::Service(_) => "ServiceFailed",
            JobFailure::NotCredible(_) => "NotCredible",
            JobFailure::RefusedAlike(_) => "RefusedAlike",
            JobFailure::Panicked(_) => "Panicked",
            JobFailure::LeaseLost => "LeaseLost",
        };
        Self {
            class: failure.class(),
            ..Self::new(name, &failure)
        }
    }
}

impl From<FunctionError> for Diagnostic {
    fn from(error: FunctionError) -> Self {
        Self {
            error_type: error.name.to_owned(),
            error_message: error.message,
        }
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl fmt::Debug for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An error and all its sources in one line: `cannot save the run: the table did not answer: timed out`.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    std::iter::successors(error.source(), |&source| source.source())
        .fold(error.to_string(), |line, source| format!("{line}: {source}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot save the run")]
    struct Outer(#[source] std::num::ParseIntError);

    fn outer() -> Outer {
        Outer("x".parse::<u8>().expect_err("x is no number"))
    }

    #[test]
    fn the_message_is_the_whole_chain_once() {
        assert_eq!(chain(&outer()), "cannot save the run: invalid digit found in string");
    }

    #[test]
    fn the_runtime_reports_the_stable_name() {
        let diagnostic = Diagnostic::from(FunctionError::new("StoreUnavailable", &outer()));
        assert_eq!(diagnostic.error_type, "StoreUnavailable");
        assert_eq!(
            diagnostic.error_message,
            "cannot save the run: invalid digit found in string"
        );
    }

    #[test]
    fn the_logged_form_is_the_readable_one() {
        let error = FunctionError::new("StoreUnavailable", &outer());
        assert_eq!(
            format!("{error:?}"),
            "StoreUnavailable: cannot save the run: invalid digit found in string"
        );
    }
}
