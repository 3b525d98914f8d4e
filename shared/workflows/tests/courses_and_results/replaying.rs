//! Dead results are put back to waiting once their cause is mended, and recorded once all the same.

use std::ops::ControlFlow;

use habitsync_domain::results::choice::{ReplayChoice, Replayable, ResultStatus};
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::ResultState;
use habitsync_in_memory::{Call, Fault, service_failure};
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::ports::result_list::ListResults;
use habitsync_workflows::results::replay::{ReplayReport, find_replayable, replay_results};

use crate::world::{World, beginning, completion, hours, jos_completion, no_answer, refusal};

/// Ends as dead: EmployeeConnect refuses it.
async fn die(world: &World, enrolment: i64) -> Completion {
    let completed_at = beginning() - hours(enrolment);
    let completion = completion(enrolment, 456, "jo@acme.com.au", completed_at);
    let refused = refusal(VendorFailureKind::Refused(Vec::new()));
    world.hris.faults.arm(Call::RecordResult, Fault::Before(refused));
    let state = world.push(&completion).await;
    assert_eq!(state.status(), ResultStatus::Dead);
    completion
}

async fn replay(world: &World, choice: &ReplayChoice) -> ReplayReport {
    let found = find_replayable(&world.table, choice).await.expect("the table works");
    let replayed = replay_results(
        &world.table,
        &world.clock,
        &found.records,
        |_| ControlFlow::Continue(()),
    )
    .await;
    replayed.expect("the table works")
}

/// Replays every result in this state.
pub(crate) async fn replay_in(world: &World, state: Replayable) -> ReplayReport {
    let choice = ReplayChoice {
        state,
        ..ReplayChoice::default()
    };
    replay(world, &choice).await
}

#[tokio::test]
async fn a_dead_result_is_due_at_once_and_recorded() {
    let world = World::with_jo_and_a_course();
    let completion = die(&world, 1).await;
    world.clock.advance(hours(24));
    let report = replay(&world, &ReplayChoice::default()).await;
    assert_eq!((report.replayed, report.moved_on), (1, 0));
    let stored = world.table.state().results[&completion.enrolment].clone();
    assert_eq!((stored.due_at, stored.record.attempts), (Some(world.now()), 1));
    assert_eq!(world.push(&completion).await.status(), ResultStatus::Recorded);
}

#[tokio::test]
async fn a_replayed_result_climbs_the_ladder_anew() {
    let world = World::with_jo_and_a_course();
    let completion = die(&world, 1).await;
    replay(&world, &ReplayChoice::default()).await;
    for _ in 0..3 {
        world.hris.faults.arm(Call::IsRecorded, Fault::Before(no_answer()));
    }
    let state = world.push(&completion).await;
    assert_eq!(state.status(), ResultStatus::Waiting, "{state:?}");
}

#[tokio::test]
async fn a_result_that_was_recorded_without_our_knowing_is_not_recorded_twice_by_a_replay() {
    let world = World::with_jo_and_a_course();
    let completion = jos_completion();
    // Recorded, and nobody is told.
    for _ in 0..4 {
        world.hris.faults.arm(Call::RecordResult, Fault::After(no_answer()));
    }
    world.try_push(&completion).await.expect("the table works");
    let mut record = world.record_of(&completion);
    record.state = ResultState::Dead {
        tried: None,
        cause: "EmployeeConnect did not answer".to_owned(),
    };
    world
        .table
        .state()
        .results
        .get_mut(&completion.enrolment)
        .expect("there")
        .record = record;
    let writes = world.hris.results.lock().len();
    replay(&world, &ReplayChoice::default()).await;
    assert_eq!(world.push(&completion).await.status(), ResultStatus::Recorded);
    assert_eq!(world.hris.results.lock().len(), writes);
}

#[tokio::test]
async fn what_is_chosen_is_found_oldest_first_and_nothing_else_is_touched() {
    let world = World::with_jo_and_a_course();
    for enrolment in 1..=4 {
        die(&world, enrolment).await;
    }
    world.push(&completion(9, 456, "jo@acme.com.au", beginning())).await;
    let choice = ReplayChoice {
        until: Some(beginning() - hours(1)),
        from: Some(beginning() - hours(3)),
        ..ReplayChoice::default()
    };
    let found = find_replayable(&world.table, &choice).await.expect("the table works");
    let found: Vec<_> = found
        .records
        .iter()
        .map(|record| record.completion.enrolment.0)
        .collect();
    assert_eq!(found, [3, 2]);
    assert_eq!(replay(&world, &choice).await.replayed, 2);
    let dead = world.table.list_results(Some(ResultStatus::Dead)).await;
    assert_eq!(dead.expect("the table works").records.len(), 2);
}

#[tokio::test]
async fn a_result_that_has_moved_on_since_it_was_found_stays_as_it_is() {
    let world = World::with_jo_and_a_course();
    die(&world, 1).await;
    let choice = ReplayChoice::default();
    let found = find_replayable(&world.table, &choice).await.expect("the table works");
    replay(&world, &choice).await;
    let again = replay_results(
        &world.table,
        &world.clock,
        &found.records,
        |_| ControlFlow::Continue(()),
    )
    .await;
    let moved_on = ReplayReport {
        replayed: 0,
        moved_on: 1,
        left: 0,
    };
    assert_eq!(again, Ok(moved_on));
}

#[tokio::test]
async fn a_replay_that_fails_half_way_is_completed_by_the_next() {
    let world = World::with_jo_and_a_course();
    for enrolment in 1..=3 {
        die(&world, enrolment).await;
    }
    let choice = ReplayChoice::default();
    let failure = Fault::Before(service_failure());
    world.table.faults.arm_after(1, Call::ReviveResult, failure);
    let found = find_replayable(&world.table, &choice).await.expect("the table works");
    let mut told = Vec::new();
    let tell = |done| {
        told.push(done);
        ControlFlow::Continue(())
    };
    let failed = replay_results(&world.table, &world.clock, &found.records, tell).await;
    assert_eq!((failed, told), (Err(service_failure()), vec![1]));
    assert_eq!(replay(&world, &choice).await.replayed, 2);
}

#[tokio::test]
async fn a_result_that_cannot_be_read_keeps_no_other_from_being_replayed_and_is_told() {
    let world = World::with_jo_and_a_course();
    let unreadable = die(&world, 1).await;
    die(&world, 2).await;
    world.table.state().unreadable.insert(unreadable.enrolment);
    let found = find_replayable(&world.table, &ReplayChoice::default()).await;
    assert_eq!(found.expect("the table works").unreadable, 1);
    assert_eq!(replay(&world, &ReplayChoice::default()).await.replayed, 1);
}

#[tokio::test]
async fn a_replay_that_is_stopped_says_what_is_left_and_the_next_goes_on_there() {
    let world = World::with_jo_and_a_course();
    for enrolment in 1..=3 {
        die(&world, enrolment).await;
    }
    let choice = ReplayChoice::default();
    let found = find_replayable(&world.table, &choice).await.expect("the table works");
    let at_once = |_| ControlFlow::Break(());
    let stopped = replay_results(&world.table, &world.clock, &found.records, at_once).await;
    let stopped = stopped.expect("the table works");
    assert_eq!((stopped.replayed, stopped.left), (1, 2));
    assert_eq!(replay(&world, &choice).await.replayed, 2);
}
