//! Tests of reading from the portal, and of decoding its answers.

use habitsync_domain::configuration::CoursesConfiguration;
use habitsync_domain::courses::topic::{Condition, TopicKind, TopicVerdict};
use habitsync_domain::identity::{EnrolmentId, TopicId, UserName};
use habitsync_simulator_harness::Method;
use habitsync_simulator_tribal_habits::{AutoEnrolLink, Folder, Topic, TopicType};
use habitsync_workflows::ports::vendors::{FindCompletion, FindUser, ListCompletions, ListTopics, ListUsers};
use jiff::Timestamp;
use serde_json::json;

use crate::rig::{Rig, add_user, fields};

fn user_name(text: &str) -> UserName {
    text.parse().expect("a user name")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn topic(id: u64) -> Topic {
    Topic {
        id,
        code: format!("TH-9-{id}"),
        r#type: TopicType::Topic,
        title: format!("Topic {id}"),
        description: None,
        status: Folder::Active,
        published_version: Some("1.0".to_owned()),
        estimated_minutes: Some(20),
        auto_enrol_links: vec![AutoEnrolLink {
            reference: Some("EC".to_owned()),
            url: format!("https://acme.tribalhabits.com/enrol/{id}"),
            active: true,
        }],
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn every_user_is_read_over_all_pages() {
    let rig = Rig::start().await;
    rig.add_users(60);
    assert!(rig.portal.edit_user(
        "user7@acme.example",
        &fields(json!({"active": false, "X-Location": "Perth"}))
    ));
    let users = rig.client.list_users().await.expect("a whole list").records;
    assert_eq!(users.len(), 60);
    assert_eq!(rig.portal.journal().count(&Method::GET, "/users"), 3);
    let changed = users
        .iter()
        .find(|user| user.user_name == user_name("user7@acme.example"))
        .expect("listed");
    let value = |name: &str| {
        changed
            .fields
            .0
            .get(&name.parse().expect("a field"))
            .map(String::as_str)
    };
    assert!(!changed.active);
    assert_eq!(
        (value("email"), value("X-Location"), value("X-Job Title")),
        (Some("user7@acme.example"), Some("Perth"), Some(""))
    );
    assert_eq!(users.iter().filter(|user| !user.active).count(), 1);
}

#[tokio::test]
async fn an_empty_portal_has_no_users() {
    assert!(
        Rig::start()
            .await
            .client
            .list_users()
            .await
            .expect("a whole list")
            .is_empty()
    );
}

#[tokio::test]
async fn a_user_is_found_whatever_characters_the_name_has() {
    let rig = Rig::start().await;
    for name in ["jo.o'neil+1@acme.com.au", "a/b?c#d e", "100%", "zoë", "..hidden"] {
        let email = format!("{}@acme.example", rig.portal.users().len());
        add_user(&rig.portal, name, &email);
        let found = rig
            .client
            .find_user(&user_name(name))
            .await
            .expect("an answer")
            .expect(name);
        assert_eq!(found.user_name.as_str(), name);
    }
}

#[tokio::test]
async fn a_user_who_is_not_there_is_none() {
    assert_eq!(
        Rig::start()
            .await
            .client
            .find_user(&user_name("nobody@acme.example"))
            .await,
        Ok(None)
    );
}

#[tokio::test]
async fn a_user_name_of_dots_reaches_no_other_resource() {
    let rig = Rig::start().await;
    rig.client
        .find_user(&user_name(".."))
        .await
        .expect_err("refused before it is sent");
    assert!(rig.portal.journal().is_empty());
}

#[tokio::test]
async fn topics_are_read_with_what_decides_about_them() {
    let rig = Rig::start().await;
    rig.portal.put_topic(topic(1));
    rig.portal.put_topic(Topic {
        published_version: None,
        status: Folder::Draft,
        ..topic(2)
    });
    rig.portal.put_topic(Topic {
        r#type: TopicType::Article,
        ..topic(3)
    });
    let topics = rig.client.list_topics().await.expect("a whole list").records;
    let verdicts: Vec<_> = topics
        .iter()
        .map(|topic| topic.verdict(&CoursesConfiguration::default()))
        .collect();
    let ready = TopicVerdict::Qualifies {
        launch_url: "https://acme.tribalhabits.com/enrol/1".to_owned(),
    };
    let early = TopicVerdict::Lacks(vec![Condition::Published, Condition::InActiveFolder]);
    assert_eq!(verdicts, [ready, early, TopicVerdict::NotATopic]);
    assert_eq!(topics[2].kind, TopicKind::Other);
}

#[tokio::test]
async fn one_topic_is_read_by_its_id() {
    let rig = Rig::start().await;
    rig.portal.put_topic(topic(456));
    assert_eq!(
        rig.client.topic(456).await.expect("an answer").expect("there").code,
        "TH-9-456"
    );
    assert!(rig.client.topic(457).await.expect("an answer").is_none());
}

#[tokio::test]
async fn completed_topics_are_listed_since_a_moment_and_nothing_else_is() {
    let rig = Rig::start().await;
    rig.add_users(3);
    rig.portal.put_topic(topic(456));
    rig.portal.put_topic(Topic {
        r#type: TopicType::Article,
        ..topic(457)
    });
    let since = time("2026-03-01T00:00:00Z");
    let complete = |user: &str, topic: u64, at: &str| rig.portal.complete(user, topic, time(at)).expect("completed");
    complete("user1@acme.example", 456, "2026-02-28T23:59:59Z");
    complete("user2@acme.example", 456, "2026-03-01T00:00:00Z");
    complete("user2@acme.example", 457, "2026-03-02T00:00:00Z");
    rig.portal
        .complete_pathway("user2@acme.example", "Induction", time("2026-03-02T00:00:00Z"))
        .expect("completed");
    rig.portal.enrol("user3@acme.example", 456).expect("enrolled");
    let completions = rig.client.list_completions(since).await.expect("a whole list").records;
    let [completion] = completions.as_slice() else {
        panic!("{completions:?}")
    };
    assert_eq!(completion.user_name, user_name("user2@acme.example"));
    assert_eq!(
        (completion.topic, completion.completed_at, completion.training_minutes),
        (TopicId(456), since, Some(20))
    );
    assert_eq!(
        completion.topic_code.as_ref().map(|code| code.0.as_str()),
        Some("TH-9-456")
    );
}

#[tokio::test]
async fn an_enrolment_is_read_back_only_when_it_is_a_completed_topic() {
    let rig = Rig::start().await;
    rig.add_users(1);
    rig.portal.put_topic(topic(456));
    let open = rig.portal.enrol("user1@acme.example", 456).expect("enrolled");
    let id = EnrolmentId(open.id.try_into().expect("small"));
    assert_eq!(rig.client.find_completion(id).await, Ok(None));
    rig.portal
        .complete("user1@acme.example", 456, time("2026-03-01T00:00:00Z"))
        .expect("completed");
    let found = rig
        .client
        .find_completion(id)
        .await
        .expect("an answer")
        .expect("completed now");
    assert_eq!((found.enrolment, found.topic), (id, TopicId(456)));
    assert_eq!(rig.client.find_completion(EnrolmentId(1)).await, Ok(None));
}
