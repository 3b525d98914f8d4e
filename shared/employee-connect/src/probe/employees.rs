//! Employees: how they are listed and found, and how the API says that one is not there.

use habitsync_domain::onboarding::assumptions::{Advice, AssumptionFinding, employee_connect as assume, few};
use habitsync_domain::people::employee::Employee;
use habitsync_vendor_http::{HttpError, ListSample, RawResponse, sample_list};
use habitsync_workflows::ports::probes::HrisSample;
use serde_json::{Map, Value};

use super::asking::{Asking, LIST, employee, employees, page_size};
use super::{people, records};

/// An employee id that does not exist.
const NOBODY: &str = "HABITSYNC-DOCTOR-NOBODY";
/// A page size that every vendor accepts.
const SMALL: u32 = 50;

/// Asks about employees, and keeps those that were seen.
pub(super) async fn probe(
    asking: &Asking<'_>,
    first: RawResponse,
    seen: &mut HrisSample,
) -> Result<Vec<AssumptionFinding>, HttpError> {
    let wanted = page_size(asking);
    let refused = (!first.is_success()).then_some(first.status);
    let size = refused.is_none().then_some(wanted);
    let first = if refused.is_some() {
        employees(asking, 1, None).await?
    } else {
        first
    };
    let list = sample_list(LIST, &first, |page| employees(asking, page, size)).await?;
    let employees = list
        .records()
        .filter_map(|record| Employee::from_record(record.clone()).ok());
    seen.employees = employees.collect();
    seen.is_whole = list.is_whole();
    let mut findings = vec![
        list.judge_list(&assume::EMPLOYEE_LIST, "employees"),
        list.judge_page_parameter(&assume::EMPLOYEE_PAGE),
        judge_page_size(&list, wanted, refused),
        judge_order(asking, &list, size).await?,
    ];
    findings.extend(records::judge(asking.asked.customer, &list, asking.asked.now));
    findings.extend(people::judge(asking.asked.customer, &list));
    findings.push(judge_one(asking, &list).await?);
    findings.extend(judge_absence(&employee(asking, NOBODY).await?));
    Ok(findings)
}

fn judge_page_size(list: &ListSample, wanted: u32, refused: Option<u16>) -> AssumptionFinding {
    const KEY: &str = "employee_connect.page_size";
    if let Some(status) = refused {
        let seen = format!("pageSize={wanted} is answered with status {status}");
        return assume::EMPLOYEE_PAGE_SIZE
            .differs(seen, vec![Advice::set(KEY, SMALL.min(wanted / 2).max(1).to_string())]);
    }
    let Some(first) = list.pages.first() else {
        return assume::EMPLOYEE_PAGE_SIZE.untold("no page came", Vec::new());
    };
    let (came, pages) = (first.records.len() as u64, first.facts.map(|facts| facts.total_pages));
    match first.facts.map(|facts| facts.per_page) {
        _ if came == 0 => assume::EMPLOYEE_PAGE_SIZE.untold("page 1 has no employee", Vec::new()),
        Some(said) if said != u64::from(wanted) => {
            let seen = format!("{wanted} are asked for and {said} come");
            assume::EMPLOYEE_PAGE_SIZE.differs(seen, vec![Advice::set(KEY, said.to_string())])
        }
        _ if came > u64::from(wanted) || (came < u64::from(wanted) && pages.is_none_or(|pages| pages > 1)) => {
            let seen = format!("{wanted} are asked for and {came} come");
            assume::EMPLOYEE_PAGE_SIZE.untold(seen, vec![Advice::set(KEY, came.clamp(1, 200).to_string())])
        }
        _ => assume::EMPLOYEE_PAGE_SIZE.holds(format!("{wanted} are asked for, {came} come on page 1")),
    }
}

/// Ordered by employee id, or at least the same twice: a list in another order each time hides people between two pages.
async fn judge_order(
    asking: &Asking<'_>,
    list: &ListSample,
    size: Option<u32>,
) -> Result<AssumptionFinding, HttpError> {
    let ids: Vec<_> = list.records().map(records::id_text).collect();
    if ids.len() < 2 {
        return Ok(assume::EMPLOYEE_ORDER.untold("there are fewer than two employees", Vec::new()));
    }
    if ids.is_sorted() {
        return Ok(assume::EMPLOYEE_ORDER.holds(format!("{} employees come in ascending order", ids.len())));
    }
    let again = employees(asking, 1, size).await?.json().unwrap_or_default();
    let again = again.pointer(LIST.records).and_then(Value::as_array);
    let again: Vec<_> = again
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(records::id_text)
        .collect();
    Ok(if ids.starts_with(&again) && !again.is_empty() {
        assume::EMPLOYEE_ORDER.holds("another order, which is the same twice")
    } else {
        assume::EMPLOYEE_ORDER.needs_mending("the order is another each time")
    })
}

async fn judge_one(asking: &Asking<'_>, list: &ListSample) -> Result<AssumptionFinding, HttpError> {
    let Some(id) = list.records().map(records::id_text).find(|id| !id.is_empty()) else {
        return Ok(assume::EMPLOYEE_BY_ID.untold("no employee is listed", Vec::new()));
    };
    let sight = employee(asking, &id).await?;
    let answer = sight.json().unwrap_or_default();
    let record = |at: Option<&Value>| at.and_then(Value::as_object).map(records::id_text);
    Ok(match sight.status {
        200..300 if record(answer.get("data")).as_ref() == Some(&id) => {
            assume::EMPLOYEE_BY_ID.holds("an employee who is listed is found")
        }
        200..300 if record(Some(&answer)).as_ref() == Some(&id) => {
            assume::EMPLOYEE_BY_ID.needs_mending("the record is at the top and not under data")
        }
        200..300 => assume::EMPLOYEE_BY_ID.needs_mending("the answer is not that employee"),
        status => {
            assume::EMPLOYEE_BY_ID.needs_mending(format!("an employee who is listed is answered with status {status}"))
        }
    })
}

/// A 404 is believed only where it says that this employee does not exist: any other would deactivate people.
fn judge_absence(sight: &RawResponse) -> [AssumptionFinding; 2] {
    let answer = sight.json().unwrap_or_default();
    let error = answer.get("error").and_then(Value::as_object);
    let code = error.and_then(|error| error.get("code")?.as_str());
    let errors = match (sight.status, error, code) {
        (200..300, ..) => assume::ERRORS.untold("no error was met", Vec::new()),
        (_, Some(_), Some(_)) => assume::ERRORS.holds("a refusal has an error.code"),
        (_, Some(_), None) => assume::ERRORS.needs_mending("a refusal has an error without a code"),
        (_, None, _) => assume::ERRORS.needs_mending(format!("a refusal has no error; its body has {}", keys(&answer))),
    };
    let absent = match (sight.status, code) {
        (404, Some("employee_not_found")) => assume::EMPLOYEE_ABSENT.holds("an unused id is such a 404"),
        (404, _) => assume::EMPLOYEE_ABSENT
            .needs_mending("the 404 has another code, or none: no employee who vanishes would be deactivated"),
        (status, _) => {
            assume::EMPLOYEE_ABSENT.needs_mending(format!("an id that nobody has is answered with status {status}"))
        }
    };
    [errors, absent]
}

/// The names of what an answer has at the top.
fn keys(answer: &Value) -> String {
    let names: Vec<_> = answer
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .map(String::as_str)
        .collect();
    if names.is_empty() {
        "no JSON object".to_owned()
    } else {
        few(names)
    }
}
