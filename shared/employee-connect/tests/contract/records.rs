//! Lists are read record by record: one odd record never takes the others with it, and is counted.

use std::collections::BTreeMap;

use habitsync_domain::identity::{CourseId, EmployeeId, TopicCode};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::vendors::list::WhyUnusable;
use habitsync_simulator_harness::{Fault, Method, Rule, odd_records};
use habitsync_workflows::ports::vendors::{FindEmployee, RecordResult, SaveCourse};
use serde_json::{Value, json};

use crate::learning::result;
use crate::rig::Rig;

fn page(records: &[String]) -> String {
    let total = records.len();
    let records = records.join(",");
    format!(r#"{{"data":[{records}],"meta":{{"page":1,"pageSize":100,"total":{total},"totalPages":1}}}}"#)
}

fn employee(id: &str) -> Value {
    json!({"employeeId": id, "userId": "12345", "firstName": "Jo", "workEmail": "jo@acme.example", "status": "Active",
        "managerEmployeeId": null, "startDate": "2024-01-08", "customFields": {"Division": "OPS"}, "updatedAt": "2026-01-01T00:00:00Z"})
}

fn answered(rig: &Rig, route: &str, text: String) {
    rig.tenant
        .arm(Rule::new(Fault::text(200, text)).on(&Method::GET, route));
}

async fn listed(rig: &Rig, records: &[String]) -> Roster {
    answered(rig, "/employees", page(records));
    let listed = rig.list().await;
    listed.unwrap_or_else(|error| panic!("{error}: {:.300}", records.join(",")))
}

fn ids(roster: &Roster) -> Vec<&str> {
    roster.employees.iter().map(|employee| employee.id().as_str()).collect()
}

fn named(roster: &Roster) -> BTreeMap<String, WhyUnusable> {
    let named = roster.unusable_employees().into_iter();
    named.map(|(id, why)| (id.to_string(), why)).collect()
}

#[tokio::test]
async fn one_odd_employee_never_takes_the_others_with_it() {
    let rig = Rig::start().await;
    for odd in odd_records(&employee("E2")) {
        let roster = listed(
            &rig,
            &[employee("E1").to_string(), odd.clone(), employee("E3").to_string()],
        )
        .await;
        let ids = ids(&roster);
        assert_eq!(roster.len(), 3, "{odd:.200}");
        // One of the odd records names the employee E1, too.
        assert!(
            ids.contains(&"E3") && (ids.contains(&"E1") || odd.contains("\"E1\"")),
            "{odd:.200}"
        );
    }
}

#[tokio::test]
async fn an_employee_id_on_two_rows_is_that_employees_problem() {
    let rig = Rig::start().await;
    let text = include_str!("../../../../tests/fixtures/public-reports/07-same-employee-id-twice.json");
    answered(&rig, "/employees", text.to_owned());
    let roster = rig.list().await.expect("a list");
    assert_eq!(ids(&roster), ["E2"]);
    assert_eq!(
        named(&roster),
        BTreeMap::from([("E1".to_owned(), WhyUnusable::Contradicted)])
    );
    assert_eq!((roster.len(), roster.without_id()), (3, 0));
}

#[tokio::test]
async fn rows_that_are_the_same_are_one_employee() {
    let rig = Rig::start().await;
    let mut spelled = employee("E1");
    spelled["employeeId"] = json!(" E1 ");
    for copy in [employee("E1"), spelled] {
        let roster = listed(&rig, &[employee("E1").to_string(), copy.to_string()]).await;
        assert_eq!((ids(&roster), roster.unusable.len()), (vec!["E1"], 0), "{copy}");
    }
}

#[tokio::test]
async fn ids_that_differ_in_letter_case_are_two_employees() {
    let rig = Rig::start().await;
    let roster = listed(&rig, &[employee("E1").to_string(), employee("e1").to_string()]).await;
    assert_eq!(ids(&roster), ["E1", "e1"]);
}

#[tokio::test]
async fn a_record_that_cannot_be_decoded_beside_a_good_one_of_its_id_contradicts_it() {
    let rig = Rig::start().await;
    let broken = r#"{"employeeId":"E1","hours":1e999}"#.to_owned();
    let roster = listed(&rig, &[employee("E1").to_string(), broken, employee("E2").to_string()]).await;
    assert_eq!((ids(&roster), roster.len()), (vec!["E2"], 3));
    assert!(named(&roster).contains_key("E1"));
}

#[tokio::test]
async fn ids_are_read_as_numbers_and_as_texts() {
    let rig = Rig::start().await;
    let number = |id: Value, manager: Value| {
        let mut record = employee("?");
        record["employeeId"] = id;
        record["managerEmployeeId"] = manager;
        record.to_string()
    };
    let records = [number(json!(1001), json!(1002)), number(json!(1002.0), json!("1001"))];
    let roster = listed(&rig, &records).await;
    assert_eq!(ids(&roster), ["1001", "1002"]);
    let managers: Vec<_> = roster.employees.iter().map(Employee::manager_id).collect();
    assert_eq!(managers, [Some("1002".into()), Some("1001".into())]);
    let id: EmployeeId = "1001".parse().expect("an id");
    answered(
        &rig,
        "/employees/{employeeId}",
        json!({"data": {"employeeId": 1001}}).to_string(),
    );
    assert!(rig.client.find_employee(&id).await.expect("an answer").is_some());
    for spelled in ["1001\u{200b}", "\u{feff}1001", "\u{a0}1001 "] {
        answered(
            &rig,
            "/employees/{employeeId}",
            json!({"data": {"employeeId": spelled}}).to_string(),
        );
        assert!(
            rig.client.find_employee(&id).await.expect("an answer").is_some(),
            "{spelled:?}"
        );
    }
}

#[tokio::test]
async fn a_page_that_counts_in_texts_is_a_page() {
    let rig = Rig::start().await;
    let record = employee("E1");
    let text = json!({"data": [record], "meta": {"page": "1", "pageSize": "100", "total": "1", "totalPages": "1"}});
    for text in [text.to_string(), format!("\u{feff}{text}")] {
        answered(&rig, "/employees", text);
        let roster = rig.list().await.expect("a list");
        assert_eq!(ids(&roster), ["E1"]);
    }
}

#[tokio::test]
async fn a_byte_order_mark_and_an_empty_error_are_no_fault() {
    let rig = Rig::start().await;
    for text in [
        include_str!("../../../../tests/fixtures/public-reports/10-bom.json"),
        include_str!("../../../../tests/fixtures/public-reports/12-errors-empty-list.json"),
    ] {
        answered(&rig, "/employees", text.to_owned());
        let roster = rig.list().await.expect("a list");
        assert_eq!(ids(&roster), ["E1"]);
    }
}

#[tokio::test]
async fn a_course_is_found_among_records_that_are_none() {
    let rig = Rig::start().await;
    let course = |id: Value| json!({"courseId": id, "externalId": "TH-9-456", "title": "Ladders"}).to_string();
    let reference = TopicCode("TH-9-456".to_owned());
    for id in [json!(77), json!("77")] {
        answered(
            &rig,
            "/courses",
            page(&["null".to_owned(), course(id), "{}".to_owned()]),
        );
        let found = rig.client.find_course(&reference).await.expect("an answer");
        assert_eq!(found.map(|course| course.0).as_deref(), Some("77"));
    }
    answered(&rig, "/courses", page(&[course(json!(null))]));
    assert!(
        rig.client.find_course(&reference).await.is_err(),
        "it is there, and has no id"
    );
}

#[tokio::test]
async fn a_result_is_found_among_records_that_are_none() {
    let rig = Rig::start().await;
    let (course, result) = (CourseId("C1".to_owned()), result("E1"));
    let own = json!({"externalId": result.idempotency_key, "employeeId": "E1", "status": "Completed", "courseId": "C1",
        "completedOn": result.completed_on.to_string()});
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for (others, is_there) in [
        ("null".to_owned(), false),
        ("[]".to_owned(), false),
        ("[null,7]".to_owned(), false),
        (format!(r#"[{{"hours":1e999}},{own}]"#), true),
        (format!(r#"[{{"note":{deep}}},{own}]"#), true),
        (format!(r#"[{{"note":"Jo \ud83d"}},{own}]"#), true),
    ] {
        answered(&rig, "/courses/{courseId}/results", format!(r#"{{"data":{others}}}"#));
        let found = rig.client.is_recorded(&course, &result).await;
        assert_eq!(found.expect("an answer"), is_there, "{others:.100}");
    }
    for no_list in ["{}", r#"{"data":{}}"#, r#"{"data":"none"}"#] {
        answered(&rig, "/courses/{courseId}/results", no_list.to_owned());
        assert!(rig.client.is_recorded(&course, &result).await.is_err(), "{no_list}");
    }
}
