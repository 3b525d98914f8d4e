//! How the portal is asked: paced and counted like every request, and looked at.

use std::sync::atomic::{AtomicU32, Ordering};

use habitsync_domain::assumption::{Assumption, Finding, tribal_habits as assume};
use habitsync_vendor_http::{HttpError, Request, Sight};
use habitsync_workflows::ports::probes::PortalQuestions;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::Instant;

use crate::client::TribalHabits;
use crate::error::NOT_FOUND;

/// One examination of a portal.
pub(super) struct Asking<'a> {
    portal: &'a TribalHabits,
    pub(super) asked: &'a PortalQuestions<'a>,
    began: Instant,
    requests: AtomicU32,
}

impl<'a> Asking<'a> {
    pub(super) fn new(portal: &'a TribalHabits, asked: &'a PortalQuestions<'a>) -> Self {
        Self {
            portal,
            asked,
            began: Instant::now(),
            requests: AtomicU32::new(0),
        }
    }

    /// Whether the customer relies on it.
    pub(super) fn is_needed(&self, assumption: &Assumption) -> bool {
        assumption.need.unmet(self.asked.customer).is_none()
    }

    /// One page of a list under `/papi`.
    pub(super) async fn list(&self, path: &[&str], page: u64) -> Result<Sight, HttpError> {
        self.look(Request::list(&under_papi(path)).query("page", page.to_string()))
            .await
    }

    /// One page of the enrolments completed since then.
    pub(super) async fn completed_since(&self, since: Timestamp, page: u64) -> Result<Sight, HttpError> {
        let list = Request::list(&["papi", "enrolments"]).query("completed_since", since.to_string());
        self.look(list.query("page", page.to_string())).await
    }

    /// One thing under `/papi`.
    pub(super) async fn one(&self, path: &[&str]) -> Result<Sight, HttpError> {
        self.look(Request::get(&under_papi(path))).await
    }

    async fn look(&self, request: Request) -> Result<Sight, HttpError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.portal.look(request).await
    }

    pub(super) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn clock(&self, sight: &Sight) -> Finding {
        let passed = SignedDuration::try_from(sight.came_at - self.began).unwrap_or_default();
        assume::CLOCK.judge_clock(sight.date, self.asked.now + passed)
    }

    pub(super) fn limit(&self, sight: &Sight) -> Finding {
        let configured = self.asked.customer.tribal_habits.requests_per_minute;
        assume::LIMIT.judge_limit(&sight.limits, configured, "tribal_habits.requests_per_minute")
    }
}

/// Whether a 404 is the portal's own word about the record, which the client believes.
pub(super) fn is_not_found(sight: &Sight) -> bool {
    let body = sight.json().unwrap_or_default();
    body.get("error").and_then(Value::as_str) == Some(NOT_FOUND)
}

fn under_papi<'p>(path: &[&'p str]) -> Vec<&'p str> {
    ["papi"].into_iter().chain(path.iter().copied()).collect()
}
