//! Each simulator is what its contract says, by the judgement of a tool that none of us wrote.

use std::fs;
use std::path::{Path, PathBuf};

use habitsync_contracts::{Check, Report, Schemathesis};
use habitsync_fixtures::Blueprint;
use habitsync_simulator_employee_connect::{EmployeeConnectSimulator, TenantSettings};
use habitsync_simulator_harness::{Journal, Method};
use habitsync_simulator_tribal_habits::{PortalSettings, TribalHabitsSimulator};

/// What both contracts support.
const CHECKS: [Check; 10] = [
    Check::NotAServerError,
    Check::StatusCodeConformance,
    Check::ContentTypeConformance,
    Check::ResponseSchemaConformance,
    Check::ResponseHeadersConformance,
    Check::NegativeDataRejection,
    Check::UnsupportedMethod,
    Check::AllowHeaderConformance,
    Check::EnsureResourceAvailability,
    Check::IgnoredAuth,
];

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder to work in");
    folder
}

async fn run(contract: &'static str, url: String, header: &'static str, checks: Vec<Check>) -> Report {
    let run = move || Schemathesis::install(&folder(contract))?.run(contract, &url, header, &checks);
    tokio::task::spawn_blocking(run)
        .await
        .expect("no panic")
        .expect("the tool runs")
}

/// The tool is content with refusals too, so that a server which refuses everything would pass: each operation must have
/// been answered with a success at least once.
fn assert_each_succeeded(journal: &Journal, operations: &[(Method, &str)]) {
    for (method, route) in operations {
        let succeeded = journal.matching(|entry| entry.is(method, route) && matches!(entry.status, Some(200..300)));
        assert!(!succeeded.is_empty(), "{method} {route} never succeeded");
    }
}

/// `PositiveDataAcceptance` is left out: whether a user name is taken, which custom fields a portal has and what its lists
/// hold is known to the portal alone, and no schema can say it.
#[tokio::test(flavor = "multi_thread")]
async fn the_tribal_habits_simulator_keeps_its_contract() {
    let settings = PortalSettings::default().requests_per_minute(u32::MAX);
    let portal = TribalHabitsSimulator::start(settings).await.expect("a free port");
    portal.seed_from(&Blueprint::default().build());
    // The ids that the contract has as examples.
    let mut topic = portal.topics().swap_remove(0);
    topic.id = 456;
    portal.put_topic(topic);
    let completed = portal
        .complete("trainer-1", 456, portal.clock().now())
        .expect("an enrolment");
    assert_eq!(completed.id, 9001);

    let url = format!("{}/papi", portal.base_url());
    let report = run(
        "tribal-habits.openapi.yaml",
        url,
        "Authorization: th-key",
        CHECKS.to_vec(),
    )
    .await;
    assert!(report.passed, "{}", report.text);
    let operations = [
        (Method::GET, "/users"),
        (Method::POST, "/users"),
        (Method::GET, "/users/{user_name}"),
        (Method::PUT, "/users/{user_name}"),
        (Method::GET, "/topics"),
        (Method::GET, "/topics/{id}"),
        (Method::GET, "/enrolments"),
        (Method::GET, "/enrolments/{id}"),
    ];
    assert_each_succeeded(portal.journal(), &operations);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_employee_connect_simulator_keeps_its_contract() {
    let settings = TenantSettings::default().requests_per_minute(u32::MAX);
    let tenant = EmployeeConnectSimulator::start(settings).await.expect("a free port");
    tenant.seed_from(&Blueprint::default().build());
    let checks = [&CHECKS[..], &[Check::PositiveDataAcceptance]].concat();
    let report = run(
        "employee-connect.openapi.yaml",
        tenant.base_url(),
        "X-Api-Key: ec-key",
        checks,
    )
    .await;
    assert!(report.passed, "{}", report.text);
    let operations = [
        (Method::GET, "/employees"),
        (Method::GET, "/employees/{employeeId}"),
        (Method::GET, "/courses"),
        (Method::POST, "/courses"),
        (Method::PATCH, "/courses/{courseId}"),
        (Method::GET, "/courses/{courseId}/results"),
        (Method::POST, "/courses/{courseId}/results"),
    ];
    assert_each_succeeded(tenant.journal(), &operations);
}
