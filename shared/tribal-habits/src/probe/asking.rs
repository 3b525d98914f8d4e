//! Requests of the probe to the portal: paced and counted like every request, and returned as raw responses.

use habitsync_domain::onboarding::assumptions::Advice;
use habitsync_domain::onboarding::assumptions::tribal_habits as assume;
use habitsync_vendor_http::{HttpError, ListNames, ProbedApi, RawResponse, Request};
use habitsync_workflows::ports::failure::Vendor;
use habitsync_workflows::ports::probes::PortalQuestions;
use jiff::Timestamp;
use serde_json::Value;

use crate::client::TribalHabits;
use crate::error::{NOT_FOUND, is_own_refusal};

/// JSON pointers of this vendor's lists.
pub(super) const LIST: ListNames = ListNames {
    records: "/records",
    total: "/total_records",
    per_page: "/max_per_page",
    page: "/current_page",
    total_pages: "/total_pages",
};

static API: ProbedApi = ProbedApi {
    vendor: Vendor::TribalHabits,
    prefix: "tribal_habits.",
    address: &assume::ADDRESS,
    credentials: &assume::CREDENTIALS,
    clock: &assume::CLOCK,
    limit: &assume::LIMIT,
    base_url: (
        "tribal_habits.base_url",
        "the portal's address, such as \"https://acme.tribalhabits.com\"",
    ),
    rate_key: "tribal_habits.requests_per_minute",
    rate: |customer| customer.tribal_habits.requests_per_minute,
    first: "GET /papi/users",
    list: LIST,
    is_own_refusal,
    accepted: "the key is accepted",
    refused: "the key was refused",
    where_refused: |customer, _| vec![Advice::store_credentials(&customer.tenant)],
};

/// One examination of a portal.
pub(super) type Asking<'a> = habitsync_vendor_http::Asking<'a, TribalHabits, PortalQuestions<'a>>;

/// Begins an examination.
pub(super) fn begin<'a>(client: &'a TribalHabits, asked: &'a PortalQuestions<'a>) -> Asking<'a> {
    Asking::new(&API, client, asked, (asked.customer, asked.now))
}

/// One page of a list under `/papi`.
pub(super) async fn list(asking: &Asking<'_>, path: &[&str], page: u64) -> Result<RawResponse, HttpError> {
    asking
        .look(Request::list(&under_papi(path)).query("page", page.to_string()))
        .await
}

/// One page of the enrolments completed since then.
pub(super) async fn completed_since(
    asking: &Asking<'_>,
    since: Timestamp,
    page: u64,
) -> Result<RawResponse, HttpError> {
    let list = Request::list(&["papi", "enrolments"]).query("completed_since", since.to_string());
    asking.look(list.query("page", page.to_string())).await
}

/// One thing under `/papi`.
pub(super) async fn one(asking: &Asking<'_>, path: &[&str]) -> Result<RawResponse, HttpError> {
    asking.look(Request::get(&under_papi(path))).await
}

/// Whether a 404 is the portal's own word about the record, which the client believes.
pub(super) fn is_not_found(sight: &RawResponse) -> bool {
    let body = sight.json().unwrap_or_default();
    body.get("error").and_then(Value::as_str) == Some(NOT_FOUND)
}

fn under_papi<'p>(path: &[&'p str]) -> Vec<&'p str> {
    ["papi"].into_iter().chain(path.iter().copied()).collect()
}
