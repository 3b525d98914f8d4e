//! An operator's view of the fleet and of one customer: one row, and what waits, customer by customer.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_aws_adapters::Table;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::fleet::health::Health;
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{RunRecord, RunState};
use habitsync_domain::results::breaker::{Breaker, CallOutcome};
use habitsync_domain::results::result::{ResultRecord, ResultState};
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::fleet::customer_status::customer_status;
use habitsync_workflows::fleet::status::fleet_status;
use habitsync_workflows::ports::breaker::{KeepBreaker, StoredBreaker};
use habitsync_workflows::ports::result_list::{AddResult, ListWaiting};
use habitsync_workflows::ports::runs::ListRuns;
use habitsync_workflows::ports::summary::{CountByCustomer, Dead, FindSummary, Unsent};
use habitsync_workflows::ports::tenants::SaveConfiguration;

use crate::fixture::{at, completion, table};
use crate::stored::Stored as _;

const SOURCE: &str = include_str!("../../../domain/src/configuration/acme.toml");
const APPLIED: &str = "2026-03-02T00:00:00Z";

fn named(tenant: &str) -> TenantId {
    tenant.parse().expect("a tenant")
}

async fn add(table: &Table, tenant: &str) {
    let source = SOURCE.replace("tenant = \"acme\"", &format!("tenant = \"{tenant}\""));
    let configuration: TenantConfiguration = source.parse().expect("a configuration");
    let saved = table
        .save_configuration(&configuration, &source, at(APPLIED), None)
        .await;
    saved.expect("saved");
}

async fn dead(table: &Table, tenant: &str, enrolment: i64) {
    let state = ResultState::Dead {
        tried: None,
        cause: "refused".to_owned(),
    };
    let record = ResultRecord {
        completion: completion(enrolment),
        state,
        attempts: 8,
    };
    table.tenant(&named(tenant)).put_result(&record).await;
}

#[tokio::test]
async fn what_waits_is_counted_by_customer_and_one_row_is_found_by_its_name() {
    let table = table().await;
    for tenant in ["acme", "globex"] {
        add(&table, tenant).await;
    }
    let (since, later) = (at("2026-03-02T07:00:00Z"), at("2026-03-02T08:00:00Z"));
    let acme = table.tenant(&named("acme"));
    acme.add_result(&completion(2), 0, later).await.expect("added");
    acme.add_result(&completion(1), 0, since).await.expect("added");
    for enrolment in 3..=5 {
        dead(&table, "globex", enrolment).await;
    }
    let unsent = Unsent {
        count: 2,
        oldest_since: Some(since),
    };
    assert_eq!(
        table.count_unsent_by_customer().await.expect("counted"),
        BTreeMap::from([(named("acme"), unsent)])
    );
    for (lately, died) in [(APPLIED, 3), ("2100-01-01T00:00:00Z", 0)] {
        let dead = Dead { count: 3, lately: died };
        assert_eq!(
            table.count_dead_by_customer(at(lately)).await.expect("counted"),
            BTreeMap::from([(named("globex"), dead)])
        );
    }
    let waiting = acme.list_waiting(10).await.expect("listed");
    let enrolments: Vec<_> = waiting.iter().map(|record| record.completion.enrolment).collect();
    assert_eq!(enrolments, [EnrolmentId(1), EnrolmentId(2)], "the next due first");
    let others = table.tenant(&named("globex")).list_waiting(10).await;
    assert_eq!(others.expect("listed"), []);
    let row = table.find_summary(&named("globex")).await.expect("found");
    assert_eq!(row.map(|row| (row.tenant, row.version)), Some((named("globex"), 1)));
    assert_eq!(table.find_summary(&named("nobody")).await.expect("an answer"), None);
}

#[tokio::test]
async fn an_open_breaker_is_listed_under_its_customer_until_it_closes() {
    let table = table().await;
    add(&table, "acme").await;
    let acme = table.tenant(&named("acme"));
    let open = [CallOutcome::NoResponse; 3]
        .into_iter()
        .fold(Breaker::default(), |breaker, heard| {
            breaker.after_call(heard, at(APPLIED))
        });
    assert!(
        acme.change_breaker(&StoredBreaker::default(), open)
            .await
            .expect("an answer")
    );
    let listed = async || table.list_open_breakers().await.expect("listed");
    assert_eq!(listed().await, BTreeSet::from([named("acme")]));
    let seen = acme.load_breaker().await.expect("loaded");
    assert!(acme.change_breaker(&seen, Breaker::default()).await.expect("an answer"));
    assert_eq!(listed().await, BTreeSet::new());
}

#[tokio::test]
async fn the_last_run_of_a_job_is_found_among_many_of_the_others() {
    let table = table().await;
    let acme = table.tenant(&named("acme"));
    let run = |number: u32, job| RunRecord {
        id: format!("{number:04}"),
        job,
        started_at: at(APPLIED),
        state: RunState::Succeeded { at: at(APPLIED) },
        counts: BTreeMap::new(),
    };
    acme.put_run(&run(0, Job::CourseSync)).await;
    for number in 1..=40 {
        acme.put_run(&run(number, Job::UserSync)).await;
    }
    let last = async |job| acme.list_runs(Some(job), 1).await.expect("listed");
    assert_eq!(last(Job::CourseSync).await, [run(0, Job::CourseSync)]);
    assert_eq!(last(Job::UserSync).await, [run(40, Job::UserSync)]);
    assert_eq!(acme.list_runs(None, 3).await.expect("listed").len(), 3);
}

#[tokio::test]
async fn the_fleet_and_one_customer_are_told_from_the_table_as_it_is() {
    let table = table().await;
    for tenant in ["acme", "globex"] {
        add(&table, tenant).await;
    }
    let now = at("2026-03-02T00:10:00Z");
    for enrolment in 1..=2 {
        dead(&table, "globex", enrolment).await;
    }
    let fleet = fleet_status(&table, now).await.expect("told");
    let words: Vec<_> = fleet
        .customers
        .iter()
        .map(|customer| (customer.tenant.as_str(), customer.health))
        .collect();
    // They went live ten minutes ago, so that the first dead result already counts.
    assert_eq!(words, [("globex", Health::Dead), ("acme", Health::New)]);
    let globex = table.tenant(&named("globex"));
    let status = customer_status(&table, &globex, &named("globex"), now).await;
    let status = status.expect("told").expect("a customer");
    assert_eq!((status.version, status.applied_at), (1, Some(at(APPLIED))));
    assert_eq!(status.dead_because[0].count, 2);
}
