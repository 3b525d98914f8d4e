//! What an error of the HTTP client means to a use case, for both vendors alike.

use habitsync_workflows::ports::failure::VendorFailureKind;

use crate::error::{BuildError, HttpError};
use crate::pace::PaceError;

impl From<&HttpError> for VendorFailureKind {
    fn from(error: &HttpError) -> Self {
        match error {
            HttpError::Build(BuildError::Header) => Self::Credentials,
            HttpError::Build(BuildError::PathSegment | BuildError::Body) => Self::Refused(Vec::new()),
            HttpError::Build(BuildError::Refused) | HttpError::AddressRefused => Self::Misconfigured,
            HttpError::OutOfTime | HttpError::Pace(PaceError::NotInTime { .. }) => Self::NoTimeLeft,
            HttpError::Status {
                status: 429,
                retry_after,
                ..
            } => Self::RateLimited(retry_after.unwrap_or_default()),
            HttpError::Pace(PaceError::Unavailable(_))
            | HttpError::Connect(_)
            | HttpError::TimedOut { .. }
            | HttpError::Send(_)
            | HttpError::Body(_) => Self::Unavailable {
                may_have_happened: error.is_ambiguous(),
            },
            HttpError::Status { status, .. } if *status >= 400 => Self::Unavailable {
                may_have_happened: error.is_ambiguous(),
            },
            // A redirect among them: the base URL does not lead to the API.
            HttpError::Status { .. }
            | HttpError::TooLarge { .. }
            | HttpError::Decode(_)
            | HttpError::ErrorInSuccess { .. } => Self::Unreadable,
        }
    }
}
