//! A completion that comes before its person or its course waits for it; one that has neither is ignored, with the reason.

use habitsync_domain::courses::course::{LinkedCourse, TopicState};
use habitsync_domain::identity::{CourseId, TopicId};
use habitsync_domain::results::result::{IgnoredBecause, ParkedOn, ResultState};
use habitsync_in_memory::{Call, Fault};
use habitsync_workflows::ports::failure::{Missing, VendorFailureKind};
use habitsync_workflows::ports::results::ReleaseResults;

use crate::world::{World, beginning, course, hours, jos_completion, lacking, minutes, name, refusal};

fn parked_on_topic() -> ResultState {
    ResultState::Parked {
        on: ParkedOn::Topic(TopicId(456)),
        since: beginning(),
    }
}

fn parked_on_jo() -> ResultState {
    ResultState::Parked {
        on: ParkedOn::User(name("jo@acme.com.au")),
        since: beginning(),
    }
}

fn ignored(reason: IgnoredBecause) -> ResultState {
    ResultState::Ignored { reason }
}

#[tokio::test]
async fn a_completion_of_a_topic_never_seen_waits_for_the_topic() {
    let world = World::new();
    world.link_person("E1", "jo@acme.com.au");
    assert_eq!(world.push(&jos_completion()).await, parked_on_topic());
}

#[tokio::test]
async fn a_completion_of_a_topic_that_qualifies_without_a_course_yet_waits_for_the_topic() {
    let world = World::new();
    world.link_person("E1", "jo@acme.com.au");
    world.see_topic(456, TopicState::Qualifies, None);
    assert_eq!(world.push(&jos_completion()).await, parked_on_topic());
}

#[tokio::test]
async fn a_completion_of_a_topic_that_is_not_a_course_is_ignored() {
    for state in [lacking(), TopicState::NotATopic] {
        let world = World::new();
        world.link_person("E1", "jo@acme.com.au");
        world.see_topic(456, state, None);
        assert_eq!(
            world.push(&jos_completion()).await,
            ignored(IgnoredBecause::TopicIsNotACourse)
        );
    }
}

#[tokio::test]
async fn a_course_whose_topic_no_longer_qualifies_still_takes_the_results_of_those_who_finish_it() {
    let world = World::with_jo_and_a_course();
    let linked = LinkedCourse::written(&CourseId("course-456".to_owned()), &course(456));
    world.see_topic(456, lacking(), Some(linked));
    assert!(matches!(
        world.push(&jos_completion()).await,
        ResultState::Recorded { .. }
    ));
}

#[tokio::test]
async fn a_course_that_employee_connect_does_not_know_is_marked_broken_and_its_results_wait_for_it() {
    let world = World::with_jo_and_a_course();
    let gone = refusal(VendorFailureKind::NotFound(Missing::Course));
    world.hris.faults.arm(Call::RecordResult, Fault::Before(gone));
    assert_eq!(world.push(&jos_completion()).await, parked_on_topic());
    let topic = world.table.state().topics[&TopicId(456)].clone();
    assert!(topic.course.expect("it is still named").broken);
    let mut next = jos_completion();
    next.enrolment.0 += 1;
    assert_eq!(world.push(&next).await, parked_on_topic());
    assert_eq!(world.hris.faults.count(Call::RecordResult), 1);
}

#[tokio::test]
async fn a_completion_by_nobody_we_know_waits_for_a_complete_user_sync() {
    let world = World::with_jo_and_a_course();
    world.table.state().people.clear();
    assert_eq!(world.push(&jos_completion()).await, parked_on_jo());
    // This one read the employees before the completion.
    world.users_synced_from(beginning() - hours(2));
    assert_eq!(world.push(&jos_completion()).await, parked_on_jo());
    world.users_synced_from(beginning() - minutes(30));
    assert_eq!(
        world.push(&jos_completion()).await,
        ignored(IgnoredBecause::UserIsNoEmployee)
    );
    assert_eq!(world.hris.faults.made(), []);
}

#[tokio::test]
async fn a_completion_by_somebody_who_is_no_employee_does_not_wait_for_the_course() {
    let world = World::new();
    world.users_synced_from(beginning());
    assert_eq!(
        world.push(&jos_completion()).await,
        ignored(IgnoredBecause::UserIsNoEmployee)
    );
}

#[tokio::test]
async fn parking_is_not_an_attempt_and_keeps_its_beginning() {
    let world = World::new();
    world.link_person("E1", "jo@acme.com.au");
    world.push(&jos_completion()).await;
    world.clock.advance(hours(6));
    assert_eq!(world.push(&jos_completion()).await, parked_on_topic());
    assert_eq!(world.record_of(&jos_completion()).attempts, 0);
}

#[tokio::test]
async fn a_released_result_is_recorded_without_a_look_since_nothing_was_written() {
    let world = World::new();
    world.link_person("E1", "jo@acme.com.au");
    world.push(&jos_completion()).await;
    world.link_course(456);
    let parked_on = ParkedOn::Topic(TopicId(456));
    let released = world
        .table
        .release_results(&parked_on, world.now())
        .await
        .expect("releases");
    assert_eq!(released, 1);
    assert!(matches!(
        world.push(&jos_completion()).await,
        ResultState::Recorded { .. }
    ));
    assert_eq!(world.hris.faults.made(), [Call::RecordResult]);
}

#[tokio::test]
async fn a_link_that_comes_while_the_result_is_being_parked_releases_it_at_once() {
    let world = World::new();
    world.link_person("E1", "jo@acme.com.au");
    let completion = jos_completion();
    let link_appears = async {
        while world.table.faults.count(Call::FindTopic) == 0 {
            tokio::task::yield_now().await;
        }
        world.link_course(456);
        let parked_on = ParkedOn::Topic(TopicId(456));
        world
            .table
            .release_results(&parked_on, world.now())
            .await
            .expect("releases")
    };
    let (outcome, released) = tokio::join!(world.try_push(&completion), link_appears);
    assert_eq!(released, 0, "the release came before the result was parked");
    outcome.expect("the table works");
    let state = world.state_of(&completion);
    assert!(
        matches!(state, ResultState::Waiting { due_at, .. } if due_at == world.now()),
        "{state:?}"
    );
}

#[tokio::test]
async fn somebody_who_is_linked_while_their_completion_is_looked_at_is_no_stranger() {
    for turns in 0..12 {
        let world = World::new();
        world.link_course(456);
        let a_sync_ends = async {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            world.link_person("E1", "jo@acme.com.au");
            world.users_synced_from(beginning());
        };
        let completion = jos_completion();
        // In this order each time, so that the sync ends between any two of the pusher's calls.
        let (pushed, ()) = tokio::join!(biased; world.try_push(&completion), a_sync_ends);
        pushed.expect("the table works");
        let state = world.state_of(&completion);
        assert!(
            !matches!(state, ResultState::Ignored { .. }),
            "after {turns} turns: {state:?}"
        );
    }
}
