//! One customer, Acme, with its table, its two vendors and its queue in memory, and time that stands still.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::courses::course::{Course, LinkedCourse, TopicRecord, TopicState};
use habitsync_domain::courses::topic::Condition;
use habitsync_domain::identity::{CourseId, EmployeeId, EnrolmentId, TopicCode, TopicId, UserName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::people::link::Person;
use habitsync_domain::people::user::UserFields;
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::result::{ResultRecord, ResultState};
use habitsync_domain::results::retry_ladder::RetryLadder;
use habitsync_in_memory::{Fleet, Hris, Mailbox, ManualClock, Portal, Queue, Table, mail_settings, vendor_failure};
use habitsync_workflows::notifications::MailSettings;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{ServiceFailure, Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::results::push::{PushOutcome, PushResult, push_result};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// A customer and everything around it.
pub(crate) struct World {
    pub(crate) clock: ManualClock,
    pub(crate) table: Table,
    pub(crate) portal: Portal,
    pub(crate) hris: Hris,
    pub(crate) queue: Queue,
    pub(crate) mail: Mailbox,
    pub(crate) mail_settings: MailSettings,
    pub(crate) configuration: TenantConfiguration,
    pub(crate) ladder: RetryLadder,
}

/// The moment at which every story begins: Monday, 16 March 2026, 10:00 in Sydney.
pub(crate) fn beginning() -> Timestamp {
    "2026-03-15T23:00:00Z".parse().expect("a time")
}

pub(crate) fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

pub(crate) fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// Acme's configuration with some of its lines changed.
pub(crate) fn acme(changes: &[(&str, &str)]) -> TenantConfiguration {
    let mut source = include_str!("../../../domain/src/configuration/acme.toml").to_owned();
    for (old, new) in changes {
        assert!(source.contains(old), "the example has no {old}");
        source = source.replace(old, new);
    }
    source.parse().expect("valid")
}

/// An answer of EmployeeConnect.
pub(crate) fn refusal(kind: VendorFailureKind) -> VendorFailure {
    vendor_failure(Vendor::EmployeeConnect, kind)
}

/// EmployeeConnect did not answer, and may or may not have done it.
pub(crate) fn no_answer() -> VendorFailure {
    refusal(VendorFailureKind::Unavailable {
        may_have_happened: true,
    })
}

/// EmployeeConnect could not be reached.
pub(crate) fn not_reached() -> VendorFailure {
    refusal(VendorFailureKind::Unavailable {
        may_have_happened: false,
    })
}

impl World {
    pub(crate) fn new() -> Self {
        Self::configured(&[])
    }

    pub(crate) fn configured(changes: &[(&str, &str)]) -> Self {
        Self {
            clock: ManualClock::at(beginning()),
            table: Table::default(),
            portal: Portal::default(),
            hris: Hris::default(),
            queue: Queue::default(),
            mail: Mailbox::default(),
            mail_settings: mail_settings(),
            configuration: acme(changes),
            ladder: "1m,5m,30m".parse().expect("a ladder"),
        }
    }

    /// A world in which Jo (`E1`) can complete topic 456, which is course `C1`.
    pub(crate) fn with_jo_and_a_course() -> Self {
        let world = Self::new();
        world.link_person("E1", "jo@acme.com.au");
        world.link_course(456);
        world
    }

    /// Employs somebody and links them to the account with this user name.
    pub(crate) fn link_person(&self, employee: &str, user_name: &str) {
        let person = person(employee, user_name);
        self.hris.employ(&person.employee_id);
        self.table.state().people.insert(person.employee_id.clone(), person);
    }

    /// Makes a topic a course, in EmployeeConnect and in the table.
    pub(crate) fn link_course(&self, topic: i64) -> CourseId {
        let course = course(topic);
        let id = CourseId(format!("course-{topic}"));
        self.hris.courses.lock().insert(id.clone(), course.clone());
        let linked = LinkedCourse::written(&id, &course);
        self.see_topic(topic, TopicState::Qualifies, Some(linked));
        id
    }

    /// Stores what was seen of a topic.
    pub(crate) fn see_topic(&self, topic: i64, state: TopicState, course: Option<LinkedCourse>) {
        let record = TopicRecord {
            topic: TopicId(topic),
            code: code(topic),
            title: format!("Topic {topic}"),
            state,
            course,
            seen_at: beginning(),
            release_due: false,
        };
        self.table.state().topics.insert(record.topic, record);
    }

    /// A complete user sync began then.
    pub(crate) fn users_synced_from(&self, began: Timestamp) {
        let state = JobState {
            last_complete_began_at: Some(began),
            ..JobState::default()
        };
        self.table.state().jobs.insert(Job::UserSync, state);
    }

    pub(crate) fn pusher(&self) -> PushResult<'_, Table, Portal, Hris, ManualClock> {
        PushResult {
            table: &self.table,
            portal: &self.portal,
            hris: &self.hris,
            clock: &self.clock,
            configuration: &self.configuration,
            ladder: &self.ladder,
        }
    }

    /// Pushes in an invocation that has 30 seconds.
    pub(crate) async fn try_push(&self, completion: &Completion) -> Result<PushOutcome, ServiceFailure> {
        push_result(&self.pusher(), completion, self.soon(30)).await
    }

    /// Pushes and returns how far the completion has come.
    pub(crate) async fn push(&self, completion: &Completion) -> ResultState {
        self.try_push(completion).await.expect("the table works");
        self.state_of(completion)
    }

    pub(crate) fn state_of(&self, completion: &Completion) -> ResultState {
        self.table.result(completion.enrolment).expect("there is a record")
    }

    pub(crate) fn record_of(&self, completion: &Completion) -> ResultRecord {
        self.table.state().results[&completion.enrolment].record.clone()
    }

    /// So many seconds from now.
    pub(crate) fn soon(&self, seconds: i64) -> Timestamp {
        self.now() + seconds.seconds()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn fleet(&self) -> Fleet<'_> {
        Fleet::of(vec![(self.configuration.tenant.clone(), &self.table)])
    }
}

pub(crate) fn code(topic: i64) -> TopicCode {
    TopicCode(format!("TH-9-{topic}"))
}

pub(crate) fn course(topic: i64) -> Course {
    Course {
        external_id: code(topic),
        title: format!("Topic {topic}"),
        description: None,
        launch_url: format!("https://acme.tribalhabits.com/enrol/{topic}"),
        active: true,
    }
}

pub(crate) fn person(employee: &str, user_name: &str) -> Person {
    Person {
        employee_id: employee.parse().expect("an employee id"),
        user_name: name(user_name),
        former_names: Vec::new(),
        active: true,
        fields: UserFields::default(),
        last_change: None,
        removed: None,
        marks: habitsync_domain::approvals::ChangeMarks::default(),
        rewrites: std::collections::BTreeMap::new(),
    }
}

pub(crate) fn name(user_name: &str) -> UserName {
    user_name.parse().expect("a user name")
}

pub(crate) fn employee(id: &str) -> EmployeeId {
    id.parse().expect("an employee id")
}

/// Jo completed topic 456 an hour before the story begins.
pub(crate) fn jos_completion() -> Completion {
    completion(9001, 456, "jo@acme.com.au", beginning() - hours(1))
}

pub(crate) fn completion(enrolment: i64, topic: i64, user_name: &str, completed_at: Timestamp) -> Completion {
    Completion {
        enrolment: EnrolmentId(enrolment),
        topic: TopicId(topic),
        topic_code: Some(code(topic)),
        user_name: name(user_name),
        completed_at,
        training_minutes: Some(12),
        source: CompletionSource::Signature,
    }
}

/// The completion as Tribal Habits lists it.
pub(crate) fn from_portal(completion: Completion) -> Completion {
    let source = CompletionSource::Portal;
    Completion { source, ..completion }
}

/// A topic that was seen without its link.
pub(crate) fn lacking() -> TopicState {
    TopicState::Lacks {
        conditions: vec![Condition::HasLink],
    }
}
