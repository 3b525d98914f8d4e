//! Lists are read record by record: one odd record never takes the others with it, and is counted.

use habitsync_domain::configuration::CoursesConfiguration;
use habitsync_domain::courses::topic::{Topic, TopicVerdict};
use habitsync_domain::identity::{EnrolmentId, TopicId};
use habitsync_domain::vendors::list::{UnusableRecord, WhyUnusable};
use habitsync_simulator_harness::{Fault, Rule, odd_records};
use habitsync_workflows::ports::vendors::{ListCompletions, ListTopics, ListUsers};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::rig::Rig;

/// A list of three, the second of which is this text.
fn page(first: &Value, second: &str, third: &Value) -> String {
    format!(
        r#"{{"total_records":3,"max_per_page":25,"current_page":1,"total_pages":1,"records":[{first},{second},{third}]}}"#
    )
}

fn answered(rig: &Rig, text: String) {
    rig.portal.arm(Rule::new(Fault::text(200, text)));
}

fn user(name: &str) -> Value {
    json!({"user_name": name, "active": true, "first_name": "Jo", "last_name": "Citizen", "email": name, "X-Location": "Perth"})
}

fn topic(id: i64) -> Value {
    let link = json!({"reference": "EC", "url": "https://acme.tribalhabits.com/e/1", "active": true});
    json!({"id": id, "code": format!("TH-9-{id}"), "type": "topic", "title": "Ladders", "description": "How",
        "status": "active", "published_version": "1.0", "auto_enrol_links": [link]})
}

fn enrolment(id: i64) -> Value {
    json!({"id": id, "type": "topic", "knowledge_id": 456, "knowledge_code": "TH-9-456", "status": "conquered",
        "user": {"user_name": "jo@acme.example"}, "completed_at": "2026-03-01T20:30:00Z", "training_minutes": 20})
}

#[tokio::test]
async fn one_odd_user_never_takes_the_others_with_it() {
    let rig = Rig::start().await;
    for odd in odd_records(&user("kim@acme.example")) {
        answered(&rig, page(&user("jo@acme.example"), &odd, &user("li@acme.example")));
        let listed = rig
            .client
            .list_users()
            .await
            .unwrap_or_else(|error| panic!("{error}: {odd:.200}"));
        assert_eq!(listed.len(), 3, "{odd:.200}");
        for name in ["jo@acme.example", "li@acme.example"] {
            assert!(
                listed.records.iter().any(|user| user.user_name.as_str() == name),
                "{odd:.200}"
            );
        }
    }
}

#[tokio::test]
async fn one_odd_topic_never_takes_the_others_with_it() {
    let rig = Rig::start().await;
    for odd in odd_records(&topic(457)) {
        answered(&rig, page(&topic(456), &odd, &topic(458)));
        let listed = rig
            .client
            .list_topics()
            .await
            .unwrap_or_else(|error| panic!("{error}: {odd:.200}"));
        assert_eq!(listed.len(), 3, "{odd:.200}");
        let whole = |id| move |topic: &Topic| topic.id == TopicId(id) && topic.title == "Ladders";
        assert!(
            listed.records.iter().any(whole(456)) && listed.records.iter().any(whole(458)),
            "{odd:.200}"
        );
    }
}

#[tokio::test]
async fn one_odd_enrolment_never_takes_the_others_with_it() {
    let rig = Rig::start().await;
    for odd in odd_records(&enrolment(9002)) {
        answered(&rig, page(&enrolment(9001), &odd, &enrolment(9003)));
        let listed = rig.client.list_completions(Timestamp::MIN).await;
        let listed = listed.unwrap_or_else(|error| panic!("{error}: {odd:.200}"));
        let ids: Vec<_> = listed.records.iter().map(|completion| completion.enrolment).collect();
        assert!(
            ids.contains(&EnrolmentId(9001)) && ids.contains(&EnrolmentId(9003)),
            "{odd:.200}"
        );
    }
}

#[tokio::test]
async fn a_completed_enrolment_without_its_user_or_time_is_named_and_counted() {
    let rig = Rig::start().await;
    for (field, odd) in [
        ("user", json!(null)),
        ("user", json!({})),
        ("user", json!({"user_name": ""})),
        ("user", json!("jo@acme.example")),
        ("completed_at", json!("")),
        ("completed_at", json!(null)),
        ("completed_at", json!("2026-03-01 20:30:00")),
        ("status", json!(null)),
        ("knowledge_id", json!("none")),
    ] {
        let mut second = enrolment(9002);
        second[field] = odd;
        answered(&rig, page(&enrolment(9001), &second.to_string(), &enrolment(9003)));
        let listed = rig.client.list_completions(Timestamp::MIN).await.expect("a list");
        let named = UnusableRecord::new(Some("9002"), WhyUnusable::LacksAValue);
        assert_eq!((listed.records.len(), listed.unusable), (2, vec![named]), "{second}");
    }
}

#[tokio::test]
async fn odd_optional_values_of_an_enrolment_are_absent() {
    let rig = Rig::start().await;
    for (field, odd) in [
        ("training_minutes", json!("a while")),
        ("training_minutes", json!(-5)),
        ("training_minutes", json!([20])),
        ("knowledge_code", json!({})),
        ("completed_at", json!("2026-03-01 20:30:00 UTC")),
        ("completed_at", json!("2026-03-02 07:30:00 +1100")),
        ("type", json!("Topic")),
        ("status", json!("Conquered")),
        ("id", json!("9002")),
        ("knowledge_id", json!("456")),
        ("user", json!({"user_name": "jo@acme.example", "email": 7})),
    ] {
        let mut second = enrolment(9002);
        second[field] = odd;
        answered(&rig, page(&enrolment(9001), &second.to_string(), &enrolment(9003)));
        let listed = rig.client.list_completions(Timestamp::MIN).await.expect("a list");
        assert_eq!((listed.records.len(), listed.unusable), (3, vec![]), "{second}");
    }
}

#[tokio::test]
async fn a_topic_with_null_values_is_no_course_and_an_undecidable_one_is_named() {
    let rig = Rig::start().await;
    for (field, odd, is_usable) in [
        ("title", json!(null), true),
        ("code", json!(null), true),
        ("published_version", json!(1.0), true),
        ("published_version", json!({}), true),
        ("description", json!(7), true),
        ("code", json!(457), true),
        ("status", json!(null), false),
        ("status", json!([]), false),
        ("type", json!(3), false),
        ("auto_enrol_links", json!("https://acme.tribalhabits.com/e/1"), false),
    ] {
        let mut second = topic(457);
        second[field] = odd;
        answered(&rig, page(&topic(456), &second.to_string(), &topic(458)));
        let listed = rig.client.list_topics().await.expect("a list");
        assert_eq!(listed.records.len(), if is_usable { 3 } else { 2 }, "{second}");
        let named = UnusableRecord::new(Some("457"), WhyUnusable::LacksAValue);
        assert_eq!(
            listed.unusable,
            if is_usable { vec![] } else { vec![named] },
            "{second}"
        );
    }
}

#[tokio::test]
async fn accounts_that_differ_in_letter_case_are_two_accounts() {
    let rig = Rig::start().await;
    let text = include_str!("../../../../tests/fixtures/public-reports/08-portal-accounts-differ-in-case.json");
    answered(&rig, text.to_owned());
    let listed = rig.client.list_users().await.expect("a list");
    assert_eq!((listed.records.len(), listed.unusable.len()), (2, 0));
}

#[tokio::test]
async fn the_topic_and_the_enrolment_of_public_reports_are_read_for_what_they_are() {
    let rig = Rig::start().await;
    let odd = include_str!("../../../../tests/fixtures/public-reports/17-topic-title-null.json");
    answered(&rig, page(&topic(456), odd, &topic(458)));
    let topics = rig.client.list_topics().await.expect("a list");
    assert_eq!((topics.records.len(), topics.unusable.len()), (3, 0));
    assert!(matches!(
        topics.records[1].verdict(&CoursesConfiguration::default()),
        TopicVerdict::Lacks(_)
    ));
    let text = include_str!("../../../../tests/fixtures/public-reports/14-enrolment-of-deleted-user.json");
    answered(&rig, text.to_owned());
    let enrolments = rig.client.list_completions(Timestamp::MIN).await.expect("a list");
    assert_eq!((enrolments.records.len(), enrolments.unusable.len()), (1, 1));
}

#[tokio::test]
async fn a_user_name_on_two_rows_with_different_values_is_neither_account() {
    let rig = Rig::start().await;
    let same = user("jo@acme.example").to_string();
    answered(&rig, page(&user("jo@acme.example"), &same, &user("li@acme.example")));
    let listed = rig.client.list_users().await.expect("a list");
    assert_eq!(
        (listed.records.len(), listed.unusable.len()),
        (2, 0),
        "copies are one account"
    );
    let other = same.replace("Perth", "Sydney");
    answered(&rig, page(&user("jo@acme.example"), &other, &user("li@acme.example")));
    let listed = rig.client.list_users().await.expect("a list");
    assert_eq!((listed.records.len(), listed.unusable.len()), (1, 2));
    assert!(
        listed
            .unusable
            .iter()
            .all(|record| record.why == WhyUnusable::Contradicted)
    );
}

#[tokio::test]
async fn a_topics_words_mean_the_same_in_each_letter_case() {
    let rig = Rig::start().await;
    for (field, word) in [("status", "Active"), ("status", " ACTIVE "), ("type", "Topic")] {
        let mut second = topic(457);
        second[field] = json!(word);
        answered(&rig, page(&topic(456), &second.to_string(), &topic(458)));
        let listed = rig.client.list_topics().await.expect("a list");
        let verdict = listed.records[1].verdict(&CoursesConfiguration::default());
        assert!(verdict.qualifies(), "{field} {word}: {verdict:?}");
    }
}

#[tokio::test]
async fn an_account_is_as_active_as_its_word_says_and_named_where_it_says_none() {
    let rig = Rig::start().await;
    for (active, expected) in [
        (json!("no"), Some(false)),
        (json!("N"), Some(false)),
        (json!("Yes"), Some(true)),
        (json!(0.0), Some(false)),
        (json!(null), Some(true)),
        (json!(""), Some(true)),
        (json!("suspended"), None),
        (json!(2), None),
        (json!([]), None),
    ] {
        let mut second = user("kim@acme.example");
        second["active"] = active;
        answered(
            &rig,
            page(&user("jo@acme.example"), &second.to_string(), &user("li@acme.example")),
        );
        let listed = rig.client.list_users().await.expect("a list");
        let kim = listed
            .records
            .iter()
            .find(|user| user.user_name.as_str() == "kim@acme.example");
        assert_eq!((kim.map(|user| user.active), listed.len()), (expected, 3), "{second}");
        let named = UnusableRecord::new(Some("kim@acme.example"), WhyUnusable::LacksAValue);
        assert_eq!(listed.unusable.contains(&named), expected.is_none(), "{second}");
    }
}
