//! Configurations and what jobs remember.

use std::collections::BTreeMap;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{Failure, JobState};
use habitsync_workflows::ports::runs::SaveJobState;
use habitsync_workflows::ports::tenants::{FindGoLive, ListVersions, LoadConfiguration, SaveConfiguration};

use crate::fixture::{RACERS, at, table, tenant};
use crate::stored::Stored as _;

const SOURCE: &str = include_str!("../../../domain/src/configuration/acme.toml");

fn configuration(source: &str) -> TenantConfiguration {
    source.parse().expect("a configuration")
}

#[tokio::test]
async fn the_newest_version_is_in_force_as_it_was_written_comments_included() {
    let table = table().await;
    assert!(table.load_configuration(&tenant()).await.expect("an answer").is_none());
    let changed = format!("# changed\n{SOURCE}");
    for (version, source) in [(1, SOURCE), (2, changed.as_str())] {
        let saved = table
            .save_configuration(&configuration(source), source, at("2026-03-02T00:00:00Z"), None)
            .await;
        assert_eq!(saved.expect("saved"), version);
    }
    let stored = table
        .load_configuration(&tenant())
        .await
        .expect("an answer")
        .expect("a customer");
    assert_eq!((stored.version, stored.source.as_str()), (2, changed.as_str()));
    assert_eq!(stored.configuration, configuration(SOURCE));
}

#[tokio::test]
async fn every_version_is_listed_as_it_was_written_the_newest_first() {
    let table = table().await;
    let changed = format!("# changed\n{SOURCE}");
    let days = [at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z")];
    for (source, day) in [SOURCE, changed.as_str()].into_iter().zip(days) {
        let saved = table
            .save_configuration(&configuration(source), source, day, None)
            .await;
        saved.expect("saved");
    }
    let versions = table.list_versions(&tenant()).await.expect("listed");
    let listed: Vec<_> = versions
        .iter()
        .map(|version| (version.version, version.applied_at, version.source.as_str()))
        .collect();
    assert_eq!(listed, [(2, days[1], changed.as_str()), (1, days[0], SOURCE)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_is_stored_once_however_many_are_applied_at_the_same_time() {
    let table = table().await;
    let race = (0..RACERS).map(|_| {
        let table = table.clone();
        tokio::spawn(async move {
            table
                .save_configuration(&configuration(SOURCE), SOURCE, at("2026-03-02T00:00:00Z"), None)
                .await
        })
    });
    let mut versions = Vec::new();
    for racer in race.collect::<Vec<_>>() {
        match racer.await.expect("not cancelled") {
            Ok(version) => versions.push(version),
            Err(failure) => assert!(failure.to_string().contains("meanwhile"), "{failure}"),
        }
    }
    versions.sort_unstable();
    let in_force = table
        .load_configuration(&tenant())
        .await
        .expect("an answer")
        .expect("a customer")
        .version;
    assert_eq!(versions, (1..=in_force).collect::<Vec<_>>());
}

#[tokio::test]
async fn two_jobs_of_a_customer_remember_apart_and_applying_a_configuration_disturbs_neither() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let users = JobState {
        last_success_at: Some(at("2026-03-02T00:00:00Z")),
        last_failure: Some(Failure {
            at: at("2026-03-01T00:00:00Z"),
            cause: "it did not answer".into(),
        }),
        last_verified_on: Some("2026-03-02".parse().expect("a date")),
        counts: BTreeMap::from([("created".to_owned(), 3)]),
        ..JobState::default()
    };
    let sweep = JobState {
        watermark: Some(at("2026-03-02T00:00:00.123456Z")),
        ..JobState::default()
    };
    acme.put_job(Job::UserSync, &users).await;
    acme.put_job(Job::ResultSweep, &sweep).await;
    table
        .save_configuration(&configuration(SOURCE), SOURCE, at("2026-03-02T00:00:00Z"), None)
        .await
        .expect("saved");
    assert_eq!(acme.load_job(Job::UserSync).await.expect("loaded"), users);
    assert_eq!(acme.load_job(Job::ResultSweep).await.expect("loaded"), sweep);
    assert_eq!(
        acme.load_job(Job::CourseSync).await.expect("loaded"),
        JobState::default()
    );
}

#[tokio::test]
async fn a_configuration_that_was_just_read_is_not_read_again() {
    let table = table().await;
    let cached = table.cached_configurations();
    assert!(cached.load_configuration(&tenant()).await.expect("an answer").is_none());
    table
        .save_configuration(&configuration(SOURCE), SOURCE, at("2026-03-02T00:00:00Z"), None)
        .await
        .expect("saved");
    assert!(
        cached.load_configuration(&tenant()).await.expect("an answer").is_none(),
        "what was not there is kept too"
    );
    let fresh = table.cached_configurations();
    for _ in 0..2 {
        assert_eq!(
            fresh
                .load_configuration(&tenant())
                .await
                .expect("an answer")
                .expect("a customer")
                .version,
            1
        );
    }
}

#[tokio::test]
async fn the_first_version_that_is_live_is_the_go_live_and_no_later_one_changes_it() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    assert_eq!(acme.find_go_live().await.expect("an answer"), None);
    let versions = [
        ("draft", "2026-03-01T00:00:00Z", None),
        ("live", "2026-03-02T00:00:00.5Z", Some("2026-03-02T00:00:00.5Z")),
        ("paused", "2026-03-03T00:00:00Z", Some("2026-03-02T00:00:00.5Z")),
        ("live", "2026-03-04T00:00:00Z", Some("2026-03-02T00:00:00.5Z")),
    ];
    for (status, applied_at, live_since) in versions {
        let source = SOURCE.replace("status = \"live\"", &format!("status = \"{status}\""));
        let configuration = configuration(&source);
        let saved = table
            .save_configuration(&configuration, &source, at(applied_at), None)
            .await;
        saved.expect("saved");
        acme.put_job(Job::ResultSweep, &JobState::default()).await;
        assert_eq!(
            acme.find_go_live().await.expect("an answer"),
            live_since.map(at),
            "{status}"
        );
    }
}
