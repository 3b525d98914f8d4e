//! The watchdog queues what is due and starts what is unfinished, once each, whatever fails.

use std::collections::BTreeMap;

use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{RunRecord, RunState};
use habitsync_domain::results::result::{ResultRecord, ResultState};
use habitsync_in_memory::{
    Breakdown, Call, Fault, Fleet, Queue, StartedJobs, StoredRun, Table, WaitingResult, service_failure,
};
use habitsync_workflows::fleet::watch::{FleetReport, WatchFleet, watch_fleet};
use jiff::Timestamp;

use crate::world::{World, beginning, completion, jos_completion, minutes, not_reached};

async fn watch(world: &World, fleet: &Fleet<'_>, jobs: &StartedJobs) -> FleetReport {
    let watch = WatchFleet {
        fleet,
        queue: &world.queue,
        jobs,
        clock: &world.clock,
    };
    watch_fleet(&watch, world.soon(50))
        .await
        .expect("what is due can be read")
}

fn unfinished_run(table: &Table, id: &str, lease_until: Timestamp) {
    let record = RunRecord {
        id: id.to_owned(),
        job: Job::CourseSync,
        started_at: beginning(),
        state: RunState::Unfinished { lease_until },
        counts: BTreeMap::default(),
    };
    table.state().runs.insert(
        id.to_owned(),
        StoredRun {
            record,
            due_at: Some(lease_until),
        },
    );
}

fn waiting_results(table: &Table, count: i64) {
    for enrolment in 1..=count {
        let completion = completion(enrolment, 456, "jo@acme.com.au", beginning());
        let state = ResultState::Waiting {
            cause: "an outage".to_owned(),
            due_at: beginning(),
        };
        let record = ResultRecord {
            completion: completion.clone(),
            state,
            attempts: 1,
        };
        table.state().results.insert(
            completion.enrolment,
            WaitingResult {
                record,
                due_at: Some(beginning()),
            },
        );
    }
}

#[tokio::test]
async fn a_waiting_result_is_queued_once_it_is_due_and_not_again() {
    let world = World::with_jo_and_a_course();
    for _ in 0..3 {
        world.hris.faults.arm(Call::RecordResult, Fault::Before(not_reached()));
    }
    world.push(&jos_completion()).await;
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    assert_eq!(watch(&world, &fleet, &jobs).await.results_queued, 0);
    world.clock.advance(minutes(1));
    assert_eq!(watch(&world, &fleet, &jobs).await.results_queued, 1);
    assert_eq!(watch(&world, &fleet, &jobs).await, FleetReport::default());
    let message = world.queue.receive().expect("it was queued");
    assert_eq!(
        (message.tenant, message.completion),
        (world.configuration.tenant.clone(), jos_completion())
    );
}

#[tokio::test]
async fn a_queued_result_whose_message_is_lost_is_queued_again() {
    let world = World::new();
    waiting_results(&world.table, 1);
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    watch(&world, &fleet, &jobs).await;
    world.queue.receive().expect("lost on the way");
    world.clock.advance(minutes(5));
    assert_eq!(watch(&world, &fleet, &jobs).await.results_queued, 1);
}

#[tokio::test]
async fn everything_that_is_due_is_queued_however_much_it_is() {
    let world = World::new();
    waiting_results(&world.table, 250);
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    assert_eq!(watch(&world, &fleet, &jobs).await.results_queued, 250);
    assert_eq!(world.queue.messages().len(), 250);
}

#[tokio::test]
async fn a_watchdog_that_is_out_of_time_leaves_the_rest_due() {
    let world = World::new();
    waiting_results(&world.table, 3);
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    let watchdog = WatchFleet {
        fleet: &fleet,
        queue: &world.queue,
        jobs: &jobs,
        clock: &world.clock,
    };
    let report = watch_fleet(&watchdog, world.soon(2))
        .await
        .expect("what is due can be read");
    assert_eq!(report.results_queued, 0);
    assert_eq!(watch(&world, &fleet, &jobs).await.results_queued, 3);
}

#[tokio::test]
async fn one_result_that_cannot_be_queued_stops_no_other() {
    let world = World::new();
    waiting_results(&world.table, 3);
    world
        .queue
        .faults
        .arm(Call::QueueCompletion, Fault::Before(service_failure()));
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    let report = watch(&world, &fleet, &jobs).await;
    assert_eq!((report.results_queued, report.failures.len()), (2, 1));
    world.clock.advance(minutes(5));
    watch(&world, &fleet, &jobs).await;
    assert_eq!(
        world.queue.messages().len(),
        5,
        "the failed one, and two that nobody took off the queue"
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_passed_over_and_counted_once_a_tick() {
    let world = World::new();
    waiting_results(&world.table, 250);
    let unreadable = [1, 2].map(habitsync_domain::identity::EnrolmentId);
    world.table.state().unreadable.extend(unreadable);
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    let report = watch(&world, &fleet, &jobs).await;
    assert_eq!((report.results_queued, report.unreadable), (248, 2));
}

#[tokio::test]
async fn two_watchdogs_at_once_queue_a_result_once() {
    let world = World::new();
    waiting_results(&world.table, 40);
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    tokio::join!(watch(&world, &fleet, &jobs), watch(&world, &fleet, &jobs));
    assert_eq!(world.queue.messages().len(), 40);
}

#[tokio::test]
async fn an_unfinished_run_is_started_once_its_lease_is_free_and_not_every_minute() {
    let world = World::new();
    unfinished_run(&world.table, "run-1", beginning() + minutes(15));
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    watch(&world, &fleet, &jobs).await;
    assert_eq!(jobs.started(), []);
    world.clock.advance(minutes(15));
    watch(&world, &fleet, &jobs).await;
    world.clock.advance(minutes(1));
    watch(&world, &fleet, &jobs).await;
    assert_eq!(jobs.started(), [(world.configuration.tenant.clone(), Job::CourseSync)]);
}

#[tokio::test]
async fn one_customers_run_that_cannot_be_started_stops_nobody_elses() {
    let (acme, other) = (Table::default(), Table::default());
    let world = World::new();
    unfinished_run(&acme, "run-1", beginning());
    unfinished_run(&other, "run-2", beginning());
    waiting_results(&other, 1);
    let other_tenant: habitsync_domain::tenant::TenantId = "other".parse().expect("a tenant");
    let fleet = Fleet::of(vec![
        (world.configuration.tenant.clone(), &acme),
        (other_tenant.clone(), &other),
    ]);
    let mut jobs = StartedJobs::default();
    jobs.breakdowns
        .insert(&world.configuration.tenant, Call::StartJob, Breakdown::Fails);
    let report = watch(&world, &fleet, &jobs).await;
    assert_eq!(
        (report.runs_started, report.results_queued, report.failures.len()),
        (1, 1, 1)
    );
    assert_eq!(jobs.started(), [(other_tenant, Job::CourseSync)]);
}

#[tokio::test]
async fn a_fleet_that_cannot_be_read_is_an_error() {
    let (fleet, queue, jobs, world) = (
        Fleet::of(Vec::new()),
        Queue::default(),
        StartedJobs::default(),
        World::new(),
    );
    fleet.faults.arm(Call::ListDueResults, Fault::Before(service_failure()));
    let watch = WatchFleet {
        fleet: &fleet,
        queue: &queue,
        jobs: &jobs,
        clock: &world.clock,
    };
    assert_eq!(watch_fleet(&watch, world.soon(50)).await, Err(service_failure()));
}
