//! While a customer's breaker is open one result at a time finds out whether EmployeeConnect answers again; when it does,
//! everything goes on at once.

use std::time::Duration;

use habitsync_domain::results::breaker::Breaker;
use habitsync_domain::results::result::{ParkedOn, ResultState};
use habitsync_in_memory::{Call, Fault, StartedJobs, service_failure};
use habitsync_workflows::fleet::watch::{FleetReport, WatchFleet, watch_fleet};
use habitsync_workflows::ports::breaker::StoredBreaker;
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::ports::results::ReleaseResults;

use crate::silence::{RECORD, breaker, held_back, is_silent, number, opened};
use crate::world::{World, minutes, no_answer, refusal};

async fn watch(world: &World) -> FleetReport {
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    let watch = WatchFleet {
        fleet: &fleet,
        queue: &world.queue,
        jobs: &jobs,
        clock: &world.clock,
    };
    watch_fleet(&watch, world.soon(50))
        .await
        .expect("what is due can be read")
}

#[tokio::test]
async fn of_those_who_would_probe_one_does_and_the_others_wait() {
    let world = opened().await;
    world.clock.advance(minutes(1));
    let (two, three) = (number(2), number(3));
    is_silent(&world, 1);
    let states = tokio::join!(world.push(&two), world.push(&three));
    assert_eq!(world.hris.faults.count(RECORD), 2, "one to open it, and one probe");
    let is_held = |state: &ResultState| *state == held_back(world.now());
    assert!(is_held(&states.0) ^ is_held(&states.1), "{states:?}");
    assert!(world.clock.pauses().is_empty(), "a probe is one try");
}

#[tokio::test]
async fn a_probe_that_succeeds_makes_everything_due_that_waited() {
    let world = opened().await;
    for enrolment in 2..=5 {
        world.push(&number(enrolment)).await;
    }
    world.clock.advance(minutes(1));
    let state = world.push(&number(6)).await;
    assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
    assert_eq!(breaker(&world), Breaker::default());
    for enrolment in 2..=5 {
        let state = world.state_of(&number(enrolment));
        assert!(
            matches!(state, ResultState::Waiting { due_at, .. } if due_at == world.now()),
            "{state:?}"
        );
        let state = world.push(&number(enrolment)).await;
        assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
    }
}

#[tokio::test]
async fn each_probe_that_fails_is_followed_by_a_longer_wait() {
    let world = opened().await;
    let mut waits = Vec::new();
    for enrolment in 2..=6 {
        let Breaker::Open { probe_at, .. } = breaker(&world) else {
            panic!("it is closed")
        };
        let wait = probe_at.duration_since(world.now());
        waits.push(wait);
        world.clock.advance(wait);
        world.hris.faults.arm(RECORD, Fault::Before(no_answer()));
        world.push(&number(enrolment)).await;
        assert_eq!(world.record_of(&number(enrolment)).attempts, 1, "a probe is an attempt");
    }
    assert_eq!(waits, [1, 2, 5, 10, 10].map(minutes));
}

#[tokio::test]
async fn a_probe_that_never_comes_back_is_followed_by_another_once_its_time_has_ended() {
    let world = opened().await;
    world.clock.advance(minutes(1));
    let dies = Fault::After(service_failure());
    world.table.faults.arm(Call::ChangeBreaker, dies);
    world.try_push(&number(2)).await.expect_err("died");
    assert_eq!(world.push(&number(3)).await, held_back(world.now()));
    world.clock.advance(minutes(1) / 2);
    let state = world.push(&number(4)).await;
    assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
}

#[tokio::test]
async fn a_probe_that_is_asked_to_wait_neither_closes_nor_lengthens_anything() {
    let world = opened().await;
    world.clock.advance(minutes(1));
    let limited = VendorFailureKind::RateLimited(Duration::from_mins(1));
    world.hris.faults.arm(RECORD, Fault::Before(refusal(limited)));
    world.push(&number(2)).await;
    let probe_at = world.soon(30);
    assert_eq!(
        breaker(&world),
        Breaker::Open {
            failed_probes: 0,
            probe_at
        }
    );
}

#[tokio::test]
async fn the_watchdog_sends_what_has_waited_longest_to_probe_and_nothing_else() {
    let world = opened().await;
    for enrolment in 2..=4 {
        world.push(&number(enrolment)).await;
        world.clock.advance(minutes(1) / 10);
    }
    assert_eq!(watch(&world).await, FleetReport::default(), "not yet");
    world.clock.advance(minutes(1) - minutes(3) / 10);
    // Result 1 failed by itself, and is on its ladder.
    let report = watch(&world).await;
    assert_eq!((report.probes_queued, report.results_queued), (1, 1));
    assert_eq!(watch(&world).await, FleetReport::default(), "once");
    let messages = world.queue.messages();
    let mut queued: Vec<_> = messages.iter().map(|message| message.completion.clone()).collect();
    queued.sort_by_key(|completion| completion.enrolment);
    assert_eq!(queued, [number(1), number(2)]);
    world.push(&number(2)).await;
    let report = watch(&world).await;
    assert_eq!((report.probes_queued, report.results_queued), (0, 2));
}

#[tokio::test]
async fn an_open_breaker_behind_which_nothing_waits_is_left_to_the_next_completion() {
    let world = opened().await;
    world.clock.advance(minutes(1));
    let report = watch(&world).await;
    assert_eq!((report.probes_queued, report.results_queued), (0, 1));
    let state = world.push(&number(2)).await;
    assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
}

#[tokio::test]
async fn a_result_that_is_held_back_just_as_the_breaker_closes_is_due_at_once() {
    for pause in 0..12 {
        let world = opened().await;
        let completion = number(2);
        let closes = async {
            for _ in 0..pause {
                tokio::task::yield_now().await;
            }
            world.table.state().breaker = (StoredBreaker::default(), None);
            let waits_for = ParkedOn::EmployeeConnect;
            world
                .table
                .release_results(&waits_for, world.now())
                .await
                .expect("releases");
        };
        tokio::join!(world.try_push(&completion), closes)
            .0
            .expect("the table works");
        let state = world.state_of(&completion);
        assert_ne!(state, held_back(world.now()), "closed after {pause} turns");
    }
}

#[tokio::test]
async fn a_release_that_is_cut_off_is_finished_by_whoever_hears_the_next_answer() {
    let world = opened().await;
    world.push(&number(2)).await;
    world.clock.advance(minutes(1));
    let cut_off = Fault::Before(service_failure());
    world.table.faults.arm(Call::ReleaseResults, cut_off);
    let state = world.push(&number(3)).await;
    assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
    let until = world.soon(60);
    assert_eq!(breaker(&world), Breaker::Releasing { until });
    world.clock.advance(minutes(1));
    world.push(&number(4)).await;
    assert_eq!(breaker(&world), Breaker::default());
    assert!(matches!(world.state_of(&number(2)), ResultState::Waiting { .. }));
}

#[tokio::test]
async fn a_release_that_is_cut_off_is_finished_although_nothing_is_completed_any_more() {
    let world = opened().await;
    for enrolment in 2..=4 {
        world.push(&number(enrolment)).await;
    }
    world.clock.advance(minutes(1));
    let cut_off = Fault::Before(service_failure());
    world.table.faults.arm(Call::ReleaseResults, cut_off);
    world.push(&number(5)).await;
    for _ in 0..3 {
        world.clock.advance(minutes(1));
        watch(&world).await;
        while let Some(message) = world.queue.receive() {
            world.push(&message.completion).await;
        }
    }
    for enrolment in 1..=5 {
        let state = world.state_of(&number(enrolment));
        assert!(matches!(state, ResultState::Recorded { .. }), "{enrolment}: {state:?}");
    }
}
