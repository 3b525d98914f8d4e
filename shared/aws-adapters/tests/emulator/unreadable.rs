//! An item that cannot be read keeps nothing else from being found.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::approvals::Matter;
use habitsync_domain::identity::{EmployeeId, EnrolmentId};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{RunRecord, RunState};
use habitsync_domain::results::choice::ResultStatus;
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_in_memory::{ManualClock, Queue, StartedJobs};
use habitsync_workflows::fleet::watch::{WatchFleet, watch_fleet};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::courses::LoadTopics;
use habitsync_workflows::ports::fleet::{ListDue, ListParked};
use habitsync_workflows::ports::holds::LoadDecisions;
use habitsync_workflows::ports::incidents::ListIncidents;
use habitsync_workflows::ports::people::{LoadLastDays, LoadPeople, LoadRejectedWrites};
use habitsync_workflows::ports::result_list::ListResults;
use habitsync_workflows::ports::results::{KnownResult, LookUpResult, ReleaseResults};
use habitsync_workflows::ports::summary::ListSummaries;
use habitsync_workflows::ports::tenants::SaveConfiguration;
use jiff::{SignedDuration, Timestamp};

use crate::fixture::{at, completion, named_table, sdk, tenant};
use crate::stored::Stored as _;

const NOW: &str = "2026-03-02T00:00:00Z";

/// Writes an item that waits and of which nothing can be made.
pub(crate) async fn put_unreadable(table: &str, sk: &str, due_kind: &str, due_at: &str) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = Client::new(&sdk().await)
        .put_item()
        .table_name(table)
        .item("pk", text("TENANT#acme"))
        .item("sk", text(sk))
        .item("due_kind", text(due_kind))
        .item("due_at", text(due_at))
        .item("completion", text("from another world"))
        .item("body", text("from another world"));
    put.send().await.expect("written");
}

fn record(enrolment: i64, state: ResultState) -> ResultRecord {
    ResultRecord {
        completion: completion(enrolment),
        state,
        attempts: 1,
    }
}

fn waiting(due_at: Timestamp) -> ResultState {
    ResultState::Waiting {
        cause: "EmployeeConnect is not available".to_owned(),
        due_at,
    }
}

#[tokio::test]
async fn results_behind_one_that_cannot_be_read_are_due_all_the_same() {
    let (table, name) = named_table().await;
    for enrolment in 1..=3 {
        let sk = format!("RESULT#{enrolment}");
        put_unreadable(&name, &sk, "result", "2026-03-01T00:00:00.000Z").await;
    }
    let acme = table.tenant(&tenant());
    for enrolment in 4..=6 {
        acme.put_result(&record(enrolment, waiting(at(NOW)))).await;
    }
    let due = table
        .list_due_results(at(NOW), 2, &BTreeSet::new())
        .await
        .expect("listed");
    assert_eq!((due.items.len(), due.unreadable), (2, 3), "they count for no page");
}

#[tokio::test]
async fn runs_behind_one_that_cannot_be_read_are_due_all_the_same() {
    let (table, name) = named_table().await;
    put_unreadable(&name, "RUN#0", "run", "2026-03-01T00:00:00.000Z").await;
    let run = RunRecord {
        id: "1".to_owned(),
        job: Job::UserSync,
        started_at: at(NOW),
        state: RunState::Unfinished { lease_until: at(NOW) },
        counts: std::collections::BTreeMap::new(),
    };
    table.tenant(&tenant()).put_run(&run).await;
    let due = table.list_unfinished_runs(at(NOW), 10).await.expect("listed");
    assert_eq!((due.items.len(), due.unreadable), (1, 1));
}

#[tokio::test]
async fn a_lease_that_cannot_be_read_keeps_no_other_customers_run_from_being_started() {
    let (table, name) = named_table().await;
    for tenant in ["acme", "beta"] {
        let run = RunRecord::begun("1".to_owned(), Job::UserSync, at(NOW), at(NOW));
        table.tenant(&tenant.parse().expect("a tenant")).put_run(&run).await;
    }
    put_unreadable(&name, "LEASE#users", "none", "none").await;
    let (queue, jobs) = (Queue::default(), StartedJobs::default());
    let clock = ManualClock::at(at(NOW) + SignedDuration::from_mins(10));
    let watch = WatchFleet {
        fleet: &table,
        queue: &queue,
        jobs: &jobs,
        clock: &clock,
    };
    let report = watch_fleet(&watch, clock.now() + SignedDuration::from_secs(50)).await;
    let beta = ("beta".parse().expect("a tenant"), Job::UserSync);
    assert_eq!(jobs.started(), [beta], "{report:?}");
    assert_eq!(report.expect("looked").failures.len(), 1);
}

#[tokio::test]
async fn what_is_parked_beside_one_that_cannot_be_read_is_released_all_the_same() {
    let (table, name) = named_table().await;
    put_unreadable(&name, "RESULT#1", "parked#acme", "2026-02-01T00:00:00.000Z").await;
    let acme = table.tenant(&tenant());
    let parked = ResultState::Parked {
        on: ParkedOn::Customer,
        since: at(NOW),
    };
    acme.put_result(&record(2, parked)).await;
    let released = acme.release_results(&ParkedOn::Customer, at(NOW)).await;
    assert_eq!(released.expect("released"), 1);
}

#[tokio::test]
async fn results_beside_one_that_cannot_be_read_are_listed_all_the_same_and_it_is_counted() {
    let (table, name) = named_table().await;
    put_unreadable(&name, "RESULT#1", "result", "2026-03-01T00:00:00.000Z").await;
    let acme = table.tenant(&tenant());
    for enrolment in 2..=3 {
        acme.put_result(&record(enrolment, waiting(at(NOW)))).await;
    }
    for status in [None, Some(ResultStatus::Waiting)] {
        let listed = acme.list_results(status).await.expect("listed");
        assert_eq!((listed.records.len(), listed.unreadable), (2, 1));
    }
    let dead = acme.list_results(Some(ResultStatus::Dead)).await.expect("listed");
    assert_eq!((dead.records.len(), dead.unreadable), (0, 1), "nobody knows its state");
}

#[tokio::test]
async fn who_asks_about_many_results_is_told_of_one_that_cannot_be_read_and_goes_on() {
    let (table, name) = named_table().await;
    put_unreadable(&name, "RESULT#1", "result", "2026-03-01T00:00:00.000Z").await;
    let acme = table.tenant(&tenant());
    let there = record(2, waiting(at(NOW)));
    acme.put_result(&there).await;
    let known = async |enrolment| acme.look_up_result(EnrolmentId(enrolment)).await.expect("an answer");
    assert_eq!(known(1).await, KnownResult::Unreadable);
    assert_eq!(known(2).await, KnownResult::Record(there));
    assert_eq!(known(3).await, KnownResult::Nothing);
}

/// Writes an item of the fleet's partition.
async fn put_in_fleet(table: &str, sk: &str, schema: &str, others: &[(&str, &str)]) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = Client::new(&sdk().await)
        .put_item()
        .table_name(table)
        .item("pk", text("FLEET"))
        .item("sk", text(sk))
        .item("schema", AttributeValue::N(schema.to_owned()));
    let put = others
        .iter()
        .fold(put, |put, (name, value)| put.item(*name, text(value)));
    put.send().await.expect("written");
}

#[tokio::test]
async fn customers_and_incidents_behind_rows_that_cannot_be_read_are_seen_all_the_same() {
    let (table, name) = named_table().await;
    // A newer version wrote one, another is no row at all, and the third is of an older version that held runs back.
    put_in_fleet(&name, "TENANT#aaa", "99", &[]).await;
    put_in_fleet(&name, "TENANT#aab", "1", &[("version", "none"), ("name", "none")]).await;
    put_in_fleet(&name, "INCIDENT#employee-connect", "99", &[]).await;
    put_in_fleet(&name, "INCIDENT#tribal-habits", "1", &[("body", "none")]).await;
    let source = include_str!("../../../domain/src/configuration/acme.toml");
    let configuration = source.parse().expect("a configuration");
    table
        .save_configuration(&configuration, source, at(NOW), None)
        .await
        .expect("saved");
    let held = Client::new(&sdk().await)
        .update_item()
        .table_name(&name)
        .key("pk", AttributeValue::S("FLEET".to_owned()))
        .key("sk", AttributeValue::S("TENANT#acme".to_owned()))
        .update_expression("SET held_users = :since")
        .expression_attribute_values(":since", AttributeValue::S(NOW.to_owned()));
    held.send().await.expect("written");
    let rows = table.list_summaries().await.expect("listed");
    assert_eq!((rows.items.len(), rows.unreadable), (1, 2));
    assert!(table.list_tenants().await.expect("listed").contains(&tenant()));
    assert_eq!(table.list_incidents().await.expect("listed"), []);
}

#[tokio::test]
async fn due_results_of_other_customers_are_found_behind_those_of_the_customers_left_out() {
    let (table, _) = named_table().await;
    for (name, enrolments) in [("acme", 1..=30), ("beta", 31..=31)] {
        let table = table.tenant(&name.parse().expect("a tenant"));
        for enrolment in enrolments {
            table.put_result(&record(enrolment, waiting(at(NOW)))).await;
        }
    }
    let except = BTreeSet::from([tenant()]);
    let due = table.list_due_results(at(NOW), 10, &except).await.expect("listed");
    assert_eq!(due.items.len(), 1);
    assert_eq!(due.items[0].tenant.as_str(), "beta");
}

#[tokio::test]
async fn courses_links_and_decisions_beside_an_item_that_cannot_be_read_are_listed_all_the_same() {
    let (table, name) = named_table().await;
    let acme = table.tenant(&tenant());
    for sk in [
        "COURSE#1",
        "LAST_DAY#E1",
        "PARKED#E1",
        "PERSON#E1",
        "DECISION#E1",
        "DECISION#E2#user_name",
    ] {
        put_unreadable(&name, sk, "none", NOW).await;
    }
    assert_eq!(acme.load_topics().await.expect("listed"), []);
    assert_eq!(acme.load_last_days().await.expect("listed"), []);
    assert_eq!(acme.load_parked().await.expect("listed"), []);
    let employee = |id: &str| id.parse::<EmployeeId>().expect("an id");
    let people = acme.load_people().await.expect("listed");
    assert_eq!((people.people.len(), people.unreadable), (0, vec![employee("E1")]));
    let decisions = acme.load_decisions().await.expect("listed");
    let about = [(employee("E1"), Matter::Account), (employee("E2"), Matter::UserName)];
    assert_eq!((decisions.decisions.len(), decisions.unreadable), (0, about.to_vec()));
}
