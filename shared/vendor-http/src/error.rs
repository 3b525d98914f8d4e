//! How a request fails, by the stage it broke at. No error shows a body, an address with personal data in it, or a secret.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use habitsync_domain::vendors::json_text::mended;
use serde::de::DeserializeOwned;

use crate::address::PrivateAddress;
use crate::pace::PaceError;

/// A request that did not bring the answer it was sent for.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// It could not be put together. Nothing was sent.
    #[error("the request could not be built")]
    Build(#[source] BuildError),
    /// The customer's budget gave no slot. Nothing was sent.
    #[error("the customer's request budget gave no slot")]
    Pace(#[from] PaceError),
    /// The caller's time was over. Nothing was sent.
    #[error("no time was left for the request")]
    OutOfTime,
    /// The host leads to an address that is not public. Nothing was sent.
    #[error("the host has an address that is not public")]
    AddressRefused,
    /// No connection came about. Nothing was sent.
    #[error("no connection")]
    Connect(#[source] reqwest::Error),
    /// No whole answer came in time.
    #[error("no answer within {} ms", after.as_millis())]
    TimedOut {
        /// How long was waited.
        after: Duration,
    },
    /// The connection broke before an answer came.
    #[error("the connection broke before an answer came")]
    Send(#[source] reqwest::Error),
    /// The answer is an error by its status.
    #[error("status {status}")]
    Status {
        /// The HTTP status: anything but 2xx.
        status: u16,
        /// How long to wait before the next request, clamped; always there with a 429.
        retry_after: Option<Duration>,
        /// What the vendor said about it.
        body: PrivateBody,
    },
    /// The status was a success and the body did not arrive whole.
    #[error("the answer broke off")]
    Body(#[source] reqwest::Error),
    /// The body is larger than a page of this API can be.
    #[error("the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The bound: of its text, or of the memory that its values would take.
        limit_bytes: usize,
    },
    /// The body is not what the contract says.
    #[error("the answer cannot be read")]
    Decode(#[source] DecodeError),
    /// The status was a success and the body reports an error.
    #[error("a success whose body is an error (code {})", code.as_deref().unwrap_or("none"))]
    ErrorInSuccess {
        /// The vendor's error code, where there is one.
        code: Option<String>,
    },
}

/// Why a request could not be put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A part of the path is empty, `.` or `..`, and would name another resource.
    #[error("a part of the path is empty or dots")]
    PathSegment,
    /// A secret has characters that no header can carry.
    #[error("a secret has characters that no header can carry")]
    Header,
    /// The body cannot be written as JSON.
    #[error("the body cannot be written as JSON")]
    Body,
    /// The HTTP library refused it.
    #[error("the HTTP library refused it")]
    Refused,
}

/// Where an answer departs from the contract. The values found are left out: they may be personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at {path} (line {line}, column {column})")]
pub struct DecodeError {
    /// The field, for instance `data[3].employeeId`.
    pub path: String,
    /// `NOT_JSON`, "not the promised data" or `CUT_SHORT`.
    pub problem: &'static str,
    /// Line, counted from 1.
    pub line: usize,
    /// Column, counted from 1.
    pub column: usize,
}

/// The answer is no JSON.
pub(crate) const NOT_JSON: &str = "not JSON";

/// The answer ends before its JSON does.
pub(crate) const CUT_SHORT: &str = "cut short";

impl DecodeError {
    /// Nothing came where an answer was promised.
    pub(crate) fn cut_short() -> Self {
        Self {
            path: ".".to_owned(),
            problem: CUT_SHORT,
            line: 1,
            column: 0,
        }
    }

    /// A page where JSON was promised.
    pub(crate) fn not_json() -> Self {
        Self {
            problem: NOT_JSON,
            ..Self::cut_short()
        }
    }

    /// Whether the answer ends before its JSON does, as that of a connection that broke.
    pub(crate) fn is_cut_short(&self) -> bool {
        self.problem == CUT_SHORT
    }

    /// Returns whether the JSON text itself is invalid, not the data in it.
    pub(crate) fn is_about_syntax(&self) -> bool {
        self.problem == NOT_JSON
    }
}

/// The body of an answer, kept for its reader and never printed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PrivateBody(pub(crate) Vec<u8>);

impl PrivateBody {
    /// Returns the body as `T`, where it is one; a text that the vendor's serializer broke is mended first.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.0)
            .or_else(|_| serde_json::from_slice(&mended(&self.0)))
            .ok()
    }

    /// Whether the body ends before its JSON does, as that of a connection that broke.
    pub(crate) fn is_cut_short(&self) -> bool {
        let read = serde_json::from_slice::<serde::de::IgnoredAny>(&self.0);
        read.is_err_and(|error| error.is_eof())
    }
}

impl fmt::Debug for PrivateBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl HttpError {
    /// Returns whether an answer of this status comes from a firewall or a proxy, independent of its body.
    #[must_use]
    pub const fn is_from_between(status: u16) -> bool {
        matches!(status, 407 | 451)
    }

    /// The status of the answer, where it is what went wrong.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// How long the vendor, or the budget, asks to wait before the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Pace(PaceError::NotInTime { retry_after }) => Some(*retry_after),
            _ => None,
        }
    }

    /// Returns whether the same request may succeed later without a correction.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Status { status, .. } => is_retryable_status(*status),
            Self::Pace(_)
            | Self::OutOfTime
            | Self::Connect(_)
            | Self::TimedOut { .. }
            | Self::Send(_)
            | Self::Body(_)
            | Self::ErrorInSuccess { .. } => true,
            Self::Decode(error) => error.is_cut_short(),
            // The same answer would be as large.
            Self::Build(_) | Self::AddressRefused | Self::TooLarge { .. } => false,
        }
    }

    /// Whether the request may have had its effect although it failed: look before writing again.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 500..),
            Self::TimedOut { .. }
            | Self::Send(_)
            | Self::Body(_)
            | Self::TooLarge { .. }
            | Self::Decode(_)
            | Self::ErrorInSuccess { .. } => true,
            Self::Build(_) | Self::Pace(_) | Self::OutOfTime | Self::AddressRefused | Self::Connect(_) => false,
        }
    }

    /// Names the stage of an error of the HTTP library while sending. `timeout` is what the request was given.
    pub(crate) fn while_sending(error: reqwest::Error, timeout: Duration) -> Self {
        let error = error.without_url();
        if error.is_builder() {
            Self::Build(BuildError::Refused)
        } else if error.is_connect() {
            if has_cause::<PrivateAddress>(&error) {
                Self::AddressRefused
            } else {
                Self::Connect(error)
            }
        } else if error.is_timeout() {
            Self::TimedOut { after: timeout }
        } else {
            Self::Send(error)
        }
    }

    /// Names the stage of an error of the HTTP library while the body arrives.
    pub(crate) fn while_reading(error: reqwest::Error, timeout: Duration) -> Self {
        let error = error.without_url();
        if error.is_timeout() {
            Self::TimedOut { after: timeout }
        } else {
            Self::Body(error)
        }
    }
}

/// Busy or broken for now. 501 says that the request will never be understood.
fn is_retryable_status(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502..)
}

fn has_cause<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(<dyn Error>::is::<E>)
}

/// An error and what caused it, outermost first.
pub(crate) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An error with its causes in one line, as a log wants it.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> HttpError {
        HttpError::Status {
            status,
            retry_after: None,
            body: PrivateBody(b"jo@acme.example".to_vec()),
        }
    }

    #[test]
    fn busy_and_broken_statuses_are_retryable_and_refusals_are_not() {
        let retryable: Vec<u16> = [400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 501, 502, 503, 504]
            .into_iter()
            .filter(|code| status(*code).is_retryable())
            .collect();
        assert_eq!(retryable, [408, 425, 429, 500, 502, 503, 504]);
    }

    #[test]
    fn only_a_server_that_may_have_acted_is_ambiguous() {
        for acted in [408, 500, 502, 503] {
            assert!(status(acted).is_ambiguous(), "{acted}");
        }
        for refused in [400, 404, 409, 422, 429] {
            assert!(!status(refused).is_ambiguous(), "{refused}");
        }
        assert!(
            HttpError::TimedOut {
                after: Duration::from_secs(5)
            }
            .is_ambiguous()
        );
        assert!(!HttpError::OutOfTime.is_ambiguous());
    }

    #[test]
    fn an_error_tells_its_causes_and_never_the_body() {
        let decode = DecodeError {
            path: "data[3].employeeId".into(),
            problem: "not the promised data",
            line: 1,
            column: 9,
        };
        assert_eq!(
            chain(&HttpError::Decode(decode)),
            "the answer cannot be read: not the promised data at data[3].employeeId (line 1, column 9)"
        );
        let printed = format!("{:?} {0}", status(422));
        assert!(printed.contains("15 bytes") && !printed.contains("jo@"), "{printed}");
    }
}
