//! Whatever order webhooks, forgeries, links, courses, sweeps, replays and outages of the portal come in: once the employee is
//! linked, the topic is a course and the portal confirms the completion, it is recorded once after the next sweep of a new week,
//! with the portal's values. EmployeeConnect forgets the idempotency keys, so that every second write would show.

use std::collections::BTreeMap;

use habitsync_domain::identity::{EnrolmentId, TopicId};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::results::choice::Replayable;
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::result::ParkedOn;
use habitsync_in_memory::{Call, Fault, StartedJobs, vendor_failure};
use habitsync_workflows::fleet::watch::{WatchFleet, watch_fleet};
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use habitsync_workflows::ports::results::ReleaseResults;
use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::academy::{sync, topic, unlinked};
use crate::replaying::replay_in;
use crate::sweeping::sweep_asked_for;
use crate::world::{World, beginning, completion, hours, minutes, name};

const EMPLOYEES: usize = 2;
const TOPICS: usize = 2;
/// An employee and a course that only forged deliveries name, so that forged values could be recorded.
const MALLORY: &str = "mallory@acme.com.au";
const FORGED_TOPIC: i64 = 666;

/// How the customer's webhooks are believed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Signature,
    SignatureReadBack,
    Token,
}

/// One thing that happens, followed by a tick of the watchdog and an empty queue.
#[derive(Debug, Clone, Copy)]
enum Event {
    Webhook(usize),
    /// With the id of a completion and values of the forger's choice. Without the token, no forged delivery is accepted.
    Forged(usize),
    Link(usize),
    UserSync,
    TopicQualifies(usize),
    CourseSync,
    PortalShows(usize),
    PortalFails,
    Sweep,
    Replay(Replayable),
    Wait(SignedDuration),
}

#[derive(Debug, Clone)]
struct Story {
    mode: Mode,
    /// Employee, topic and hour of each completion.
    completions: Vec<(usize, usize, i64)>,
    events: Vec<Event>,
}

fn stories() -> impl Strategy<Value = Story> {
    let modes = prop::sample::select(vec![Mode::Signature, Mode::SignatureReadBack, Mode::Token]);
    let completions = vec((0..EMPLOYEES, 0..TOPICS, 0..12_i64), 1..4);
    (modes, completions).prop_flat_map(|(mode, completions)| {
        let events = vec(events(completions.len()), 0..24);
        events.prop_map(move |events| Story {
            mode,
            completions: completions.clone(),
            events,
        })
    })
}

fn events(completions: usize) -> impl Strategy<Value = Event> {
    let replays = prop::sample::select(vec![Replayable::Dead, Replayable::Ignored(None)]);
    let waits = prop::sample::select(vec![minutes(2), minutes(40), hours(5)]);
    prop_oneof![
        4 => (0..completions).prop_map(Event::Webhook),
        3 => (0..completions).prop_map(Event::Forged),
        1 => (0..EMPLOYEES).prop_map(Event::Link),
        2 => Just(Event::UserSync),
        1 => (0..TOPICS).prop_map(Event::TopicQualifies),
        2 => Just(Event::CourseSync),
        1 => (0..completions).prop_map(Event::PortalShows),
        1 => Just(Event::PortalFails),
        2 => Just(Event::Sweep),
        1 => replays.prop_map(Event::Replay),
        4 => waits.prop_map(Event::Wait),
    ]
}

impl Story {
    fn completion(&self, index: usize) -> Completion {
        let (employee, topic, hour) = self.completions[index];
        let enrolment = i64::try_from(index).expect("few") + 1;
        let completed_at = beginning() - hours(hour);
        completion(enrolment, topic_id(topic), &user_name(employee), completed_at)
    }

    fn world(&self) -> World {
        let mut world = match self.mode {
            Mode::Signature => World::new(),
            Mode::SignatureReadBack => World::configured(&[("read_back = false", "read_back = true")]),
            Mode::Token => World::configured(&[("\"signature\" ", "\"token\" ")]),
        };
        world.ladder = "1m,5m,30m,2h".parse().expect("a ladder");
        *world.hris.forgets_keys.lock() = true;
        *world.portal.topics.lock() = (0..TOPICS).map(|topic| unlinked(topic_id(topic))).collect();
        let state = JobState {
            swept_from: Some(beginning() - hours(1000)),
            ..JobState::default()
        };
        world.table.state().jobs.insert(Job::ResultSweep, state);
        world.link_person("E9", MALLORY);
        world.portal.topics.lock().push(topic(FORGED_TOPIC));
        world
    }

    async fn happens(&self, world: &World, event: Event) {
        match event {
            Event::Webhook(index) => self.deliver(world, self.completion(index)).await,
            Event::Forged(_) if self.mode != Mode::Token => {}
            Event::Forged(index) => self.deliver(world, forged(&self.completion(index))).await,
            Event::Link(employee) => link(world, employee).await,
            Event::UserSync => world.users_synced_from(world.now()),
            Event::TopicQualifies(index) => qualify(world, index),
            Event::CourseSync => drop(sync(world).await),
            Event::PortalShows(index) => self.show(world, index),
            Event::PortalFails => fail_to_confirm(world),
            Event::Sweep => drop(sweep_asked_for(world, 300).await),
            Event::Replay(state) => drop(replay_in(world, state).await),
            Event::Wait(time) => world.clock.advance(time),
        }
        tick(world).await;
    }

    async fn deliver(&self, world: &World, completion: Completion) {
        let source = match self.mode {
            Mode::Token => CompletionSource::BearerToken,
            Mode::Signature | Mode::SignatureReadBack => CompletionSource::Signature,
        };
        let completion = Completion { source, ..completion };
        world.try_push(&completion).await.expect("the table works");
    }

    /// The portal lists the completion, and confirms it when asked.
    fn show(&self, world: &World, index: usize) {
        let completion = self.completion(index);
        let mut shown = world.portal.completions.lock();
        if !shown.iter().any(|known| known.enrolment == completion.enrolment) {
            shown.push(completion);
        }
    }

    /// Everything that the completions wait for comes, and a sweep of a new week.
    async fn ends_well(&self, world: &World) {
        world.portal.faults.disarm();
        for employee in 0..EMPLOYEES {
            link(world, employee).await;
        }
        (0..TOPICS).for_each(|topic| qualify(world, topic));
        sync(world).await;
        (0..self.completions.len()).for_each(|index| self.show(world, index));
        world.clock.advance(hours(7 * 24));
        sweep_asked_for(world, 300).await.expect("sweeps");
        for _ in 0..3 {
            world.clock.advance(minutes(1));
            tick(world).await;
        }
    }

    /// What EmployeeConnect must hold in the end: by idempotency key the employee, the topic and the day.
    fn expected(&self) -> BTreeMap<String, (String, String, String)> {
        let all = (0..self.completions.len()).map(|index| {
            let completion = self.completion(index);
            let zone = jiff::tz::TimeZone::get("Australia/Sydney").expect("bundled");
            let employee = format!("E{}", self.completions[index].0);
            let day = completion.completed_on(&zone).to_string();
            (
                completion.idempotency_key(),
                (employee, completion.topic.to_string(), day),
            )
        });
        all.collect()
    }
}

fn forged(completion: &Completion) -> Completion {
    Completion {
        topic: TopicId(FORGED_TOPIC),
        user_name: name(MALLORY),
        completed_at: beginning() - hours(500),
        ..completion.clone()
    }
}

fn topic_id(topic: usize) -> i64 {
    i64::try_from(topic).expect("few") + 100
}

fn user_name(employee: usize) -> String {
    format!("employee-{employee}@acme.com.au")
}

/// A user sync links the account.
async fn link(world: &World, employee: usize) {
    world.link_person(&format!("E{employee}"), &user_name(employee));
    let on = ParkedOn::User(name(&user_name(employee)));
    world.table.release_results(&on, world.now()).await.expect("releases");
}

fn qualify(world: &World, index: usize) {
    world.portal.topics.lock()[index] = topic(topic_id(index));
}

fn fail_to_confirm(world: &World) {
    let outage = VendorFailureKind::Unavailable {
        may_have_happened: false,
    };
    for _ in 0..3 {
        let failure = vendor_failure(Vendor::TribalHabits, outage.clone());
        world.portal.faults.arm(Call::FindCompletion, Fault::Before(failure));
    }
}

/// A minute of the watchdog; then the queue is emptied.
async fn tick(world: &World) {
    let (fleet, jobs) = (world.fleet(), StartedJobs::default());
    let watch = WatchFleet {
        fleet: &fleet,
        queue: &world.queue,
        jobs: &jobs,
        clock: &world.clock,
    };
    watch_fleet(&watch, world.soon(50))
        .await
        .expect("what is due can be read");
    while let Some(message) = world.queue.receive() {
        world.try_push(&message.completion).await.expect("the table works");
    }
}

/// What EmployeeConnect holds, as in [`Story::expected`].
fn recorded(world: &World) -> Vec<(String, (String, String, String))> {
    let topics = world.table.state().topics.clone();
    let topic_of = |course: &str| {
        let of_course = |record: &&habitsync_domain::courses::course::TopicRecord| {
            record.course.as_ref().is_some_and(|linked| linked.id.0 == course)
        };
        topics.values().find(of_course).map(|record| record.topic.to_string())
    };
    let results = world.hris.results.lock();
    let all = results.iter().map(|stored| {
        let result = &stored.result;
        let (employee, day) = (result.employee_id.to_string(), result.completed_on.to_string());
        let topic = topic_of(&stored.course.0).unwrap_or_default();
        (result.idempotency_key.clone(), (employee, topic, day))
    });
    let mut all: Vec<_> = all.collect();
    all.sort();
    all
}

async fn live_through(story: &Story) -> World {
    let world = story.world();
    for event in &story.events {
        story.happens(&world, *event).await;
    }
    story.ends_well(&world).await;
    world
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_genuine_completion_is_recorded_once_with_the_portals_values_whatever_came_before(story in stories()) {
        let world = run(live_through(&story));
        let states: Vec<_> = world.table.state().results.values().map(|stored| stored.record.state.clone()).collect();
        let expected: Vec<_> = story.expected().into_iter().collect();
        prop_assert_eq!(recorded(&world), expected, "{:#?}", states);
    }

    #[test]
    fn a_forged_enrolment_that_the_portal_never_confirms_is_never_recorded(story in stories()) {
        let story = Story { mode: Mode::Token, ..story };
        run(async {
            let world = story.world();
            for event in &story.events {
                let event = match event {
                    Event::Webhook(index) | Event::PortalShows(index) => Event::Forged(*index),
                    other => *other,
                };
                story.happens(&world, event).await;
            }
            assert!(recorded(&world).is_empty());
        });
    }
}

#[tokio::test]
async fn completions_that_waited_for_a_month_go_on_with_their_links() {
    let story = Story {
        mode: Mode::Signature,
        completions: vec![(0, 0, 1), (1, 1, 2)],
        events: Vec::new(),
    };
    for before in [Event::UserSync, Event::CourseSync, Event::Sweep] {
        let world = story.world();
        for event in [
            before,
            Event::Webhook(0),
            Event::Webhook(1),
            Event::Wait(hours(31 * 24)),
        ] {
            story.happens(&world, event).await;
        }
        story.ends_well(&world).await;
        let expected: Vec<_> = story.expected().into_iter().collect();
        assert_eq!(recorded(&world), expected, "{before:?}");
        assert!(world.table.result(EnrolmentId(1)).is_some());
    }
}
