//! A completion becomes one result: the right person, course and day, whoever else is at it.

use habitsync_domain::people::link::FormerName;
use habitsync_domain::results::choice::ResultStatus;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::{IgnoredBecause, ParkedOn, ResultState};
use habitsync_in_memory::{Call, Fault, service_failure, vendor_failure};
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use habitsync_workflows::ports::results::ClaimResult;
use habitsync_workflows::results::push::{PushOutcome, push_result};
use jiff::Timestamp;

use crate::world::{World, beginning, employee, from_portal, hours, jos_completion, minutes, name, person};

#[tokio::test]
async fn a_completion_is_recorded_for_its_person_on_its_course_on_the_local_day() {
    let world = World::with_jo_and_a_course();
    let mut completion = jos_completion();
    // Still the 14th in Greenwich, already the 15th in Sydney.
    completion.completed_at = "2026-03-14T20:30:00Z".parse().expect("a time");
    let state = world.push(&completion).await;
    let course = habitsync_domain::identity::CourseId("course-456".to_owned());
    let recorded = ResultState::Recorded {
        course,
        employee_id: employee("E1"),
        at: beginning(),
    };
    assert_eq!(state, recorded);
    let results = world.hris.results.lock();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].course.0, "course-456");
    assert_eq!(results[0].result.employee_id, employee("E1"));
    assert_eq!(results[0].result.completed_on.to_string(), "2026-03-15");
    assert_eq!(results[0].result.idempotency_key, "th-enrolment-9001");
    assert_eq!(results[0].result.duration_minutes, Some(12));
}

#[tokio::test]
async fn a_duplicate_webhook_is_recorded_once() {
    let world = World::with_jo_and_a_course();
    let completion = jos_completion();
    let first = world.push(&completion).await;
    let second = world.try_push(&completion).await.expect("the table works");
    assert_eq!(second, PushOutcome::AlreadySettled(first));
    assert_eq!(world.hris.faults.count(Call::RecordResult), 1);
}

#[tokio::test]
async fn a_retake_is_another_result() {
    let world = World::with_jo_and_a_course();
    let mut retake = jos_completion();
    retake.enrolment.0 += 1;
    retake.completed_at = beginning() + hours(24);
    world.push(&jos_completion()).await;
    world.push(&retake).await;
    let results = world.hris.results.lock();
    let recorded: Vec<_> = results
        .iter()
        .map(|stored| {
            let result = &stored.result;
            (result.idempotency_key.as_str(), result.completed_on.to_string())
        })
        .collect();
    let expected = [("th-enrolment-9001", "2026-03-16"), ("th-enrolment-9002", "2026-03-17")];
    assert_eq!(recorded, expected.map(|(key, day)| (key, day.to_owned())));
}

#[tokio::test]
async fn of_two_pushes_at_once_one_records_and_the_other_stands_back() {
    let world = World::with_jo_and_a_course();
    let completion = jos_completion();
    let (one, two) = tokio::join!(world.try_push(&completion), world.try_push(&completion));
    let outcomes = [one.expect("the table works"), two.expect("the table works")];
    let held = PushOutcome::HeldByAnother { until: world.soon(30) };
    assert!(outcomes.contains(&held), "{outcomes:?}");
    assert_eq!(world.hris.faults.count(Call::RecordResult), 1);
    assert_eq!(world.record_of(&completion).attempts, 1);
}

#[tokio::test]
async fn a_claim_held_by_another_defers_without_counting_an_attempt() {
    let world = World::with_jo_and_a_course();
    let completion = jos_completion();
    let until = world.soon(20);
    world
        .table
        .claim_result(&completion, world.now(), until)
        .await
        .expect("claims");
    let before = world.record_of(&completion);
    let outcome = world.try_push(&completion).await.expect("the table works");
    assert_eq!(outcome, PushOutcome::HeldByAnother { until });
    assert_eq!(world.record_of(&completion), before);
    assert_eq!(world.hris.faults.made(), []);
}

#[tokio::test]
async fn a_claim_that_ran_out_is_taken_over_and_looked_up_before_writing() {
    let world = World::with_jo_and_a_course();
    let completion = jos_completion();
    world
        .table
        .claim_result(&completion, world.now(), world.soon(30))
        .await
        .expect("claims");
    world.clock.advance(minutes(1));
    let state = world.push(&completion).await;
    assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
    assert_eq!(world.hris.faults.made(), [Call::IsRecorded, Call::RecordResult]);
    assert_eq!(world.record_of(&completion).attempts, 2);
}

#[tokio::test]
async fn a_result_recorded_by_an_invocation_that_died_is_found_and_not_written_again() {
    let world = World::with_jo_and_a_course();
    *world.hris.forgets_keys.lock() = true;
    let completion = jos_completion();
    world
        .table
        .faults
        .arm(Call::SettleResult, Fault::Before(service_failure()));
    world
        .try_push(&completion)
        .await
        .expect_err("died before it could say so");
    world.clock.advance(minutes(1));
    let state = world.push(&completion).await;
    assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
    assert_eq!(world.hris.results.lock().len(), 1);
}

#[tokio::test]
async fn a_completion_under_a_former_user_name_finds_its_person_by_its_date() {
    let world = World::with_jo_and_a_course();
    let mut jo = person("E1", "jo.smith@acme.com.au");
    jo.former_names = vec![FormerName {
        user_name: name("jo@acme.com.au"),
        until: beginning() - minutes(30),
    }];
    world.table.state().people.insert(jo.employee_id.clone(), jo);
    world.link_person("E2", "jo@acme.com.au");
    world.push(&jos_completion()).await;
    let mut later = jos_completion();
    later.enrolment.0 += 1;
    later.completed_at = beginning();
    world.push(&later).await;
    let results = world.hris.results.lock();
    let people: Vec<_> = results
        .iter()
        .map(|stored| stored.result.employee_id.as_str())
        .collect();
    assert_eq!(people, ["E1", "E2"]);
}

#[tokio::test]
async fn a_completion_is_read_back_where_the_sender_cannot_sign_and_what_tribal_habits_says_counts() {
    let mut world = World::with_jo_and_a_course();
    world.configuration = crate::world::acme(&[("\"signature\" ", "\"token\" ")]);
    world.link_person("E2", "sam@acme.com.au");
    let mut confirmed = from_portal(jos_completion());
    confirmed.user_name = name("sam@acme.com.au");
    confirmed.completed_at = beginning() - hours(72);
    world.portal.completions.lock().push(confirmed.clone());
    world.push(&jos_completion()).await;
    let results = world.hris.results.lock();
    assert_eq!(results[0].result.employee_id, employee("E2"));
    assert_eq!(results[0].result.completed_on.to_string(), "2026-03-13");
    assert_eq!(world.record_of(&confirmed).completion, confirmed);
}

#[tokio::test]
async fn a_completion_that_tribal_habits_never_confirms_is_ignored_after_the_last_rung() {
    let mut world = World::with_jo_and_a_course();
    world.configuration = crate::world::acme(&[("read_back = false", "read_back = true")]);
    let mut waits = Vec::new();
    let last = loop {
        match world.push(&jos_completion()).await {
            ResultState::Unconfirmed { due_at, cause } => {
                assert_eq!(cause, "Tribal Habits does not confirm the completion");
                waits.push(due_at.duration_since(world.now()));
                world.clock.advance(due_at.duration_since(world.now()));
            }
            last => break last,
        }
    };
    assert_eq!(waits, [1, 5, 30].map(minutes));
    let reason = IgnoredBecause::NotConfirmed;
    assert_eq!(last, ResultState::Ignored { reason });
    assert_eq!(world.hris.faults.made(), []);
}

#[tokio::test]
async fn a_completion_that_tribal_habits_shows_late_is_recorded_once_it_does() {
    let mut world = World::with_jo_and_a_course();
    world.configuration = crate::world::acme(&[("read_back = false", "read_back = true")]);
    world.push(&jos_completion()).await;
    world.portal.completions.lock().push(jos_completion());
    world.clock.advance(minutes(1));
    let state = world.push(&jos_completion()).await;
    assert!(matches!(state, ResultState::Recorded { .. }), "{state:?}");
    assert_eq!(world.hris.results.lock().len(), 1);
}

#[tokio::test]
async fn a_read_back_that_fails_is_tried_again_later() {
    let mut world = World::with_jo_and_a_course();
    world.configuration = crate::world::acme(&[("read_back = false", "read_back = true")]);
    let outage = VendorFailureKind::Unavailable {
        may_have_happened: false,
    };
    let outage = vendor_failure(Vendor::TribalHabits, outage);
    world.portal.faults.arm(Call::FindCompletion, Fault::Before(outage));
    let state = world.push(&jos_completion()).await;
    assert!(
        matches!(state, ResultState::Unconfirmed { due_at, .. } if due_at == world.soon(60)),
        "{state:?}"
    );
    assert_eq!(world.hris.faults.made(), []);
}

#[tokio::test]
async fn nothing_is_recorded_for_a_customer_that_is_not_live_or_records_no_results() {
    let changes = [
        ("status = \"live\"", "status = \"paused\""),
        ("status = \"live\"", "status = \"draft\""),
        ("[results]\nenabled = true", "[results]\nenabled = false"),
    ];
    for change in changes {
        let mut world = World::with_jo_and_a_course();
        world.configuration = crate::world::acme(&[change]);
        let state = world.push(&jos_completion()).await;
        assert_eq!(
            state,
            ResultState::Parked {
                on: ParkedOn::Customer,
                since: beginning()
            },
            "{}",
            change.1
        );
        assert_eq!(world.hris.faults.made(), []);
    }
}

#[tokio::test]
async fn a_table_that_fails_leaves_the_completion_to_the_queue() {
    let world = World::with_jo_and_a_course();
    world
        .table
        .faults
        .arm(Call::ClaimResult, Fault::Before(service_failure()));
    let outcome = push_result(&world.pusher(), &jos_completion(), world.soon(30)).await;
    assert_eq!(outcome, Err(service_failure()));
    assert_eq!(world.hris.faults.made(), []);
}

#[tokio::test]
async fn a_completion_of_any_time_and_duration_is_settled_and_swept_without_a_panic() {
    for at in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        for minutes in [None, Some(0), Some(u32::MAX)] {
            let world = World::with_jo_and_a_course();
            let completion = Completion {
                completed_at: at,
                training_minutes: minutes,
                ..jos_completion()
            };
            let state = world.push(&completion).await;
            assert_ne!(state.status(), ResultStatus::Claimed, "{at} {minutes:?}");
            world.portal.completions.lock().push(completion);
            world.table.state().live_since = Some(at);
            let swept = crate::sweeping::sweep_for(&world, 300).await;
            assert!(swept.is_ok(), "{at}: {swept:?}");
        }
    }
}

#[tokio::test]
async fn the_day_that_is_recorded_is_the_customers_own_on_both_sides_of_midnight_and_of_a_change_of_clocks() {
    let days = [
        ("2026-03-01T12:59:59.999999999Z", "2026-03-01"),
        ("2026-03-01T13:00:00Z", "2026-03-02"),
        // Daylight saving ends on 5 April 2026: midnight moves by an hour.
        ("2026-04-04T12:59:59Z", "2026-04-04"),
        ("2026-04-05T13:59:59Z", "2026-04-05"),
        ("2026-04-05T14:00:00Z", "2026-04-06"),
    ];
    for (at, day) in days {
        let world = World::with_jo_and_a_course();
        let completion = Completion {
            completed_at: at.parse().expect("a time"),
            ..jos_completion()
        };
        world.push(&completion).await;
        let results = world.hris.results.lock();
        let recorded: Vec<_> = results
            .iter()
            .map(|stored| stored.result.completed_on.to_string())
            .collect();
        assert_eq!(recorded, [day], "{at}");
    }
}
