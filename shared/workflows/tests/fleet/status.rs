//! How every customer is, in a word, and one of them in full; and how little is asked for it.

use std::collections::BTreeMap;

use habitsync_domain::approvals::{ApprovalVerdict, HoldReason, PendingAction, PendingPlan, PlanDecision};
use habitsync_domain::fleet::failure_streak::{FailureSignature, FailureStreak, VendorFault};
use habitsync_domain::fleet::health::Health;
use habitsync_domain::identity::{EnrolmentId, TopicId};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{JobState, RunState};
use habitsync_domain::people::employment::Evidence;
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_domain::vendors::vendor::Vendor;
use habitsync_in_memory::WaitingResult;
use habitsync_workflows::fleet::customer_status::{ParkedKind, customer_status};
use habitsync_workflows::fleet::status::{FleetStatus, fleet_status};
use habitsync_workflows::ports::clock::Now;
use jiff::{SignedDuration, Timestamp};

use crate::world::World;

/// So many customers of whom user syncs alone are expected, all in step.
async fn in_step(customers: usize) -> World {
    let world = World::of(customers);
    for customer in &world.customers {
        let mut state = customer.table.state();
        let timetable = state.row.timetable.as_mut().expect("set");
        (timetable.course_sync, timetable.result_sweep) = (None, None);
    }
    world.run_all().await;
    world
}

async fn status(world: &World) -> FleetStatus {
    let status = fleet_status(&world.fleet(), world.clock.now()).await;
    status.expect("the table works")
}

fn words(status: &FleetStatus) -> Vec<(&str, Health)> {
    let customers = status.customers.iter();
    customers
        .map(|customer| (customer.tenant.as_str(), customer.health))
        .collect()
}

fn held_plan(now: Timestamp) -> PendingPlan {
    let person = PendingAction {
        employee_id: "E1".parse().expect("an id"),
        person: "Jo Citizen".to_owned(),
        user_name: "jo@acme.com.au".parse().expect("a name"),
        evidence: Evidence::Terminated.into(),
        hold_reason: HoldReason::NoLinks,
        changes: Vec::new(),
        waits_with: None,
    };
    PendingPlan::new(vec![person], 1, None, now).expect("somebody")
}

pub(crate) fn hold(world: &World, customer: usize, decided: Option<PlanDecision>) {
    let now = world.clock.now();
    let mut plan = held_plan(now);
    plan.decisions.extend(decided);
    let due_at = plan
        .conclusion()
        .is_none()
        .then_some(now + SignedDuration::from_hours(168));
    let mut state = world.customers[customer].table.state();
    state.holds.insert(plan.id.clone(), (plan, due_at));
}

pub(crate) fn result(world: &World, customer: usize, enrolment: i64, state: ResultState, due_at: Option<Timestamp>) {
    let record = ResultRecord {
        completion: habitsync_domain::results::completion::Completion {
            enrolment: EnrolmentId(enrolment),
            topic: TopicId(1),
            topic_code: None,
            user_name: "jo@acme.com.au".parse().expect("a name"),
            completed_at: world.clock.now(),
            training_minutes: None,
            source: habitsync_domain::results::completion::CompletionSource::Signature,
        },
        state,
        attempts: 1,
    };
    let mut state = world.customers[customer].table.state();
    state
        .results
        .insert(EnrolmentId(enrolment), WaitingResult { record, due_at });
}

#[tokio::test]
async fn who_needs_somebody_stands_first_with_the_worst_word_there_is_for_them() {
    let world = in_step(9).await;
    let now = world.clock.now();
    hold(&world, 3, None);
    world.customers[4].table.state().row.is_paused = true;
    world.customers[5].table.state().row.dead_at = vec![now; 10];
    let waiting = ResultState::Waiting {
        cause: "an outage".to_owned(),
        due_at: now,
    };
    result(&world, 6, 7, waiting, Some(now - SignedDuration::from_hours(3)));
    world.customers[7].table.state().jobs.clear();
    let applied_now = |table: &habitsync_in_memory::Table| {
        table.state().row.timetable.as_mut().expect("set").applied_at = now;
    };
    applied_now(&world.customers[7].table);
    world.customers[8].table.state().live_since = Some(now - SignedDuration::from_hours(24));
    *world.customers[1].own_trouble.lock() =
        Some(habitsync_workflows::ports::failure::VendorFailureKind::Unavailable {
            may_have_happened: true,
        });
    world.run(&world.customers[1]).await.expect_err("down");
    let long_ago = Some(now - SignedDuration::from_hours(72));
    let users = |jobs: &mut BTreeMap<Job, JobState>| jobs.entry(Job::UserSync).or_default().last_success_at = long_ago;
    users(&mut world.customers[2].table.state().jobs);
    let status = status(&world).await;
    assert_eq!(
        words(&status),
        [
            ("customer-02", Health::Failing),
            ("customer-03", Health::Late),
            ("customer-07", Health::Unsent),
            ("customer-06", Health::Dead),
            ("customer-04", Health::Held),
            ("customer-08", Health::New),
            ("customer-09", Health::Hypercare),
            ("customer-01", Health::Well),
            ("customer-05", Health::Paused),
        ]
    );
    let unwell = status
        .customers
        .iter()
        .filter(|customer| customer.health.is_unhealthy());
    assert_eq!(unwell.count(), 5);
}

#[tokio::test]
async fn removals_that_somebody_has_decided_about_make_nobody_held() {
    let world = in_step(1).await;
    let approved = PlanDecision {
        verdict: ApprovalVerdict::Approved,
        actor: "ana".to_owned(),
        at: world.clock.now(),
        only: Vec::new(),
        reopened: false,
    };
    hold(&world, 0, Some(approved));
    assert_eq!(words(&status(&world).await), [("customer-01", Health::Well)]);
}

#[tokio::test]
async fn customers_that_fail_by_an_incident_are_shown_in_it_and_not_as_failing() {
    let world = in_step(6).await;
    world.goes_down();
    world.clock.advance(SignedDuration::from_mins(60));
    world.run_all().await;
    world.minutes(2).await;
    let status = status(&world).await;
    let incident = |customer: &(&str, Health)| customer.1 == Health::Incident;
    assert!(words(&status).iter().all(incident), "{:?}", words(&status));
    assert_eq!(
        (status.incidents.len(), status.incidents[0].customers),
        (1, 6),
        "{:?}",
        status.incidents
    );
}

#[tokio::test]
async fn a_draft_whose_runs_fail_is_failing_and_a_paused_customer_is_paused_whatever_failed_before() {
    let world = in_step(1).await;
    let since = world.clock.now();
    let signature = FailureSignature::Vendor {
        vendor: Vendor::EmployeeConnect,
        kind: VendorFault::Credentials,
    };
    let failing = FailureStreak::after(None, signature, since);
    world.customers[0]
        .table
        .state()
        .jobs
        .entry(Job::UserSync)
        .or_default()
        .failing = Some(failing);
    assert_eq!(words(&status(&world).await), [("customer-01", Health::Failing)]);
    world.customers[0].table.state().row.is_paused = true;
    assert_eq!(words(&status(&world).await), [("customer-01", Health::Paused)]);
}

/// The rows, the incidents, and five questions of the index.
#[tokio::test]
async fn three_hundred_customers_take_as_many_questions_as_three() {
    let mut asked = Vec::new();
    for customers in [3, 300] {
        let world = World::of(customers);
        let fleet = world.fleet();
        let status = fleet_status(&fleet, world.clock.now()).await.expect("the table works");
        assert_eq!(status.customers.len(), customers);
        asked.push(fleet.faults.made().len());
    }
    assert_eq!(asked, [7, 7]);
}

#[tokio::test]
async fn one_customer_in_full_says_what_results_wait_for_and_why_they_died() {
    let world = in_step(2).await;
    let now = world.clock.now();
    let dead = |cause: &str| ResultState::Dead {
        tried: None,
        cause: cause.to_owned(),
    };
    for (enrolment, cause) in [(1, "refused"), (2, "unknown"), (3, "refused")] {
        result(&world, 0, enrolment, dead(cause), None);
    }
    let parked = ResultState::Parked {
        on: ParkedOn::Topic(TopicId(1)),
        since: now,
    };
    result(&world, 0, 4, parked, None);
    let claimed = ResultState::Claimed { until: now };
    result(&world, 0, 5, claimed, Some(now));
    let (fleet, customer) = (world.fleet(), &world.customers[0]);
    let status = customer_status(&fleet, &customer.table, &customer.tenant, now).await;
    let status = status.expect("the table works").expect("a customer");
    let because: Vec<_> = status
        .dead_because
        .iter()
        .map(|because| (because.what.as_str(), because.count))
        .collect();
    assert_eq!(because, [("refused", 2), ("unknown", 1)]);
    let parked_on: Vec<_> = status.parked_on.iter().map(|on| (on.what, on.count)).collect();
    assert_eq!(parked_on, [(ParkedKind::Course, 1)]);
    assert_eq!((status.waiting_because.len(), status.health.parked), (1, 1));
    assert!(matches!(status.last_runs[0].state, RunState::Succeeded { .. }));
    let nobody = "nobody".parse().expect("a tenant");
    let found = customer_status(&fleet, &customer.table, &nobody, now).await;
    assert_eq!(found, Ok(None));
}
