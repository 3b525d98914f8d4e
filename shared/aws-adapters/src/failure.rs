//! Failures of AWS service calls, classified by what a caller can do, with a detail that is safe to log.
//!
//! A service's own message may quote an e-mail address (SES) or a key (DynamoDB), so it is kept only for errors about
//! permissions and missing resources, which quote neither and which an operator cannot mend without it.

use std::error::Error;
use std::fmt;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::SaveFailure;

/// One failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{service} {operation} {kind}")]
pub struct AwsError {
    service: &'static str,
    operation: &'static str,
    kind: AwsErrorKind,
}

/// Kind of a failed call, as its caller handles it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AwsErrorKind {
    /// No answer in time, or no connection. The call may have had its effect.
    NoAnswer(String),
    /// The service is overloaded, or we are too fast: the error's code.
    Throttled(String),
    /// The service failed (5xx): the error's code.
    Failing(String),
    /// The service refuses: the error's code and, where it is safe, its message.
    Refused(String),
    /// The table refuses this very item, which is too large or not valid: the error's code.
    ItemRefused(String),
    /// A write condition did not hold: another process was first.
    Conflict,
    /// This version of the program does not understand the item that it read or should write.
    Unreadable(String),
}

impl AwsErrorKind {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NoAnswer(_) | Self::Throttled(_) | Self::Failing(_) => true,
            Self::Refused(_) | Self::ItemRefused(_) | Self::Conflict | Self::Unreadable(_) => false,
        }
    }
}

impl fmt::Display for AwsErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer(why) => write!(f, "got no answer ({why})"),
            Self::Throttled(code) => write!(f, "was throttled ({code})"),
            Self::Failing(code) => write!(f, "met a failure of the service ({code})"),
            Self::Refused(why) | Self::ItemRefused(why) => write!(f, "was refused ({why})"),
            Self::Conflict => f.write_str("found that it had been changed meanwhile"),
            Self::Unreadable(why) => write!(f, "met something that cannot be read ({why})"),
        }
    }
}

impl AwsError {
    pub(crate) fn new(service: &'static str, operation: &'static str, kind: AwsErrorKind) -> Self {
        Self {
            service,
            operation,
            kind,
        }
    }

    /// Classifies what the SDK says.
    pub(crate) fn from_sdk<E: ProvideErrorMetadata>(
        service: &'static str,
        operation: &'static str,
        error: &SdkError<E, HttpResponse>,
    ) -> Self {
        Self {
            service,
            operation,
            kind: classify(error),
        }
    }

    /// Returns the kind of the failure.
    #[must_use]
    pub fn kind(&self) -> &AwsErrorKind {
        &self.kind
    }
}

impl From<AwsError> for ServiceFailure {
    fn from(error: AwsError) -> Self {
        Self {
            service: error.service,
            retryable: error.kind.is_retryable(),
            detail: format!("{} {}", error.operation, error.kind),
        }
    }
}

impl From<AwsError> for SaveFailure {
    fn from(error: AwsError) -> Self {
        // What cannot be encoded is no smaller next time, either.
        match error.kind {
            AwsErrorKind::ItemRefused(_) | AwsErrorKind::Unreadable(_) => Self::ItemRefused(error.into()),
            _ => Self::Service(error.into()),
        }
    }
}

fn classify<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> AwsErrorKind {
    match error {
        SdkError::TimeoutError(_) => AwsErrorKind::NoAnswer("timed out".to_owned()),
        SdkError::DispatchFailure(failure) => AwsErrorKind::NoAnswer(
            failure
                .as_connector_error()
                .map_or_else(|| "no connection".to_owned(), |connector| deepest(connector)),
        ),
        SdkError::ResponseError(_) => AwsErrorKind::NoAnswer("the answer broke off".to_owned()),
        SdkError::ServiceError(answer) => answered(answer.raw().status().as_u16(), answer.err()),
        // ConstructionFailure, and any kind that a later SDK adds: the request could not be made, so repeating it is no
        // help.
        _ => AwsErrorKind::Refused("the request could not be built; are region and credentials set?".to_owned()),
    }
}

fn answered(status: u16, error: &impl ProvideErrorMetadata) -> AwsErrorKind {
    let code = error.code().unwrap_or("no code").to_owned();
    match code.as_str() {
        "ConditionalCheckFailedException" | "TransactionCanceledException" | "ConflictException" => {
            AwsErrorKind::Conflict
        }
        "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "TransactionConflictException"
        | "TransactionInProgressException" => AwsErrorKind::Throttled(code),
        "ValidationException" | "ItemCollectionSizeLimitExceededException" => AwsErrorKind::ItemRefused(code),
        _ if status >= 500 => AwsErrorKind::Failing(code),
        _ => AwsErrorKind::Refused(match error.message() {
            Some(message) if is_about_the_deployment(&code) => format!("{code}: {message}"),
            _ => code,
        }),
    }
}

/// Errors whose messages name roles, resources and regions only.
fn is_about_the_deployment(code: &str) -> bool {
    code.starts_with("AccessDenied")
        || code.starts_with("UnrecognizedClient")
        || code.starts_with("ExpiredToken")
        || code.contains("ResourceNotFound")
        || code.contains("NonExistentQueue")
        || code.contains("QueueDoesNotExist")
}

/// The last cause, for instance `Connection refused (os error 111)`: the ones above it only say that it failed.
fn deepest(error: &(dyn Error + 'static)) -> String {
    std::iter::successors(Some(error), |&error| error.source())
        .last()
        .map_or_else(String::new, ToString::to_string)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::error::ErrorMetadata;

    use super::*;

    fn kind(status: u16, code: &str, message: &str) -> AwsErrorKind {
        answered(status, &ErrorMetadata::builder().code(code).message(message).build())
    }

    #[test]
    fn a_throttled_or_failing_service_is_worth_another_try_and_a_refusal_is_not() {
        assert!(kind(400, "ProvisionedThroughputExceededException", "").is_retryable());
        assert!(kind(503, "ServiceUnavailable", "").is_retryable());
        assert!(!kind(400, "ValidationException", "").is_retryable());
        assert!(!kind(400, "ConditionalCheckFailedException", "").is_retryable());
    }

    #[test]
    fn the_address_that_ses_quotes_in_a_refusal_is_not_kept() {
        let refused = kind(400, "MessageRejected", "Email address is not verified: jo@acme.example");
        assert_eq!(refused, AwsErrorKind::Refused("MessageRejected".to_owned()));
    }

    #[test]
    fn a_missing_permission_is_told_in_full() {
        let refused = kind(
            400,
            "AccessDeniedException",
            "not authorized to perform dynamodb:GetItem",
        );
        assert!(refused.to_string().contains("dynamodb:GetItem"), "{refused}");
    }

    #[test]
    fn a_failure_of_a_port_says_what_was_tried() {
        let error = AwsError::new(
            "SQS",
            "SendMessage",
            AwsErrorKind::Throttled("RequestThrottled".to_owned()),
        );
        let failure = ServiceFailure::from(error);
        assert_eq!(
            failure.to_string(),
            "SQS failed: SendMessage was throttled (RequestThrottled)"
        );
        assert!(failure.retryable);
    }
}
