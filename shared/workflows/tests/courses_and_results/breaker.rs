//! A customer whose EmployeeConnect does not answer is left alone: what opens the breaker, what is held back, and how long a
//! pusher is held.

use std::time::Duration;

use habitsync_domain::identity::CourseId;
use habitsync_domain::results::breaker::Breaker;
use habitsync_domain::results::result::{IgnoredBecause, NewResult, ResultState};
use habitsync_in_memory::{Call, Fault, service_failure};
use habitsync_workflows::ports::breaker::StoredBreaker;
use habitsync_workflows::ports::failure::{Missing, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{RecordResult, Recorded};
use habitsync_workflows::results::push::{PushResult, push_result};
use jiff::SignedDuration;

use crate::silence::{RECORD, breaker, held_back, is_silent, nearly_open, number, opened};
use crate::world::{World, acme, lacking, minutes, no_answer, not_reached, refusal};

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
