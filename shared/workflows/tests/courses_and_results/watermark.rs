//! From when on a sweep looks, and how it keeps its place.

use std::sync::atomic::Ordering;

use habitsync_domain::jobs::job::Job;
use habitsync_in_memory::{Call, Fault, service_failure, vendor_failure};
use habitsync_workflows::jobs::outcome::JobFailure;
use habitsync_workflows::notifications::Notified;
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use habitsync_workflows::results::sweep::SweepReport;

use crate::sweeping::{completed, queued, sweep, sweep_for, swept_world};
use crate::world::{World, beginning, completion, hours, minutes};

#[tokio::test]
async fn what_is_completed_between_go_live_and_the_first_sweep_is_swept_and_no_history_ever_is() {
    let world = World::with_jo_and_a_course();
    world.table.state().live_since = Some(beginning() - hours(5));
    completed(&world, 1, beginning() - hours(5) - minutes(1));
    completed(&world, 2, beginning() - hours(5));
    completed(&world, 3, beginning() - hours(1));
    sweep(&world).await;
    assert_eq!(queued(&world), [2, 3]);
    world.clock.advance(hours(24 * 8));
    sweep(&world).await;
    assert!(!queued(&world).contains(&1));
}

#[tokio::test]
async fn a_portal_that_lists_everything_whatever_it_is_asked_for_brings_no_history_either() {
    let world = World::with_jo_and_a_course();
    world.portal.ignores_since.store(true, Ordering::Relaxed);
    world.table.state().live_since = Some(beginning() - hours(5));
    completed(&world, 1, beginning() - hours(24 * 400));
    completed(&world, 2, beginning() - hours(1));
    assert_eq!(sweep(&world).await.listed, 1, "what was asked for");
    assert_eq!(queued(&world), [2]);
}

#[tokio::test]
async fn where_go_live_is_not_on_record_the_first_sweep_is_where_results_begin() {
    let world = World::with_jo_and_a_course();
    completed(&world, 1, beginning() - hours(1));
    assert_eq!(sweep(&world).await, SweepReport::default());
    completed(&world, 2, beginning());
    completed(&world, 3, beginning() + hours(1));
    world.clock.advance(hours(24 * 8));
    assert_eq!(sweep(&world).await.queued, 2);
    assert_eq!(queued(&world), [2, 3]);
}

#[tokio::test]
async fn a_first_sweep_whose_listing_fails_has_found_where_results_begin_all_the_same() {
    let world = World::with_jo_and_a_course();
    let live_since = beginning() - hours(5);
    world.table.state().live_since = Some(live_since);
    let kind = VendorFailureKind::Unavailable {
        may_have_happened: false,
    };
    let outage = vendor_failure(Vendor::TribalHabits, kind);
    world.portal.faults.arm(Call::ListCompletions, Fault::Before(outage));
    sweep_for(&world, 300).await.expect_err("the portal is down");
    world.clock.advance(hours(24 * 8));
    completed(&world, 1, live_since);
    sweep(&world).await;
    assert_eq!(queued(&world), [1]);
}

#[tokio::test]
async fn a_sweep_looks_back_two_days_and_the_first_of_a_week_thirty_five() {
    let world = swept_world();
    completed(&world, 1, beginning() - hours(35 * 24) - hours(1));
    completed(&world, 2, beginning() - hours(35 * 24));
    completed(&world, 3, beginning() - hours(49));
    completed(&world, 4, beginning() - hours(48));
    assert_eq!(sweep(&world).await.queued, 1);
    assert_eq!(queued(&world), [4]);
    world.clock.advance(hours(24 * 7));
    sweep(&world).await;
    assert_eq!(queued(&world), [4, 2, 3, 4]);
}

#[tokio::test]
async fn a_week_begins_where_the_customer_is() {
    let world = swept_world();
    // Sunday evening in Sydney; in Greenwich it is Sunday morning.
    let sunday = "2026-03-15T10:00:00Z".parse().expect("a time");
    world
        .table
        .state()
        .jobs
        .get_mut(&Job::ResultSweep)
        .expect("there")
        .last_success_at = Some(sunday);
    completed(&world, 1, beginning() - hours(30 * 24));
    // Monday morning in Sydney; in Greenwich it is still Sunday.
    assert_eq!(sweep(&world).await.queued, 1);
}

#[tokio::test]
async fn the_watermark_is_the_last_completion_handed_on_and_never_goes_back() {
    let world = swept_world();
    completed(&world, 1, beginning() - hours(3));
    sweep(&world).await;
    assert_eq!(world.table.job(Job::ResultSweep).watermark, Some(beginning()));
    world.clock.advance(hours(6));
    completed(&world, 2, beginning() + hours(2));
    sweep(&world).await;
    assert_eq!(
        world.table.job(Job::ResultSweep).watermark,
        Some(beginning() + hours(2))
    );
}

#[tokio::test]
async fn a_completion_dated_in_the_future_hides_none_that_come_before_it() {
    let world = swept_world();
    completed(&world, 1, beginning() + hours(24 * 365));
    sweep(&world).await;
    assert_eq!(world.table.job(Job::ResultSweep).watermark, Some(beginning()));
    completed(&world, 2, beginning() + hours(1));
    world.clock.advance(hours(6));
    sweep(&world).await;
    assert!(queued(&world).contains(&2));
}

#[tokio::test]
async fn a_sweep_that_runs_out_of_time_goes_on_where_it_stopped_also_between_equal_times() {
    let world = swept_world();
    for enrolment in 1..=5 {
        completed(&world, enrolment, beginning() + hours(100));
    }
    world.clock.advance(hours(101));
    // The third look at the table fails: two are handed on.
    world
        .table
        .faults
        .arm_after(2, Call::FindResult, Fault::Before(service_failure()));
    assert_eq!(
        sweep_for(&world, 300).await,
        Err(JobFailure::Service(service_failure()))
    );
    assert_eq!(
        world.table.job(Job::ResultSweep).watermark,
        Some(beginning() + hours(100))
    );
    while let Some(message) = world.queue.receive() {
        world.push(&message.completion).await;
    }
    assert_eq!(
        sweep(&world).await,
        SweepReport {
            listed: 5,
            queued: 3,
            known: 2,
            unreadable: 0,
            notified: Notified::Nothing,
            unusable: Vec::new(),
            reopened: 0,
        }
    );
    assert_eq!(queued(&world), [3, 4, 5]);
}

#[tokio::test]
async fn a_result_that_cannot_be_queued_is_not_passed_over() {
    let world = swept_world();
    world.clock.advance(hours(100));
    completed(&world, 1, beginning() + hours(98));
    completed(&world, 2, beginning() + hours(99));
    world
        .queue
        .faults
        .arm_after(1, Call::QueueCompletion, Fault::Before(service_failure()));
    sweep_for(&world, 300).await.expect_err("the queue fails");
    assert_eq!(
        world.table.job(Job::ResultSweep).watermark,
        Some(beginning() + hours(98))
    );
}

#[tokio::test]
async fn a_sweep_that_was_cut_off_is_carried_on_and_looks_at_nothing_again() {
    let world = swept_world();
    for enrolment in 1..=4 {
        completed(&world, enrolment, beginning() + hours(enrolment));
    }
    world.clock.advance(hours(5));
    world
        .table
        .faults
        .arm_after(2, Call::FindResult, Fault::Before(service_failure()));
    sweep_for(&world, 300).await.expect_err("the table fails");
    assert_eq!(queued(&world), [1, 2]);
    assert_eq!(sweep(&world).await.listed, 3, "from the second on");
    assert_eq!(world.table.job(Job::ResultSweep).interrupted, None);
}

#[tokio::test]
async fn a_sweep_that_has_to_look_further_back_carries_on_none() {
    let world = swept_world();
    // Visible late, and older than the everyday overlap.
    completed(&world, 1, beginning() - hours(20 * 24));
    completed(&world, 2, beginning());
    completed(&world, 3, beginning());
    world
        .table
        .faults
        .arm_after(1, Call::FindResult, Fault::Before(service_failure()));
    sweep_for(&world, 300).await.expect_err("the table fails");
    world.clock.advance(hours(24 * 7));
    assert_eq!(sweep(&world).await.listed, 3);
    assert!(queued(&world).contains(&1));
}

#[tokio::test]
async fn a_completion_that_becomes_visible_while_a_sweep_is_carried_on_is_found_by_the_next() {
    let world = swept_world();
    world.clock.advance(hours(46));
    completed(&world, 1, beginning() + hours(45));
    completed(&world, 2, beginning() + hours(45));
    world
        .table
        .faults
        .arm_after(1, Call::FindResult, Fault::Before(service_failure()));
    sweep_for(&world, 300).await.expect_err("the table fails");
    world.clock.advance(hours(3));
    completed(&world, 3, beginning());
    completed(&world, 4, beginning() + hours(49));
    sweep(&world).await;
    world.clock.advance(hours(1));
    sweep(&world).await;
    assert!(queued(&world).contains(&3), "{:?}", queued(&world));
}

#[tokio::test]
async fn completions_that_no_webhook_delivers_are_counted_until_one_does() {
    let world = swept_world();
    let undelivered = || world.table.job(Job::ResultSweep).undelivered;
    for id in 1..=2 {
        completed(&world, id, beginning() + hours(id));
    }
    world.clock.advance(hours(8));
    sweep(&world).await;
    let found = undelivered().expect("two were found");
    assert_eq!((found.completions, found.since), (2, beginning() + hours(1)));
    // The same listed once more, by a sweep that looks back, are no news; one that has just been completed may be on its way.
    completed(&world, 3, beginning() + hours(15));
    completed(&world, 4, beginning() + hours(16) - minutes(5));
    world.clock.advance(hours(8));
    sweep(&world).await;
    assert_eq!(undelivered().expect("three").completions, 3);
    completed(&world, 5, beginning() + hours(17));
    let delivered = completion(5, 456, "jo@acme.com.au", beginning() + hours(17));
    world.push(&delivered).await;
    world.clock.advance(hours(8));
    sweep(&world).await;
    assert_eq!(undelivered(), None);
}
