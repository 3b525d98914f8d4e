//! A course sync as a run: what it releases, what stops it, what it reports, and when it does nothing.

use std::time::Duration;

use habitsync_domain::courses::course::TopicState;
use habitsync_domain::courses::topic::Topic;
use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::identity::TopicId;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::results::result::{IgnoredBecause, ParkedOn, ResultState};
use habitsync_in_memory::{Call, Fault, service_failure};
use habitsync_workflows::course_sync::report::SameTitle;
use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome};
use habitsync_workflows::ports::failure::{RefusedField, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::runs::HoldLease;

use crate::academy::{count, courses, state_of, sync, sync_for, topic, unlinked, world_with, writes};
use crate::world::{acme, beginning, code, course, jos_completion, not_reached, refusal};

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
async fn results_whose_release_failed_once_the_course_was_there_are_released_by_the_next_sync() {
    let world = world_with(vec![topic(456)]);
    world.link_person("E1", "jo@acme.com.au");
    world.push(&jos_completion()).await;
    let failure = Fault::Before(service_failure());
    world.table.faults.arm(Call::ReleaseResults, failure);
    assert_eq!(sync_for(&world, 900).await, Err(JobFailure::Service(service_failure())));
    assert_eq!(courses(&world), [course(456)]);
    let report = sync(&world).await;
    assert_eq!(
        (count(&report, "unchanged"), count(&report, "results_released")),
        (1, 1)
    );
    sync(&world).await;
    assert_eq!(world.table.faults.count(Call::ReleaseResults), 2);
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
    assert_eq!(failure.class(), FailureClass::Config);
    assert_eq!(world.hris.faults.count(Call::CreateCourse), 1);
    let remembered = world.table.job(Job::CourseSync).last_failure.expect("remembered");
    assert!(
        remembered.cause.contains("has no Development module for this customer"),
        "{}",
        remembered.cause
    );
}

fn title_refused() -> VendorFailure {
    let field = RefusedField {
        field: "title".to_owned(),
        reason: "is taken".to_owned(),
    };
    refusal(VendorFailureKind::Refused(vec![field]))
}

#[tokio::test]
async fn a_course_that_is_refused_is_reported_and_stops_no_other() {
    let world = world_with(vec![topic(1), topic(2)]);
    let refused = title_refused();
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
    assert_eq!(world.table.job(Job::CourseSync).counts, report.counts);
}

#[tokio::test]
async fn a_sync_that_was_cut_off_mails_nothing_of_the_topics_that_it_saw() {
    let world = world_with(vec![topic(456), unlinked(457)]);
    let cut_off = sync_for(&world, 25).await;
    assert!(matches!(cut_off, Ok(RunOutcome::Unfinished(_))), "{cut_off:?}");
    assert_eq!(world.mail.sent(), Vec::<String>::new());
    sync(&world).await;
    assert_eq!(world.mail.sent().len(), 1, "one topic is one condition short");
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_fails_no_sync_and_is_counted() {
    let world = world_with(vec![topic(456)]);
    world
        .hris
        .faults
        .arm(Call::CreateCourse, Fault::Before(title_refused()));
    world.mail.faults.arm(Call::SendMail, Fault::Before(service_failure()));
    assert_eq!(count(&sync(&world).await, "mails_failed"), 1);
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
            (
                vec![],
                vec![Call::AcquireLease, Call::SupersedeRuns, Call::ReleaseLease]
            ),
            "and nothing is carried on for it"
        );
    }
}

#[tokio::test]
async fn two_course_syncs_of_one_customer_do_not_run_side_by_side() {
    let world = world_with(vec![topic(456)]);
    let until = world.soon(60);
    world
        .table
        .acquire_lease(Job::CourseSync, "another", world.now())
        .await
        .expect("acquires");
    assert_eq!(sync_for(&world, 900).await, Ok(RunOutcome::AlreadyRunning { until }));
    assert_eq!(world.portal.faults.made(), []);
}
