//! Fleets as an operator sees them: small ones whole, large ones on one screen.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::fleet::alert_log::AlertLog;
use habitsync_domain::fleet::failure_streak::{FailureSignature, FailureStreak, VendorFault};
use habitsync_domain::fleet::health::{PendingDeactivations, Waiting};
use habitsync_domain::fleet::incident::{Detection, Incident};
use habitsync_domain::fleet::summary::CustomerSummary;
use habitsync_domain::jobs::freshness::Timetable;
use habitsync_domain::jobs::state::{Failure, JobState, RunRecord, RunState};
use habitsync_domain::results::breaker::Breaker;
use habitsync_domain::results::result::IgnoredBecause;
use habitsync_domain::vendors::domain::VendorDomain;
use habitsync_domain::vendors::vendor::Vendor;
use habitsync_workflows::fleet::customer_status::{Counted, CustomerStatus, ParkedKind};
use insta::assert_snapshot;

use super::*;
use crate::status::customer::Customer;
use crate::terminal::Output;
use crate::terminal::answer::written;

const ACME: &str = include_str!("../../../../../shared/domain/src/configuration/acme.toml");

/// Tuesday, a quarter past ten in Sydney.
fn now() -> Timestamp {
    at("2026-03-02T23:15:00Z")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn succeeded(at: Timestamp) -> JobState {
    JobState {
        last_success_at: Some(at),
        ..JobState::default()
    }
}

/// A customer who is well, live since a year ago.
fn well(tenant: &str) -> CustomerSummary {
    let configuration: TenantConfiguration = ACME.parse().expect("valid");
    let jobs = [
        (Job::UserSync, "2026-03-02T23:04:00Z"),
        (Job::CourseSync, "2026-03-02T22:12:00Z"),
        (Job::ResultSweep, "2026-03-02T21:31:00Z"),
    ];
    CustomerSummary {
        tenant: tenant.parse().expect("a tenant"),
        name: format!("{tenant} Pty Ltd"),
        status: Status::Live,
        version: 3,
        live_since: Some(at("2025-03-01T00:00:00Z")),
        timetable: Some(Timetable::new(&configuration, at("2025-03-01T00:00:00Z"))),
        jobs: jobs.map(|(job, success)| (job, succeeded(at(success)))).into(),
        parked: 0,
        ignored: 0,
        alert_log: AlertLog::default(),
    }
}

fn failing(kind: VendorFault) -> JobState {
    let vendor = Vendor::EmployeeConnect;
    failing_with(FailureSignature::Vendor { vendor, kind })
}

fn ours() -> FailureSignature {
    FailureSignature::Service {
        service: "DynamoDB".to_owned(),
    }
}

fn failing_with(signature: FailureSignature) -> JobState {
    let since = at("2026-03-02T20:02:00Z");
    JobState {
        failing: Some(FailureStreak::after(None, signature, since)),
        last_failure: Some(Failure {
            at: since,
            cause: "EmployeeConnect refused the credentials: status 401".into(),
        }),
        ..succeeded(at("2026-03-02T19:03:00Z"))
    }
}

/// One customer of each kind.
fn one_of_each() -> Vec<(CustomerSummary, Waiting)> {
    let with = |tenant: &str, change: fn(&mut CustomerSummary)| {
        let mut summary = well(tenant);
        change(&mut summary);
        (summary, Waiting::default())
    };
    let held = PendingDeactivations {
        plan: "a738c5b98a41".parse().expect("a plan"),
        people: 8,
        since: at("2026-02-28T23:00:00Z"),
    };
    let waits = Waiting {
        held: Some(held),
        dead: 2,
        breaker_open: true,
        ..Waiting::default()
    };
    let died = Waiting {
        dead: 14,
        dead_lately: 12,
        unsent: 31,
        unsent_since: Some(at("2026-03-02T18:00:00Z")),
        ..Waiting::default()
    };
    let mut all = vec![
        with("well", |_| ()),
        with("failing", |summary| {
            summary.jobs.insert(Job::UserSync, failing(VendorFault::Credentials));
            summary.parked = 4;
        }),
        with("draft-failing", |summary| {
            summary.status = Status::Draft;
            summary
                .jobs
                .insert(Job::CourseSync, failing(VendorFault::ModuleDisabled));
        }),
        with("ours", |summary| {
            summary.jobs.insert(Job::ResultSweep, failing_with(ours()));
        }),
        with("late", |summary| {
            summary
                .jobs
                .insert(Job::UserSync, succeeded(at("2026-03-02T21:03:00Z")));
        }),
        with("outage", |summary| {
            let mut failing = failing(VendorFault::Unavailable);
            failing.domains.insert(Vendor::EmployeeConnect, domain());
            summary.jobs.insert(Job::CourseSync, failing);
        }),
        with("new", |summary| {
            summary.jobs.clear();
            let timetable = summary.timetable.as_mut().expect("set");
            (timetable.applied_at, summary.live_since) = (now(), Some(now()));
        }),
        with("hypercare", |summary| {
            summary.live_since = Some(at("2026-02-20T00:00:00Z"));
        }),
        with("paused", |summary| summary.status = Status::Paused),
    ];
    all.push((well("held"), waits));
    all.push((well("dead"), died));
    all
}

fn domain() -> VendorDomain {
    VendorDomain::from_base_url(&"https://acme.employeeconnect.com".parse().expect("a URL"))
}

fn outage() -> Incident {
    let detection = Detection {
        since: at("2026-03-02T22:28:00Z"),
        kinds: BTreeSet::from([VendorFault::Unavailable]),
        affected: BTreeSet::from(["outage".parse().expect("a tenant")]),
    };
    Incident::new(Vendor::EmployeeConnect, domain(), detection, None)
}

fn fleet(customers: Vec<(CustomerSummary, Waiting)>, extent: Extent) -> Fleet {
    let incidents = [outage()];
    let health = customers
        .into_iter()
        .map(|(summary, waiting)| CustomerHealth::new(&summary, waiting, &incidents, now()));
    let mut customers: Vec<_> = health.collect();
    customers.sort_by(|one, other| (one.health, &one.tenant).cmp(&(other.health, &other.tenant)));
    let status = FleetStatus {
        customers,
        incidents: incidents.iter().map(OpenIncident::from).collect(),
        unreadable: 0,
    };
    Fleet::at(status, extent, "test", now())
}

fn table(fleet: &Fleet) -> String {
    let table = written(fleet, Output::Table, 100).expect("written");
    let too_wide = table.lines().find(|line| line.chars().count() > 100);
    assert_eq!(too_wide, None);
    table
}

#[test]
fn a_small_fleet_is_listed_whole_the_worst_first() {
    assert_snapshot!(table(&fleet(one_of_each(), Extent::Screen)));
}

#[test]
fn three_hundred_customers_are_one_screen() {
    let others = (1..=290).map(|number| (well(&format!("customer-{number:03}")), Waiting::default()));
    let new = (1..=30).map(|number| {
        let mut summary = well(&format!("newcomer-{number:02}"));
        summary.live_since = Some(at("2026-02-20T00:00:00Z"));
        (summary, Waiting::default())
    });
    let all: Vec<_> = one_of_each().into_iter().chain(others).chain(new).collect();
    let table = table(&fleet(all, Extent::Screen));
    assert!(table.lines().count() <= 50, "{}", table.lines().count());
    assert_snapshot!(table);
}

#[test]
fn who_is_asked_for_is_listed_and_nobody_else() {
    let unwell = table(&fleet(one_of_each(), Extent::Unwell));
    assert!(
        !unwell.contains("hypercare 3 h") && !unwell.contains("\n paused"),
        "{unwell}"
    );
    let many = (1..=100).map(|number| (well(&format!("customer-{number:03}")), Waiting::default()));
    let all = table(&fleet(many.collect(), Extent::All));
    assert!(all.lines().count() > 100, "{all}");
}

#[test]
fn programs_and_spreadsheets_are_told_the_same_of_everybody() {
    let fleet = fleet(one_of_each(), Extent::Screen);
    assert_snapshot!(written(&fleet, Output::Csv, 100).expect("written"));
    let unwell = Fleet {
        customers: Vec::new(),
        ..fleet
    };
    assert!(
        written(&unwell, Output::Table, 100)
            .expect("written")
            .starts_with("# 11 customers")
    );
}

fn run(job: Job, state: RunState) -> RunRecord {
    RunRecord {
        id: "0190".to_owned(),
        job,
        started_at: at("2026-03-02T23:02:00Z"),
        state,
        counts: BTreeMap::from([("read".to_owned(), 400)]),
    }
}

/// Returns a customer that has every problem.
fn unwell() -> Customer {
    let mut summary = well("acme");
    summary.jobs.insert(Job::UserSync, failing(VendorFault::Credentials));
    summary.jobs.insert(Job::CourseSync, failing_with(ours()));
    summary.jobs.remove(&Job::ResultSweep);
    summary.alert_log.dead_at = Some(at("2026-03-02T20:00:00Z"));
    summary
        .alert_log
        .ours
        .insert("DynamoDB failed".to_owned(), at("2026-03-02T20:00:00Z"));
    let refused = "EmployeeConnect refuses the credentials".to_owned();
    summary.alert_log.config.insert(refused, at("2026-03-02T20:00:00Z"));
    let still = failing(VendorFault::Unavailable).failing.expect("it fails");
    summary.alert_log.outages.insert(Job::UserSync, still.clone());
    let ours = FailureStreak::after(None, ours(), still.since);
    summary.alert_log.outages.insert(Job::CourseSync, ours);
    let waiting = Waiting {
        open_runs: vec![(Job::CourseSync, at("2026-03-02T22:00:00Z"))],
        dead: 12,
        dead_lately: 12,
        unsent: 3,
        unsent_since: Some(at("2026-03-02T20:15:00Z")),
        ..one_of_each()[9].1.clone()
    };
    let cause = |what: &str, count| Counted {
        what: what.to_owned(),
        count,
    };
    let health = CustomerHealth::new(&summary, waiting, &[], now());
    let status = CustomerStatus {
        health,
        version: 3,
        applied_at: Some(at("2025-03-01T00:00:00Z")),
        last_runs: vec![
            run(
                Job::UserSync,
                RunState::Failed {
                    at: at("2026-03-02T23:02:01Z"),
                    cause: "EmployeeConnect refused the credentials: GET /employees answered 401, and that is the end"
                        .into(),
                },
            ),
            run(
                Job::CourseSync,
                RunState::Unfinished {
                    lease_until: at("2026-03-02T22:00:00Z"),
                },
            ),
            run(
                Job::ResultSweep,
                RunState::Succeeded {
                    at: at("2026-03-02T23:02:01Z"),
                },
            ),
        ],
        parked_on: vec![
            Counted {
                what: ParkedKind::Course,
                count: 5,
            },
            Counted {
                what: ParkedKind::EmployeeConnect,
                count: 2,
            },
        ],
        ignored_because: vec![Counted {
            what: IgnoredBecause::UserIsNoEmployee,
            count: 3,
        }],
        waiting_because: vec![
            cause("EmployeeConnect could not be reached", 2),
            cause("being recorded", 1),
        ],
        dead_because: vec![cause("EmployeeConnect refused the request: answered 422", 12)],
        breaker: Breaker::Open {
            failed_probes: 4,
            probe_at: at("2026-03-02T23:20:00Z"),
        },
        incidents: vec![OpenIncident::from(&outage())],
        without_webhooks: Some(habitsync_domain::jobs::state::Undelivered {
            since: "2026-03-02T18:05:00Z".parse().expect("a time"),
            completions: 12,
        }),
        mails_stopped: vec!["hr@acme.example".parse().expect("an address")],
        alert_log: summary.alert_log,
    };
    Customer::at(status, "test", now())
}

#[test]
fn one_customer_in_full_says_everything_that_is_wrong_and_what_to_type_next() {
    let customer = unwell();
    let table = written(&customer, Output::Table, 100).expect("written");
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    assert_snapshot!(table);
    assert_snapshot!(
        "one_customer_json",
        written(&customer, Output::Json, 100).expect("written")
    );
}

#[test]
fn a_customer_who_is_well_is_told_in_a_few_lines() {
    let health = CustomerHealth::new(&well("acme"), Waiting::default(), &[], now());
    let status = CustomerStatus {
        health,
        version: 3,
        applied_at: None,
        last_runs: Vec::new(),
        parked_on: Vec::new(),
        ignored_because: Vec::new(),
        waiting_because: Vec::new(),
        dead_because: Vec::new(),
        breaker: Breaker::default(),
        incidents: Vec::new(),
        without_webhooks: None,
        mails_stopped: Vec::new(),
        alert_log: AlertLog::default(),
    };
    let customer = Customer::at(status, "test", now());
    assert_snapshot!(written(&customer, Output::Table, 100).expect("written"));
}

#[test]
fn json_of_the_fleet_has_what_the_page_names() {
    let fleet = fleet(one_of_each().into_iter().take(2).collect(), Extent::Screen);
    assert_snapshot!(written(&fleet, Output::Json, 100).expect("written"));
}

/// What `docs/OUTPUT.md` has to name.
pub(crate) fn examples() -> Vec<serde_json::Value> {
    let closed = [Breaker::default(), Breaker::Releasing { until: now() }].map(|breaker| {
        let mut customer = unwell();
        customer.status_mut().breaker = breaker;
        serde_json::to_value(customer)
    });
    let customers = closed.into_iter().chain([serde_json::to_value(unwell())]);
    customers.map(|value| value.expect("JSON")).collect()
}

/// Returns examples of the fleet's status, as JSON.
pub(crate) fn examples_of_fleet() -> Vec<serde_json::Value> {
    vec![serde_json::to_value(fleet(one_of_each(), Extent::Screen)).expect("JSON")]
}
