//! Ignored and unconfirmed results in the table: claimed by any delivery, found by their topic or user name, and kept alive.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::identity::{EnrolmentId, TopicId};
use habitsync_domain::results::choice::ResultStatus;
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState};
use habitsync_workflows::ports::fleet::ListDue;
use habitsync_workflows::ports::result_list::{AddResult, IndexGivenUp, ListDead, ListResults, ReviveResult};
use habitsync_workflows::ports::results::{Claim, ClaimResult, FindResult, ReleaseResults};
use habitsync_workflows::ports::summary::CountWaiting;

use crate::fixture::{acme, at, completion, named_table, sdk, table, tenant};
use crate::stored::Stored as _;

const NOW: &str = "2026-03-02T00:00:00Z";
const LATER: &str = "2026-03-02T10:00:00Z";
const CLAIM_ENDS: &str = "2026-03-02T00:00:30Z";

fn ignored(completion: Completion, reason: IgnoredBecause) -> ResultRecord {
    ResultRecord {
        completion,
        state: ResultState::Ignored { reason },
        attempts: 1,
    }
}

/// The record before a claim that succeeded.
fn before(claim: Claim) -> Option<ResultRecord> {
    match claim {
        Claim::Ours { before, .. } => before,
        other => panic!("the result is not to be had: {other:?}"),
    }
}

fn of_topic(enrolment: i64, topic: i64) -> Completion {
    let topic = TopicId(topic);
    Completion {
        topic,
        ..completion(enrolment)
    }
}

fn of_user(enrolment: i64, user_name: &str) -> Completion {
    let user_name = user_name.parse().expect("a user name");
    Completion {
        user_name,
        ..completion(enrolment)
    }
}

#[tokio::test]
async fn an_ignored_result_is_claimed_by_any_delivery_and_keeps_its_stored_values() {
    let acme = acme().await;
    for (enrolment, reason) in (1..).zip(IgnoredBecause::ALL) {
        let stored = ignored(completion(enrolment), reason);
        acme.put_result(&stored).await;
        let forged = Completion {
            source: CompletionSource::BearerToken,
            ..of_user(enrolment, "mallory@acme.example")
        };
        let claim = acme.claim_result(&forged, at(NOW), at(CLAIM_ENDS)).await;
        assert_eq!(before(claim.expect("an answer")), Some(stored.clone()));
        let found = acme.find_result(EnrolmentId(enrolment)).await.expect("an answer");
        assert_eq!(found.expect("there").completion, stored.completion);
    }
}

#[tokio::test]
async fn an_unconfirmed_result_is_due_on_its_rung_and_claimed_by_any_delivery_before_it() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let unconfirmed = ResultRecord {
        completion: completion(1),
        state: ResultState::Unconfirmed {
            cause: "Tribal Habits does not confirm the completion".to_owned(),
            due_at: at(LATER),
        },
        attempts: 6,
    };
    let waiting = ResultState::Waiting {
        cause: "no answer".to_owned(),
        due_at: at(LATER),
    };
    let waiting = ResultRecord {
        state: waiting,
        ..unconfirmed.clone()
    };
    acme.put_result(&waiting).await;
    acme.put_result(&unconfirmed).await;
    let due = table
        .list_due_results(at(NOW), 10, &BTreeSet::new())
        .await
        .expect("listed");
    assert!(due.items.is_empty());
    let due = table
        .list_due_results(at(LATER), 10, &BTreeSet::new())
        .await
        .expect("listed");
    assert_eq!(due.items.len(), 1);
    let claim = acme.claim_result(&completion(1), at(NOW), at(CLAIM_ENDS)).await;
    assert_eq!(before(claim.expect("an answer")), Some(unconfirmed));
}

#[tokio::test]
async fn a_link_releases_the_ignored_results_of_its_user_name_or_topic_and_no_others() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let long = format!("{}@acme.example", "é".repeat(240));
    let (topic, user) = (IgnoredBecause::TopicIsNotACourse, IgnoredBecause::UserIsNoEmployee);
    let stored = [
        (of_topic(1, 45), topic),
        (of_topic(2, 456), topic),
        (of_user(3, "Jo@acme.example"), user),
        (of_user(4, "jo@acme.example.au"), user),
        (of_user(5, &long), user),
        (of_user(6, &format!("{}@other.example", "é".repeat(240))), user),
        (completion(7), IgnoredBecause::NotConfirmed),
    ];
    for (completion, reason) in stored {
        acme.put_result(&ignored(completion, reason)).await;
    }
    let released = async |on| acme.release_results(&on, at(NOW)).await.expect("released");
    assert_eq!(released(ParkedOn::Topic(TopicId(45))).await, 1);
    assert_eq!(released(ParkedOn::Topic(TopicId(45))).await, 0);
    let user = |name: &str| ParkedOn::User(name.parse().expect("a user name"));
    assert_eq!(released(user("jo@ACME.example")).await, 1);
    assert_eq!(released(user(&long)).await, 1);
    let due = table
        .list_due_results(at(NOW), 10, &BTreeSet::new())
        .await
        .expect("listed")
        .items;
    let mut due: Vec<_> = due.into_iter().map(|due| due.completion.enrolment.0).collect();
    due.sort_unstable();
    assert_eq!(due, [1, 3, 5]);
    let left = acme.list_results(Some(ResultStatus::Ignored)).await.expect("listed");
    assert_eq!(left.records.len(), 4);
}

#[tokio::test]
async fn an_ignored_result_is_replayed_once_and_one_that_was_not_confirmed_still_has_to_be() {
    let acme = acme().await;
    let unconfirmed = ignored(completion(1), IgnoredBecause::NotConfirmed);
    let topic = ignored(completion(2), IgnoredBecause::TopicIsNotACourse);
    for record in [&unconfirmed, &topic] {
        acme.put_result(record).await;
        assert!(acme.revive_result(record, at(NOW)).await.expect("an answer"));
        assert!(!acme.revive_result(record, at(NOW)).await.expect("an answer"));
    }
    let state = async |enrolment| {
        let found = acme.find_result(EnrolmentId(enrolment)).await.expect("an answer");
        found.expect("there").state
    };
    assert!(matches!(state(1).await, ResultState::Unconfirmed { due_at, .. } if due_at == at(NOW)));
    assert!(matches!(state(2).await, ResultState::Waiting { due_at, .. } if due_at == at(NOW)));
}

#[tokio::test]
async fn a_backfill_replaces_an_ignored_result_by_what_is_listed_and_no_other() {
    let acme = acme().await;
    let reason = IgnoredBecause::UserIsNoEmployee;
    acme.put_result(&ignored(completion(1), reason)).await;
    let listed = of_user(1, "jo.new@acme.example");
    assert!(acme.add_result(&listed, 1, at(LATER)).await.expect("an answer"));
    assert!(!acme.add_result(&listed, 1, at(LATER)).await.expect("an answer"));
    let found = acme
        .find_result(EnrolmentId(1))
        .await
        .expect("an answer")
        .expect("there");
    assert_eq!((found.completion, found.attempts), (listed, 1));
}

#[tokio::test]
async fn results_that_an_earlier_version_ignored_or_gave_up_are_indexed_once() {
    let (table, name) = named_table().await;
    let acme = table.tenant(&tenant());
    let dead = ResultState::Dead {
        cause: "refused".to_owned(),
        tried: None,
    };
    let dead = ResultRecord {
        state: dead,
        ..ignored(completion(1), IgnoredBecause::NotConfirmed)
    };
    let of_jo = ignored(of_user(2, "jo@acme.example"), IgnoredBecause::UserIsNoEmployee);
    let of_course = ignored(of_topic(3, 9), IgnoredBecause::TopicIsNotACourse);
    let earlier = [dead, of_jo, of_course];
    for record in &earlier {
        acme.put_result(record).await;
        unindex(&name, record.completion.enrolment).await;
    }
    acme.put_result(&ignored(of_topic(4, 9), IgnoredBecause::TopicIsNotACourse))
        .await;
    assert_eq!(acme.list_unindexed(10).await.expect("listed"), earlier);
    assert_eq!(acme.list_unindexed(2).await.expect("listed").len(), 2);
    for record in &earlier {
        acme.index_result(record).await.expect("indexed");
        acme.index_result(record).await.expect("indexed before");
    }
    assert_eq!(acme.list_unindexed(10).await.expect("listed"), []);
    assert_eq!(acme.list_dead(10).await.expect("listed"), earlier[..1]);
    let counted = table.count_set_aside(&tenant()).await.expect("counted");
    assert_eq!((counted.parked, counted.ignored), (0, 3));
    let died_lately = table.count_dead(at(NOW)).await.expect("counted");
    assert_eq!(died_lately.len(), 0, "a death of long ago is no alarm");
    for (on, released) in [
        (ParkedOn::Topic(TopicId(9)), 2),
        (ParkedOn::User("jo@acme.example".parse().expect("a name")), 1),
    ] {
        assert_eq!(acme.release_results(&on, at(LATER)).await, Ok(released));
    }
}

/// Takes a result out of the index.
async fn unindex(table: &str, enrolment: EnrolmentId) {
    let text = |text: String| AttributeValue::S(text);
    let update = Client::new(&sdk().await)
        .update_item()
        .table_name(table)
        .key("pk", text("TENANT#acme".to_owned()))
        .key("sk", text(format!("RESULT#{enrolment}")))
        .update_expression("REMOVE due_kind, due_at");
    update.send().await.expect("written");
}
