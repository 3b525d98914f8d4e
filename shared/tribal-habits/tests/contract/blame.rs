//! A refusal is about the key only in the API's own words: a firewall's or a proxy's page is an outage of the way to it.

use habitsync_in_memory::unavailable;
use habitsync_simulator_harness::{Fault, Rule};
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::ports::vendors::{ListCompletions, ListTopics, ListUsers, SaveUser};
use jiff::Timestamp;

use crate::faults::bare_user;
use crate::rig::Rig;

fn page_of_the_report() -> &'static str {
    let report = include_str!("../../../../tests/fixtures/public-reports/19-403-html-of-a-firewall.http");
    report.split_once("\n\n").expect("a body").1
}

fn refusal(status: u16, text: &str) -> Rule {
    Rule::new(Fault::text(status, text))
}

#[tokio::test]
async fn a_refusal_that_is_not_the_apis_own_is_no_refusal_of_the_key() {
    let rig = Rig::start().await;
    for text in [
        page_of_the_report(),
        "",
        "Forbidden",
        "null",
        "[]",
        "{}",
        r#"{"message":"Forbidden"}"#,
        r#"{"error":null}"#,
        r#"{"error":""}"#,
        r#"{"timestamp":"2026-03-01T20:30:00Z","status":403,"error":"Forbidden","path":"/papi/users"}"#,
        r#"{"statusCode":401,"error":"Unauthorized","message":"Unauthorized"}"#,
        r#"{"code":403,"error":"Access denied by policy"}"#,
    ] {
        for status in [401, 403, 407, 451] {
            rig.portal.arm(refusal(status, text));
            let refused = rig.client.list_users().await.expect_err("refused");
            let outage = unavailable(false);
            assert_eq!(refused.kind, outage, "{status} {text}");
        }
    }
}

#[tokio::test]
async fn a_refusal_in_the_apis_own_words_is_about_the_key_and_one_write_is_about_the_write() {
    let rig = Rig::start().await;
    let own = r#"{"error":"unauthorized"}"#;
    for (status, kind) in [
        (401, VendorFailureKind::Credentials),
        (403, VendorFailureKind::Forbidden),
    ] {
        rig.portal.arm(refusal(status, own));
        let refused = rig.client.list_users().await.expect_err("refused");
        assert_eq!(refused.kind, kind, "{status}");
        rig.portal.arm(refusal(status, own));
        let refused = rig.client.list_topics().await.expect_err("refused");
        assert_eq!(refused.kind, kind, "{status}");
        rig.portal.arm(refusal(status, own));
        let refused = rig
            .client
            .list_completions(Timestamp::UNIX_EPOCH)
            .await
            .expect_err("refused");
        assert_eq!(refused.kind, kind, "{status}");
    }
    for (status, kind) in [
        (401, VendorFailureKind::Credentials),
        (403, VendorFailureKind::Refused(Vec::new())),
    ] {
        rig.portal.arm(refusal(status, own));
        let refused = rig.client.create_user(&bare_user()).await.expect_err("refused");
        assert_eq!(refused.kind, kind, "{status}");
    }
}

#[tokio::test]
async fn a_refusal_with_a_broken_text_names_its_field_all_the_same() {
    let rig = Rig::start().await;
    for text in [
        "{\"errors\":{\"email\":[\"jo@acme.example\nis taken\"]}}",
        r#"{"errors":{"email":["Jo \ud83d has it"]}}"#,
        "\u{feff}{\"errors\":{\"email\":[\"is taken\"]}}",
    ] {
        rig.portal.arm(refusal(422, text));
        let refused = rig.client.create_user(&bare_user()).await.expect_err("refused").kind;
        let VendorFailureKind::Refused(fields) = refused else {
            panic!("{refused:?}: {text}")
        };
        assert_eq!(
            fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(),
            ["email"],
            "{text}"
        );
    }
    rig.portal
        .arm(refusal(401, "{\"error\":\"unauthorized\",\"hint\":\"one\ntwo\"}"));
    let refused = rig.client.list_users().await.expect_err("refused");
    assert_eq!(refused.kind, VendorFailureKind::Credentials);
}
