//! A customer whose EmployeeConnect does not answer: left alone but for one probe at a time, and everything goes on at once
//! when it answers again.

use std::time::Duration;

use habitsync_domain::breaker::Breaker;
use habitsync_domain::completion::Completion;
use habitsync_domain::identity::CourseId;
use habitsync_domain::result::{IgnoredBecause, NewResult, ParkedOn, ResultState};
use habitsync_in_memory::{Call, Fault, StartedJobs, service_failure};
use habitsync_workflows::ports::breaker::StoredBreaker;
use habitsync_workflows::ports::failure::{Missing, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::results::ReleaseResults;
use habitsync_workflows::ports::vendors::{RecordResult, Recorded};
use habitsync_workflows::push_result::{PushResult, push_result};
use habitsync_workflows::watch_fleet::{FleetReport, WatchFleet, watch_fleet};
use jiff::{SignedDuration, Timestamp};

use crate::world::{World, acme, beginning, completion, hours, lacking, minutes, no_answer, not_reached, refusal};

const RECORD: Call = Call::RecordResult;

fn number(enrolment: i64) -> Completion {
    completion(enrolment, 456, "jo@acme.com.au", beginning() - hours(1))
}

fn held_back(since: Timestamp) -> ResultState {
    ResultState::Parked {
        on: ParkedOn::EmployeeConnect,
        since,
    }
}

fn breaker(world: &World) -> Breaker {
    world.table.state().breaker.0.breaker
}

/// EmployeeConnect does not answer the next so many requests.
fn is_silent(world: &World, requests: usize) {
    for _ in 0..requests {
        world.hris.faults.arm(RECORD, Fault::Before(no_answer()));
        world.hris.faults.arm(Call::IsRecorded, Fault::Before(no_answer()));
    }
}

/// The breaker is one silence away from opening.
fn nearly_open(world: &World) {
    let stored = StoredBreaker {
        breaker: Breaker::Closed { silences: 2 },
        version: 2,
    };
    world.table.state().breaker = (stored, None);
}

/// A world whose breaker has just been opened by result 1, and in which EmployeeConnect answers again.
async fn opened() -> World {
    let world = World::with_jo_and_a_course();
    nearly_open(&world);
    world.hris.faults.arm(RECORD, Fault::Before(no_answer()));
    world.push(&number(1)).await;
    assert!(breaker(&world).is_open());
    world
}

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
async fn after_three_silences_a_customer_s_results_wait_without_an_attempt_and_without_a_call() {
    let world = World::with_jo_and_a_course();
    is_silent(&world, 2);
    let first = world.push(&number(1)).await;
    assert!(matches!(first, ResultState::Waiting { .. }), "{first:?}");
    assert_eq!(world.hris.faults.made(), [RECORD, Call::IsRecorded, Call::IsRecorded]);
    let calls = world.hris.faults.made().len();
    assert_eq!(world.push(&number(2)).await, held_back(world.now()));
    assert_eq!(world.record_of(&number(2)).attempts, 0);
    assert_eq!(world.hris.faults.made().len(), calls);
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_silent_too() {
    let world = World::with_jo_and_a_course();
    for _ in 0..3 {
        world.hris.faults.arm(RECORD, Fault::Before(not_reached()));
    }
    world.push(&number(1)).await;
    assert!(breaker(&world).is_open());
}

#[tokio::test]
async fn refusals_and_rate_limits_open_nothing() {
    let kinds = [
        VendorFailureKind::Credentials,
        VendorFailureKind::ModuleDisabled,
        VendorFailureKind::Refused(Vec::new()),
        VendorFailureKind::NotFound(Missing::Employee),
        VendorFailureKind::NotFound(Missing::Other),
        VendorFailureKind::RateLimited(Duration::from_mins(1)),
        VendorFailureKind::NoTimeLeft,
    ];
    for kind in kinds {
        let world = World::with_jo_and_a_course();
        for enrolment in 1..=4 {
            world.hris.faults.arm(RECORD, Fault::Before(refusal(kind.clone())));
            world.push(&number(enrolment)).await;
        }
        assert_eq!(breaker(&world), Breaker::default(), "{kind:?}");
    }
}

#[tokio::test]
async fn an_answer_begins_the_row_of_silences_again_a_refusal_included() {
    let world = World::with_jo_and_a_course();
    nearly_open(&world);
    let refused = refusal(VendorFailureKind::Refused(Vec::new()));
    world.hris.faults.arm(RECORD, Fault::Before(refused));
    world.push(&number(1)).await;
    assert_eq!(breaker(&world), Breaker::default());
    nearly_open(&world);
    world.push(&number(2)).await;
    assert_eq!(breaker(&world), Breaker::default());
}

#[tokio::test]
async fn a_customer_whose_employee_connect_answers_costs_no_write_of_the_breaker() {
    let world = World::with_jo_and_a_course();
    world.push(&number(1)).await;
    assert_eq!(world.table.faults.count(Call::ChangeBreaker), 0);
}

#[tokio::test]
async fn no_quick_try_follows_the_silence_that_opens_the_breaker() {
    let world = opened().await;
    assert_eq!(world.hris.faults.made(), [RECORD]);
    assert!(world.clock.pauses().is_empty());
}

#[tokio::test]
async fn a_quick_try_is_not_made_when_others_have_opened_the_breaker_meanwhile() {
    let world = World::with_jo_and_a_course();
    world.hris.faults.arm(RECORD, Fault::Before(no_answer()));
    let completion = number(1);
    let others = async {
        while world.table.faults.count(Call::ChangeBreaker) == 0 {
            tokio::task::yield_now().await;
        }
        let breaker = Breaker::Open {
            failed_probes: 0,
            probe_at: world.soon(60),
        };
        world.table.state().breaker = (StoredBreaker { breaker, version: 9 }, None);
    };
    let (state, ()) = tokio::join!(world.push(&completion), others);
    assert!(matches!(state, ResultState::Waiting { .. }), "{state:?}");
    assert_eq!(world.hris.faults.made(), [RECORD]);
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
    let queued: Vec<_> = world
        .queue
        .messages()
        .iter()
        .map(|message| message.completion.clone())
        .collect();
    assert_eq!(queued, [number(2), number(1)]);
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
async fn nothing_is_read_back_for_a_result_that_will_be_held_back() {
    let mut world = opened().await;
    world.configuration = acme(&[("read_back = false", "read_back = true")]);
    assert_eq!(world.push(&number(2)).await, held_back(world.now()));
    assert_eq!(world.portal.faults.made(), []);
}

#[tokio::test]
async fn what_does_not_go_to_employee_connect_waits_for_no_breaker() {
    let world = opened().await;
    world.see_topic(456, lacking(), None);
    let reason = IgnoredBecause::TopicIsNotACourse;
    assert_eq!(world.push(&number(2)).await, ResultState::Ignored { reason });
}

#[tokio::test]
async fn a_breaker_that_cannot_be_told_costs_no_result() {
    let world = World::with_jo_and_a_course();
    nearly_open(&world);
    world
        .table
        .faults
        .arm(Call::ChangeBreaker, Fault::Before(service_failure()));
    let state = world.push(&number(1)).await;
    assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
}

/// An EmployeeConnect that swallows every request: each is given up after five seconds.
struct Hanging<'a>(&'a World);

impl Hanging<'_> {
    fn gives_no_answer<T>(&self) -> Result<T, VendorFailure> {
        self.0.clock.advance(SignedDuration::from_secs(5));
        Err(no_answer())
    }
}

impl RecordResult for Hanging<'_> {
    async fn record_result(&self, _: &CourseId, _: &NewResult) -> Result<Recorded, VendorFailure> {
        self.gives_no_answer()
    }

    async fn is_recorded(&self, _: &CourseId, _: &NewResult) -> Result<bool, VendorFailure> {
        self.gives_no_answer()
    }
}

#[tokio::test]
async fn a_customer_whose_employee_connect_hangs_holds_a_pusher_for_twenty_seconds_and_then_for_five_a_probe() {
    let world = World::with_jo_and_a_course();
    let hris = Hanging(&world);
    let push = PushResult {
        table: &world.table,
        portal: &world.portal,
        hris: &hris,
        clock: &world.clock,
        configuration: &world.configuration,
        ladder: &world.ladder,
    };
    let holds = async |enrolment| {
        let began = world.now();
        let pushed = push_result(&push, &number(enrolment), world.soon(30)).await;
        pushed.expect("the table works");
        world.now().duration_since(began).as_secs()
    };
    assert_eq!(holds(1).await, 20, "three requests, and the waits between them");
    for enrolment in 2..=50 {
        assert_eq!(holds(enrolment).await, 0);
    }
    world.clock.advance(minutes(1));
    assert_eq!([holds(51).await, holds(52).await], [5, 0]);
}
