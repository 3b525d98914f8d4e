//! A refusal is about the credentials only in the API's own words: a firewall's or a proxy's page is an outage of the way to it.

use habitsync_domain::identity::CourseId;
use habitsync_in_memory::unavailable;
use habitsync_simulator_harness::{Fault, Method, Rule};
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::ports::vendors::{FindEmployee, RecordResult, SaveCourse};

use crate::learning::{course, result};
use crate::rig::Rig;

async fn refused(rig: &Rig, status: u16, text: &str) -> VendorFailureKind {
    let refusal = Rule::new(Fault::text(status, text));
    let armed = rig.tenant.arm(refusal.on(&Method::GET, "/employees").times(2));
    let failure = rig.list().await.expect_err("refused");
    armed.disarm();
    failure.kind
}

#[tokio::test]
async fn only_the_apis_own_refusal_is_about_the_credentials() {
    let rig = Rig::start().await;
    let outage = unavailable(false);
    let report = include_str!("../../../../tests/fixtures/public-reports/19-403-html-of-a-firewall.http");
    for text in [
        report,
        "",
        "Forbidden",
        "null",
        "[]",
        r#"{"message":"Forbidden"}"#,
        r#"{"error":{"message":"no"}}"#,
        r#"{"error":"Access denied"}"#,
        r#"{"error":{"code":"403","message":"Access is denied"}}"#,
        r#"{"error":{"code":"AuthorizationFailed","message":"no"}}"#,
        r#"{"error":{"code":403,"status":"PERMISSION_DENIED"}}"#,
        r#"{"error":{"code":""}}"#,
    ] {
        for status in [401, 403, 407, 451] {
            assert_eq!(refused(&rig, status, text).await, outage, "{status} {text:.60}");
        }
    }
    let unauthorised = r#"{"error":{"code":"unauthorized","message":"no"}}"#;
    assert_eq!(refused(&rig, 401, unauthorised).await, VendorFailureKind::Credentials);
    let forbidden = r#"{"error":{"code":"forbidden","message":"no"}}"#;
    assert_eq!(refused(&rig, 403, forbidden).await, VendorFailureKind::Forbidden);
    for status in [401, 403] {
        let of_token = refused(&rig, status, r#"{"error":"invalid_client"}"#).await;
        assert_eq!(of_token, VendorFailureKind::Credentials, "{status}");
    }
    for text in [
        "{\"error\":{\"code\":\"forbidden\",\"message\":\"not for\nJo\"}}",
        r#"{"error":{"code":"forbidden","message":"not for Jo \ud83d"}}"#,
        "\u{feff}\u{feff}{\"error\":{\"code\":\"forbidden\"}}",
    ] {
        assert_eq!(refused(&rig, 403, text).await, VendorFailureKind::Forbidden, "{text:?}");
    }
    let module = r#"{"error":{"code":"module_disabled"}}"#;
    assert_eq!(refused(&rig, 403, module).await, VendorFailureKind::ModuleDisabled);
}

#[tokio::test]
async fn each_resource_blames_the_missing_right_and_a_firewalls_page_the_way_to_it() {
    let rig = Rig::start().await;
    // Fetches a token first, so that only the resources refuse below.
    rig.client
        .find_course(&course("TH-9-456").external_id)
        .await
        .expect("an answer");
    let page = include_str!("../../../../tests/fixtures/public-reports/19-403-html-of-a-firewall.http");
    let outage = unavailable(false);
    let own = |code: &str| format!(r#"{{"error":{{"code":"{code}","message":"no"}}}}"#);
    for (status, text, expected) in [
        (403, own("forbidden"), VendorFailureKind::Forbidden),
        (403, own("module_disabled"), VendorFailureKind::ModuleDisabled),
        (401, page.to_owned(), outage.clone()),
        (403, page.to_owned(), outage.clone()),
        (407, page.to_owned(), outage.clone()),
        (451, page.to_owned(), outage.clone()),
    ] {
        for resource in ["an employee", "a course", "a new course", "a result"] {
            let refusal = Rule::new(Fault::text(status, &text));
            let armed = rig
                .tenant
                .arm(refusal.matching(|call| call.route != "/oauth/token").times(2));
            let id = CourseId("C1".to_owned());
            let answer = match resource {
                "an employee" => rig.client.find_employee(&"E1".parse().expect("an id")).await.map(drop),
                "a course" => rig.client.find_course(&course("TH-9-456").external_id).await.map(drop),
                "a new course" => rig.client.create_course(&course("TH-9-456")).await.map(drop),
                _ => rig.client.record_result(&id, &result("E1")).await.map(drop),
            };
            armed.disarm();
            assert_eq!(
                answer.expect_err("refused").kind,
                expected,
                "{resource}: {status} {text:.40}"
            );
        }
    }
}
