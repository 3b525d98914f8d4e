//! Course syncs, side by side.

use std::sync::Arc;

use futures_util::future::join_all;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::courses::course::Course;
use habitsync_domain::courses::topic::{AutoEnrolLink, Folder, Topic, TopicKind};
use habitsync_domain::identity::{CourseId, TopicCode, TopicId};
use habitsync_domain::jobs::job::Job;
use habitsync_in_memory::{Hris, Mailbox, Portal, Table, TokioClock, mail_settings};
use habitsync_workflows::course_sync::sync::{SyncCourses, sync_courses};
use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome, Start};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{CreatedCourse, SaveCourse};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::process::{Fate, Line, Watch, beginning, fates, told};

const TOPICS: i64 = 12;

impl SaveCourse for Line<Hris> {
    async fn find_course(&self, reference: &TopicCode) -> Result<Option<CourseId>, VendorFailure> {
        let reference = reference.clone();
        self.send(|_| None, async move |hris| hris.find_course(&reference).await)
            .await
    }

    async fn create_course(&self, course: &Course) -> Result<CreatedCourse, VendorFailure> {
        let course = course.clone();
        self.send(holder, async move |hris| hris.create_course(&course).await)
            .await
    }

    async fn change_course(&self, id: &CourseId, course: &Course) -> Result<(), VendorFailure> {
        let (id, course) = (id.clone(), course.clone());
        self.send(holder, async move |hris| hris.change_course(&id, &course).await)
            .await
    }
}

/// The process that acquired the lease of the course sync last.
fn holder(table: &Table) -> Option<u32> {
    table.state().leases.get(&Job::CourseSync).map(|lease| lease.process)
}

fn topic(id: i64) -> Topic {
    let link = AutoEnrolLink {
        reference: Some("EC".to_owned()),
        url: format!("https://acme.tribalhabits.com/enrol/{id}"),
        active: true,
    };
    Topic {
        id: TopicId(id),
        code: TopicCode(format!("TH-9-{id}")),
        kind: TopicKind::Topic,
        title: format!("Topic {id}"),
        description: None,
        folder: Folder::Active,
        published_version: Some("1.0".to_owned()),
        links: vec![link],
    }
}

struct World {
    configuration: TenantConfiguration,
    hris: Arc<Hris>,
    portal: Portal,
    table: Table,
    clock: TokioClock,
    watch: Watch,
}

impl World {
    fn new() -> Self {
        let source = include_str!("../../../domain/src/configuration/acme.toml");
        let portal = Portal::default();
        portal.topics.lock().extend((1..=TOPICS).map(topic));
        Self {
            configuration: source.parse().expect("valid"),
            hris: Arc::default(),
            portal,
            table: Table::default(),
            clock: TokioClock::showing(beginning()),
            watch: Watch::default(),
        }
    }

    async fn run(&self, process: u32, fate: &Fate) {
        let (table, clock) = (self.table.of_process(process), fate.clock(self.clock));
        let hris = Line::new(&self.hris, &table, clock, &self.watch);
        let sync = SyncCourses {
            table: &table,
            portal: &self.portal,
            hris: &hris,
            mail: &Mailbox::default(),
            mail_settings: &mail_settings(),
            clock: &clock,
            configuration: &self.configuration,
        };
        let start = Start {
            deadline: clock.now() + SignedDuration::from_mins(14),
            asked_for: true,
        };
        let ran = fate.live(sync_courses(&sync, start)).await.map(|ran| match ran {
            RunOutcome::Finished(_) => "finished",
            _ => "not finished",
        });
        let is_out_of_time = matches!(
            &ran,
            Err(JobFailure::Vendor(VendorFailure {
                kind: VendorFailureKind::NoTimeLeft,
                ..
            }))
        );
        assert!(ran.is_ok() || is_out_of_time, "{ran:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_course_sync_that_lost_its_lease_writes_after_another_has_begun(fates in fates()) {
        told(async {
            let world = World::new();
            join_all((1..).zip(&fates).map(|(process, fate)| world.run(process, fate))).await;
            let offences = world.watch.offences.lock().clone();
            prop_assert!(offences.is_empty(), "{offences:?}");
            for process in 100..102 {
                world.run(process, &Fate::calm(90)).await;
            }
            let courses = world.hris.courses.lock().len();
            prop_assert_eq!(courses, usize::try_from(TOPICS).expect("a dozen"));
            let linked = world.table.state().topics.values().filter(|topic| topic.course.is_some()).count();
            prop_assert_eq!(linked, courses);
            Ok(())
        })?;
    }
}
