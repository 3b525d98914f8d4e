//! One examination of a vendor: requests are counted and their answers checked, and each way in which a vendor cannot be looked at
//! becomes a finding whose advice fits it. Both clients probe through it.

mod asking;
mod obstacle;

pub use asking::{Asking, ProbedClient};

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::onboarding::assumptions::{Advice, Assumption, AssumptionFinding, AssumptionVerdict};
use habitsync_domain::vendors::vendor::Vendor;
use habitsync_workflows::ports::probes::{Probed, Silence};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::Instant;

use super::{ListNames, ListPage, RawResponse};
use crate::error::HttpError;
use obstacle::Obstacle;

/// What the probe of a vendor needs to know about its API.
pub struct ProbedApi {
    /// Whose API it is.
    pub vendor: Vendor,
    /// How the ids of all assumptions about it begin, for instance `tribal_habits.`.
    pub prefix: &'static str,
    /// That the API is at the configured address.
    pub address: &'static Assumption,
    /// That the credentials are accepted.
    pub credentials: &'static Assumption,
    /// That its clock agrees with ours.
    pub clock: &'static Assumption,
    /// That it takes as many requests as are configured.
    pub limit: &'static Assumption,
    /// The key of the address in the configuration, and what belongs there.
    pub base_url: (&'static str, &'static str),
    /// The key of the configured requests a minute.
    pub rate_key: &'static str,
    /// The configured requests a minute.
    pub rate: fn(&TenantConfiguration) -> u32,
    /// The list that is asked for first, for instance `GET /papi/users`.
    pub first: &'static str,
    /// Where its pages have what.
    pub list: ListNames,
    /// Whether the body of a refusal is the API's own, and not a firewall's or a proxy's page.
    pub is_own_refusal: fn(&Value) -> bool,
    /// Expected observation where the first list has records.
    pub accepted: &'static str,
    /// What a refusal of the first list says.
    pub refused: &'static str,
    /// What copes with a refusal of this status.
    pub where_refused: fn(&TenantConfiguration, u16) -> Vec<Advice>,
}

/// One examination of one vendor.
pub struct Probe<'a> {
    pub(super) api: &'static ProbedApi,
    pub(super) customer: &'a TenantConfiguration,
    now: Timestamp,
    began: Instant,
    requests: AtomicU32,
}

impl<'a> Probe<'a> {
    fn new(api: &'static ProbedApi, customer: &'a TenantConfiguration, now: Timestamp) -> Self {
        Self {
            api,
            customer,
            now,
            began: Instant::now(),
            requests: AtomicU32::new(0),
        }
    }

    /// Whether the customer relies on the assumption.
    #[must_use]
    pub fn is_needed(&self, assumption: &Assumption) -> bool {
        assumption.need.unmet(self.customer).is_none()
    }

    /// Counts a request and returns its raw response.
    ///
    /// # Errors
    ///
    /// The request failed.
    pub async fn raw_answer(
        &self,
        sent: impl Future<Output = Result<RawResponse, HttpError>>,
    ) -> Result<RawResponse, HttpError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        sent.await
    }

    /// Judges the answer to the very first request: address, credentials, clock and limit.
    #[must_use]
    pub fn judge_first(&self, first: &RawResponse) -> Vec<AssumptionFinding> {
        let api = self.api;
        let body = first.json().unwrap_or_default();
        match first.status {
            200..300 if !body.is_object() => {
                vec![self.elsewhere("what answers there gives no JSON object".to_owned())]
            }
            200..300 => {
                let page = ListPage::of(1, &body, api.list);
                let seen = format!("{} brings no record", api.first);
                let credentials = if page.carries_error || page.records.is_empty() {
                    api.credentials.untold(seen, Vec::new())
                } else {
                    api.credentials.holds(api.accepted)
                };
                vec![self.answers_there(), credentials, self.clock(first), self.limit(first)]
            }
            400 | 422 => vec![self.answers_there(), self.clock(first), self.limit(first)],
            status => vec![self.elsewhere(format!("{} is answered with status {status}", api.first))],
        }
    }

    pub(super) fn answers_there(&self) -> AssumptionFinding {
        self.api.address.holds("it answers there")
    }

    /// The finding that the address is not the API's.
    #[must_use]
    pub fn elsewhere(&self, seen: String) -> AssumptionFinding {
        self.api.address.differs(seen, vec![self.set_base_url()])
    }

    pub(super) fn set_base_url(&self) -> Advice {
        let (key, value) = self.api.base_url;
        Advice::set(key, value)
    }

    fn clock(&self, sight: &RawResponse) -> AssumptionFinding {
        let passed = SignedDuration::try_from(sight.came_at - self.began).unwrap_or_default();
        self.api.clock.judge_clock(sight.date, self.now + passed)
    }

    fn limit(&self, sight: &RawResponse) -> AssumptionFinding {
        let configured = (self.api.rate)(self.customer);
        self.api.limit.judge_limit(&sight.limits, configured, self.api.rate_key)
    }
}

/// What a probe has found so far, and what it has seen for questions that need both vendors.
#[derive(Default)]
pub struct ProbeFindings<S> {
    findings: Vec<AssumptionFinding>,
    silences: Vec<Silence>,
    /// The observed values.
    pub sample: S,
}

impl<S> ProbeFindings<S> {
    /// Notes what the first requests show. Whether anything else can be asked.
    pub fn opens(&mut self, probe: &Probe<'_>, answer: Result<Vec<AssumptionFinding>, &HttpError>) -> bool {
        let findings = answer.unwrap_or_else(|error| Obstacle::from(error, probe.api).at_the_door(probe));
        let obstacle = findings
            .iter()
            .find(|finding| finding.verdict == AssumptionVerdict::Differs);
        let why = obstacle.map(|finding| format!("it cannot be looked at: {}", finding.seen));
        let is_open = why.is_none();
        self.silences.extend(why.map(|why| Silence {
            about: probe.api.prefix,
            why,
        }));
        for finding in findings {
            self.add(finding);
        }
        is_open
    }

    /// Notes what requests about one resource show. Where they fail, `lead` differs, and nothing is known of the other assumptions
    /// whose ids begin with one of `about`.
    pub fn note(
        &mut self,
        probe: &Probe<'_>,
        lead: &'static Assumption,
        about: &[&'static str],
        answer: Result<Vec<AssumptionFinding>, HttpError>,
    ) {
        match answer {
            Ok(findings) => {
                for finding in findings {
                    self.add(finding);
                }
            }
            Err(error) => {
                let finding = Obstacle::from(&error, probe.api).on_the_way(probe, lead);
                let why = format!("it cannot be looked at: {}", finding.seen);
                let silences = about.iter().map(|about| Silence {
                    about,
                    why: why.clone(),
                });
                self.silences.extend(silences);
                self.add(finding);
            }
        }
    }

    /// Adds a finding in the place of an earlier one about the same assumption.
    fn add(&mut self, finding: AssumptionFinding) {
        self.findings.retain(|earlier| earlier.assumption != finding.assumption);
        self.findings.push(finding);
    }

    /// Returns the probe's outcome.
    #[must_use]
    pub fn probed(self, probe: &Probe<'_>) -> Probed<S> {
        Probed {
            findings: self.findings,
            silences: self.silences,
            requests: probe.requests.load(Ordering::Relaxed),
            sample: self.sample,
        }
    }
}
