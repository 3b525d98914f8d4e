//! Lists of employees, and what HR does to them.

use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_harness::{Fault, Rule};
use jiff::civil::date;
use serde_json::{Value, json};

use crate::tenant::Caller;

fn ids(page: &Value) -> Vec<String> {
    let records = page["data"].as_array().expect("data");
    records
        .iter()
        .map(|record| record["employeeId"].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test]
async fn employees_come_by_id_in_pages_that_add_up() {
    let caller = Caller::seeded().await;
    let mut seen = Vec::new();
    for (page, length) in [(1, 100), (2, 100), (3, 50), (4, 0)] {
        let body = caller.get(&format!("/employees?page={page}")).await.body;
        let meta = json!([
            body["meta"]["page"],
            body["meta"]["pageSize"],
            body["meta"]["total"],
            body["meta"]["totalPages"]
        ]);
        assert_eq!(meta, json!([page, 100, 250, 3]));
        assert_eq!(ids(&body).len(), length);
        seen.extend(ids(&body));
    }
    assert!(seen.len() == 250 && seen.is_sorted());
    assert_eq!(ids(&caller.get("/employees?page=25&pageSize=10").await.body).len(), 10);
    let far = caller.get("/employees?page=154407505788734930944").await;
    assert_eq!(
        (far.status, ids(&far.body).len()),
        (200, 0),
        "past the end is past the end, however far"
    );
}

#[tokio::test]
async fn a_page_or_a_filter_out_of_range_is_refused_by_name() {
    let caller = Caller::start().await;
    let wrong = [
        ("page", "0"),
        ("pageSize", "201"),
        ("pageSize", "x"),
        ("status", "gone"),
        ("updatedSince", "today"),
    ];
    for (name, value) in wrong {
        let refused = caller.get(&format!("/employees?{name}={value}")).await;
        assert_eq!(
            (refused.status, &refused.body["error"]["code"]),
            (422, &json!("validation_failed"))
        );
        assert!(refused.body["error"]["fields"][name].is_string(), "{name}={value}");
    }
}

#[tokio::test]
async fn the_list_can_be_narrowed_to_the_terminated_and_to_what_changed_since() {
    let caller = Caller::start().await;
    let changed = caller
        .tenant
        .terminate("E1002", date(2026, 11, 1))
        .expect("an employee")
        .updated_at;
    assert_eq!(ids(&caller.get("/employees?status=terminated").await.body), ["E1002"]);
    assert_eq!(ids(&caller.get("/employees?status=active").await.body), ["E1001"]);
    assert_eq!(ids(&caller.get("/employees").await.body), ["E1001", "E1002"]);
    assert_eq!(
        ids(&caller.get(&format!("/employees?updatedSince={changed}")).await.body),
        ["E1002"],
        "inclusive"
    );
    let page = caller.get("/employees?updatedSince=2999-01-01T00:00:00Z").await.body;
    assert_eq!(
        (&page["meta"]["total"], &page["meta"]["totalPages"]),
        (&json!(0), &json!(0))
    );
}

#[tokio::test]
async fn every_field_of_the_contract_is_shown_null_where_it_is_empty() {
    let caller = Caller::start().await;
    let shown = caller.get("/employees/E1001").await.body;
    let employee = shown["data"].as_object().expect("an employee");
    let contract = [
        "employeeId",
        "userId",
        "firstName",
        "lastName",
        "preferredName",
        "workEmail",
        "personalEmail",
        "jobTitle",
        "location",
        "department",
        "employmentType",
        "managerEmployeeId",
        "managerName",
        "managerEmail",
        "status",
        "startDate",
        "terminationDate",
        "customFields",
        "updatedAt",
    ];
    assert_eq!(employee.keys().collect::<Vec<_>>(), contract);
    assert_eq!(
        (&employee["workEmail"], &employee["jobTitle"]),
        (&json!("kim@acme.example"), &Value::Null)
    );
    let missing = caller.get("/employees/E9999").await;
    assert_eq!(
        (missing.status, &missing.body["error"]["code"]),
        (404, &json!("employee_not_found"))
    );
}

#[tokio::test]
async fn people_are_hired_give_notice_leave_and_come_back() {
    let caller = Caller::start().await;
    let today = date(2026, 11, 20);
    let person = |id| caller.tenant.employee(id).expect("an employee");
    caller.tenant.hire(
        Employee::new("E2001", "Ash", "Deng", "ash@acme.example"),
        date(2026, 12, 1),
        today,
    );
    assert_eq!(
        (person("E2001").status.as_str(), person("E2001").start_date),
        ("Onboarding", Some(date(2026, 12, 1)))
    );

    caller.tenant.give_notice("E1001", date(2026, 12, 31));
    assert_eq!(
        (person("E1001").status.as_str(), person("E1001").termination_date),
        ("Active", Some(date(2026, 12, 31)))
    );

    caller.tenant.terminate("E1001", today);
    assert!(person("E1001").is_terminated());
    let shown = caller.get("/employees/E1001").await.body;
    assert_eq!(
        (&shown["data"]["status"], &shown["data"]["terminationDate"]),
        (&json!("Terminated"), &json!("2026-11-20"))
    );

    caller.tenant.rehire("E1001", date(2027, 2, 1));
    assert_eq!(
        (person("E1001").status.as_str(), person("E1001").termination_date),
        ("Active", None)
    );

    let before = person("E1002").updated_at;
    caller.tenant.change("E1002", |employee| employee.work_email = None);
    assert!(person("E1002").updated_at > before);
    assert!(caller.tenant.change("E9999", |_| {}).is_none());
}

#[tokio::test]
async fn a_deletion_between_two_pages_hides_a_person() {
    let caller = Caller::seeded().await;
    let first = ids(&caller.get("/employees?pageSize=10").await.body);
    caller.tenant.remove(&first[0]);
    let second = ids(&caller.get("/employees?pageSize=10&page=2").await.body);
    assert_eq!(second[0], "E1012", "E1011 slipped to the first page");
}

#[tokio::test]
async fn a_page_fault_falsifies_the_list() {
    let caller = Caller::seeded().await;
    caller.tenant.arm(Rule::new(Fault::WrongTotal { difference: -1 }));
    assert_eq!(caller.get("/employees").await.body["meta"]["total"], 249);
    caller.tenant.arm(Rule::new(Fault::RepeatedPage));
    let repeated = caller.get("/employees?page=2").await.body;
    assert_eq!(
        (&repeated["meta"]["page"], ids(&repeated)[0].as_str()),
        (&json!(2), "E1001")
    );
}

#[tokio::test]
async fn a_person_with_curl_can_change_an_employee() {
    let caller = Caller::seeded().await;
    let address = format!("{}/_simulator", caller.tenant.address());
    let change = json!({"jobTitle": "Analyst", "customFields": {"Division": "FIN"}, "employeeId": "E9"});
    let url = format!("{address}/employees/E1003");
    let changed = caller.client.patch(&url).json(&change).send().await.expect("an answer");
    assert_eq!(changed.status(), 200);
    let employee = caller.tenant.employee("E1003").expect("still under its id");
    assert_eq!(
        (employee.job_title.as_deref(), &employee.custom_fields["Division"]),
        (Some("Analyst"), &json!("FIN"))
    );
    assert!(
        employee.custom_fields.contains_key("Cost Centre"),
        "the other custom fields stay"
    );

    let wrong = caller
        .client
        .patch(&url)
        .json(&json!({"startDate": "soon"}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(wrong.status(), 422);
    let new = json!({"employeeId": "E5000", "firstName": "Tui", "lastName": "Tupou", "workEmail": null});
    let created = caller
        .client
        .post(format!("{address}/employees"))
        .json(&new)
        .send()
        .await
        .expect("an answer");
    assert_eq!(created.status(), 201);
    assert_eq!(caller.tenant.employees().len(), 251);
    let state = caller
        .client
        .get(format!("{address}/state"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(state.json::<Value>().await.expect("JSON")["employees"], 251);
}
