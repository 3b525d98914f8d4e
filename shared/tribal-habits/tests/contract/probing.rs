//! Probing a portal: one that keeps the contract has no findings, and of each that does not, the probe reports the
//! difference and the setting that copes with it.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::UserName;
use habitsync_domain::onboarding::assumptions::{
    Advice, Assumption, AssumptionFinding, AssumptionVerdict, tribal_habits as assume,
};
use habitsync_in_memory::{about, acme, assert_differs, assert_keeps_contract, differing, one_try};
use habitsync_simulator_harness::{Clock, Fault, Method, Rule, odd_lists};
use habitsync_simulator_tribal_habits::{AutoEnrolLink, Deviation, Folder, Topic, TopicType};
use habitsync_workflows::ports::probes::{PortalQuestions, PortalSample, ProbePortal, Probed};
use jiff::SignedDuration;
use serde_json::json;

use crate::reading::topic;
use crate::rig::{Rig, fields};

/// The example's customer, who maps what the rig's portal has and reads completions back.
fn customer(changes: &[(&str, &str)]) -> TenantConfiguration {
    let common = [
        ("\"X-Start Date\" =", "# \"X-Start Date\" ="),
        ("\"X-Division\" =", "# \"X-Division\" ="),
        ("read_back = false", "read_back = true"),
    ];
    acme(common.iter().chain(changes))
}

/// A portal with three pages of users, one without a dot in the name, topics of each kind, and completions old and new.
async fn portal() -> Rig {
    let rig = Rig::start().await;
    rig.add_users(60);
    assert!(rig.portal.add_user(&fields(json!({
        "user_name": "trainer-1", "first_name": "Jo", "last_name": "Trainer", "email": "trainer@acme.example",
    }))));
    for id in 1..=30 {
        rig.portal.put_topic(topic(id));
    }
    rig.portal.put_topic(Topic {
        r#type: TopicType::Article,
        status: Folder::Draft,
        published_version: None,
        auto_enrol_links: Vec::new(),
        ..topic(31)
    });
    for days in [3, 2, 100] {
        let at = rig.portal.clock().now() - SignedDuration::from_hours(24 * days);
        rig.portal.complete("user1@acme.example", 1, at).expect("completed");
    }
    rig.portal.enrol("user2@acme.example", 2).expect("enrolled");
    rig
}

async fn probed(rig: &Rig, customer: &TenantConfiguration, names: &[&str]) -> Probed<PortalSample> {
    let user_names: Vec<UserName> = names.iter().map(|name| name.parse().expect("a user name")).collect();
    let asked = PortalQuestions {
        customer,
        now: Clock::default().now(),
        user_names: &user_names,
    };
    rig.client.probe_portal(&asked).await.expect("it can be asked")
}

/// The finding about an assumption of a portal that differs so.
async fn with(deviation: Deviation, assumption: &Assumption) -> AssumptionFinding {
    let rig = portal().await;
    rig.portal.deviate([deviation]);
    about(&probed(&rig, &customer(&[]), &[]).await, assumption).clone()
}

#[tokio::test]
async fn a_portal_that_keeps_the_contract_has_every_answer_right_in_few_requests_that_only_read() {
    let rig = portal().await;
    let names = ["user1@acme.example", "USER9@acme.example", "nobody@acme.example"];
    let probed = probed(&rig, &customer(&[]), &names).await;
    let of_one_vendor = assume::ALL.iter().copied();
    let of_one_vendor: Vec<_> = of_one_vendor.filter(|about| **about != assume::USER_MATCHING).collect();
    assert_keeps_contract(&probed, &customer(&[]), &of_one_vendor, &assume::LIMIT);
    assert_eq!(probed.sample.known_names, Some(2));
    assert_eq!(probed.sample.users.len(), 25 + 25 + 11);
    assert!(rig.portal.journal().effects().is_empty());
    assert!(rig.portal.journal().matching(|entry| entry.is_write()).is_empty());
    assert_eq!(probed.requests as usize, rig.portal.journal().len());
    assert!(probed.requests <= 20, "{} requests", probed.requests);
    let shown = format!("{:?}", probed.findings);
    assert!(!shown.contains("acme.example") && !shown.contains("Citizen"), "{shown}");
}

#[tokio::test]
async fn topics_that_carry_no_links_are_coped_with_by_launch_urls() {
    let links = with(Deviation::NoLinks, &assume::TOPIC_LINKS).await;
    assert_eq!(links.verdict, AssumptionVerdict::Differs);
    assert_eq!(links.seen, "topics carry no auto-enrol links (0 of 31)");
    assert_eq!(
        links.advice,
        [Advice::set("courses.launch_urls", "{ \"TH-9-1\" = \"https://…\", … }")]
    );
    let references = with(Deviation::NoReferences, &assume::TOPIC_REFERENCE).await;
    assert_eq!(references.verdict, AssumptionVerdict::Differs);
    assert!(
        references.advice[0].to_string().starts_with("set courses.launch_urls"),
        "{references:?}"
    );
}

#[tokio::test]
async fn topics_without_links_are_no_difference_any_more_once_addresses_are_written_by_hand() {
    let rig = portal().await;
    rig.portal.deviate([Deviation::NoLinks]);
    let urls = "[courses.launch_urls]\n\"TH-9-1\" = \"https://acme.example/1\"\n\n[results]";
    let probed = probed(&rig, &customer(&[("[results]", urls)]), &[]).await;
    let links = about(&probed, &assume::TOPIC_LINKS);
    assert_eq!(links.verdict, AssumptionVerdict::Ok);
    assert_eq!(
        links.seen,
        "topics carry no auto-enrol links (0 of 31); courses.launch_urls stands in for 1"
    );
}

#[tokio::test]
async fn links_under_another_label_are_named_with_the_setting() {
    let rig = portal().await;
    for id in 1..=30 {
        let links = vec![AutoEnrolLink {
            reference: Some("HR".to_owned()),
            ..topic(id).auto_enrol_links[0].clone()
        }];
        rig.portal.change_topic(id, |topic| topic.auto_enrol_links = links);
    }
    let probed = probed(&rig, &customer(&[]), &[]).await;
    let reference = about(&probed, &assume::TOPIC_REFERENCE);
    assert_eq!(
        reference.advice,
        [Advice::set("courses.reference", "\"HR\"")],
        "{reference:?}"
    );
    assert_eq!(about(&probed, &assume::TOPIC_LINKS).verdict, AssumptionVerdict::Ok);
}

#[tokio::test]
async fn launch_urls_of_codes_that_no_topic_has_are_named() {
    let rig = Rig::start().await;
    rig.portal.put_topic(topic(1));
    let urls = "[courses.launch_urls]\n\"TH-9-1\" = \"https://acme.example/1\"\n\"TH-9-2\" = \"https://acme.example/2\"\n\n[results]";
    let probed = probed(&rig, &customer(&[("[results]", urls)]), &[]).await;
    let codes = about(&probed, &assume::TOPIC_LAUNCH_URLS);
    assert_eq!(codes.seen, "1 of 2 codes are topics'");
    assert!(
        codes.advice[0].to_string().ends_with("no topic has TH-9-2"),
        "{codes:?}"
    );
}

#[tokio::test]
async fn a_list_that_is_written_otherwise_is_described() {
    let elsewhere = with(Deviation::RecordsUnder("users".to_owned()), &assume::USER_LIST).await;
    assert_differs(&elsewhere, "the records are under users");
    assert_eq!(elsewhere.advice, [assume::USER_LIST.mend()]);
    let untold = with(Deviation::NoTotals, &assume::USER_LIST).await;
    assert_eq!(untold.seen, "total_records, total_pages missing");
    let one = with(Deviation::OnePage, &assume::USER_PAGE).await;
    assert_eq!(one.verdict, AssumptionVerdict::Differs, "{one:?}");
}

#[tokio::test]
async fn pages_of_another_size_that_add_up_are_right() {
    let list = with(Deviation::PageSize(10), &assume::USER_LIST).await;
    assert_eq!(
        (list.verdict, list.seen.as_str()),
        (AssumptionVerdict::Ok, "61 users in 7 pages of 10; 3 looked at add up")
    );
}

#[tokio::test]
async fn a_dot_that_is_read_as_a_format_is_told_from_a_user_who_is_not_found() {
    let dotted = with(Deviation::DotIsSuffix, &assume::USER_DOTTED).await;
    assert_eq!(dotted.verdict, AssumptionVerdict::Differs);
    assert_eq!(
        dotted.seen,
        "a listed user whose name has a dot is answered with status 404"
    );
    assert_eq!(
        dotted.advice[1],
        Advice::Mend {
            file: "shared/tribal-habits/src/client.rs"
        }
    );
    let by_name = with(Deviation::DotIsSuffix, &assume::USER_BY_NAME).await;
    assert_eq!(by_name.verdict, AssumptionVerdict::Ok, "trainer-1 is found");
    let case = with(Deviation::CaseMatters, &assume::USER_CASE).await;
    assert_eq!(case.verdict, AssumptionVerdict::Differs, "{case:?}");
    let wrapped = with(Deviation::WrappedUsers, &assume::USER_BY_NAME).await;
    assert_eq!(wrapped.verdict, AssumptionVerdict::Differs, "{wrapped:?}");
}

#[tokio::test]
async fn enrolments_that_cannot_be_listed_cost_the_sweep() {
    let rig = portal().await;
    rig.portal.deviate([Deviation::NoEnrolmentList]);
    let probed = probed(&rig, &customer(&[]), &[]).await;
    let list = about(&probed, &assume::ENROLMENT_LIST);
    assert_differs(list, "enrolments cannot be listed (status 404)");
    assert!(
        list.advice[0].to_string().contains("schedules.result_sweep"),
        "{list:?}"
    );
    assert_eq!(
        about(&probed, &assume::ENROLMENT_SINCE).verdict,
        AssumptionVerdict::CannotTell
    );
    assert_eq!(about(&probed, &assume::ENROLMENT_ABSENT).verdict, AssumptionVerdict::Ok);
}

#[tokio::test]
async fn a_completed_since_that_is_ignored_is_noticed() {
    let since = with(Deviation::CompletedSinceIgnored, &assume::ENROLMENT_SINCE).await;
    assert_eq!(since.verdict, AssumptionVerdict::Differs);
    assert_eq!(
        since.seen,
        "1 completed before it and 1 not completed came all the same"
    );
}

#[tokio::test]
async fn custom_fields_that_the_portal_lacks_are_named_with_those_it_has() {
    let rig = portal().await;
    let mapped = customer(&[("\"X-Job Title\"", "\"X-Position\"")]);
    let probed = probed(&rig, &mapped, &[]).await;
    let custom = about(&probed, &assume::USER_CUSTOM_FIELDS);
    assert_eq!(custom.verdict, AssumptionVerdict::Differs);
    assert_eq!(custom.seen, "not there: X-Position; not mapped are X-Job Title");
}

#[tokio::test]
async fn a_limit_below_what_is_configured_is_what_to_configure() {
    let limit = with(Deviation::LimitHeader(120), &assume::LIMIT).await;
    assert_eq!(limit.advice, [Advice::set("tribal_habits.requests_per_minute", "120")]);
}

#[tokio::test]
async fn a_clock_that_would_spoil_signatures_is_noticed() {
    let rig = portal().await;
    rig.portal.clock().set_skew(SignedDuration::from_secs(240));
    let clock = about(&probed(&rig, &customer(&[]), &[]).await, &assume::CLOCK).clone();
    assert_eq!(clock.verdict, AssumptionVerdict::Differs);
    assert!(clock.seen.ends_with(" s ahead of ours"), "{clock:?}");
}

#[tokio::test]
async fn a_key_that_is_refused_is_one_finding_and_nothing_more_is_asked() {
    let rig = Rig::with(one_try(), "another-key").await;
    let probed = probed(&rig, &customer(&[]), &["jo@acme.example"]).await;
    let key = about(&probed, &assume::CREDENTIALS);
    assert_differs(key, "the key was refused (status 401)");
    assert_eq!(about(&probed, &assume::ADDRESS).verdict, AssumptionVerdict::Ok);
    assert_eq!((probed.requests, rig.portal.journal().len()), (1, 1));
    assert!(
        probed
            .silences
            .iter()
            .any(|silence| silence.is_about(&assume::USER_LIST))
    );
}

#[tokio::test]
async fn an_empty_portal_leaves_open_what_cannot_be_seen_there() {
    let rig = Rig::start().await;
    let probed = probed(&rig, &customer(&[]), &[]).await;
    let differs = differing(&probed);
    assert!(differs.is_empty(), "{differs:#?}");
    assert_eq!(
        about(&probed, &assume::USER_LIST).verdict,
        AssumptionVerdict::CannotTell
    );
    assert_eq!(
        about(&probed, &assume::CREDENTIALS).verdict,
        AssumptionVerdict::CannotTell
    );
    assert_eq!(
        about(&probed, &assume::USER_DOTTED).verdict,
        AssumptionVerdict::CannotTell
    );
}

/// For every answer of a server, in every format: it is described, nothing panics, and no value of it is shown.
#[tokio::test]
async fn whatever_an_answer_is_it_is_described_without_a_value_of_it() {
    let secret = "jo.citizen@acme.example";
    let contradicting = json!({"records": [{"user_name": [secret]}], "total_records": 1, "max_per_page": 0, "current_page": 1, "total_pages": u64::MAX});
    for body in odd_lists("records", "user_name", secret)
        .into_iter()
        .chain([contradicting])
    {
        for status in [200, 204, 302, 404, 422] {
            let rig = Rig::start().await;
            let fault = Fault::Answer {
                status,
                body: body.clone(),
            };
            rig.portal.arm(Rule::new(fault).times(u32::MAX));
            let probed = probed(&rig, &customer(&[]), &[secret]).await;
            assert!(!probed.findings.is_empty(), "{status} {body}");
            let shown = format!("{:?} {:?}", probed.findings, probed.silences);
            assert!(!shown.contains(secret), "{status} {body}: {shown}");
        }
    }
}

#[tokio::test]
async fn a_list_that_is_read_all_the_same_is_no_list_that_does_not_add_up() {
    let rig = portal().await;
    let topic = json!({"id": 456, "code": "TH-9-456", "type": "topic", "title": "Ladders", "status": "active"});
    let counts = json!({"total_records": "3", "max_per_page": "25", "current_page": 1.0, "total_pages": "1"});
    let mut page = counts;
    page["records"] = json!([topic, null, 7]);
    let list = Rule::new(Fault::text(200, page.to_string())).on(&Method::GET, "/topics");
    rig.portal.arm(list.times(9));
    let probed = probed(&rig, &customer(&[]), &[]).await;
    let list = about(&probed, &assume::TOPIC_LIST);
    assert_eq!(list.verdict, AssumptionVerdict::Ok, "{}", list.seen);
}
