//! Topics that are ready become courses, each once, and stay what their topic says.

use std::time::Duration;

use habitsync_domain::course::{Course, LinkedCourse, TopicState};
use habitsync_domain::course_plan::NearMiss;
use habitsync_domain::identity::{CourseId, TopicId};
use habitsync_domain::job::Job;
use habitsync_domain::result::{IgnoredBecause, ParkedOn, ResultState};
use habitsync_domain::topic::{AutoEnrolLink, Condition, Folder, Topic, TopicKind};
use habitsync_workflows::course_report::{CourseReport, SameTitle};
use habitsync_workflows::in_memory::{Call, Fault};
use habitsync_workflows::job_run::{JobFailure, Owner, RunOutcome};
use habitsync_workflows::ports::failure::{RefusedField, VendorFailureKind};
use habitsync_workflows::ports::runs::HoldLease;
use habitsync_workflows::sync_courses::{SyncCourses, sync_courses};

use crate::world::{
    World, acme, beginning, code, course, hours, jos_completion, lacking, no_answer, not_reached, refusal,
};

type Synced = Result<RunOutcome<CourseReport>, JobFailure>;

async fn sync_for(world: &World, seconds: i64) -> Synced {
    let sync = SyncCourses {
        table: &world.table,
        portal: &world.portal,
        hris: &world.hris,
        clock: &world.clock,
        configuration: &world.configuration,
    };
    sync_courses(&sync, world.soon(seconds)).await
}

async fn sync(world: &World) -> CourseReport {
    match sync_for(world, 900).await {
        Ok(RunOutcome::Finished(report)) => report,
        other => panic!("the sync did not finish: {other:?}"),
    }
}

/// A topic that meets all three conditions, and whose course is [`course`].
fn topic(id: i64) -> Topic {
    Topic {
        id: TopicId(id),
        code: code(id),
        kind: TopicKind::Topic,
        title: format!("Topic {id}"),
        description: None,
        folder: Folder::Active,
        published_version: Some("1.0".to_owned()),
        links: vec![
            link("Other", true),
            AutoEnrolLink {
                url: course(id).launch_url,
                ..link("EC", true)
            },
        ],
    }
}

fn link(reference: &str, active: bool) -> AutoEnrolLink {
    let (reference, url) = (
        Some(reference.to_owned()),
        format!("https://acme.tribalhabits.com/{reference}"),
    );
    AutoEnrolLink { reference, url, active }
}

fn unlinked(id: i64) -> Topic {
    Topic {
        links: vec![link("EC", false)],
        ..topic(id)
    }
}

fn world_with(topics: Vec<Topic>) -> World {
    let world = World::new();
    *world.portal.topics.lock() = topics;
    world
}

fn change_topic(world: &World, change: impl FnOnce(&mut Topic)) {
    change(&mut world.portal.topics.lock()[0]);
}

fn courses(world: &World) -> Vec<Course> {
    world.hris.courses.lock().values().cloned().collect()
}

fn linked(world: &World, id: i64) -> Option<LinkedCourse> {
    world.table.state().topics[&TopicId(id)].course.clone()
}

fn state_of(world: &World, id: i64) -> TopicState {
    world.table.state().topics[&TopicId(id)].state.clone()
}

fn count(report: &CourseReport, name: &str) -> u64 {
    report.counts.get(name).copied().unwrap_or_default()
}

fn writes(world: &World) -> usize {
    world.hris.faults.count(Call::CreateCourse) + world.hris.faults.count(Call::ChangeCourse)
}

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
async fn a_portal_that_lists_no_topic_at_all_is_not_believed() {
    let world = world_with(vec![topic(456)]);
    sync(&world).await;
    world.portal.topics.lock().clear();
    let failure = sync_for(&world, 900).await.expect_err("not credible");
    assert_eq!(
        failure.to_string(),
        "Tribal Habits listed no topic at all; 1 were there before"
    );
    assert_eq!(state_of(&world, 456), TopicState::Qualifies);
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

#[tokio::test]
async fn results_parked_on_a_topic_are_released_when_its_course_is_created() {
    let world = world_with(vec![topic(456)]);
    world.link_person("E1", "jo@acme.com.au");
    world.push(&jos_completion()).await;
    assert_eq!(count(&sync(&world).await, "results_released"), 1);
    assert!(matches!(
        world.push(&jos_completion()).await,
        ResultState::Recorded { .. }
    ));
}

#[tokio::test]
async fn results_stay_parked_while_the_course_cannot_be_created() {
    let world = world_with(vec![topic(456)]);
    world.link_person("E1", "jo@acme.com.au");
    world.push(&jos_completion()).await;
    world.hris.faults.arm(Call::CreateCourse, Fault::Before(not_reached()));
    assert_eq!(count(&sync(&world).await, "results_released"), 0);
    let parked = ResultState::Parked {
        on: ParkedOn::Topic(TopicId(456)),
        since: beginning(),
    };
    assert_eq!(world.state_of(&jos_completion()), parked);
    assert_eq!(count(&sync(&world).await, "results_released"), 1);
}

#[tokio::test]
async fn results_parked_on_a_topic_that_turns_out_not_to_be_a_course_are_ignored() {
    let world = world_with(vec![unlinked(456)]);
    world.link_person("E1", "jo@acme.com.au");
    world.push(&jos_completion()).await;
    assert_eq!(count(&sync(&world).await, "results_released"), 1);
    let ignored = ResultState::Ignored {
        reason: IgnoredBecause::TopicIsNotACourse,
    };
    assert_eq!(world.push(&jos_completion()).await, ignored);
}

#[tokio::test]
async fn a_customer_without_the_development_module_is_told_once_and_nothing_more_is_tried() {
    let world = world_with((1..=40).map(topic).collect());
    let missing = refusal(VendorFailureKind::ModuleDisabled);
    world
        .hris
        .faults
        .arm(Call::CreateCourse, Fault::Before(missing.clone()));
    let failure = sync_for(&world, 900).await.expect_err("the module is missing");
    assert_eq!(failure, JobFailure::Vendor(missing));
    assert_eq!(failure.owner(), Owner::Customer);
    assert_eq!(world.hris.faults.count(Call::CreateCourse), 1);
    let remembered = world.table.job(Job::Courses).last_failure.expect("remembered");
    assert!(
        remembered.cause.contains("has no Development module for this customer"),
        "{}",
        remembered.cause
    );
}

#[tokio::test]
async fn a_course_that_is_refused_is_reported_and_stops_no_other() {
    let world = world_with(vec![topic(1), topic(2)]);
    let field = RefusedField {
        field: "title".to_owned(),
        reason: "is taken".to_owned(),
    };
    let refused = refusal(VendorFailureKind::Refused(vec![field]));
    world
        .hris
        .faults
        .arm(Call::CreateCourse, Fault::Before(refused.clone()));
    let report = sync(&world).await;
    assert_eq!((count(&report, "created"), report.problems.len()), (1, 1));
    assert_eq!(
        (&report.problems[0].code, &report.problems[0].failure),
        (&code(1), &refused)
    );
    assert_eq!(courses(&world), [course(2)]);
}

#[tokio::test]
async fn a_title_that_two_topics_share_is_reported_and_each_keeps_its_own_course() {
    let twin = Topic {
        title: " topic 1".to_owned(),
        ..topic(2)
    };
    let world = world_with(vec![topic(1), twin]);
    let report = sync(&world).await;
    let shared = SameTitle {
        title: "Topic 1".to_owned(),
        codes: vec![code(1), code(2)],
    };
    assert_eq!(report.same_titles, [shared]);
    assert_eq!(courses(&world).len(), 2);
}

#[tokio::test]
async fn a_sync_stops_when_most_courses_fail() {
    let world = world_with((1..=40).map(topic).collect());
    for _ in 0..40 {
        world.hris.faults.arm(Call::CreateCourse, Fault::Before(not_reached()));
    }
    assert_eq!(sync_for(&world, 900).await, Err(JobFailure::Vendor(not_reached())));
    assert_eq!(world.hris.faults.count(Call::CreateCourse), 20);
}

#[tokio::test]
async fn a_rate_limit_leaves_the_rest_to_the_next_run() {
    let world = world_with(vec![topic(1), topic(2)]);
    let limited = VendorFailureKind::RateLimited(Duration::from_mins(1));
    world
        .hris
        .faults
        .arm_after(1, Call::CreateCourse, Fault::Before(refusal(limited)));
    let outcome = sync_for(&world, 900).await;
    assert!(matches!(outcome, Ok(RunOutcome::Unfinished(_))), "{outcome:?}");
    assert_eq!(courses(&world), [course(1)]);
    sync(&world).await;
    assert_eq!(courses(&world), [course(1), course(2)]);
}

#[tokio::test]
async fn a_sync_near_its_deadline_is_left_unfinished_and_due_at_once() {
    let world = world_with(vec![topic(456)]);
    let outcome = sync_for(&world, 20).await;
    assert!(matches!(outcome, Ok(RunOutcome::Unfinished(_))), "{outcome:?}");
    assert_eq!(writes(&world), 0);
    let due: Vec<_> = world.table.state().runs.values().map(|run| run.due_at).collect();
    assert_eq!(due, [Some(beginning())]);
    assert_eq!(count(&sync(&world).await, "created"), 1);
    let due: Vec<_> = world.table.state().runs.values().map(|run| run.due_at).collect();
    assert_eq!(due, [None, None]);
}

#[tokio::test]
async fn a_draft_customers_courses_are_planned_and_counted_and_nothing_is_written() {
    let mut world = world_with(vec![topic(1), topic(2), unlinked(3)]);
    world.configuration = acme(&[("status = \"live\"", "status = \"draft\"")]);
    let report = sync(&world).await;
    assert_eq!(
        (
            count(&report, "to_create"),
            count(&report, "unchanged"),
            count(&report, "created")
        ),
        (2, 1, 0)
    );
    assert_eq!(report.near_misses.len(), 1);
    assert_eq!(
        (world.hris.faults.made(), world.table.state().topics.len()),
        (vec![], 0)
    );
    assert_eq!(world.table.job(Job::Courses).counts, report.counts);
}

#[tokio::test]
async fn a_paused_customers_courses_are_left_alone() {
    for change in [
        ("status = \"live\"", "status = \"paused\""),
        ("[courses]\nenabled = true", "[courses]\nenabled = false"),
    ] {
        let mut world = world_with(vec![topic(456)]);
        world.configuration = acme(&[change]);
        assert_eq!(sync_for(&world, 900).await, Ok(RunOutcome::Paused));
        assert_eq!(
            (world.portal.faults.made(), world.table.faults.made()),
            (vec![], vec![])
        );
    }
}

#[tokio::test]
async fn two_course_syncs_of_one_customer_do_not_run_side_by_side() {
    let world = world_with(vec![topic(456)]);
    let until = beginning() + hours(1);
    world
        .table
        .acquire_lease(Job::Courses, "another", world.now(), until)
        .await
        .expect("acquires");
    assert_eq!(sync_for(&world, 900).await, Ok(RunOutcome::AlreadyRunning { until }));
    assert_eq!(world.portal.faults.made(), []);
}
