//! Parked results: released by what they wait for, or by their key, and listed by customer.

use habitsync_domain::identity::{EnrolmentId, TopicId};
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_workflows::ports::fleet::{ListDue, ListParked};
use habitsync_workflows::ports::results::{FindResult, ReleaseResults};
use habitsync_workflows::ports::tenants::SaveConfiguration;
use jiff::Timestamp;

use crate::fixture::{acme, at, completion, table, tenant};
use crate::stored::Stored as _;

const NOW: &str = "2026-03-02T00:00:00Z";

fn record(enrolment: i64, state: ResultState, attempts: u32) -> ResultRecord {
    ResultRecord {
        completion: completion(enrolment),
        state,
        attempts,
    }
}

fn parked(on: ParkedOn) -> ResultState {
    ResultState::Parked {
        on,
        since: at("2026-02-01T00:00:00Z"),
    }
}

fn user(name: &str) -> ParkedOn {
    ParkedOn::User(name.parse().expect("a user name"))
}

#[tokio::test]
async fn a_release_frees_what_is_parked_on_that_very_thing_and_nothing_else() {
    let table = table().await;
    let (acme, other) = (
        table.tenant(&tenant()),
        table.tenant(&"other".parse().expect("a tenant")),
    );
    let topic = ParkedOn::Topic(TopicId(456));
    let everywhere = [
        topic.clone(),
        topic.clone(),
        user("Jo@acme.example"),
        ParkedOn::Topic(TopicId(7)),
        ParkedOn::Customer,
    ];
    for (enrolment, on) in (1..).zip(everywhere) {
        acme.put_result(&record(enrolment, parked(on.clone()), 2)).await;
        other.put_result(&record(enrolment, parked(on), 2)).await;
    }
    assert_eq!(acme.release_results(&topic, at(NOW)).await.expect("released"), 2);
    assert_eq!(acme.release_results(&topic, at(NOW)).await.expect("released"), 0);
    assert_eq!(
        acme.release_results(&user("jo@ACME.example"), at(NOW))
            .await
            .expect("released"),
        1
    );
    let due = table
        .list_due_results(at(NOW), 100, &std::collections::BTreeSet::new())
        .await
        .expect("listed");
    let due: Vec<_> = due
        .items
        .into_iter()
        .map(|due| (due.tenant.to_string(), due.completion.enrolment.0))
        .collect();
    assert_eq!(due.len(), 3, "{due:?}");
    assert!(
        [1, 2, 3]
            .into_iter()
            .all(|enrolment| due.contains(&("acme".to_owned(), enrolment))),
        "{due:?}"
    );
    let released = acme
        .find_result(EnrolmentId(1))
        .await
        .expect("an answer")
        .expect("a record");
    assert!(matches!(released.state, ResultState::Waiting { due_at, .. } if due_at == at(NOW)));
    assert_eq!(released.attempts, 2);
}

#[tokio::test]
async fn a_result_is_released_by_its_key_while_it_is_parked_and_not_afterwards() {
    let acme = acme().await;
    acme.put_result(&record(1, parked(user("jo@acme.example")), 2)).await;
    assert!(acme.release_result(EnrolmentId(1), at(NOW)).await.expect("an answer"));
    assert!(!acme.release_result(EnrolmentId(1), at(NOW)).await.expect("an answer"));
    assert!(
        !acme.release_result(EnrolmentId(404), at(NOW)).await.expect("an answer"),
        "nothing is made of a result that is not there"
    );
    assert_eq!(acme.find_result(EnrolmentId(404)).await.expect("an answer"), None);
}

#[tokio::test]
async fn what_is_parked_is_listed_by_customer_and_since_when() {
    let table = table().await;
    let source = include_str!("../../../domain/src/configuration/acme.toml");
    let configuration = source.parse().expect("a configuration");
    table
        .save_configuration(&configuration, source, at(NOW), None)
        .await
        .expect("saved");
    assert_eq!(table.list_tenants().await.expect("listed"), [tenant()]);
    let (acme, other) = (
        table.tenant(&tenant()),
        table.tenant(&"other".parse().expect("a tenant")),
    );
    let times = [
        "2026-02-01T00:00:00Z",
        "2026-02-01T00:00:00.001Z",
        "2026-01-31T00:00:00Z",
    ];
    for (enrolment, since) in (1..).zip(times) {
        let (on, since) = (ParkedOn::Topic(TopicId(456)), at(since));
        let record = record(enrolment, ResultState::Parked { on, since }, 0);
        acme.put_result(&record).await;
        other.put_result(&record).await;
    }
    let listed = async |from, until| {
        let window = (from, until);
        let listed = table.list_parked(&tenant(), window, 10).await.expect("listed").items;
        listed
            .into_iter()
            .map(|parked| parked.completion.enrolment.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(Timestamp::MIN, at("2026-02-01T00:00:00Z")).await, [3, 1]);
    assert_eq!(listed(at("2026-02-01T00:00:00.001Z"), at(NOW)).await, [2]);
}

#[tokio::test]
async fn everything_that_an_outage_held_back_is_released_however_much_it_is() {
    let acme = acme().await;
    for enrolment in 1..=70 {
        acme.put_result(&record(enrolment, parked(ParkedOn::EmployeeConnect), 0))
            .await;
    }
    let released = acme.release_results(&ParkedOn::EmployeeConnect, at(NOW)).await;
    assert_eq!(released.expect("released"), 70);
}
