//! Courses and results.

use habitsync_simulator_harness::{EffectKind, Fault, Method, Moment, Rule};
use jiff::civil::date;
use serde_json::{Value, json};

use crate::tenant::{Caller, course, result};

#[tokio::test]
async fn a_course_is_created_once_and_found_by_its_reference() {
    let caller = Caller::start().await;
    let created = caller.post("/courses", &course("TH-9-456")).await;
    let data = &created.body["data"];
    assert_eq!(
        (created.status, &data["externalId"], &data["active"]),
        (201, &json!("TH-9-456"), &json!(true))
    );
    caller.post("/courses", &course("TH-9-457")).await;

    let again = caller.post("/courses", &course("TH-9-456")).await;
    assert_eq!(
        (again.status, &again.body["data"]["courseId"]),
        (409, &data["courseId"])
    );
    let found = caller.get("/courses?externalId=TH-9-456").await.body;
    assert_eq!((&found["meta"]["total"], &found["data"][0]), (&json!(1), data));
    assert_eq!(
        caller.get("/courses?externalId=TH").await.body["data"],
        json!([]),
        "exactly, not by its beginning"
    );
    assert_eq!(caller.get("/courses").await.body["meta"]["total"], 2);
    assert_eq!(caller.tenant.courses().len(), 2);
}

#[tokio::test]
async fn what_a_course_lacks_is_named_field_by_field() {
    let caller = Caller::start().await;
    let wrong = json!({"externalId": 7, "title": "x".repeat(201), "launchUrl": "nowhere", "active": "yes"});
    let refused = caller.post("/courses", &wrong).await;
    assert_eq!(
        (refused.status, &refused.body["error"]["code"]),
        (422, &json!("validation_failed"))
    );
    let fields = json!({"externalId": "must be text", "title": "longer than 200 characters",
                        "launchUrl": "not an address", "active": "must be true or false"});
    assert_eq!(refused.body["error"]["fields"], fields);
    let empty = caller.post("/courses", &json!({})).await.body;
    let required = json!({"externalId": "required", "launchUrl": "required", "title": "required"});
    assert_eq!(empty["error"]["fields"], required);
    assert_eq!(caller.post("/courses", &json!("course")).await.status, 400);
    assert!(caller.tenant.courses().is_empty());
}

#[tokio::test]
async fn a_course_is_patched_and_never_deleted() {
    let (caller, id) = Caller::with_course().await;
    let path = format!("/courses/{id}");
    let patched = caller.patch(&path, &json!({"title": "Fire", "active": false})).await;
    assert_eq!((patched.status, &patched.body["data"]["title"]), (200, &json!("Fire")));
    let effect = caller.tenant.journal().effects().pop().expect("an effect");
    assert_eq!(
        (effect.kind, effect.fields),
        (EffectKind::Changed, vec!["title".to_owned(), "active".to_owned()])
    );
    assert_eq!(
        patched.body["data"]["launchUrl"],
        course("")["launchUrl"],
        "what is not sent stays"
    );

    assert_eq!(caller.patch(&path, &json!({"externalId": "other"})).await.status, 422);
    assert_eq!(
        caller.patch(&path, &course("TH-9-456")).await.status,
        200,
        "the same reference is no change"
    );
    assert_eq!(
        caller.patch("/courses/C-0", &json!({})).await.body["error"]["code"],
        "course_not_found"
    );
    assert_eq!(caller.send(Method::DELETE, &path, None).await.status(), 405);
}

#[tokio::test]
async fn a_result_is_recorded_once_whoever_tries_again() {
    let (caller, id) = Caller::with_course().await;
    let path = format!("/courses/{id}/results");
    let first = caller.post(&path, &result("th-enrolment-9001", "E1001")).await;
    assert_eq!(
        (first.status, &first.body["data"]["completedOn"]),
        (201, &json!("2026-11-20"))
    );
    let again = caller.post(&path, &result("th-enrolment-9001", "E1002")).await;
    assert_eq!(
        (again.status, &again.body["data"]["resultId"]),
        (409, &first.body["data"]["resultId"])
    );
    assert_eq!(
        caller.post(&path, &result("th-enrolment-9002", "E1001")).await.status,
        201,
        "a retake"
    );
    let results = caller.tenant.results_of("E1001");
    assert_eq!((results.len(), results[0].completed_on), (2, date(2026, 11, 20)));
}

#[tokio::test]
async fn a_missing_course_and_a_missing_employee_are_told_apart() {
    let (caller, id) = Caller::with_course().await;
    let code = async |path: &str, employee: &str| {
        let refused = caller.post(path, &result("th-enrolment-1", employee)).await;
        assert_eq!(refused.status, 404);
        refused.body["error"]["code"].clone()
    };
    assert_eq!(code("/courses/C-0/results", "E1001").await, "course_not_found");
    assert_eq!(
        code(&format!("/courses/{id}/results"), "E9999").await,
        "employee_not_found"
    );
    assert_eq!(
        caller.get("/courses/C-0/results").await.body["error"]["code"],
        "course_not_found"
    );
    assert!(caller.tenant.results().is_empty());
}

#[tokio::test]
async fn a_completion_is_a_calendar_date_and_nothing_else() {
    let (caller, id) = Caller::with_course().await;
    let path = format!("/courses/{id}/results");
    for wrong in ["2026-11-20T00:00:00Z", "20/11/2026", "2026-11-31", "2026-1-2", ""] {
        let mut body = result("th-enrolment-1", "E1001");
        body["completedOn"] = json!(wrong);
        let refused = caller.post(&path, &body).await;
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(refused.body["error"]["fields"]["completedOn"].is_string());
    }
    let refused = caller
        .post(&path, &json!({"status": "Done", "durationMinutes": "long"}))
        .await;
    let fields = refused.body["error"]["fields"].as_object().expect("fields").clone();
    assert_eq!(
        fields.keys().collect::<Vec<_>>(),
        ["completedOn", "durationMinutes", "employeeId", "externalId", "status"]
    );
    assert!(caller.tenant.results().is_empty());
}

#[tokio::test]
async fn a_whole_number_of_minutes_may_be_written_with_a_point() {
    let (caller, id) = Caller::with_course().await;
    let record = async |external: &str, minutes: Value| {
        let mut body = result(external, "E1001");
        body["durationMinutes"] = minutes;
        caller.post(&format!("/courses/{id}/results"), &body).await
    };
    assert_eq!(record("a", json!(30.0)).await.body["data"]["durationMinutes"], 30);
    assert_eq!(
        record("b", Value::Null).await.body["data"]["durationMinutes"],
        Value::Null
    );
    for wrong in [json!(30.5), json!(-1), json!("30"), json!(1e300)] {
        assert_eq!(record("c", wrong).await.status, 422);
    }
}

#[tokio::test]
async fn results_are_listed_by_person_and_by_reference() {
    let (caller, id) = Caller::with_course().await;
    let path = format!("/courses/{id}/results");
    for (external, employee) in [("a", "E1001"), ("b", "E1001"), ("c", "E1002")] {
        caller.post(&path, &result(external, employee)).await;
    }
    let count = async |query: &str| {
        caller.get(&format!("{path}{query}")).await.body["data"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(count("").await, Some(3));
    assert_eq!(count("?employeeId=E1001").await, Some(2));
    assert_eq!(count("?externalId=c").await, Some(1));
    assert_eq!(count("?employeeId=E1001&externalId=c").await, Some(0));
}

#[tokio::test]
async fn an_ambiguous_failure_can_be_settled_by_looking() {
    let (caller, id) = Caller::with_course().await;
    let path = format!("/courses/{id}/results");
    let fault = Fault::ServerError {
        status: 503,
        moment: Moment::AfterEffect,
    };
    caller.tenant.arm(
        Rule::new(fault)
            .on(&Method::POST, "/courses/{courseId}/results")
            .about("E1001"),
    );
    assert_eq!(caller.post(&path, &result("a", "E1002")).await.status, 201);
    assert_eq!(caller.post(&path, &result("b", "E1001")).await.status, 503);
    let found: Value = caller.get(&format!("{path}?externalId=b")).await.body;
    assert_eq!(found["data"][0]["employeeId"], "E1001");
}
