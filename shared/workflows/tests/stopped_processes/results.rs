//! Pushes of one completion, side by side.

use std::sync::Arc;

use futures_util::future::join_all;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::courses::course::{Course, LinkedCourse, TopicRecord, TopicState};
use habitsync_domain::identity::{CourseId, EnrolmentId, TopicCode, TopicId};
use habitsync_domain::people::link::Person;
use habitsync_domain::people::user::UserFields;
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::result::{NewResult, ResultState};
use habitsync_domain::results::retry_ladder::RetryLadder;
use habitsync_in_memory::{Hris, Portal, Table, TokioClock};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::VendorFailure;
use habitsync_workflows::ports::vendors::{RecordResult, Recorded};
use habitsync_workflows::results::push::{PushResult, push_result};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::process::{Fate, Line, Watch, beginning, fates, told};

const ENROLMENT: EnrolmentId = EnrolmentId(9001);

impl RecordResult for Line<Hris> {
    async fn record_result(&self, course: &CourseId, result: &NewResult) -> Result<Recorded, VendorFailure> {
        let (course, result) = (course.clone(), result.clone());
        self.send(claimant, async move |hris| hris.record_result(&course, &result).await)
            .await
    }

    async fn is_recorded(&self, course: &CourseId, result: &NewResult) -> Result<bool, VendorFailure> {
        let (course, result) = (course.clone(), result.clone());
        self.send(|_| None, async move |hris| hris.is_recorded(&course, &result).await)
            .await
    }
}

/// The process that made the last claim.
fn claimant(table: &Table) -> Option<u32> {
    table.state().claimed_by.get(&ENROLMENT).copied()
}

struct World {
    configuration: TenantConfiguration,
    hris: Arc<Hris>,
    portal: Portal,
    table: Table,
    clock: TokioClock,
    ladder: RetryLadder,
    watch: Watch,
}

impl World {
    /// A world in which Jo has completed topic 456, which is a course, and `EmployeeConnect` records twice what it is sent twice.
    fn new() -> Self {
        let source = include_str!("../../../domain/src/configuration/acme.toml");
        let world = Self {
            configuration: source.parse().expect("valid"),
            hris: Arc::default(),
            portal: Portal::default(),
            table: Table::default(),
            clock: TokioClock::showing(beginning()),
            ladder: "1m,5m,30m".parse().expect("a ladder"),
            watch: Watch::default(),
        };
        world.link();
        world
    }

    fn link(&self) {
        let person = Person {
            employee_id: "E1".parse().expect("an employee"),
            user_name: "jo@acme.com.au".parse().expect("a user name"),
            former_names: Vec::new(),
            active: true,
            fields: UserFields::default(),
            last_change: None,
            removed: None,
            marks: habitsync_domain::approvals::ChangeMarks::default(),
            rewrites: std::collections::BTreeMap::new(),
        };
        let (id, written) = (CourseId("course-456".to_owned()), course());
        self.hris.employ(&person.employee_id);
        self.hris.courses.lock().insert(id.clone(), written.clone());
        *self.hris.forgets_keys.lock() = true;
        let mut state = self.table.state();
        state.people.insert(person.employee_id.clone(), person);
        let topic = TopicRecord {
            topic: TopicId(456),
            code: written.external_id.clone(),
            title: written.title.clone(),
            state: TopicState::Qualifies,
            course: Some(LinkedCourse::written(&id, &written)),
            seen_at: beginning(),
            release_due: false,
        };
        state.topics.insert(topic.topic, topic);
    }

    async fn push(&self, process: u32, fate: &Fate) {
        let (table, clock) = (self.table.of_process(process), fate.clock(self.clock));
        let hris = Line::new(&self.hris, &table, clock, &self.watch);
        let push = PushResult {
            table: &table,
            portal: &self.portal,
            hris: &hris,
            clock: &clock,
            configuration: &self.configuration,
            ladder: &self.ladder,
        };
        let work = async {
            let deadline = clock.now() + SignedDuration::from_secs(30);
            push_result(&push, &completion(), deadline).await
        };
        fate.live(work).await.expect("the table works");
    }
}

fn course() -> Course {
    Course {
        external_id: TopicCode("TH-9-456".to_owned()),
        title: "Topic 456".to_owned(),
        description: None,
        launch_url: "https://acme.tribalhabits.com/enrol/456".to_owned(),
        active: true,
    }
}

fn completion() -> Completion {
    Completion {
        enrolment: ENROLMENT,
        topic: TopicId(456),
        topic_code: None,
        user_name: "jo@acme.com.au".parse().expect("a user name"),
        completed_at: beginning() - SignedDuration::from_hours(1),
        training_minutes: Some(12),
        source: CompletionSource::Portal,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_push_that_lost_its_claim_writes_after_another_has_begun(fates in fates()) {
        told(async {
            let world = World::new();
            join_all((1..).zip(&fates).map(|(process, fate)| world.push(process, fate))).await;
            let offences = world.watch.offences.lock().clone();
            prop_assert!(offences.is_empty(), "{offences:?}");
            for process in 100..105 {
                world.push(process, &Fate::calm(2_000)).await;
            }
            let state = world.table.result(ENROLMENT);
            prop_assert!(matches!(state, Some(ResultState::Recorded { .. })), "{state:?}");
            prop_assert_eq!(world.hris.results.lock().len(), 1);
            Ok(())
        })?;
    }
}
