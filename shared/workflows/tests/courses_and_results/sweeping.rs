//! The sweep finds what no webhook told, hands it on, and never loses its place.

use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{JobState, RunState};
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::{ParkedOn, ResultState};
use habitsync_in_memory::{Call, Fault, vendor_failure};
use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome, Start};
use habitsync_workflows::notifications::Notified;
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use habitsync_workflows::ports::results::ClaimResult;
use habitsync_workflows::ports::runs::HoldLease;
use habitsync_workflows::results::sweep::{SweepReport, SweepResults, sweep_results};
use jiff::{SignedDuration, Timestamp};

use crate::world::{World, acme, beginning, completion, from_portal, hours, jos_completion};

pub(crate) type Swept = Result<RunOutcome<SweepReport>, JobFailure>;

pub(crate) async fn sweep_for(world: &World, seconds: i64) -> Swept {
    start_sweep(world, Start::by_itself(world.soon(seconds))).await
}

/// A sweep that somebody asks for: it does not stay away after those that failed.
pub(crate) async fn sweep_asked_for(world: &World, seconds: i64) -> Swept {
    let deadline = world.soon(seconds);
    let start = Start {
        deadline,
        asked_for: true,
    };
    start_sweep(world, start).await
}

async fn start_sweep(world: &World, start: Start) -> Swept {
    let sweep = SweepResults {
        table: &world.table,
        portal: &world.portal,
        queue: &world.queue,
        mail: &world.mail,
        mail_settings: &world.mail_settings,
        clock: &world.clock,
        configuration: &world.configuration,
    };
    sweep_results(&sweep, start).await
}

pub(crate) async fn sweep(world: &World) -> SweepReport {
    match sweep_for(world, 300).await {
        Ok(RunOutcome::Finished(report)) => report,
        other => panic!("the sweep did not finish: {other:?}"),
    }
}

/// A customer whose sweeps began 100 days ago and have come to the beginning.
pub(crate) fn swept_world() -> World {
    let world = World::with_jo_and_a_course();
    let state = JobState {
        swept_from: Some(beginning() - hours(2400)),
        watermark: Some(beginning()),
        last_success_at: Some(beginning() - hours(1)),
        ..JobState::default()
    };
    world.table.state().jobs.insert(Job::ResultSweep, state);
    world
}

pub(crate) fn completed(world: &World, enrolment: i64, at: Timestamp) -> Completion {
    let completion = completion(enrolment, 456, "jo@acme.com.au", at);
    world.portal.completions.lock().push(completion.clone());
    completion
}

pub(crate) fn queued(world: &World) -> Vec<i64> {
    world
        .queue
        .messages()
        .iter()
        .map(|message| message.completion.enrolment.0)
        .collect()
}

#[tokio::test]
async fn a_completion_whose_webhook_was_lost_is_queued() {
    let world = swept_world();
    let completion = completed(&world, 9001, beginning() - hours(1));
    assert_eq!(
        sweep(&world).await,
        SweepReport {
            listed: 1,
            queued: 1,
            known: 0,
            unreadable: 0,
            notified: Notified::Nothing,
            unusable: Vec::new(),
            reopened: 0,
        }
    );
    let message = world.queue.receive().expect("it is on the queue");
    assert_eq!(
        (message.tenant.as_str(), message.completion),
        ("acme", from_portal(completion))
    );
}

#[tokio::test]
async fn what_is_settled_or_under_way_is_not_queued_again() {
    let world = swept_world();
    world.push(&completed(&world, 1, beginning())).await;
    let held = completed(&world, 2, beginning());
    world
        .table
        .claim_result(&held, world.now(), world.soon(30))
        .await
        .expect("claims");
    let waiting = completed(&world, 3, beginning());
    for _ in 0..3 {
        world
            .hris
            .faults
            .arm(Call::RecordResult, Fault::Before(crate::world::not_reached()));
    }
    world.push(&waiting).await;
    assert_eq!(
        sweep(&world).await,
        SweepReport {
            listed: 3,
            queued: 0,
            known: 3,
            unreadable: 0,
            notified: Notified::Nothing,
            unusable: Vec::new(),
            reopened: 0,
        }
    );
}

#[tokio::test]
async fn what_is_parked_is_looked_at_again() {
    let world = swept_world();
    world.table.state().people.clear();
    world.push(&completed(&world, 9001, beginning())).await;
    assert_eq!(sweep(&world).await.queued, 1);
}

#[tokio::test]
async fn a_sweep_near_its_deadline_is_left_unfinished_for_the_watchdog() {
    let world = swept_world();
    completed(&world, 9001, beginning());
    let outcome = sweep_for(&world, 5).await;
    assert_eq!(
        outcome,
        Ok(RunOutcome::Unfinished(SweepReport {
            listed: 1,
            queued: 0,
            known: 0,
            unreadable: 0,
            notified: Notified::Nothing,
            unusable: Vec::new(),
            reopened: 0,
        }))
    );
    let runs: Vec<_> = world.table.state().runs.values().map(|run| run.due_at).collect();
    assert_eq!(runs, [Some(beginning())]);
    assert_eq!(sweep(&world).await.queued, 1);
}

#[tokio::test]
async fn a_listing_that_fails_moves_nothing_and_is_on_record() {
    let world = swept_world();
    let before = world.table.job(Job::ResultSweep);
    let outage = VendorFailureKind::Unavailable {
        may_have_happened: false,
    };
    let outage = vendor_failure(Vendor::TribalHabits, outage);
    world
        .portal
        .faults
        .arm(Call::ListCompletions, Fault::Before(outage.clone()));
    assert_eq!(sweep_for(&world, 300).await, Err(JobFailure::Vendor(outage.clone())));
    let after = world.table.job(Job::ResultSweep);
    assert_eq!(
        (after.watermark, after.last_success_at),
        (before.watermark, before.last_success_at)
    );
    assert_eq!(
        after.last_failure.expect("remembered").cause,
        outage.to_string().as_str()
    );
    let states: Vec<_> = world
        .table
        .state()
        .runs
        .values()
        .map(|run| run.record.state.clone())
        .collect();
    assert_eq!(
        states,
        [RunState::Failed {
            at: beginning(),
            cause: outage.to_string().into()
        }]
    );
}

#[tokio::test]
async fn two_sweeps_of_one_customer_do_not_run_side_by_side() {
    let world = swept_world();
    let until = world.soon(60);
    world
        .table
        .acquire_lease(Job::ResultSweep, "another", world.now())
        .await
        .expect("acquires");
    assert_eq!(sweep_for(&world, 300).await, Ok(RunOutcome::AlreadyRunning { until }));
    assert_eq!(world.portal.faults.made(), []);
}

#[tokio::test]
async fn a_customer_that_is_not_live_or_records_no_results_is_not_swept() {
    let changes = [
        ("status = \"live\"", "status = \"paused\""),
        ("status = \"live\"", "status = \"draft\""),
        ("[results]\nenabled = true", "[results]\nenabled = false"),
    ];
    for change in changes {
        let mut world = swept_world();
        world.configuration = acme(&[change]);
        assert_eq!(sweep_for(&world, 300).await, Ok(RunOutcome::Paused));
        assert_eq!(
            (world.portal.faults.made(), world.table.faults.made()),
            (
                vec![],
                vec![Call::AcquireLease, Call::SupersedeRuns, Call::ReleaseLease]
            ),
            "and nothing is carried on for it"
        );
    }
}

#[tokio::test]
async fn the_first_sweep_after_a_pause_releases_what_was_parked_meanwhile() {
    let mut world = swept_world();
    world.configuration = acme(&[("status = \"live\"", "status = \"paused\"")]);
    let state = world.push(&jos_completion()).await;
    assert_eq!(
        state,
        ResultState::Parked {
            on: ParkedOn::Customer,
            since: beginning()
        }
    );
    world.clock.advance(SignedDuration::from_hours(24 * 60));
    world.configuration = acme(&[]);
    sweep(&world).await;
    let due_at = world.table.state().results[&EnrolmentId(9001)].due_at;
    assert_eq!(due_at, Some(world.now()));
}

#[tokio::test]
async fn a_result_that_cannot_be_read_keeps_no_other_from_being_swept() {
    let world = swept_world();
    let unreadable = completed(&world, 1, beginning() - hours(1));
    world.push(&unreadable).await;
    world.table.state().unreadable.insert(unreadable.enrolment);
    completed(&world, 2, beginning());
    let report = sweep(&world).await;
    assert_eq!((report.listed, report.queued, report.unreadable), (2, 1, 1));
    assert_eq!(queued(&world), [2]);
}
