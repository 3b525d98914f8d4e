//! Answers that are not about the record that was asked for, or not about any: none of them is believed.

use habitsync_simulator_harness::{Fault, Method, Moment, Rule};
use habitsync_workflows::ports::failure::{Missing, VendorFailureKind};
use habitsync_workflows::ports::vendors::{FindEmployee, RecordResult, Recorded, SaveCourse};
use serde_json::{Value, json};

use crate::learning::{course, created, result};
use crate::rig::Rig;

const EMPLOYEE: &str = "/employees/{employeeId}";
const COURSES: &str = "/courses";
const COURSE: &str = "/courses/{courseId}";
const RESULTS: &str = "/courses/{courseId}/results";

/// Bodies that say nothing about a record of this API: codes of something else, in every place and type; no code at all; what
/// frameworks and proxies answer.
fn odd_bodies() -> Vec<String> {
    let codes = [
        json!("tenant_not_found"),
        json!("not_found"),
        json!("EMPLOYEE_NOT_FOUND"),
        json!("employee_not_found "),
        json!("manager_not_found"),
        json!(404),
        json!(null),
        json!(["employee_not_found"]),
        json!({"code": "employee_not_found"}),
    ];
    let by_code = codes.into_iter().flat_map(|code| {
        let message = json!({"code": code, "message": "employee_not_found"});
        [
            json!({"error": message}),
            json!({"error": [message]}),
            json!({"errors": [message]}),
            json!({"code": code}),
        ]
    });
    let plain = [
        json!({"error": {}}),
        json!({"error": "employee_not_found"}),
        json!({"error": "not found"}),
        json!({"error": null}),
        json!({"title": "Not Found", "status": 404, "detail": "No static resource employees/E1001."}),
        json!({"timestamp": "2026-03-01T00:00:00Z", "status": 404, "error": "Not Found", "path": "/api/v1/employees/E1001"}),
        json!({"status": "failed"}),
        json!({"success": false}),
        json!({"success": true}),
        json!({"data": null}),
        json!({"data": {}}),
        json!({"data": []}),
        json!({"data": "E1001"}),
        json!({}),
        json!([]),
        json!(null),
        json!("employee_not_found"),
        json!(true),
        json!(0),
    ];
    let texts = [
        include_str!("../../../../tests/fixtures/public-reports/29-not-found-about-something-else.json"),
        "",
        " ",
        "<html>employee_not_found</html>",
        "employee_not_found",
        "{\"error\":{\"code\":\"employee_not_found\"",
    ];
    let told = by_code.chain(plain).map(|body: Value| body.to_string());
    told.chain(texts.map(str::to_owned)).collect()
}

#[tokio::test]
async fn only_the_code_that_this_employee_does_not_exist_confirms_that_they_are_gone() {
    let rig = Rig::start().await;
    rig.add_employees(1);
    let id = "E1001".parse().expect("an employee id");
    for status in [404, 410, 200, 204, 400] {
        for body in odd_bodies() {
            rig.tenant
                .arm(Rule::new(Fault::text(status, &body)).on(&Method::GET, EMPLOYEE));
            let outcome = rig.client.find_employee(&id).await;
            assert!(outcome.is_err(), "{status} {body}: {outcome:?}");
        }
    }
    let gone = json!({"error": {"code": "employee_not_found", "message": "no such employee"}, "requestId": "r-1"});
    for (status, is_gone) in [(404, true), (410, false), (200, false), (403, false), (500, false)] {
        rig.tenant
            .arm(Rule::new(Fault::text(status, gone.to_string())).on(&Method::GET, EMPLOYEE));
        let outcome = rig.client.find_employee(&id).await;
        assert_eq!(outcome == Ok(None), is_gone, "{status}: {outcome:?}");
    }
    let other = json!({"error": {"code": "course_not_found"}});
    rig.tenant
        .arm(Rule::new(Fault::text(404, other.to_string())).on(&Method::GET, EMPLOYEE));
    rig.client.find_employee(&id).await.expect_err("about a course");
}

#[tokio::test]
async fn an_employee_is_believed_only_under_the_id_that_was_asked_for() {
    let rig = Rig::start().await;
    let id = "17".parse().expect("an employee id");
    for (answered_id, is_believed) in [
        (json!("17"), true),
        (json!(" 17 "), true),
        (json!(17), true),
        (json!("170"), false),
        (json!("E17"), false),
        (json!(""), false),
        (json!(null), false),
        (json!([17]), false),
    ] {
        let record = json!({"data": {"employeeId": answered_id, "status": "Active"}});
        rig.tenant
            .arm(Rule::new(Fault::text(200, record.to_string())).on(&Method::GET, EMPLOYEE));
        let found = rig.client.find_employee(&id).await;
        match found {
            Ok(Some(employee)) => assert!(is_believed && *employee.id() == id, "{answered_id}"),
            Ok(None) => panic!("{answered_id}: nobody is gone"),
            Err(failure) => assert!(
                !is_believed && failure.kind == VendorFailureKind::Unreadable,
                "{answered_id}: {failure:?}"
            ),
        }
    }
}

#[tokio::test]
async fn a_404_about_something_else_is_about_neither_the_course_nor_the_employee() {
    let rig = Rig::start().await;
    rig.add_employees(1);
    let id = created(&rig, "TH-9-456").await;
    for body in odd_bodies() {
        for (method, route) in [(Method::POST, RESULTS), (Method::GET, RESULTS), (Method::PATCH, COURSE)] {
            rig.tenant.arm(Rule::new(Fault::text(404, &body)).on(&method, route));
            let outcome = match (&method, route) {
                (&Method::POST, _) => rig.client.record_result(&id, &result("E1001")).await.map(drop),
                (&Method::GET, _) => rig.client.is_recorded(&id, &result("E1001")).await.map(drop),
                _ => rig.client.change_course(&id, &course("TH-9-456")).await,
            };
            let failure = outcome.expect_err("a 404");
            assert_eq!(
                failure.kind,
                VendorFailureKind::NotFound(Missing::Other),
                "{method} {route} {body}"
            );
        }
    }
}

#[tokio::test]
async fn a_result_counts_as_recorded_only_with_the_contracts_record() {
    let rig = Rig::start().await;
    rig.add_employees(1);
    let id = created(&rig, "TH-9-456").await;
    let of_others = [
        json!({"data": {"resultId": "R-1", "externalId": "th-enrolment-9002"}}),
        json!({"data": {"resultId": "R-1", "employeeId": "E1002"}}),
        json!({"data": {"resultId": "R-1", "status": "Failed"}}),
        json!({"data": {"resultId": ""}}),
        json!({"data": {"externalId": "th-enrolment-9001", "employeeId": "E1001"}}),
        json!({"data": {"resultId": "R-1", "status": "rejected"}}),
        json!({"data": {"resultId": "R-1", "courseId": "C-0"}}),
        json!({"data": {"resultId": "R-1", "completedOn": "2020-01-01"}}),
        json!({"data": {"resultId": "R-1"}, "success": false}),
        json!({"data": {"resultId": "R-1"}, "success": "false"}),
        json!({"data": {"resultId": "R-1"}, "status": "failed"}),
        json!({"data": {"resultId": "R-1"}, "status": "ERROR"}),
        json!({"data": {"resultId": "R-1"}, "error": {"code": "not_recorded"}}),
        json!({"data": {"resultId": "R-1"}, "errors": ["not recorded"]}),
        json!({"data": [{"resultId": "R-1"}]}),
        json!({"resultId": "R-1"}),
    ];
    let bodies = odd_bodies().into_iter().chain(of_others.map(|body| body.to_string()));
    for body in bodies {
        for status in [200, 201, 202, 204, 409] {
            // A 409 names the result that is there, which may have been recorded under an earlier employee number.
            let is_named = body.starts_with(r#"{"data":{"#) && body.contains("R-1") && !body.contains("9002");
            if status == 409 && is_named {
                continue;
            }
            rig.tenant
                .arm(Rule::new(Fault::text(status, &body)).on(&Method::POST, RESULTS));
            let failure = match rig.client.record_result(&id, &result("E1001")).await {
                Err(failure) => failure,
                Ok(recorded) => panic!("{status} {body}: {recorded:?}"),
            };
            assert_eq!(failure.kind, VendorFailureKind::Unreadable, "{status} {body}");
            assert!(failure.may_have_happened() && failure.is_retryable(), "{status} {body}");
        }
    }
    assert!(rig.tenant.results().is_empty());
    let good = [
        json!({"data": {"resultId": 7}}),
        json!({"data": {"resultId": "R-1", "courseId": null, "completedOn": ""}, "success": true, "status": "ok"}),
        json!({"data": {"resultId": "R-1", "completedOn": "2026-03-02T00:00:00+11:00"}, "status": 201}),
    ];
    for body in good {
        rig.tenant
            .arm(Rule::new(Fault::text(201, body.to_string())).on(&Method::POST, RESULTS));
        let recorded = rig.client.record_result(&id, &result("E1001")).await;
        assert_eq!(recorded, Ok(Recorded::Now), "{body}");
    }
}

#[tokio::test]
async fn a_result_whose_answer_says_nothing_is_found_by_looking() {
    let rig = Rig::start().await;
    rig.add_employees(1);
    let id = created(&rig, "TH-9-456").await;
    let failed = Fault::Text {
        status: 200,
        text: r#"{"status":"failed"}"#.to_owned(),
        moment: Moment::AfterEffect,
    };
    rig.tenant.arm(Rule::new(failed).on(&Method::POST, RESULTS));
    let failure = rig
        .client
        .record_result(&id, &result("E1001"))
        .await
        .expect_err("no record");
    assert!(failure.may_have_happened());
    assert_eq!(rig.client.is_recorded(&id, &result("E1001")).await, Ok(true));
    assert_eq!(rig.client.is_recorded(&id, &result("E1002")).await, Ok(false));
    let conflict = Fault::text(409, "<html>Conflict</html>");
    rig.tenant.arm(Rule::new(conflict).on(&Method::POST, RESULTS));
    assert_eq!(
        rig.client.record_result(&id, &result("E1001")).await,
        Ok(Recorded::Before)
    );
}

#[tokio::test]
async fn a_course_counts_as_written_only_with_the_contracts_record() {
    let rig = Rig::start().await;
    let id = created(&rig, "TH-9-456").await;
    let of_others = [
        json!({"data": {"courseId": "C-1", "externalId": "TH-9-999"}}),
        json!({"courseId": "C-1"}),
    ];
    let bodies = odd_bodies().into_iter().chain(of_others.map(|body| body.to_string()));
    for body in bodies {
        for status in [200, 201, 204] {
            rig.tenant
                .arm(Rule::new(Fault::text(status, &body)).on(&Method::POST, COURSES));
            let outcome = rig.client.create_course(&course("TH-9-457")).await;
            assert!(outcome.is_err(), "{status} {body}: {outcome:?}");
            rig.tenant
                .arm(Rule::new(Fault::text(status, &body)).on(&Method::PATCH, COURSE));
            let mut changed = course("TH-9-456");
            changed.title = "Fire safety 2".to_owned();
            let outcome = rig.client.change_course(&id, &changed).await;
            assert!(outcome.is_err(), "{status} {body}");
        }
    }
    assert_eq!(rig.tenant.courses().len(), 1);
}

#[tokio::test]
async fn a_changed_course_whose_answer_is_empty_is_read_back() {
    let rig = Rig::start().await;
    let id = created(&rig, "TH-9-456").await;
    let mut changed = course("TH-9-456");
    changed.title = "Fire safety 2".to_owned();
    for (moment, is_done) in [(Moment::BeforeEffect, false), (Moment::AfterEffect, true)] {
        rig.tenant.arm(
            Rule::new(Fault::Text {
                status: 204,
                text: String::new(),
                moment,
            })
            .on(&Method::PATCH, COURSE),
        );
        let outcome = rig.client.change_course(&id, &changed).await;
        assert_eq!(outcome.is_ok(), is_done, "{moment:?}: {outcome:?}");
    }
}
