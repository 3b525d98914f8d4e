//! No number, text or key of an answer, however extreme, panics the client or makes a failure long or personal.

use habitsync_domain::identity::{CourseId, TopicCode};
use habitsync_in_memory::assert_recordable;
use habitsync_simulator_harness::{Fault, Method, PERSON, Rule, extremes};
use habitsync_workflows::ports::failure::VendorFailure;
use habitsync_workflows::ports::vendors::{FindEmployee, RecordResult, SaveCourse};
use serde_json::{Value, json};

use crate::learning::{course, result};
use crate::rig::Rig;

/// Returns the outcome of `call` for each extreme form of `good`, under this status.
async fn ask_extremes(status: u16, good: Value, call: impl AsyncFn(&Rig) -> Result<(), VendorFailure>) {
    let rig = Rig::start().await;
    rig.add_employees(1);
    for body in extremes(&good) {
        let armed = rig
            .tenant
            .arm(Rule::new(Fault::Answer { status, body }).times(u32::MAX));
        if let Err(failure) = call(&rig).await {
            assert_recordable(&failure, PERSON);
        }
        armed.disarm();
    }
}

fn employee() -> Value {
    json!({"employeeId": "E1001", "firstName": "Jo", "lastName": "Citizen", "status": "Active", "startDate": "2024-01-08"})
}

#[tokio::test]
async fn no_token_of_any_life_panics_the_client() {
    for expires_in in [
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e308),
        json!(-7),
        json!(0.5),
        json!("900"),
        json!(null),
    ] {
        let rig = Rig::start().await;
        rig.add_employees(1);
        let body = json!({"access_token": "t", "expires_in": expires_in});
        let answer = Rule::new(Fault::Answer { status: 200, body });
        rig.tenant.arm(answer.on(&Method::POST, "/oauth/token"));
        // The tenant does not know this token, so that the client asks for another one.
        let listed = rig.list().await;
        assert_eq!(listed.expect("listed").employees.len(), 1, "{expires_in}");
        assert_eq!(rig.token_requests(), 2);
    }
}

#[tokio::test]
async fn no_extreme_page_of_employees_panics_the_client() {
    let meta = json!({"page": 1, "pageSize": 10, "total": 1, "totalPages": 1});
    ask_extremes(200, json!({"data": [employee()], "meta": meta}), async |rig| {
        rig.list().await.map(drop)
    })
    .await;
}

#[tokio::test]
async fn no_extreme_employee_course_or_result_panics_the_client() {
    let id = "E1001".parse().expect("an employee id");
    ask_extremes(200, json!({"data": employee()}), async |rig| {
        rig.client.find_employee(&id).await.map(drop)
    })
    .await;
    let one = json!({"data": {"courseId": "C-1", "externalId": "TH-9-456"}});
    ask_extremes(201, one, async |rig| {
        rig.client.create_course(&course("TH-9-456")).await.map(drop)
    })
    .await;
    let meta = json!({"page": 1, "pageSize": 10, "total": 1, "totalPages": 1});
    let courses = json!({"data": [{"courseId": "C-1", "externalId": "TH-9-456"}], "meta": meta});
    let code = TopicCode("TH-9-456".to_owned());
    ask_extremes(200, courses, async |rig| rig.client.find_course(&code).await.map(drop)).await;
    let there = CourseId("C-1".to_owned());
    let results = json!({"data": [{"externalId": "th-enrolment-9001", "employeeId": "E1001"}]});
    ask_extremes(200, results, async |rig| {
        rig.client.is_recorded(&there, &result("E1001")).await.map(drop)
    })
    .await;
}

#[tokio::test]
async fn no_extreme_refusal_makes_a_failure_long_or_personal() {
    let refusal =
        json!({"error": {"code": "validation_failed", "message": "no", "fields": {"title": ["is too long"]}}});
    for status in [403, 404, 409, 422] {
        ask_extremes(status, refusal.clone(), async |rig| {
            rig.client.create_course(&course("TH-9-456")).await.map(drop)
        })
        .await;
    }
}
