//! One customer's way to one vendor: every request is paced, bounded in time and size, and retried by the same rule.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::lease::LeaseTerm;
use reqwest::Response;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};

use crate::error::{BuildError, HttpError, chain};
use crate::hosts::BaseUrl;
use crate::look::{AnswerFacts, RawResponse};
use crate::pace::RequestBudget;
use crate::place::FieldNames;
use crate::reply::Reply;
use crate::request::{Patience, Request};
use crate::retry::{RetrySchedule, retrying};
use crate::traffic;
use crate::transport::Transport;

/// How patient a customer's calls are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSettings {
    /// From sending to the last byte, for one record: a customer's hanging vendor must not hold others up.
    pub single_timeout: Duration,
    /// The same for a page of a list.
    pub list_timeout: Duration,
    /// The largest success that is read. Of a refusal, the first 64 KiB are.
    pub largest_body_bytes: usize,
    /// Waits between the tries of one call. A write is only tried again after a failure that had no effect.
    pub retries: RetrySchedule,
}

/// 5 s, 30 s, 4 MiB, and two more tries.
impl Default for CallSettings {
    fn default() -> Self {
        Self {
            single_timeout: Duration::from_secs(5),
            list_timeout: Duration::from_secs(30),
            largest_body_bytes: 4 * 1024 * 1024,
            retries: RetrySchedule::default(),
        }
    }
}

/// Sends requests of one customer to one vendor.
#[derive(Clone)]
pub struct VendorHttp {
    vendor: &'static str,
    transport: Transport,
    base: BaseUrl,
    budget: Arc<dyn RequestBudget>,
    settings: CallSettings,
    deadline: Option<Instant>,
    lease: Option<Lease>,
    names: FieldNames,
}

/// How often a request looks whether the lease was renewed that is about to end, and the wait between two looks.
const LOOKS_AT_LEASE: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

/// The lease under which requests are sent.
#[derive(Clone)]
struct Lease {
    term: LeaseTerm,
    clock: Arc<dyn Now + Send + Sync>,
}

/// Stands in where a caller has no deadline.
const A_DAY: Duration = Duration::from_hours(24);

impl VendorHttp {
    /// `vendor` is its name in logs. There is no deadline until [`Self::until`] sets one.
    #[must_use]
    pub fn new(
        vendor: &'static str,
        transport: Transport,
        base: BaseUrl,
        budget: Arc<dyn RequestBudget>,
        settings: CallSettings,
    ) -> Self {
        Self {
            vendor,
            transport,
            base,
            budget,
            settings,
            deadline: None,
            lease: None,
            names: &[],
        }
    }

    /// The same way, whose errors may name these fields of an answer. No other key of an answer is shown.
    #[must_use]
    pub fn naming(mut self, names: FieldNames) -> Self {
        self.names = names;
        self
    }

    /// The same way, used no longer than this: no request begins, and no retry is waited for, beyond it.
    #[must_use]
    pub fn until(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Limits the client to the lease of `term`: no request begins within the reserve before its end, and each ends
    /// before it does.
    #[must_use]
    pub fn under(mut self, term: LeaseTerm, clock: Arc<dyn Now + Send + Sync>) -> Self {
        self.lease = Some(Lease { term, clock });
        self
    }

    /// The same way, where each request is sent once: for a caller that has its own way of trying again. Tries of both
    /// would multiply.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.settings.retries = RetrySchedule::none();
        self
    }

    /// Sends a request and reads its answer as `T`; an answer counts as a success only once it has been understood.
    ///
    /// Where nothing in the answer is needed, `T` is [`serde::de::IgnoredAny`], which an empty answer is, too.
    ///
    /// # Errors
    ///
    /// The last failure, once the retry schedule or the deadline has ended. The client repeats a failed read where the
    /// failure may pass, and a write only where the failed request certainly had no effect, such as after a 429; it
    /// waits for a `Retry-After`. [`HttpError::is_ambiguous`] identifies a write that may have had its effect.
    pub async fn json<T: DeserializeOwned>(&self, request: &Request) -> Result<T, HttpError> {
        let deadline = self.deadline.unwrap_or_else(|| Instant::now() + A_DAY);
        let attempt = || async { self.attempt(request, deadline).await?.json(self.names) };
        retrying(self.vendor, &self.settings.retries, request.effect, deadline, attempt).await
    }

    /// Sends a request and returns its raw response, refusals included, for probes that examine a vendor's behaviour.
    ///
    /// # Errors
    ///
    /// No answer, a 429 or a fault of the vendor, after the retries of the schedule.
    pub async fn look(&self, request: &Request) -> Result<RawResponse, HttpError> {
        let deadline = self.deadline.unwrap_or_else(|| Instant::now() + A_DAY);
        let attempt = || async {
            let (response, timeout) = self.send(request, deadline).await?;
            let facts = AnswerFacts::of(&response);
            RawResponse::of(facts, self.receive(response, timeout).await.map(Reply::into_body))
        };
        retrying(self.vendor, &self.settings.retries, request.effect, deadline, attempt).await
    }

    async fn attempt(&self, request: &Request, deadline: Instant) -> Result<Reply, HttpError> {
        let (response, timeout) = self.send(request, deadline).await?;
        self.receive(response, timeout).await
    }

    async fn send(&self, request: &Request, deadline: Instant) -> Result<(Response, Duration), HttpError> {
        self.budget.draw(deadline).await?;
        let timeout = self
            .timeout(request)
            .min(deadline.saturating_duration_since(Instant::now()))
            .min(self.time_under_lease().await);
        if timeout.is_zero() {
            return Err(HttpError::OutOfTime);
        }
        traffic::note_request();
        let sending = self.transport.0.execute(self.built(request, timeout)?).await;
        let response = sending.map_err(|error| HttpError::while_sending(error, timeout))?;
        Ok((response, timeout))
    }

    async fn receive(&self, response: Response, timeout: Duration) -> Result<Reply, HttpError> {
        let reply = Reply::receive(response, self.settings.largest_body_bytes, timeout).await;
        if let Err(HttpError::Status { status: 429, .. }) = &reply {
            traffic::note_refusal();
        }
        if let Err(HttpError::Status {
            status: 429,
            retry_after: Some(lasting),
            ..
        }) = &reply
        {
            self.block(*lasting).await;
        }
        reply
    }

    /// How long a request may take that starts now; nothing where none may. A process that was stopped finds its lease at its end, and
    /// renews it within moments if it still can: that is waited for.
    async fn time_under_lease(&self) -> Duration {
        let Some(lease) = &self.lease else {
            return Duration::MAX;
        };
        for _ in 0..LOOKS_AT_LEASE {
            if let Some(left) = lease.term.time_for_request(lease.clock.now()) {
                return left;
            }
            sleep(BETWEEN_LOOKS).await;
        }
        Duration::ZERO
    }

    fn timeout(&self, request: &Request) -> Duration {
        match request.patience {
            Patience::Single => self.settings.single_timeout,
            Patience::List => self.settings.list_timeout,
        }
    }

    fn built(&self, request: &Request, timeout: Duration) -> Result<reqwest::Request, HttpError> {
        let url = self
            .base
            .join(&request.segments, &request.query)
            .map_err(HttpError::Build)?;
        let builder = self
            .transport
            .0
            .request(request.method.clone(), url)
            .headers(request.headers.clone())
            .timeout(timeout);
        let builder = match &request.body {
            Some(body) => builder.body(body.clone()),
            None => builder,
        };
        builder.build().map_err(|_| HttpError::Build(BuildError::Refused))
    }

    /// A block that cannot be kept costs other jobs a 429 of their own; the caller gets the vendor's 429 all the same.
    async fn block(&self, lasting: Duration) {
        if let Err(error) = self.budget.blocked(lasting).await {
            tracing::warn!(
                vendor.name = self.vendor,
                error = chain(&error),
                "the vendor's 429 could not be shared"
            );
        }
    }
}

impl fmt::Debug for VendorHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VendorHttp")
            .field("vendor", &self.vendor)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
