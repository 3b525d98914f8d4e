//! How EmployeeConnect is asked: authorised as the customer's configuration says, paced and counted, and looked at.

use std::sync::atomic::{AtomicU32, Ordering};

use habitsync_domain::assumption::{Advice, Assumption, Finding, employee_connect as assume};
use habitsync_domain::excerpt::clip;
use habitsync_domain::tenant::TenantId;
use habitsync_vendor_http::{HttpError, Request, Sight};
use habitsync_workflows::ports::probes::HrisQuestions;
use jiff::SignedDuration;
use serde_json::Value;
use tokio::time::Instant;

use crate::access::seconds_of;
use crate::client::EmployeeConnect;

/// One examination of an EmployeeConnect.
pub(super) struct Asking<'a> {
    hris: &'a EmployeeConnect,
    pub(super) asked: &'a HrisQuestions<'a>,
    began: Instant,
    requests: AtomicU32,
}

impl<'a> Asking<'a> {
    pub(super) fn new(hris: &'a EmployeeConnect, asked: &'a HrisQuestions<'a>) -> Self {
        Self {
            hris,
            asked,
            began: Instant::now(),
            requests: AtomicU32::new(0),
        }
    }

    /// Whether the customer relies on it.
    pub(super) fn is_needed(&self, assumption: &Assumption) -> bool {
        assumption.need.unmet(self.asked.customer).is_none()
    }

    /// How many employees are asked for at once.
    pub(super) fn page_size(&self) -> u32 {
        self.asked.customer.employee_connect.page_size
    }

    /// Gets a token and keeps it, where tokens are what authorises.
    pub(super) async fn authorise(&self) -> Result<Vec<Finding>, HttpError> {
        let Some(request) = self.hris.token_request() else {
            return Ok(Vec::new());
        };
        self.count();
        let sight = self.hris.http().look(&request).await?;
        let answer = sight.json().unwrap_or_default();
        let judged = judge_token(sight.status, &answer, &self.asked.customer.tenant);
        self.hris.keep_token(&answer).await;
        Ok(vec![judged])
    }

    /// One page of employees, so many on it; as many as there are by default where no number is given.
    pub(super) async fn employees(&self, page: u64, size: Option<u32>) -> Result<Sight, HttpError> {
        let list = Request::list(&["employees"]);
        let list = match size {
            Some(size) => list.query("pageSize", size.to_string()),
            None => list,
        };
        self.look(list.query("page", page.to_string())).await
    }

    /// The courses that have this reference.
    pub(super) async fn courses(&self, reference: &str) -> Result<Sight, HttpError> {
        self.look(
            Request::list(&["courses"])
                .query("externalId", reference)
                .query("page", "1"),
        )
        .await
    }

    /// The results of a course that have this reference.
    pub(super) async fn results(&self, course: &str, reference: &str) -> Result<Sight, HttpError> {
        self.look(Request::get(&["courses", course, "results"]).query("externalId", reference))
            .await
    }

    /// One employee.
    pub(super) async fn employee(&self, id: &str) -> Result<Sight, HttpError> {
        self.look(Request::get(&["employees", id])).await
    }

    async fn look(&self, request: Request) -> Result<Sight, HttpError> {
        self.count();
        self.hris.look(request).await
    }

    fn count(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn clock(&self, sight: &Sight) -> Finding {
        let passed = SignedDuration::try_from(sight.came_at - self.began).unwrap_or_default();
        assume::CLOCK.judge_clock(sight.date, self.asked.now + passed)
    }

    pub(super) fn limit(&self, sight: &Sight) -> Finding {
        let configured = self.asked.customer.employee_connect.requests_per_minute;
        assume::LIMIT.judge_limit(&sight.limits, configured, "employee_connect.requests_per_minute")
    }
}

/// Whether integration codes were exchanged for a token.
fn judge_token(status: u16, answer: &Value, tenant: &TenantId) -> Finding {
    let key = || Advice::set("employee_connect.auth", "\"static_key\", and store a key");
    let has = |field: &str, is: fn(&Value) -> bool| answer.get(field).is_some_and(is);
    match status {
        200..300 if !has("access_token", Value::is_string) => {
            assume::TOKEN.needs_mending("the answer has no access_token")
        }
        200..300 => match answer.get("expires_in").and_then(seconds_of) {
            Some(seconds) => assume::TOKEN.holds(format!("a token for {} s", clip(&seconds.to_string(), 20))),
            None => assume::TOKEN.needs_mending("the answer does not say in expires_in how long the token lives"),
        },
        400 | 401 | 403 => assume::TOKEN.differs(
            format!("the codes were refused (status {status})"),
            vec![Advice::store_credentials(tenant), key()],
        ),
        status => assume::TOKEN.differs(
            format!("/oauth/token is answered with status {status}"),
            vec![key(), assume::TOKEN.mend()],
        ),
    }
}
