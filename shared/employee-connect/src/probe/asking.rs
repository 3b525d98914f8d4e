//! Requests of the probe to EmployeeConnect: authorised as the customer's configuration says, paced and counted, and
//! returned as raw responses.

use habitsync_domain::configuration::{EmployeeConnectAuth, TenantConfiguration};
use habitsync_domain::onboarding::assumptions::{Advice, AssumptionFinding, employee_connect as assume};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::text::excerpt::clip;
use habitsync_vendor_http::{HttpError, ListNames, ProbedApi, ProbedClient, RawResponse, Request};
use habitsync_workflows::ports::failure::Vendor;
use habitsync_workflows::ports::probes::HrisQuestions;
use serde_json::Value;

use crate::access::seconds_of;
use crate::client::EmployeeConnect;
use crate::error::{code_of, is_own_refusal};

/// JSON pointers of this vendor's lists.
pub(super) const LIST: ListNames = ListNames {
    records: "/data",
    total: "/meta/total",
    per_page: "/meta/pageSize",
    page: "/meta/page",
    total_pages: "/meta/totalPages",
};

static API: ProbedApi = ProbedApi {
    vendor: Vendor::EmployeeConnect,
    prefix: "employee_connect.",
    address: &assume::ADDRESS,
    credentials: &assume::CREDENTIALS,
    clock: &assume::CLOCK,
    limit: &assume::LIMIT,
    base_url: ("employee_connect.base_url", "the API's address, version included"),
    rate_key: "employee_connect.requests_per_minute",
    rate: |customer| customer.employee_connect.requests_per_minute,
    first: "GET /employees",
    list: LIST,
    is_own_refusal,
    accepted: "employees may be read",
    refused: "employees may not be read",
    where_refused: where_employees_are_refused,
};

/// A token that was just given shows that the codes work: what they lack is a permission. A key may be wrong.
fn where_employees_are_refused(customer: &TenantConfiguration, status: u16) -> Vec<Advice> {
    let by_key = is_by_key(customer);
    let permission = Advice::ask("ask EmployeeConnect to give the integration the permission to read employees");
    let store = Advice::store_credentials(&customer.tenant);
    let other = if by_key { "client_credentials" } else { "static_key" };
    let other = Advice::set("employee_connect.auth", format!("{other:?}"));
    match status {
        403 => vec![permission],
        _ if by_key => vec![store, other],
        _ => vec![permission, store, other],
    }
}

fn is_by_key(customer: &TenantConfiguration) -> bool {
    customer.employee_connect.auth == EmployeeConnectAuth::StaticKey
}

/// One examination of an EmployeeConnect.
pub(super) type Asking<'a> = habitsync_vendor_http::Asking<'a, EmployeeConnect, HrisQuestions<'a>>;

/// Begins an examination.
pub(super) fn begin<'a>(client: &'a EmployeeConnect, asked: &'a HrisQuestions<'a>) -> Asking<'a> {
    Asking::new(&API, client, asked, (asked.customer, asked.now))
}

/// Returns the number of employees that are requested at once.
pub(super) fn page_size(asking: &Asking<'_>) -> u32 {
    asking.asked.customer.employee_connect.page_size
}

/// Gets a token and keeps it, where tokens are what authorises.
pub(super) async fn authorise(asking: &Asking<'_>) -> Result<Vec<AssumptionFinding>, HttpError> {
    let Some(request) = asking.client.token_request() else {
        return Ok(Vec::new());
    };
    let sight = asking.raw_answer(asking.client.http().look(&request)).await?;
    let answer = sight.json().unwrap_or_default();
    if is_own_refusal(&answer) && matches!(sight.status, 400 | 401 | 403) {
        return Ok(vec![refused_codes(sight.status, &asking.asked.customer.tenant)]);
    }
    let status = sight.checked()?.status;
    if (200..300).contains(&status) && !answer.is_object() {
        return Ok(vec![
            asking.elsewhere("what answers there gives no JSON object".to_owned()),
        ]);
    }
    asking.client.keep_token(&answer).await;
    Ok(vec![judge_token(status, &answer)])
}

/// Judges the assumptions that the first answer about employees shows.
pub(super) fn judge_employees(asking: &Asking<'_>, first: &RawResponse) -> Vec<AssumptionFinding> {
    let is_accepted = |finding: &AssumptionFinding| *finding == assume::CREDENTIALS.holds(API.accepted);
    let mut findings = asking.judge_first(first);
    if is_by_key(asking.asked.customer) && findings.iter().any(is_accepted) {
        findings.push(assume::STATIC_KEY.holds("the key is accepted"));
    }
    findings
}

/// One page of employees, so many on it; as many as there are by default where no number is given.
pub(super) async fn employees(asking: &Asking<'_>, page: u64, size: Option<u32>) -> Result<RawResponse, HttpError> {
    let list = Request::list(&["employees"]);
    let list = match size {
        Some(size) => list.query("pageSize", size.to_string()),
        None => list,
    };
    asking.look(list.query("page", page.to_string())).await
}

/// The courses that have this reference; that the module is missing is an answer, too.
pub(super) async fn courses(asking: &Asking<'_>, reference: &str) -> Result<RawResponse, HttpError> {
    let list = Request::list(&["courses"]).query("externalId", reference);
    let sight = asking.raw_answer(asking.client.look(list.query("page", "1"))).await?;
    if sight.status == 403 && code_of(&sight.json().unwrap_or_default()) == Some("module_disabled") {
        return Ok(sight);
    }
    sight.checked()
}

/// The results of a course that have this reference.
pub(super) async fn results(asking: &Asking<'_>, course: &str, reference: &str) -> Result<RawResponse, HttpError> {
    asking
        .look(Request::get(&["courses", course, "results"]).query("externalId", reference))
        .await
}

/// Requests one employee by number.
pub(super) async fn employee(asking: &Asking<'_>, id: &str) -> Result<RawResponse, HttpError> {
    asking.look(Request::get(&["employees", id])).await
}

fn use_key() -> Advice {
    Advice::set("employee_connect.auth", "\"static_key\", and store a key")
}

fn refused_codes(status: u16, tenant: &TenantId) -> AssumptionFinding {
    assume::TOKEN.differs(
        format!("the codes were refused (status {status})"),
        vec![Advice::store_credentials(tenant), use_key()],
    )
}

/// Whether integration codes were exchanged for a token.
fn judge_token(status: u16, answer: &Value) -> AssumptionFinding {
    let has = |field: &str, is: fn(&Value) -> bool| answer.get(field).is_some_and(is);
    match status {
        200..300 if !has("access_token", Value::is_string) => {
            assume::TOKEN.needs_mending("the answer has no access_token")
        }
        200..300 => match answer.get("expires_in").and_then(seconds_of) {
            Some(seconds) => assume::TOKEN.holds(format!("a token for {} s", clip(&seconds.to_string(), 20))),
            None => assume::TOKEN.needs_mending("the answer does not say in expires_in how long the token lives"),
        },
        status => assume::TOKEN.differs(
            format!("/oauth/token is answered with status {status}"),
            vec![use_key(), assume::TOKEN.mend()],
        ),
    }
}
