//! A result that cannot be recorded is tried again: quickly, then up the ladder, and not at all where that cannot help.

use std::time::Duration;

use habitsync_domain::results::result::ResultState;
use habitsync_in_memory::{Call, Fault, service_failure};
use habitsync_workflows::ports::failure::{Missing, VendorFailureKind};
use habitsync_workflows::ports::results::ClaimResult;
use habitsync_workflows::results::push::push_result;

use crate::world::{World, beginning, jos_completion, minutes, no_answer, not_reached, refusal};

const RECORD: Call = Call::RecordResult;

fn cause_of(state: &ResultState) -> &str {
    match state {
        ResultState::Waiting { cause, .. } | ResultState::Dead { cause, .. } => cause,
        other => panic!("neither waiting nor dead: {other:?}"),
    }
}

fn fails(world: &World, times: usize) {
    for _ in 0..times {
        world.hris.faults.arm(RECORD, Fault::Before(not_reached()));
    }
}

#[tokio::test]
async fn a_short_outage_is_bridged_by_two_quick_tries_in_the_same_call() {
    let world = World::with_jo_and_a_course();
    fails(&world, 2);
    let state = world.push(&jos_completion()).await;
    assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
    assert_eq!(world.clock.pauses(), [Duration::from_secs(1), Duration::from_secs(4)]);
    assert_eq!(world.hris.faults.made(), [RECORD, RECORD, RECORD]);
    assert_eq!(world.record_of(&jos_completion()).attempts, 1);
}

#[tokio::test]
async fn after_an_ambiguous_failure_the_result_is_looked_up_before_it_is_written_again() {
    let world = World::with_jo_and_a_course();
    *world.hris.forgets_keys.lock() = true;
    world.hris.faults.arm(RECORD, Fault::After(no_answer()));
    let state = world.push(&jos_completion()).await;
    assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
    assert_eq!(world.hris.faults.made(), [RECORD, Call::IsRecorded]);
    assert_eq!(world.hris.results.lock().len(), 1);
}

#[tokio::test]
async fn an_ambiguous_failure_without_effect_is_written_after_the_look() {
    let world = World::with_jo_and_a_course();
    world.hris.faults.arm(RECORD, Fault::Before(no_answer()));
    world.push(&jos_completion()).await;
    assert_eq!(world.hris.faults.made(), [RECORD, Call::IsRecorded, RECORD]);
    assert_eq!(world.hris.results.lock().len(), 1);
}

#[tokio::test]
async fn a_look_that_fails_is_never_followed_by_a_blind_write() {
    let world = World::with_jo_and_a_course();
    *world.hris.forgets_keys.lock() = true;
    world.hris.faults.arm(RECORD, Fault::After(no_answer()));
    world.hris.faults.arm(Call::IsRecorded, Fault::Before(not_reached()));
    world.push(&jos_completion()).await;
    assert_eq!(world.hris.faults.made(), [RECORD, Call::IsRecorded, Call::IsRecorded]);
    assert_eq!(world.hris.results.lock().len(), 1);
}

#[tokio::test]
async fn a_result_that_was_recorded_before_is_a_success() {
    let world = World::with_jo_and_a_course();
    world.push(&jos_completion()).await;
    world.table.state().results.clear();
    let state = world.push(&jos_completion()).await;
    assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
    assert_eq!(world.hris.results.lock().len(), 1);
}

#[tokio::test]
async fn a_longer_outage_climbs_the_ladder_and_ends_dead_with_its_cause() {
    let world = World::with_jo_and_a_course();
    let mut waits = Vec::new();
    let last = loop {
        fails(&world, 3);
        match world.push(&jos_completion()).await {
            ResultState::Waiting { due_at, .. } => {
                let wait = due_at.duration_since(world.now());
                waits.push(wait);
                world.clock.advance(wait);
            }
            last => break last,
        }
    };
    assert_eq!(waits, [minutes(1), minutes(5), minutes(30)]);
    assert!(matches!(last, ResultState::Dead { .. }), "{last:?}");
    assert_eq!(cause_of(&last), "EmployeeConnect is not available: armed by a test");
    assert_eq!(world.record_of(&jos_completion()).attempts, 4);
}

#[tokio::test]
async fn what_a_retry_cannot_cure_is_dead_at_once() {
    let kind = VendorFailureKind::Refused(Vec::new());
    let world = World::with_jo_and_a_course();
    world.hris.faults.arm(RECORD, Fault::Before(refusal(kind.clone())));
    let state = world.push(&jos_completion()).await;
    assert!(matches!(state, ResultState::Dead { .. }), "{state:?}");
    assert_eq!(cause_of(&state), refusal(kind).to_string());
    assert_eq!(world.hris.faults.made(), [RECORD]);
}

#[tokio::test]
async fn what_somebody_can_mend_waits_for_it_without_quick_tries() {
    let kinds = [
        VendorFailureKind::Credentials,
        VendorFailureKind::ModuleDisabled,
        VendorFailureKind::NotFound(Missing::Other),
    ];
    for kind in kinds {
        let world = World::with_jo_and_a_course();
        world.hris.faults.arm(RECORD, Fault::Before(refusal(kind.clone())));
        let state = world.push(&jos_completion()).await;
        let ResultState::Waiting { due_at, .. } = state else {
            panic!("{kind:?}: {state:?}")
        };
        assert_eq!(world.hris.faults.made(), [RECORD]);
        world.clock.advance(due_at.duration_since(world.now()));
        let state = world.push(&jos_completion()).await;
        assert!(matches!(state, ResultState::Recorded { .. }), "{kind:?}: {state:?}");
    }
}

#[tokio::test]
async fn a_try_for_which_no_time_was_left_does_not_undo_one_that_may_have_had_its_effect() {
    let world = World::with_jo_and_a_course();
    *world.hris.forgets_keys.lock() = true;
    world.hris.faults.arm(RECORD, Fault::After(no_answer()));
    let no_time = refusal(VendorFailureKind::NoTimeLeft);
    for _ in 0..2 {
        world.hris.faults.arm(Call::IsRecorded, Fault::Before(no_time.clone()));
    }
    let ResultState::Waiting { due_at, .. } = world.push(&jos_completion()).await else {
        panic!("is not waiting")
    };
    world.clock.advance(due_at.duration_since(world.now()));
    world.push(&jos_completion()).await;
    assert_eq!(
        world.hris.results.lock().len(),
        1,
        "the next attempt looks before it writes"
    );
}

#[tokio::test]
async fn duplicates_that_come_before_the_next_attempt_is_due_use_up_no_attempt() {
    let world = World::with_jo_and_a_course();
    fails(&world, 3);
    let waiting = world.push(&jos_completion()).await;
    for _ in 0..5 {
        assert_eq!(world.push(&jos_completion()).await, waiting);
    }
    assert_eq!(world.record_of(&jos_completion()).attempts, 1);
    assert_eq!(world.hris.faults.count(RECORD), 3);
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_without_quick_tries() {
    let world = World::with_jo_and_a_course();
    let limited = VendorFailureKind::RateLimited(Duration::from_secs(90));
    world.hris.faults.arm(RECORD, Fault::Before(refusal(limited)));
    let state = world.push(&jos_completion()).await;
    assert!(
        matches!(state, ResultState::Waiting { due_at, .. } if due_at == world.soon(90)),
        "{state:?}"
    );
    assert!(world.clock.pauses().is_empty());
}

#[tokio::test]
async fn a_request_that_was_never_sent_for_lack_of_time_does_not_count() {
    let world = World::with_jo_and_a_course();
    for _ in 0..20 {
        for _ in 0..3 {
            world
                .hris
                .faults
                .arm(RECORD, Fault::Before(refusal(VendorFailureKind::NoTimeLeft)));
        }
        let state = world.push(&jos_completion()).await;
        assert!(matches!(state, ResultState::Waiting { .. }), "{state:?}");
        world.clock.advance(minutes(1));
    }
    assert_eq!(world.record_of(&jos_completion()).attempts, 0);
}

#[tokio::test]
async fn no_quick_try_begins_that_the_invocation_could_not_finish() {
    let world = World::with_jo_and_a_course();
    fails(&world, 3);
    let deadline = world.soon(13);
    push_result(&world.pusher(), &jos_completion(), deadline)
        .await
        .expect("the table works");
    assert_eq!(world.clock.pauses(), [Duration::from_secs(1)]);
}

#[tokio::test]
async fn an_attempt_that_ends_its_invocation_every_time_is_dead_after_the_last_rung() {
    let world = World::with_jo_and_a_course();
    let completion = jos_completion();
    for _ in 0..4 {
        world
            .table
            .claim_result(&completion, world.now(), world.soon(30))
            .await
            .expect("claims");
        world.clock.advance(minutes(1));
    }
    let state = world.push(&completion).await;
    assert_eq!(cause_of(&state), "every attempt ended without an answer");
    assert_eq!(world.hris.faults.made(), []);
}

#[tokio::test]
async fn a_waiting_result_survives_an_invocation_that_dies_and_falls_due_again() {
    let world = World::with_jo_and_a_course();
    let completion = jos_completion();
    world
        .table
        .faults
        .arm(Call::SettleResult, Fault::Before(service_failure()));
    world.try_push(&completion).await.expect_err("died");
    let due_at = world.table.state().results[&completion.enrolment].due_at;
    assert_eq!(due_at, Some(beginning() + minutes(1) / 2));
}
