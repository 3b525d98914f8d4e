//! Completions from before the go-live are added on demand, each once, at a pace that leaves room for those of today.

use std::ops::ControlFlow;

use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::results::choice::ResultStatus;
use habitsync_in_memory::{Call, Fault, ManualClock, Portal, StartedJobs, Table, service_failure};
use habitsync_workflows::fleet::watch::{WatchFleet, watch_fleet};
use habitsync_workflows::results::backfill::{
    BackfillFailure, BackfillPlan, BackfillReport, BackfillResults, BackfillWindow,
};
use jiff::SignedDuration;

use crate::sweeping::{completed, queued};
use crate::world::{World, acme, beginning, hours};

fn backfill(world: &World) -> BackfillResults<'_, Table, Portal, ManualClock> {
    BackfillResults {
        table: &world.table,
        portal: &world.portal,
        clock: &world.clock,
        configuration: &world.configuration,
    }
}

/// The month before the go-live.
fn month() -> BackfillWindow {
    BackfillWindow {
        from: beginning() - hours(30 * 24),
        until: beginning(),
    }
}

async fn plan(world: &World) -> BackfillPlan {
    let plan = backfill(world).plan(month(), |_, _| ControlFlow::Continue(())).await;
    plan.expect("everything works")
}

async fn apply(world: &World, plan: &BackfillPlan) -> BackfillReport {
    let report = backfill(world).apply(plan, |_| ControlFlow::Continue(())).await;
    report.expect("everything works")
}

fn missing(plan: &BackfillPlan) -> Vec<i64> {
    plan.missing
        .iter()
        .map(|missing| missing.completion.enrolment.0)
        .collect()
}

#[tokio::test]
async fn what_has_no_record_in_the_window_is_found_oldest_first() {
    let world = World::with_jo_and_a_course();
    completed(&world, 1, beginning() - hours(30 * 24) - hours(1));
    completed(&world, 2, beginning() - hours(30 * 24));
    completed(&world, 3, beginning() - hours(1));
    completed(&world, 4, beginning() - hours(2));
    completed(&world, 5, beginning());
    let known = completed(&world, 6, beginning() - hours(3));
    world.push(&known).await;
    let plan = plan(&world).await;
    assert_eq!((plan.listed, missing(&plan)), (4, vec![2, 4, 3]));
    let unchanged = world.table.state().results.len();
    assert_eq!(unchanged, 1, "a plan changes nothing");
}

#[tokio::test]
async fn history_is_due_one_after_the_other_at_a_quarter_of_the_customers_pace() {
    let world = World::with_jo_and_a_course();
    for enrolment in 1..=3 {
        completed(&world, enrolment, beginning() - hours(10 - enrolment));
    }
    let report = apply(&world, &plan(&world).await).await;
    // 300 requests a minute: 75 for history.
    let interval = SignedDuration::from_millis(800);
    let expected = BackfillReport {
        added: 3,
        known: 0,
        last_due_at: Some(world.now() + interval * 2),
        left: 0,
    };
    assert_eq!(report, expected);
    let state = world.table.state();
    let due = |enrolment| state.results[&EnrolmentId(enrolment)].due_at.expect("it waits");
    assert_eq!(
        [due(1), due(2), due(3)].map(|at| at.duration_since(beginning())),
        [SignedDuration::ZERO, interval, interval * 2]
    );
}

#[tokio::test]
async fn the_watchdog_queues_what_was_added_and_it_is_recorded() {
    let world = World::with_jo_and_a_course();
    let completion = completed(&world, 1, beginning() - hours(1));
    apply(&world, &plan(&world).await).await;
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    let watch = WatchFleet {
        fleet: &fleet,
        queue: &world.queue,
        jobs: &jobs,
        clock: &world.clock,
    };
    watch_fleet(&watch, world.soon(50)).await.expect("the table works");
    assert_eq!(queued(&world), [1]);
    assert_eq!(world.push(&completion).await.status(), ResultStatus::Recorded);
}

#[tokio::test]
async fn a_backfill_that_fails_half_way_is_completed_by_the_next_and_adds_nothing_twice() {
    let world = World::with_jo_and_a_course();
    for enrolment in 1..=3 {
        completed(&world, enrolment, beginning() - hours(10 - enrolment));
    }
    let first = plan(&world).await;
    let failure = Fault::Before(service_failure());
    world.table.faults.arm_after(1, Call::AddResult, failure);
    let mut told = Vec::new();
    let tell = |done| {
        told.push(done);
        ControlFlow::Continue(())
    };
    let failed = backfill(&world).apply(&first, tell).await;
    assert_eq!(
        (failed, told),
        (Err(BackfillFailure::Service(service_failure())), vec![1])
    );
    let second = plan(&world).await;
    assert_eq!(missing(&second), [2, 3]);
    let report = apply(&world, &first).await;
    assert_eq!((report.added, report.known), (2, 1));
}

#[tokio::test]
async fn progress_says_how_many_of_how_many_are_looked_up() {
    let world = World::with_jo_and_a_course();
    completed(&world, 1, beginning() - hours(1));
    completed(&world, 2, beginning() - hours(1));
    let mut told = Vec::new();
    let tell = |done, of| {
        told.push((done, of));
        ControlFlow::Continue(())
    };
    let planned = backfill(&world).plan(month(), tell).await;
    planned.expect("everything works");
    assert_eq!(told, [(1, 2), (2, 2)]);
}

#[tokio::test]
async fn an_empty_window_and_a_customer_that_records_nothing_are_refused() {
    let mut world = World::with_jo_and_a_course();
    let empty = BackfillWindow {
        from: beginning(),
        until: beginning(),
    };
    let refused = backfill(&world).plan(empty, |_, _| ControlFlow::Continue(())).await;
    assert_eq!(refused, Err(BackfillFailure::EmptyWindow));
    for change in [
        ("status = \"live\"", "status = \"draft\""),
        ("status = \"live\"", "status = \"paused\""),
        ("[results]\nenabled = true", "[results]\nenabled = false"),
    ] {
        world.configuration = acme(&[change]);
        let refused = backfill(&world).plan(month(), |_, _| ControlFlow::Continue(())).await;
        assert_eq!(refused, Err(BackfillFailure::NotLive));
    }
    assert_eq!(world.portal.faults.made(), []);
}

#[tokio::test]
async fn a_result_that_cannot_be_read_keeps_no_other_from_being_added_and_is_told() {
    let world = World::with_jo_and_a_course();
    let unreadable = completed(&world, 1, beginning() - hours(2));
    world.push(&unreadable).await;
    world.table.state().unreadable.insert(unreadable.enrolment);
    completed(&world, 2, beginning() - hours(1));
    let plan = plan(&world).await;
    assert_eq!((plan.listed, missing(&plan), plan.unreadable), (2, vec![2], 1));
}

#[tokio::test]
async fn a_backfill_that_is_stopped_adds_nothing_more_says_what_is_left_and_goes_on_with_the_next() {
    let world = World::with_jo_and_a_course();
    for enrolment in 1..=5 {
        completed(&world, enrolment, beginning() - hours(enrolment));
    }
    let stopped = backfill(&world).plan(month(), |_, _| ControlFlow::Break(())).await;
    assert_eq!(stopped, Err(BackfillFailure::Stopped));
    let first = plan(&world).await;
    let until_two = |done| {
        if done < 2 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    };
    let report = backfill(&world)
        .apply(&first, until_two)
        .await
        .expect("everything works");
    assert_eq!((report.added, report.left), (2, 3));
    let second = plan(&world).await;
    assert_eq!(missing(&second), [3, 2, 1]);
    let rest = apply(&world, &second).await;
    assert_eq!((rest.added, rest.left), (3, 0));
}
