//! A refusal is about the credentials only in the API's own words: a firewall's or a proxy's page is an outage of the way to it.

use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_simulator_harness::{Fault, Method, Moment, Rule};
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::ports::vendors::ListEmployees;

use crate::rig::Rig;

async fn refused(rig: &Rig, status: u16, text: &str) -> VendorFailureKind {
    let refusal = Rule::new(Fault::Text {
        status,
        text: text.to_owned(),
        moment: Moment::BeforeEffect,
    });
    let armed = rig.tenant.arm(refusal.on(&Method::GET, "/employees").times(2));
    let failure = rig
        .client
        .list_employees(&FieldsNeeded::All)
        .await
        .expect_err("refused");
    armed.disarm();
    failure.kind
}

#[tokio::test]
async fn only_the_apis_own_refusal_is_about_the_credentials() {
    let rig = Rig::start().await;
    let outage = VendorFailureKind::Unavailable {
        may_have_happened: false,
    };
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
    ] {
        for status in [401, 403, 407, 451] {
            assert_eq!(refused(&rig, status, text).await, outage, "{status} {text:.60}");
        }
    }
    for own in [
        r#"{"error":{"code":"unauthorized","message":"no"}}"#,
        r#"{"error":"invalid_client"}"#,
    ] {
        for status in [401, 403] {
            assert_eq!(
                refused(&rig, status, own).await,
                VendorFailureKind::Credentials,
                "{status} {own}"
            );
        }
    }
    let module = r#"{"error":{"code":"module_disabled"}}"#;
    assert_eq!(refused(&rig, 403, module).await, VendorFailureKind::ModuleDisabled);
}
