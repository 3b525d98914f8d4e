//! One examination with the client that is asked.

use std::future::Future;
use std::ops::Deref;

use habitsync_domain::configuration::TenantConfiguration;
use jiff::Timestamp;

use super::{Probe, ProbedApi};
use crate::error::HttpError;
use crate::look::RawResponse;
use crate::request::Request;

/// A client that a probe can ask.
pub trait ProbedClient {
    /// Authorises a request and returns its raw response.
    fn look(&self, request: Request) -> impl Future<Output = Result<RawResponse, HttpError>> + Send;
}

/// One examination of one vendor, with its client `C` and the questions `Q`.
pub struct Asking<'a, C, Q> {
    /// The vendor's client.
    pub client: &'a C,
    /// Questions to ask the vendor.
    pub asked: &'a Q,
    probe: Probe<'a>,
}

impl<'a, C, Q> Asking<'a, C, Q> {
    /// Begins at `now`.
    #[must_use]
    pub fn new(
        api: &'static ProbedApi,
        client: &'a C,
        asked: &'a Q,
        (customer, now): (&'a TenantConfiguration, Timestamp),
    ) -> Self {
        let probe = Probe::new(api, customer, now);
        Self { client, asked, probe }
    }
}

impl<C: ProbedClient, Q> Asking<'_, C, Q> {
    /// Sends a request, counts it and returns its answer.
    ///
    /// # Errors
    ///
    /// The request failed, or its answer is a success that is no JSON or a refusal of access, which do not answer the
    /// probe.
    pub async fn look(&self, request: Request) -> Result<RawResponse, HttpError> {
        self.raw_answer(self.client.look(request)).await?.checked()
    }
}

impl<'a, C, Q> Deref for Asking<'a, C, Q> {
    type Target = Probe<'a>;

    fn deref(&self) -> &Probe<'a> {
        &self.probe
    }
}
