//! What makes a course be written again, what does not, and which titles are told.

use habitsync_domain::courses::course::Course;
use habitsync_domain::courses::topic::{Condition, Folder, Topic};
use habitsync_domain::identity::CourseId;
use habitsync_in_memory::{Call, Fault};
use habitsync_workflows::course_sync::report::SameTitle;
use habitsync_workflows::ports::failure::{RefusedField, VendorFailureKind};

use crate::academy::{change_topic, count, courses, link, linked, sync, topic, unlinked, world_with, writes};
use crate::world::{acme, code, course, refusal};

#[tokio::test]
async fn nothing_but_title_description_and_link_writes_a_course_again() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    let before = writes(&world);
    let changes: [fn(&mut Topic); 4] = [
        |topic| topic.published_version = Some("2.0".to_owned()),
        |topic| topic.links.insert(0, link("Other again", true)),
        |topic| topic.title = format!("  {} ", topic.title),
        |topic| topic.code.0 = "TH-9-moved".to_owned(),
    ];
    for change in changes {
        change_topic(&world, change);
        assert_eq!(count(&sync(&world).await, "unchanged"), 1);
    }
    assert_eq!((writes(&world), courses(&world)), (before, vec![course(456)]));
}

#[tokio::test]
async fn a_course_keeps_the_reference_it_was_made_with_when_its_topic_changes_title_and_code() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    change_topic(&world, |topic| {
        topic.code.0 = "TH-9-moved".to_owned();
        topic.title = "Fire safety".to_owned();
    });
    assert_eq!(count(&sync(&world).await, "changed"), 1);
    let renamed = Course {
        title: "Fire safety".to_owned(),
        ..course(456)
    };
    assert_eq!(linked(&world, 456).expect("linked").written, renamed);
    assert_eq!(courses(&world), [renamed]);
}

#[tokio::test]
async fn a_description_that_is_taken_away_is_taken_away_from_the_course() {
    let world = world_with(vec![Topic {
        description: Some("What to do".to_owned()),
        ..topic(456)
    }]);
    sync(&world).await;
    change_topic(&world, |topic| topic.description = None);
    assert_eq!(count(&sync(&world).await, "changed"), 1);
    assert_eq!(courses(&world), [course(456)]);
}

#[tokio::test]
async fn a_course_is_withdrawn_once_that_is_asked_though_its_topic_stopped_qualifying_before() {
    let mut world = world_with(vec![topic(1), topic(2)]);
    sync(&world).await;
    change_topic(&world, |topic| topic.folder = Folder::Archived);
    world.portal.topics.lock().truncate(1);
    assert_eq!(count(&sync(&world).await, "withdrawn"), 0);
    world.configuration = acme(&[("on_withdrawn = \"keep\"", "on_withdrawn = \"deactivate\"")]);
    assert_eq!(count(&sync(&world).await, "withdrawn"), 2);
    assert!(courses(&world).iter().all(|course| !course.active));
}

#[tokio::test]
async fn a_topic_whose_link_is_deactivated_or_renamed_keeps_its_course_and_comes_back_to_it() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    let id = linked(&world, 456).expect("linked").id;
    change_topic(&world, |topic| topic.links[1].active = false);
    let report = sync(&world).await;
    assert_eq!(report.near_misses[0].missing, Condition::HasLink);
    change_topic(&world, |topic| {
        topic.links[1].active = true;
        topic.links[1].url = "https://acme.tribalhabits.com/again".to_owned();
    });
    assert_eq!(count(&sync(&world).await, "changed"), 1);
    assert_eq!(
        (linked(&world, 456).expect("linked").id, courses(&world).len()),
        (id, 1)
    );
}

#[tokio::test]
async fn a_topic_whose_link_leads_nowhere_is_a_near_miss_and_its_course_keeps_the_old_link() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    change_topic(&world, |topic| topic.links[1].url = "enrol/456".to_owned());
    let report = sync(&world).await;
    assert_eq!(report.near_misses[0].missing, Condition::LinkIsWebAddress);
    assert_eq!(courses(&world), [course(456)]);
}

#[tokio::test]
async fn a_title_that_a_course_of_a_withdrawn_topic_still_has_is_told() {
    let world = world_with(vec![topic(1)]);
    sync(&world).await;
    change_topic(&world, |topic| topic.folder = Folder::Archived);
    world.portal.topics.lock().push(Topic {
        title: "Topic 1".to_owned(),
        ..topic(2)
    });
    let shared = SameTitle {
        title: "Topic 1".to_owned(),
        codes: vec![code(2), code(1)],
    };
    assert_eq!(sync(&world).await.same_titles, [shared]);
}

#[tokio::test]
async fn titles_that_are_one_once_they_are_cut_are_told() {
    let long = |id, ending: &str| Topic {
        title: format!("{}{ending}", "ä".repeat(200)),
        ..topic(id)
    };
    let world = world_with(vec![long(1, " one"), long(2, " two"), unlinked(3)]);
    let report = sync(&world).await;
    assert_eq!(report.same_titles[0].codes, [code(1), code(2)]);
    assert_eq!(courses(&world).len(), 2);
}

#[tokio::test]
async fn a_title_that_employee_connect_says_another_course_has_is_reported_and_that_course_is_not_adopted() {
    let world = world_with(vec![topic(456)]);
    let by_hand = Course {
        external_id: code(1),
        ..course(456)
    };
    let hand_made = CourseId("E77".to_owned());
    world.hris.courses.lock().insert(hand_made, by_hand.clone());
    let taken = RefusedField {
        field: "title".to_owned(),
        reason: "is taken".to_owned(),
    };
    let refused = refusal(VendorFailureKind::Refused(vec![taken]));
    world
        .hris
        .faults
        .arm(Call::CreateCourse, Fault::Before(refused.clone()));
    let report = sync(&world).await;
    assert_eq!((report.problems.len(), &report.problems[0].failure), (1, &refused));
    assert_eq!((courses(&world), linked(&world, 456)), (vec![by_hand], None));
}
