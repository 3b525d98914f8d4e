//! An answer looked at as it is: what a probe describes, where a client would fail to read it.

mod list;
mod probe;

pub use list::{ListNames, ListPage, ListSample, Record, sample_list};
pub use probe::{Asking, Probe, ProbeFindings, ProbedApi, ProbedClient};

use habitsync_domain::text::excerpt::clip;
use jiff::Timestamp;
use reqwest::Response;
use serde_json::Value;
use tokio::time::Instant;

use crate::error::{DecodeError, HttpError, PrivateBody};
use crate::retry_after::answered_at;

/// An answer, a refusal among them. Personal data may be in its body, which is not printed.
#[derive(Debug, Clone)]
pub struct RawResponse {
    /// The status: 2xx, a redirect, or a refusal that is no 429.
    pub status: u16,
    /// The vendor's time, by the `Date` header.
    pub date: Option<Timestamp>,
    /// When it came, by this machine's steady clock.
    pub came_at: Instant,
    /// The headers that speak of a limit, by name in lower case.
    pub limits: Vec<(String, String)>,
    body: PrivateBody,
}

/// What an answer says before its body is read.
pub(crate) struct AnswerFacts {
    status: u16,
    date: Option<Timestamp>,
    came_at: Instant,
    limits: Vec<(String, String)>,
}

impl AnswerFacts {
    pub(crate) fn of(response: &Response) -> Self {
        let headers = response.headers();
        let limits = headers.iter().filter(|(name, _)| speaks_of_limit(name.as_str()));
        let limits = limits.filter_map(|(name, value)| {
            Some((
                clip(name.as_str(), LIMIT_BYTES),
                clip(value.to_str().ok()?, LIMIT_BYTES),
            ))
        });
        Self {
            status: response.status().as_u16(),
            date: answered_at(headers),
            came_at: Instant::now(),
            limits: limits.collect(),
        }
    }
}

/// Largest kept size of a rate-limit header, in bytes each of its name and its value.
const LIMIT_BYTES: usize = 100;

fn speaks_of_limit(name: &str) -> bool {
    name.contains("ratelimit") || name.contains("rate-limit")
}

impl RawResponse {
    /// Returns the answer, unless there was none, or it does not concern the request.
    pub(crate) fn of(facts: AnswerFacts, body: Result<PrivateBody, HttpError>) -> Result<Self, HttpError> {
        let body = match body {
            Ok(body) if body.is_cut_short() => return Err(HttpError::Decode(DecodeError::cut_short())),
            Ok(body) => body,
            Err(HttpError::Status { status, body, .. }) if is_about_the_request(status) => body,
            Err(error) => return Err(error),
        };
        let AnswerFacts {
            status,
            date,
            came_at,
            limits,
        } = facts;
        Ok(Self {
            status,
            date,
            came_at,
            limits,
            body,
        })
    }

    /// The body, where it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        self.body.json()
    }

    /// Returns the answer where it concerns the request.
    ///
    /// # Errors
    ///
    /// The answer is a success that is no JSON, or a refusal of access.
    pub fn checked(self) -> Result<Self, HttpError> {
        match self.status {
            200..300 if self.json().is_none() => Err(HttpError::Decode(DecodeError::not_json())),
            status @ (401 | 403 | 407 | 451) => Err(HttpError::Status {
                status,
                retry_after: None,
                body: self.body,
            }),
            _ => Ok(self),
        }
    }

    /// Whether the status is a success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

fn is_about_the_request(status: u16) -> bool {
    (300..500).contains(&status) && !matches!(status, 408 | 425 | 429)
}
