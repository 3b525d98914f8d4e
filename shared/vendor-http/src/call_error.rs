//! What a failed call means, for both vendors alike. No error shows a body, personal data or a secret.

use habitsync_domain::text::excerpt::Excerpt;
use habitsync_domain::vendors::vendor::Vendor;
use habitsync_workflows::ports::failure::{RefusedField, VendorFailure, VendorFailureKind};
use serde_json::Value;

use crate::error::{HttpError, PrivateBody, chain};
use crate::field_refusal::FieldRefusal;
use crate::paging::PagingError;

/// How one vendor's API refuses a request.
#[derive(Debug)]
pub struct ApiRefusals {
    /// The start of an error about the credentials, for instance "the API key was".
    pub credentials: &'static str,
    /// The holder of the rights in an error about a missing one, for instance "the API key".
    pub holder: &'static str,
    /// Whether the body of a 401 or a 403 is the API's own, and not a firewall's or a proxy's page.
    pub is_own: fn(&Value) -> bool,
    /// Whether the API's own body of a 403 is about a missing right, and not about the credentials.
    pub is_about_right: fn(&Value) -> bool,
    /// Returns the fields that the body of a refusal names.
    pub fields: fn(&PrivateBody) -> Vec<FieldRefusal>,
}

/// A failed call of a vendor's API.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// 401, or a refusal of the token request, in the API's own words: the credentials are wrong.
    #[error("{credentials} refused (status {status})")]
    Unauthorised {
        /// [`ApiRefusals::credentials`].
        credentials: &'static str,
        /// HTTP status of the answer.
        status: u16,
    },
    /// 403, in the API's own words: the credentials are good, and lack a right.
    #[error("{holder} lacks a right (status 403)")]
    Forbidden {
        /// [`ApiRefusals::holder`].
        holder: &'static str,
    },
    /// 401, 403, 407 or 451 in other words: a firewall's or a proxy's page. It says nothing about the credentials.
    #[error("a refusal that is not the API's answer (status {status})")]
    RefusedElsewhere {
        /// HTTP status of the answer.
        status: u16,
    },
    /// Another 4xx: the same request will be refused again.
    #[error("the request was refused (status {status})")]
    Refused {
        /// The status, 422 as a rule.
        status: u16,
        /// The fields that the vendor named; may be empty.
        fields: Vec<FieldRefusal>,
    },
    /// A list did not add up, however often it was read.
    #[error("the list does not add up")]
    Pages(#[from] PagingError),
    /// A success, or a 409, whose body is not the record that the request was about: a write may have had its effect.
    #[error("the answer is not {expected}")]
    NotBelieved {
        /// The record that the contract promises, for instance "the user that was asked for".
        expected: &'static str,
    },
    /// Everything else: no answer, no useful one, or not now.
    #[error(transparent)]
    Http(HttpError),
}

impl CallError {
    /// Classifies an error of the HTTP client by the words of the vendor's API. A 404 and other statuses to which an API gives a
    /// meaning of its own are the vendor's client's to take out before.
    #[must_use]
    pub fn new(error: HttpError, api: &ApiRefusals) -> Self {
        match error {
            HttpError::Status {
                status: status @ (401 | 403),
                body,
                ..
            } => {
                let body = body.json().unwrap_or_default();
                if !(api.is_own)(&body) {
                    Self::RefusedElsewhere { status }
                } else if status == 403 && (api.is_about_right)(&body) {
                    Self::Forbidden { holder: api.holder }
                } else {
                    let credentials = api.credentials;
                    Self::Unauthorised { credentials, status }
                }
            }
            HttpError::Status { status, .. } if HttpError::is_from_between(status) => Self::RefusedElsewhere { status },
            // A time-out of the vendor's own, and the rate limit, do not concern the request's content.
            error @ HttpError::Status {
                status: 408 | 425 | 429,
                ..
            } => Self::Http(error),
            HttpError::Status {
                status: status @ 400..500,
                body,
                ..
            } => Self::Refused {
                status,
                fields: (api.fields)(&body),
            },
            other => Self::Http(other),
        }
    }
}

/// So many refused fields of one request are read: more than a user has.
const MOST_REFUSALS: usize = 100;

impl From<&CallError> for VendorFailureKind {
    fn from(error: &CallError) -> Self {
        match error {
            CallError::Unauthorised { .. } => Self::Credentials,
            CallError::Forbidden { .. } => Self::Forbidden,
            CallError::RefusedElsewhere { .. } => Self::Unavailable {
                may_have_happened: false,
            },
            CallError::Refused { fields, .. } => {
                let fields = fields.iter().take(MOST_REFUSALS);
                let refused = fields.map(|refusal| RefusedField::new(&refusal.field, &refusal.reason));
                Self::Refused(refused.collect())
            }
            CallError::Pages(_) => Self::InconsistentRead,
            CallError::NotBelieved { .. } => Self::Unreadable,
            CallError::Http(error) => error.into(),
        }
    }
}

/// Returns the failure as a use case sees it: its detail is the error with its causes.
#[must_use]
pub fn vendor_failure(
    vendor: Vendor,
    kind: VendorFailureKind,
    error: &(dyn std::error::Error + 'static),
) -> VendorFailure {
    VendorFailure {
        vendor,
        kind,
        detail: Excerpt::from(chain(error)).into(),
    }
}
