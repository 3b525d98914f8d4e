//! Runs: an unfinished run is found once its lease has ended.

use std::collections::BTreeMap;

use habitsync_aws_adapters::Table;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{RunRecord, RunState};
use habitsync_workflows::ports::fleet::{ListDue, PostponeDue, UnfinishedRun};
use habitsync_workflows::ports::lease::HoldLease as _;
use habitsync_workflows::ports::runs::ListRuns;
use habitsync_workflows::ports::runs::SaveRun as _;
use jiff::Timestamp;

use crate::fixture::{at, table, tenant};
use crate::stored::Stored as _;

const LEASE_ENDS: &str = "2026-03-02T00:14:00Z";

fn run(id: &str, job: Job, state: RunState) -> RunRecord {
    let counts = BTreeMap::from([("created".to_owned(), 12)]);
    RunRecord {
        id: id.to_owned(),
        job,
        started_at: at("2026-03-02T00:00:00Z"),
        state,
        counts,
    }
}

fn unfinished(id: &str, job: Job) -> RunRecord {
    run(
        id,
        job,
        RunState::Unfinished {
            lease_until: at(LEASE_ENDS),
        },
    )
}

async fn listed(table: &Table, now: Timestamp) -> Vec<String> {
    let runs = table.list_unfinished_runs(now, 100).await.expect("listed");
    runs.items
        .into_iter()
        .map(|run| format!("{} {} {}", run.tenant, run.job, run.id))
        .collect()
}

#[tokio::test]
async fn an_unfinished_run_without_a_lease_is_found_25_s_after_it_began_and_until_it_has_succeeded() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    acme.put_run(&unfinished("one", Job::UserSync)).await;
    assert!(listed(&table, at("2026-03-02T00:00:24Z")).await.is_empty());
    assert_eq!(listed(&table, at("2026-03-02T00:00:25Z")).await, ["acme user-sync one"]);
    assert_eq!(listed(&table, at(LEASE_ENDS)).await, ["acme user-sync one"]);
    acme.put_run(&run("one", Job::UserSync, RunState::Succeeded { at: at(LEASE_ENDS) }))
        .await;
    assert!(listed(&table, at("2027-01-01T00:00:00Z")).await.is_empty());
}

#[tokio::test]
async fn a_run_that_carries_on_closes_the_earlier_runs_of_its_job_and_customer_only() {
    let table = table().await;
    let (acme, other) = (
        table.tenant(&tenant()),
        table.tenant(&"other".parse().expect("a tenant")),
    );
    for id in ["crashed", "stopped", "new"] {
        acme.put_run(&unfinished(id, Job::UserSync)).await;
    }
    acme.put_run(&unfinished("sweep", Job::ResultSweep)).await;
    other.put_run(&unfinished("theirs", Job::UserSync)).await;
    let held = acme.hold(Job::UserSync).await;
    held.supersede_runs(Job::UserSync, Some("new")).await.expect("closed");
    held.release_lease().await.expect("given back");
    let mut left = listed(&table, at(LEASE_ENDS)).await;
    left.sort();
    assert_eq!(
        left,
        [
            "acme result-sweep sweep",
            "acme user-sync new",
            "other user-sync theirs"
        ]
    );
}

#[tokio::test]
async fn a_run_that_was_started_is_due_again_should_the_start_be_lost_and_one_that_ended_is_not() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    acme.put_run(&unfinished("one", Job::UserSync)).await;
    let [due] = table
        .list_unfinished_runs(at(LEASE_ENDS), 10)
        .await
        .expect("listed")
        .items
        .try_into()
        .expect("one");
    assert_eq!(
        due,
        UnfinishedRun {
            tenant: tenant(),
            job: Job::UserSync,
            id: "one".to_owned()
        }
    );
    let later = at("2026-03-02T00:19:00Z");
    assert!(table.postpone_run(&due, later).await.expect("an answer"));
    assert!(
        !table.postpone_run(&due, later).await.expect("an answer"),
        "it is put off already"
    );
    assert!(listed(&table, at(LEASE_ENDS)).await.is_empty());
    assert_eq!(listed(&table, later).await.len(), 1);
    acme.put_run(&run("one", Job::UserSync, RunState::Succeeded { at: later }))
        .await;
    assert!(
        !table
            .postpone_run(&due, at("2026-03-02T01:00:00Z"))
            .await
            .expect("an answer")
    );
}

#[tokio::test]
async fn the_newest_runs_are_listed_first_of_one_job_or_of_all_and_of_one_customer() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let ended = || RunState::Succeeded { at: at(LEASE_ENDS) };
    for (id, job) in [("1", Job::UserSync), ("2", Job::CourseSync), ("3", Job::UserSync)] {
        acme.put_run(&run(id, job, ended())).await;
    }
    let other = table.tenant(&"globex".parse().expect("a tenant"));
    other.put_run(&run("4", Job::UserSync, ended())).await;
    let ids = async |job, limit| {
        let runs = acme.list_runs(job, limit).await.expect("listed");
        runs.into_iter().map(|run| run.id).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ids(None, 100).await, "3 2 1");
    assert_eq!(ids(Some(Job::UserSync), 100).await, "3 1");
    assert_eq!(ids(None, 2).await, "3 2");
}
