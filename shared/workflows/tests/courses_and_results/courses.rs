//! Topics that are ready become courses, each once, and stay what their topic says.

use habitsync_domain::courses::course::{Course, LinkedCourse, TopicState};
use habitsync_domain::courses::plan::NearMiss;
use habitsync_domain::courses::topic::{Condition, Folder, Topic, TopicKind};
use habitsync_domain::identity::{CourseId, TopicCode, TopicId};
use habitsync_in_memory::{Call, Fault};

use crate::academy::{change_topic, count, courses, linked, state_of, sync, topic, unlinked, world_with, writes};
use crate::world::{acme, code, course, lacking, no_answer};

#[tokio::test]
async fn a_topic_that_is_ready_becomes_a_course_that_launches_it() {
    let world = world_with(vec![topic(456)]);
    let report = sync(&world).await;
    assert_eq!(courses(&world), [course(456)]);
    assert_eq!(
        (
            count(&report, "topics"),
            count(&report, "qualify"),
            count(&report, "created")
        ),
        (1, 1, 1)
    );
    assert_eq!(
        linked(&world, 456),
        Some(LinkedCourse::written(&CourseId("C1".to_owned()), &course(456)))
    );
    assert_eq!(state_of(&world, 456), TopicState::Qualifies);
}

#[tokio::test]
async fn what_has_not_changed_costs_no_request_to_employee_connect() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    let calls = world.hris.faults.made().len();
    let report = sync(&world).await;
    assert_eq!(
        (world.hris.faults.made().len(), count(&report, "unchanged")),
        (calls, 1)
    );
    assert_eq!(world.table.faults.count(Call::ReleaseResults), 1);
}

#[tokio::test]
async fn a_course_that_is_there_is_adopted_by_its_reference() {
    let world = world_with(vec![topic(456)]);
    let old = Course {
        title: "By hand".to_owned(),
        ..course(456)
    };
    world.hris.courses.lock().insert(CourseId("E77".to_owned()), old);
    let report = sync(&world).await;
    assert_eq!(count(&report, "adopted"), 1);
    assert_eq!(courses(&world), [course(456)]);
    assert_eq!(linked(&world, 456).expect("linked").id, CourseId("E77".to_owned()));
}

#[tokio::test]
async fn a_create_without_an_answer_does_not_make_a_second_course() {
    let world = world_with(vec![topic(456)]);
    world.hris.faults.arm(Call::CreateCourse, Fault::After(no_answer()));
    let report = sync(&world).await;
    assert_eq!((count(&report, "failed"), report.problems.len()), (1, 1));
    assert_eq!(report.problems[0].code, code(456));
    assert_eq!(count(&sync(&world).await, "adopted"), 1);
    assert_eq!(courses(&world), [course(456)]);
}

#[tokio::test]
async fn a_course_that_is_created_by_somebody_else_meanwhile_is_adopted() {
    let world = world_with(vec![topic(456)]);
    world.hris.create_behind_our_back(&course(456));
    assert_eq!(count(&sync(&world).await, "adopted"), 1);
    assert_eq!(courses(&world).len(), 1);
}

#[tokio::test]
async fn a_change_of_title_description_or_link_changes_the_course() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    change_topic(&world, |topic| topic.title = "Fire safety".to_owned());
    assert_eq!(count(&sync(&world).await, "changed"), 1);
    change_topic(&world, |topic| topic.description = Some("What to do".to_owned()));
    assert_eq!(count(&sync(&world).await, "changed"), 1);
    change_topic(&world, |topic| {
        topic.links[1].url = "https://acme.tribalhabits.com/new".to_owned();
    });
    assert_eq!(count(&sync(&world).await, "changed"), 1);
    let expected = Course {
        title: "Fire safety".to_owned(),
        description: Some("What to do".to_owned()),
        launch_url: "https://acme.tribalhabits.com/new".to_owned(),
        ..course(456)
    };
    assert_eq!(courses(&world), [expected]);
}

#[tokio::test]
async fn a_topic_whose_link_is_written_by_hand_becomes_a_course_until_the_portal_lists_one() {
    let urls = "[courses.launch_urls]\n\"T-1\" = \"https://acme.example/one\"\n\"T-9\" = \"https://acme.example/nine\"";
    let mut world = world_with(vec![Topic {
        code: TopicCode("T-1".to_owned()),
        links: Vec::new(),
        ..topic(456)
    }]);
    world.configuration = acme(&[("[results]", &format!("{urls}\n\n[results]"))]);
    let report = sync(&world).await;
    assert_eq!(courses(&world)[0].launch_url, "https://acme.example/one");
    assert_eq!(
        (count(&report, "created"), count(&report, "launch_urls_unused")),
        (1, 1)
    );
    change_topic(&world, |listed| listed.links = topic(456).links);
    sync(&world).await;
    assert_eq!(courses(&world)[0].launch_url, course(456).launch_url);
}

#[tokio::test]
async fn a_title_is_cut_to_what_employee_connect_takes_and_not_written_again() {
    let world = world_with(vec![Topic {
        title: "ä".repeat(201),
        ..topic(456)
    }]);
    sync(&world).await;
    assert_eq!(courses(&world)[0].title, "ä".repeat(200));
    assert_eq!(count(&sync(&world).await, "unchanged"), 1);
}

#[tokio::test]
async fn articles_and_topics_that_are_not_ready_become_no_course_and_near_misses_are_named() {
    let article = Topic {
        kind: TopicKind::Other,
        ..topic(1)
    };
    let far_off = Topic {
        folder: Folder::Draft,
        published_version: None,
        ..topic(2)
    };
    let unpublished = Topic {
        published_version: Some("0.9".to_owned()),
        ..topic(3)
    };
    let archived = Topic {
        folder: Folder::Archived,
        ..topic(4)
    };
    let world = world_with(vec![article, far_off, unpublished, archived, unlinked(5)]);
    let report = sync(&world).await;
    assert_eq!((courses(&world), writes(&world)), (vec![], 0));
    let miss = |id, missing| NearMiss {
        code: code(id),
        title: format!("Topic {id}"),
        missing,
    };
    let expected = [
        miss(3, Condition::Published),
        miss(4, Condition::InActiveFolder),
        miss(5, Condition::HasLink),
    ];
    assert_eq!(report.near_misses, expected);
    assert_eq!(state_of(&world, 1), TopicState::NotATopic);
    assert_eq!(state_of(&world, 5), lacking());
}

#[tokio::test]
async fn a_topic_that_stops_qualifying_leaves_its_course_as_it_is() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    change_topic(&world, |topic| topic.folder = Folder::Archived);
    let before = writes(&world);
    sync(&world).await;
    assert_eq!((courses(&world), writes(&world)), (vec![course(456)], before));
    assert!(linked(&world, 456).is_some());
}

#[tokio::test]
async fn a_topic_that_stops_qualifying_withdraws_its_course_where_that_is_asked_and_returns_as_the_same() {
    let mut world = world_with(vec![topic(456)]);
    world.configuration = acme(&[("on_withdrawn = \"keep\"", "on_withdrawn = \"deactivate\"")]);
    sync(&world).await;
    let id = linked(&world, 456).expect("linked").id;
    change_topic(&world, |topic| topic.folder = Folder::Archived);
    assert_eq!(count(&sync(&world).await, "withdrawn"), 1);
    assert_eq!(
        courses(&world),
        [Course {
            active: false,
            ..course(456)
        }]
    );
    assert_eq!(count(&sync(&world).await, "unchanged"), 1);
    change_topic(&world, |topic| topic.folder = Folder::Active);
    assert_eq!(count(&sync(&world).await, "changed"), 1);
    assert_eq!(courses(&world), [course(456)]);
    assert_eq!(linked(&world, 456).expect("linked").id, id);
}

#[tokio::test]
async fn a_topic_that_is_no_longer_listed_is_one_that_stopped_qualifying() {
    let mut world = world_with(vec![topic(1), topic(2)]);
    world.configuration = acme(&[("on_withdrawn = \"keep\"", "on_withdrawn = \"deactivate\"")]);
    sync(&world).await;
    world.portal.topics.lock().remove(1);
    assert_eq!(count(&sync(&world).await, "withdrawn"), 1);
    assert!(matches!(state_of(&world, 2), TopicState::Lacks { .. }));
    assert_eq!(count(&sync(&world).await, "withdrawn"), 0);
}

#[tokio::test]
async fn a_broken_course_is_made_again() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    world.hris.courses.lock().clear();
    let mut record = world.table.state().topics[&TopicId(456)].clone();
    record.course.as_mut().expect("linked").broken = true;
    world.table.state().topics.insert(record.topic, record);
    assert_eq!(count(&sync(&world).await, "created"), 1);
    assert!(!linked(&world, 456).expect("linked").broken);
}

#[tokio::test]
async fn a_course_that_has_gone_is_made_again_when_it_is_to_change() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    world.hris.courses.lock().clear();
    change_topic(&world, |topic| topic.title = "Fire safety".to_owned());
    assert_eq!(count(&sync(&world).await, "created"), 1);
    assert_eq!(courses(&world)[0].title, "Fire safety");
}
