//! The fleet's summary as the watchdog reads it, incidents, and what waits in numbers.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_aws_adapters::Table;
use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::fleet::alert_log::AlertLog;
use habitsync_domain::fleet::failure_streak::{FailureSignature, FailureStreak, VendorFault};
use habitsync_domain::fleet::incident::{Detection, Incident};
use habitsync_domain::fleet::summary::CustomerSummary;
use habitsync_domain::identity::CourseId;
use habitsync_domain::jobs::freshness::Timetable;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{JobState, RunRecord, RunState};
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_domain::vendors::domain::VendorDomain;
use habitsync_domain::vendors::vendor::Vendor;
use habitsync_workflows::ports::incidents::{KeepIncident, ListIncidents};
use habitsync_workflows::ports::result_list::AddResult;
use habitsync_workflows::ports::results::{ClaimResult, FindResult, ReleaseResults};
use habitsync_workflows::ports::summary::{CountWaiting, ListSummaries, OpenRun, SaveAlertLog};
use habitsync_workflows::ports::tenants::SaveConfiguration;

use crate::fixture::{RACERS, at, completion, table, tenant};
use crate::stored::Stored as _;

const SOURCE: &str = include_str!("../../../domain/src/configuration/acme.toml");
const APPLIED: &str = "2026-03-02T00:00:00Z";

async fn with_acme() -> Table {
    let table = table().await;
    let configuration: TenantConfiguration = SOURCE.parse().expect("a configuration");
    let saved = table
        .save_configuration(&configuration, SOURCE, at(APPLIED), None)
        .await;
    saved.expect("saved");
    table
}

async fn row(table: &Table) -> CustomerSummary {
    let mut rows = table.list_summaries().await.expect("listed");
    assert_eq!((rows.items.len(), rows.unreadable), (1, 0));
    rows.items.remove(0)
}

fn failing() -> FailureStreak {
    let signature = FailureSignature::Vendor {
        vendor: Vendor::EmployeeConnect,
        kind: VendorFault::Unavailable,
    };
    FailureStreak::after(None, signature, at("2026-03-02T07:00:00Z"))
}

#[tokio::test]
async fn a_customers_row_tells_when_the_jobs_are_due_what_they_remember_and_what_was_told() {
    let table = with_acme().await;
    let acme = table.tenant(&tenant());
    let state = JobState {
        failing: Some(failing()),
        domains: BTreeMap::from([(Vendor::EmployeeConnect, domain())]),
        ..JobState::default()
    };
    acme.put_job(Job::UserSync, &state).await;
    let told = AlertLog {
        outages: BTreeMap::from([(Job::UserSync, failing())]),
        ours: BTreeMap::from([("DynamoDB failed".to_owned(), at(APPLIED))]),
        config: BTreeMap::from([("EmployeeConnect refuses the credentials".to_owned(), at(APPLIED))]),
        dead_at: Some(at(APPLIED)),
    };
    table.save_told(&tenant(), &told).await.expect("saved");
    let row = row(&table).await;
    let configuration: TenantConfiguration = SOURCE.parse().expect("a configuration");
    assert_eq!(row.timetable, Some(Timetable::new(&configuration, at(APPLIED))));
    assert_eq!((row.status, row.live_since), (Status::Live, Some(at(APPLIED))));
    assert_eq!(row.jobs, BTreeMap::from([(Job::UserSync, state)]));
    assert_eq!(row.alert_log, told);
}

fn domain() -> VendorDomain {
    VendorDomain::from_base_url(&"https://acme.example".parse().expect("a URL"))
}

pub(crate) fn incident() -> Incident {
    let detection = Detection {
        since: at(APPLIED),
        kinds: BTreeSet::from([VendorFault::Unavailable]),
        affected: BTreeSet::from([tenant()]),
    };
    Incident::new(Vendor::EmployeeConnect, domain(), detection, None)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_who_open_or_change_an_incident_that_they_saw_one_does() {
    let table = table().await;
    let mut seen = None;
    for revision in 1..=2 {
        let next = Incident { revision, ..incident() };
        let race = (0..RACERS).map(|_| {
            let (table, seen, next) = (table.clone(), seen.clone(), next.clone());
            tokio::spawn(async move { table.change_incident(seen.as_ref(), &next).await.expect("an answer") })
        });
        let mut changed = 0;
        for racer in race.collect::<Vec<_>>() {
            changed += u32::from(racer.await.expect("not cancelled"));
        }
        assert_eq!(changed, 1);
        seen = Some(next);
    }
}

#[tokio::test]
async fn every_customer_sees_the_incident_and_one_that_is_over_stays_until_the_next() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    assert_eq!(acme.list_incidents().await.expect("listed"), []);
    let open = incident();
    assert!(table.change_incident(None, &open).await.expect("an answer"));
    assert_eq!(
        acme.list_incidents().await.expect("listed"),
        std::slice::from_ref(&open)
    );
    let over = Incident {
        ended_at: Some(at("2026-03-02T01:00:00Z")),
        closing_mail_sent: true,
        revision: 2,
        ..open.clone()
    };
    assert!(table.change_incident(Some(&open), &over).await.expect("an answer"));
    assert_eq!(
        table.list_incidents().await.expect("listed"),
        std::slice::from_ref(&over)
    );
    assert!(!table.change_incident(None, &open).await.expect("an answer"));
    let next = Incident {
        revision: 3,
        ..incident()
    };
    assert!(table.change_incident(Some(&over), &next).await.expect("an answer"));
}

#[tokio::test]
async fn a_result_is_unsent_since_it_could_be_recorded_however_often_it_is_tried() {
    let table = with_acme().await;
    let acme = table.tenant(&tenant());
    let first = at("2026-03-02T07:00:00Z");
    let claim = async |now| {
        acme.claim_result(&completion(1), at(now), at(now))
            .await
            .expect("an answer")
    };
    claim("2026-03-02T07:00:00Z").await;
    let settle = async |state: ResultState| {
        let record = ResultRecord {
            completion: completion(1),
            state,
            attempts: 3,
        };
        acme.put_result(&record).await;
        assert_eq!(
            acme.find_result(record.completion.enrolment).await.expect("found"),
            Some(record)
        );
    };
    let unsent = async || table.count_unsent().await.expect("counted");
    settle(ResultState::Waiting {
        cause: "an outage".to_owned(),
        due_at: at("2026-03-02T07:05:00Z"),
    })
    .await;
    claim("2026-03-02T07:06:00Z").await;
    assert_eq!((unsent().await.count, unsent().await.oldest_since), (1, Some(first)));
    let on = ParkedOn::EmployeeConnect;
    settle(ResultState::Parked {
        on: on.clone(),
        since: first,
    })
    .await;
    assert_eq!((unsent().await.count, unsent().await.oldest_since), (0, None));
    let counted = table.count_set_aside(&tenant()).await.expect("counted");
    assert_eq!((counted.parked, counted.ignored), (1, 0));
    assert_eq!((row(&table).await.parked, row(&table).await.ignored), (1, 0));
    let released = at("2026-03-02T09:00:00Z");
    assert_eq!(acme.release_results(&on, released).await.expect("released"), 1);
    assert_eq!(unsent().await.oldest_since, Some(released));
    settle(ResultState::Recorded {
        course: CourseId("C-1".to_owned()),
        employee_id: "E1".parse().expect("an employee"),
        at: released,
    })
    .await;
    assert_eq!(unsent().await.count, 0);
    acme.add_result(&completion(2), 0, released).await.expect("added");
    assert_eq!(unsent().await.oldest_since, Some(released));
}

#[tokio::test]
async fn what_died_is_counted_by_customer_for_a_while_and_not_once_it_is_replayed() {
    let table = with_acme().await;
    let acme = table.tenant(&tenant());
    let died = |number| ResultRecord {
        completion: completion(number),
        state: ResultState::Dead {
            tried: None,
            cause: "refused".to_owned(),
        },
        attempts: 8,
    };
    for number in 1..=3 {
        acme.put_result(&died(number)).await;
    }
    let dead = async |since| table.count_dead(at(since)).await.expect("counted");
    assert_eq!(dead(APPLIED).await, BTreeMap::from([(tenant(), 3)]));
    assert_eq!(dead("2100-01-01T00:00:00Z").await, BTreeMap::new());
    let (first, now) = (died(1), at("2026-03-02T09:00:00Z"));
    let revived = habitsync_workflows::ports::result_list::ReviveResult::revive_result(&acme, &first, now);
    assert!(revived.await.expect("an answer"));
    assert_eq!(dead(APPLIED).await, BTreeMap::from([(tenant(), 2)]));
}

#[tokio::test]
async fn runs_that_have_not_ended_are_listed_whether_their_lease_has_or_not() {
    let table = with_acme().await;
    let acme = table.tenant(&tenant());
    let lease_until = at("2100-01-01T00:00:00Z");
    let mut run = RunRecord {
        id: "0199".to_owned(),
        job: Job::UserSync,
        started_at: at(APPLIED),
        state: RunState::Unfinished { lease_until },
        counts: BTreeMap::new(),
    };
    acme.put_run(&run).await;
    let open = OpenRun {
        tenant: tenant(),
        job: Job::UserSync,
        lease_until,
    };
    assert_eq!(table.list_open_runs().await.expect("listed").items, [open]);
    run.state = RunState::Succeeded { at: lease_until };
    acme.put_run(&run).await;
    assert_eq!(table.list_open_runs().await.expect("listed").items, []);
    assert_eq!(table.count_open_breakers().await.expect("counted"), 0);
    assert_eq!(table.count_holds(lease_until).await.expect("counted"), 0);
}
