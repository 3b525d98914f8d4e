//! Topics that share a code: a course is known by its topic's code, so that it is one topic's and never two.

use habitsync_domain::courses::codes::{SharedCode, SharingTopic};
use habitsync_domain::courses::topic::{Folder, Topic};
use habitsync_domain::identity::TopicId;
use habitsync_domain::results::result::{ParkedOn, ResultState};

use crate::academy::{change_topic, count, courses, linked, sync, topic, world_with, writes};
use crate::world::{World, beginning, code, completion, course, hours, person};

/// A copy of topic 456: another topic with its code.
fn copy(id: i64) -> Topic {
    Topic {
        code: code(456),
        ..topic(id)
    }
}

fn shared(kept_by: Option<i64>, without: &[i64]) -> SharedCode {
    SharedCode {
        code: code(456),
        kept_by: kept_by.map(TopicId),
        without: without.iter().copied().map(sharer).collect(),
    }
}

fn sharer(id: i64) -> SharingTopic {
    SharingTopic {
        topic: TopicId(id),
        title: format!("Topic {id}"),
    }
}

/// Jo completes the topic.
async fn push(world: &World, topic: i64) -> ResultState {
    let jo = person("E1", "jo@acme.com.au");
    world.hris.employ(&jo.employee_id);
    world.table.state().people.insert(jo.employee_id.clone(), jo);
    world
        .push(&completion(topic, topic, "jo@acme.com.au", beginning() - hours(1)))
        .await
}

fn parked_on(state: &ResultState) -> Option<&ParkedOn> {
    match state {
        ResultState::Parked { on, .. } => Some(on),
        _ => None,
    }
}

#[tokio::test]
async fn of_two_new_topics_with_one_code_neither_gets_a_course_and_both_are_told() {
    let world = world_with(vec![topic(456), copy(457), topic(1)]);
    let report = sync(&world).await;
    assert_eq!(report.shared_codes, [shared(None, &[456, 457])]);
    assert_eq!(
        (
            count(&report, "qualify"),
            count(&report, "shares_code"),
            count(&report, "created")
        ),
        (3, 2, 1)
    );
    assert_eq!(courses(&world), [course(1)], "nobody else's course waits for them");
    for id in [456, 457] {
        let state = push(&world, id).await;
        assert_eq!(parked_on(&state), Some(&ParkedOn::Topic(TopicId(id))), "{state:?}");
    }
    assert_eq!(
        sync(&world).await.shared_codes,
        [shared(None, &[456, 457])],
        "and told again"
    );
}

#[tokio::test]
async fn the_topic_that_has_the_course_keeps_it_and_results_of_the_other_wait() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    world.portal.topics.lock().push(copy(457));
    let before = writes(&world);
    let report = sync(&world).await;
    assert_eq!(report.shared_codes, [shared(Some(456), &[457])]);
    assert_eq!((writes(&world), linked(&world, 457)), (before, None));
    assert!(matches!(push(&world, 456).await, ResultState::Recorded { .. }));
    let state = push(&world, 457).await;
    assert_eq!(parked_on(&state), Some(&ParkedOn::Topic(TopicId(457))), "{state:?}");
}

#[tokio::test]
async fn a_topic_that_has_stopped_qualifying_keeps_its_course_from_another_of_its_code() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    change_topic(&world, |topic| topic.folder = Folder::Archived);
    world.portal.topics.lock().push(copy(457));
    assert_eq!(sync(&world).await.shared_codes, [shared(Some(456), &[457])]);
    assert_eq!((courses(&world), linked(&world, 457)), (vec![course(456)], None));
}

#[tokio::test]
async fn a_topic_that_gets_a_code_of_its_own_gets_its_course_and_its_results_go_on() {
    let world = world_with(vec![topic(456), copy(457)]);
    sync(&world).await;
    for id in [456, 457] {
        push(&world, id).await;
    }
    world.portal.topics.lock()[1].code = code(457);
    let report = sync(&world).await;
    assert_eq!((report.shared_codes.len(), count(&report, "results_released")), (0, 2));
    let [first, second] = [456, 457].map(|id| linked(&world, id).expect("linked").id);
    assert_ne!(first, second);
    for (id, of) in [(456, first), (457, second)] {
        let state = push(&world, id).await;
        assert!(
            matches!(&state, ResultState::Recorded { course, .. } if *course == of),
            "{state:?}"
        );
    }
}
