//! A result that was given up goes on once its reason has passed: by a link, a course, a sweep, a later delivery or a replay.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::courses::course::TopicState;
use habitsync_domain::identity::{CourseId, TopicId};
use habitsync_domain::results::choice::{Replayable, ResultStatus};
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState, Tried};
use habitsync_domain::user_plan::{RekeyedPair, Shared};
use habitsync_in_memory::{Call, Fault, WaitingResult, vendor_failure};
use habitsync_workflows::ports::failure::{Missing, Vendor, VendorFailureKind};
use habitsync_workflows::ports::results::{ClaimResult, ReleaseResults};
use habitsync_workflows::user_sync::rekey::{propose_rekeys, rekey_people};
use jiff::Timestamp;

use crate::academy::{sync, topic, unlinked};
use crate::replaying::replay_in;
use crate::sweeping::{completed, queued, sweep, sweep_asked_for, sweep_for, swept_world};
use crate::world::{World, acme, beginning, employee, hours, jos_completion, lacking, minutes, name, refusal};

/// Jo's completion as a bearer token brought it.
fn unsigned() -> Completion {
    Completion {
        source: CompletionSource::BearerToken,
        ..jos_completion()
    }
}

fn by_token() -> TenantConfiguration {
    acme(&[("\"signature\" ", "\"token\" ")])
}

fn ignored(reason: IgnoredBecause) -> ResultState {
    ResultState::Ignored { reason }
}

fn is_due(state: &ResultState, now: Timestamp) -> bool {
    matches!(state, ResultState::Waiting { due_at, .. } if *due_at == now)
}

/// Sweeps, and pushes what the sweep queues.
async fn sweep_and_push(world: &World) {
    sweep(world).await;
    while let Some(message) = world.queue.receive() {
        world.try_push(&message.completion).await.expect("the table works");
    }
}

async fn ignored_as_no_employee(world: &World) {
    world.table.state().people.clear();
    world.users_synced_from(beginning());
    let reason = IgnoredBecause::UserIsNoEmployee;
    assert_eq!(world.push(&jos_completion()).await, ignored(reason));
}

async fn release(world: &World, on: ParkedOn) -> u64 {
    let released = world.table.release_results(&on, world.now()).await;
    released.expect("releases")
}

#[tokio::test]
async fn a_starter_who_learns_before_hr_enters_them_is_recorded_once_linked() {
    let world = World::with_jo_and_a_course();
    ignored_as_no_employee(&world).await;
    world.clock.advance(hours(40 * 24));
    world.link_person("E1", "jo@acme.com.au");
    assert_eq!(release(&world, ParkedOn::User(name("JO@acme.com.au"))).await, 1);
    assert!(is_due(&world.state_of(&jos_completion()), world.now()));
    assert_eq!(world.push(&jos_completion()).await.status(), ResultStatus::Recorded);
}

#[tokio::test]
async fn a_topic_that_becomes_a_course_later_releases_what_was_ignored_because_of_it() {
    for before in [lacking(), TopicState::NotATopic] {
        let world = crate::academy::world_with(vec![unlinked(456)]);
        world.link_person("E1", "jo@acme.com.au");
        world.see_topic(456, before, None);
        let reason = IgnoredBecause::TopicIsNotACourse;
        assert_eq!(world.push(&jos_completion()).await, ignored(reason));
        sync(&world).await;
        assert_eq!(world.state_of(&jos_completion()), ignored(reason));
        *world.portal.topics.lock() = vec![topic(456)];
        sync(&world).await;
        assert!(is_due(&world.state_of(&jos_completion()), world.now()));
        assert_eq!(world.push(&jos_completion()).await.status(), ResultStatus::Recorded);
    }
}

/// Jo's completion as an earlier version left it: the index does not list it.
fn as_before_the_index(world: &World, state: ResultState) {
    let record = ResultRecord {
        completion: jos_completion(),
        state,
        attempts: 1,
    };
    let enrolment = record.completion.enrolment;
    let mut table = world.table.state();
    table.results.insert(enrolment, WaitingResult { record, due_at: None });
    table.unindexed.insert(enrolment);
}

#[tokio::test]
async fn what_an_earlier_version_ignored_is_released_by_a_link_after_the_first_sweep() {
    let world = swept_world();
    world.table.state().people.clear();
    world.users_synced_from(world.now());
    as_before_the_index(&world, ignored(IgnoredBecause::UserIsNoEmployee));
    assert_eq!(release(&world, ParkedOn::User(name("jo@acme.com.au"))).await, 0);
    for _ in 0..2 {
        sweep(&world).await;
    }
    assert_eq!(
        world.table.faults.count(Call::ListUnindexed),
        1,
        "the second sweep asks no more"
    );
    assert_eq!(release(&world, ParkedOn::User(name("jo@acme.com.au"))).await, 1);
}

#[tokio::test]
async fn what_an_earlier_version_ignored_or_gave_up_and_has_somewhere_to_go_by_now_goes_on_with_the_first_sweep() {
    let dead = ResultState::Dead {
        cause: habitsync_domain::results::parked::cause_of_end(&ParkedOn::Topic(TopicId(456))).to_owned(),
        tried: None,
    };
    for before in [ignored(IgnoredBecause::UserIsNoEmployee), dead] {
        let world = swept_world();
        as_before_the_index(&world, before);
        sweep(&world).await;
        assert!(is_due(&world.state_of(&jos_completion()), world.now()));
    }
}

#[tokio::test]
async fn a_sweep_whose_index_of_earlier_results_fails_goes_on_with_it_the_next_time() {
    let world = swept_world();
    as_before_the_index(&world, ignored(IgnoredBecause::TopicIsNotACourse));
    world.see_topic(456, lacking(), None);
    let failure = habitsync_in_memory::service_failure();
    world.table.faults.arm(Call::IndexResult, Fault::Before(failure));
    sweep_for(&world, 300).await.expect_err("the index fails");
    assert!(!world.table.state().unindexed.is_empty());
    sweep_asked_for(&world, 300).await.expect("the index works");
    assert!(world.table.state().unindexed.is_empty());
}

#[tokio::test]
async fn a_question_to_tribal_habits_that_was_never_asked_for_lack_of_time_uses_up_no_rung() {
    let mut world = World::with_jo_and_a_course();
    world.configuration = by_token();
    for _ in 0..20 {
        let no_time = vendor_failure(Vendor::TribalHabits, VendorFailureKind::NoTimeLeft);
        world.portal.faults.arm(Call::FindCompletion, Fault::Before(no_time));
        let state = world.push(&unsigned()).await;
        assert_eq!(state.status(), ResultStatus::Waiting, "{state:?}");
        world.clock.advance(minutes(10));
    }
    world.portal.completions.lock().push(jos_completion());
    assert_eq!(world.push(&unsigned()).await.status(), ResultStatus::Recorded);
}

#[tokio::test]
async fn a_topic_that_is_still_no_course_costs_no_release_at_each_sync() {
    let world = crate::academy::world_with(vec![unlinked(456)]);
    sync(&world).await;
    sync(&world).await;
    assert_eq!(world.table.faults.count(Call::ReleaseResults), 1);
}

#[tokio::test]
async fn an_enrolment_that_is_confirmed_after_the_ladder_is_recorded_by_the_next_sweep() {
    let mut world = swept_world();
    world.configuration = acme(&[("read_back = false", "read_back = true")]);
    end_of_ladder(&world, &jos_completion()).await;
    assert_eq!(world.state_of(&jos_completion()), ignored(IgnoredBecause::NotConfirmed));
    completed(&world, 9001, beginning() - hours(1));
    sweep_and_push(&world).await;
    assert_eq!(world.state_of(&jos_completion()).status(), ResultStatus::Recorded);
}

/// Delivers a completion until Tribal Habits is asked no more.
async fn end_of_ladder(world: &World, completion: &Completion) {
    while let ResultState::Unconfirmed { due_at, .. } = world.push(completion).await {
        world.clock.advance(due_at.duration_since(world.now()));
    }
}

#[tokio::test]
async fn a_later_delivery_of_an_ignored_enrolment_examines_it_again() {
    let world = World::with_jo_and_a_course();
    ignored_as_no_employee(&world).await;
    world.link_person("E1", "jo@acme.com.au");
    assert_eq!(world.push(&jos_completion()).await.status(), ResultStatus::Recorded);
    assert_eq!(world.hris.faults.made(), [Call::RecordResult]);
}

#[tokio::test]
async fn a_sweep_hands_on_what_was_ignored_only_where_the_reason_has_passed() {
    let world = swept_world();
    world.see_topic(7, lacking(), None);
    for enrolment in 1..=3 {
        let mut completion = completed(&world, enrolment, beginning() - minutes(enrolment));
        completion.topic = TopicId(7);
        world.push(&completion).await;
    }
    world
        .portal
        .completions
        .lock()
        .iter_mut()
        .for_each(|completion| completion.topic = TopicId(7));
    assert_eq!(sweep(&world).await.known, 3);
    world.link_course(7);
    sweep(&world).await;
    assert_eq!(queued(&world).len(), 3);
}

#[tokio::test]
async fn a_sweep_finds_an_ignored_completion_under_the_user_name_that_its_account_has_now() {
    let world = swept_world();
    completed(&world, 9001, beginning() - hours(1));
    let mut earlier = jos_completion();
    earlier.user_name = name("jo.maiden@acme.com.au");
    world.users_synced_from(beginning());
    let reason = IgnoredBecause::UserIsNoEmployee;
    assert_eq!(world.push(&earlier).await, ignored(reason));
    sweep_and_push(&world).await;
    assert_eq!(world.state_of(&earlier).status(), ResultStatus::Recorded);
}

#[tokio::test]
async fn ignored_results_are_replayed_by_their_reason_and_unconfirmed_ones_still_have_to_be_confirmed() {
    let mut world = World::with_jo_and_a_course();
    world.configuration = by_token();
    end_of_ladder(&world, &unsigned()).await;
    // The customer's sender can sign now; what came before still proves nothing.
    world.configuration = acme(&[]);
    let other = Replayable::Ignored(Some(IgnoredBecause::UserIsNoEmployee));
    assert_eq!(replay_in(&world, other).await.replayed, 0);
    assert_eq!(replay_in(&world, Replayable::Ignored(None)).await.replayed, 1);
    let state = world.push(&unsigned()).await;
    assert!(matches!(state, ResultState::Unconfirmed { .. }), "{state:?}");
    world.portal.completions.lock().push(jos_completion());
    assert_eq!(world.push(&unsigned()).await.status(), ResultStatus::Recorded);
}

#[tokio::test]
async fn a_forged_delivery_before_the_completion_does_not_delay_the_genuine_one() {
    let mut world = World::with_jo_and_a_course();
    world.configuration = by_token();
    let forged = Completion {
        topic: TopicId(999),
        user_name: name("mallory@acme.com.au"),
        completed_at: beginning() - hours(999),
        ..unsigned()
    };
    world.push(&forged).await;
    world.clock.advance(minutes(1));
    world.push(&forged).await;
    // The next rung is minutes away.
    world.portal.completions.lock().push(jos_completion());
    assert_eq!(world.push(&unsigned()).await.status(), ResultStatus::Recorded);
    let results = world.hris.results.lock();
    let (recorded, day) = (&results[0].result, results[0].result.completed_on.to_string());
    assert_eq!(
        (recorded.employee_id.clone(), day.as_str()),
        (employee("E1"), "2026-03-16")
    );
}

#[tokio::test]
async fn forged_deliveries_use_up_neither_the_ladder_of_the_genuine_one_nor_each_others_rungs() {
    let mut world = World::with_jo_and_a_course();
    world.configuration = by_token();
    let first = world.push(&unsigned()).await;
    for _ in 0..20 {
        assert_eq!(world.push(&unsigned()).await, first);
    }
    end_of_ladder(&world, &unsigned()).await;
    world.portal.completions.lock().push(jos_completion());
    let failure = refusal(VendorFailureKind::Unavailable {
        may_have_happened: false,
    });
    for _ in 0..3 {
        world.hris.faults.arm(Call::IsRecorded, Fault::Before(failure.clone()));
    }
    let state = world.push(&unsigned()).await;
    assert!(matches!(state, ResultState::Waiting { .. }), "{state:?}");
}

#[tokio::test]
async fn a_portal_that_cannot_be_asked_settles_no_enrolment_for_good() {
    let mut world = swept_world();
    world.configuration = by_token();
    let outage = vendor_failure(Vendor::TribalHabits, VendorFailureKind::Credentials);
    for _ in 0..9 {
        world
            .portal
            .faults
            .arm(Call::FindCompletion, Fault::Before(outage.clone()));
    }
    end_of_ladder(&world, &unsigned()).await;
    let reason = IgnoredBecause::ConfirmationFailed;
    assert_eq!(world.state_of(&unsigned()), ignored(reason));
    world.portal.faults.disarm();
    completed(&world, 9001, beginning() - hours(1));
    sweep_and_push(&world).await;
    assert_eq!(world.state_of(&unsigned()).status(), ResultStatus::Recorded);
}

#[tokio::test]
async fn a_later_signed_delivery_does_not_replace_the_values_that_were_stored_first() {
    let world = World::new();
    world.link_person("E1", "jo@acme.com.au");
    world.push(&jos_completion()).await;
    let mut later = jos_completion();
    later.completed_at = beginning() - hours(99);
    later.user_name = name("sam@acme.com.au");
    world.push(&later).await;
    assert_eq!(world.record_of(&later).completion, jos_completion());
    world.link_course(456);
    world.push(&later).await;
    let results = world.hris.results.lock();
    assert_eq!(results[0].result.employee_id, employee("E1"));
    assert_eq!(results[0].result.completed_on.to_string(), "2026-03-16");
}

#[tokio::test]
async fn a_link_that_comes_while_the_result_is_being_ignored_releases_it_at_once() {
    for turns in 0..12 {
        let world = World::new();
        world.link_person("E1", "jo@acme.com.au");
        world.see_topic(456, lacking(), None);
        let course_comes = async {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            world.link_course(456);
            release(&world, ParkedOn::Topic(TopicId(456))).await;
        };
        let completion = jos_completion();
        let (pushed, ()) = tokio::join!(biased; world.try_push(&completion), course_comes);
        pushed.expect("the table works");
        let state = world.state_of(&completion);
        assert!(
            !matches!(state, ResultState::Ignored { .. }),
            "after {turns} turns: {state:?}"
        );
    }
}

#[tokio::test]
async fn an_employee_whom_employee_connect_does_not_know_is_waited_for_and_a_new_link_releases_it() {
    let world = World::with_jo_and_a_course();
    let gone = refusal(VendorFailureKind::NotFound(Missing::Employee));
    world.hris.faults.arm(Call::RecordResult, Fault::Before(gone));
    let state = world.push(&jos_completion()).await;
    let on = ParkedOn::Employee(employee("E1"));
    assert_eq!(state, ResultState::Parked { on, since: beginning() });
    world.table.state().people.clear();
    world.link_person("E7", "jo@acme.com.au");
    assert_eq!(release(&world, ParkedOn::User(name("jo@acme.com.au"))).await, 1);
    world.push(&jos_completion()).await;
    assert_eq!(world.hris.results.lock()[0].result.employee_id, employee("E7"));
}

#[tokio::test]
async fn a_rekeyed_employees_results_are_released_by_the_relinking() {
    let world = World::with_jo_and_a_course();
    let gone = refusal(VendorFailureKind::NotFound(Missing::Employee));
    world.hris.faults.arm(Call::RecordResult, Fault::Before(gone));
    world.push(&jos_completion()).await;
    let pair = RekeyedPair {
        former: employee("E1"),
        current: employee("N1"),
        person: "Jo".to_owned(),
        user_name: name("jo@acme.com.au"),
        shared: Shared::UserName,
    };
    world.hris.employ(&pair.current);
    let proposed = propose_rekeys(&world.table, vec![pair]).await.expect("the table works");
    let rekeyed = rekey_people(&world.table, &world.clock, &proposed, "ana").await;
    assert!(rekeyed.iter().all(|rekeyed| rekeyed.failure.is_none()), "{rekeyed:?}");
    let state = world.push(&jos_completion()).await;
    assert_eq!(state.status(), ResultStatus::Recorded, "{state:?}");
    assert_eq!(world.hris.results.lock()[0].result.employee_id, employee("N1"));
}

#[tokio::test]
async fn a_refused_result_is_tried_again_once_its_employee_or_its_course_is_another() {
    let world = swept_world();
    let refused = refusal(VendorFailureKind::Refused(Vec::new()));
    world.hris.faults.arm(Call::RecordResult, Fault::Before(refused));
    let ResultState::Dead { tried, .. } = world.push(&jos_completion()).await else {
        panic!("a refused result is dead");
    };
    let expected = Tried {
        course: CourseId("course-456".to_owned()),
        employee_id: employee("E1"),
    };
    assert_eq!(tried, Some(expected));
    assert_eq!(sweep(&world).await.reopened, 0);
    world.table.state().people.clear();
    world.link_person("E7", "jo@acme.com.au");
    assert_eq!(sweep(&world).await.reopened, 1);
    assert_eq!(world.push(&jos_completion()).await.status(), ResultStatus::Recorded);
}

#[tokio::test]
async fn a_course_that_comes_after_thirty_days_of_waiting_still_takes_the_result() {
    let world = swept_world();
    world.see_topic(456, TopicState::Qualifies, None);
    world.push(&jos_completion()).await;
    world.clock.advance(hours(31 * 24));
    assert_eq!(world.push(&jos_completion()).await.status(), ResultStatus::Dead);
    assert_eq!(sweep(&world).await.reopened, 0);
    world.link_course(456);
    assert_eq!(sweep(&world).await.reopened, 1);
    assert_eq!(world.push(&jos_completion()).await.status(), ResultStatus::Recorded);
}

#[tokio::test]
async fn a_claim_that_a_forged_delivery_holds_keeps_the_stored_values() {
    let world = World::new();
    world.push(&jos_completion()).await;
    let mut forged = unsigned();
    forged.user_name = name("mallory@acme.com.au");
    let claim = world.table.claim_result(&forged, world.now(), world.soon(30)).await;
    claim.expect("claims");
    assert_eq!(world.record_of(&forged).completion, jos_completion());
}
