//! An item of the index that cannot be read keeps nothing else from being found.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::job::{Job, RunRecord, RunState};
use habitsync_domain::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_workflows::ports::fleet::ListDue;
use habitsync_workflows::ports::results::{ReleaseResults, SettleResult};
use habitsync_workflows::ports::runs::SaveRun;
use jiff::Timestamp;

use crate::fixture::{at, completion, named_table, sdk, tenant};

const NOW: &str = "2026-03-02T00:00:00Z";

/// Writes an item that waits and of which nothing can be made.
async fn put_unreadable(table: &str, sk: &str, due_kind: &str, due_at: &str) {
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
        acme.settle_result(&record(enrolment, waiting(at(NOW))))
            .await
            .expect("settled");
    }
    let due = table.list_due_results(at(NOW), 2).await.expect("listed");
    assert_eq!((due.items.len(), due.unreadable), (2, 3), "they count for no page");
}

#[tokio::test]
async fn runs_behind_one_that_cannot_be_read_are_due_all_the_same() {
    let (table, name) = named_table().await;
    put_unreadable(&name, "RUN#0", "run", "2026-03-01T00:00:00.000Z").await;
    let run = RunRecord {
        id: "1".to_owned(),
        job: Job::Users,
        started_at: at(NOW),
        state: RunState::Unfinished { lease_until: at(NOW) },
        counts: std::collections::BTreeMap::new(),
    };
    table.tenant(&tenant()).save_run(&run).await.expect("saved");
    let due = table.list_unfinished_runs(at(NOW), 10).await.expect("listed");
    assert_eq!((due.items.len(), due.unreadable), (1, 1));
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
    acme.settle_result(&record(2, parked)).await.expect("parked");
    let released = acme.release_results(&ParkedOn::Customer, at(NOW)).await;
    assert_eq!(released.expect("released"), 1);
}
