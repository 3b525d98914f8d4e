//! Acme with topics in its portal, and its course sync.

use habitsync_domain::courses::course::{Course, LinkedCourse, TopicState};
use habitsync_domain::courses::topic::{AutoEnrolLink, Folder, Topic, TopicKind};
use habitsync_domain::identity::TopicId;
use habitsync_in_memory::Call;
use habitsync_workflows::course_sync::report::CourseReport;
use habitsync_workflows::course_sync::sync::{SyncCourses, sync_courses};
use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome, Start};

use crate::world::{World, code, course};

pub(crate) type Synced = Result<RunOutcome<CourseReport>, JobFailure>;

pub(crate) async fn sync_for(world: &World, seconds: i64) -> Synced {
    let sync = SyncCourses {
        table: &world.table,
        portal: &world.portal,
        hris: &world.hris,
        mail: &world.mail,
        mail_settings: &world.mail_settings,
        clock: &world.clock,
        configuration: &world.configuration,
    };
    sync_courses(&sync, Start::by_itself(world.soon(seconds))).await
}

pub(crate) async fn sync(world: &World) -> CourseReport {
    match sync_for(world, 900).await {
        Ok(RunOutcome::Finished(report)) => report,
        other => panic!("the sync did not finish: {other:?}"),
    }
}

/// A topic that meets all three conditions, and whose course is [`course`].
pub(crate) fn topic(id: i64) -> Topic {
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

pub(crate) fn link(reference: &str, active: bool) -> AutoEnrolLink {
    let (reference, url) = (
        Some(reference.to_owned()),
        format!("https://acme.tribalhabits.com/{reference}"),
    );
    AutoEnrolLink { reference, url, active }
}

pub(crate) fn unlinked(id: i64) -> Topic {
    Topic {
        links: vec![link("EC", false)],
        ..topic(id)
    }
}

pub(crate) fn world_with(topics: Vec<Topic>) -> World {
    let world = World::new();
    *world.portal.topics.lock() = topics;
    world
}

pub(crate) fn change_topic(world: &World, change: impl FnOnce(&mut Topic)) {
    change(&mut world.portal.topics.lock()[0]);
}

pub(crate) fn courses(world: &World) -> Vec<Course> {
    world.hris.courses.lock().values().cloned().collect()
}

pub(crate) fn linked(world: &World, id: i64) -> Option<LinkedCourse> {
    world.table.state().topics[&TopicId(id)].course.clone()
}

pub(crate) fn state_of(world: &World, id: i64) -> TopicState {
    world.table.state().topics[&TopicId(id)].state.clone()
}

pub(crate) fn count(report: &CourseReport, name: &str) -> u64 {
    report.counts.get(name).copied().unwrap_or_default()
}

pub(crate) fn writes(world: &World) -> usize {
    world.hris.faults.count(Call::CreateCourse) + world.hris.faults.count(Call::ChangeCourse)
}
