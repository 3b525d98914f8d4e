//! Whatever order completions come in, however often, whichever calls fail and whoever is linked late: in the end each
//! enrolment is one result, with the right person, course and day. EmployeeConnect is no help here: it forgets the
//! idempotency keys, so that every second write would show.

use std::collections::BTreeMap;
use std::time::Duration;

use habitsync_domain::identity::{EmployeeId, TopicId};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::{ParkedOn, ResultState};
use habitsync_in_memory::{Call, Fault, StartedJobs, service_failure};
use habitsync_workflows::fleet::watch::{WatchFleet, watch_fleet};
use habitsync_workflows::jobs::outcome::Start;
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::ports::results::ReleaseResults;
use habitsync_workflows::results::sweep::{SweepResults, sweep_results};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::world::{World, beginning, completion, employee, hours, minutes, name, no_answer, not_reached, refusal};

const PEOPLE: usize = 3;
const TOPICS: usize = 3;
/// Rounds of ten minutes until everything must be settled: three days.
const ROUNDS: usize = 6 * 72;

/// What happens to one customer.
#[derive(Debug, Clone)]
struct Story {
    /// Person, topic and hour of each completion.
    completions: Vec<(usize, usize, i64)>,
    /// Which completion each webhook tells of; some are told twice, some never.
    webhooks: Vec<usize>,
    /// Who and what is linked only after the webhooks.
    late_people: Vec<bool>,
    late_topics: Vec<bool>,
    /// Which calls fail: how many of their kind succeed first.
    faults: Vec<(FaultyCall, usize)>,
}

/// A call that fails, and how.
#[derive(Debug, Clone, Copy)]
enum FaultyCall {
    Table(Call, bool),
    Queue(bool),
    NotReached(Call),
    NoAnswer { had_effect: bool },
    RateLimited,
}

fn stories() -> impl Strategy<Value = Story> {
    let completions = vec((0..PEOPLE, 0..TOPICS, 0..48_i64), 1..6);
    completions.prop_flat_map(|completions| {
        let webhooks = vec(0..completions.len(), 0..12);
        let late = (vec(any::<bool>(), PEOPLE), vec(any::<bool>(), TOPICS));
        let faults = vec((faulty_calls(), 0..4_usize), 0..14);
        (Just(completions), webhooks, late, faults).prop_map(|(completions, webhooks, late, faults)| Story {
            completions,
            webhooks,
            late_people: late.0,
            late_topics: late.1,
            faults,
        })
    })
}

fn faulty_calls() -> impl Strategy<Value = FaultyCall> {
    let of_the_table = prop::sample::select(vec![
        Call::ClaimResult,
        Call::SettleResult,
        Call::FindResult,
        Call::FindTopic,
        Call::FindPerson,
        Call::LoadBreaker,
        Call::ChangeBreaker,
        Call::LoadJob,
        Call::ReleaseResults,
        Call::SaveJob,
        Call::SaveRun,
    ]);
    prop_oneof![
        3 => (of_the_table, any::<bool>()).prop_map(|(call, after)| FaultyCall::Table(call, after)),
        1 => any::<bool>().prop_map(FaultyCall::Queue),
        1 => Just(FaultyCall::NotReached(Call::RecordResult)),
        1 => Just(FaultyCall::NotReached(Call::IsRecorded)),
        2 => any::<bool>().prop_map(|had_effect| FaultyCall::NoAnswer { had_effect }),
        1 => Just(FaultyCall::RateLimited),
    ]
}

fn fault<E>(after: bool, failure: E) -> Fault<E> {
    if after {
        Fault::After(failure)
    } else {
        Fault::Before(failure)
    }
}

impl Story {
    fn completion(&self, index: usize) -> Completion {
        let (person, topic, hour) = self.completions[index];
        let enrolment = i64::try_from(index).expect("few") + 1;
        completion(
            enrolment,
            topic_id(topic),
            &user_name(person),
            beginning() - hours(hour),
        )
    }

    fn world(&self) -> World {
        let mut world = World::new();
        world.ladder = vec!["10m"; 20].join(",").parse().expect("a ladder");
        *world.hris.forgets_keys.lock() = true;
        let state = JobState {
            swept_from: Some(beginning() - hours(1000)),
            ..JobState::default()
        };
        world.table.state().jobs.insert(Job::ResultSweep, state);
        let all = (0..self.completions.len()).map(|index| self.completion(index));
        world.portal.completions.lock().extend(all);
        self.link(&world, false);
        world
    }

    fn link(&self, world: &World, late: bool) {
        for person in (0..PEOPLE).filter(|person| self.late_people[*person] == late) {
            world.link_person(&format!("E{person}"), &user_name(person));
        }
        for topic in (0..TOPICS).filter(|topic| self.late_topics[*topic] == late) {
            world.link_course(topic_id(topic));
        }
    }

    fn arm(&self, world: &World) {
        for (faulty, successes_first) in &self.faults {
            let record = |fault| world.hris.faults.arm_after(*successes_first, Call::RecordResult, fault);
            match *faulty {
                FaultyCall::Table(call, after) => {
                    world
                        .table
                        .faults
                        .arm_after(*successes_first, call, fault(after, service_failure()));
                }
                FaultyCall::Queue(after) => {
                    let fault = fault(after, service_failure());
                    world
                        .queue
                        .faults
                        .arm_after(*successes_first, Call::QueueCompletion, fault);
                }
                FaultyCall::NotReached(call) => {
                    world
                        .hris
                        .faults
                        .arm_after(*successes_first, call, Fault::Before(not_reached()));
                }
                FaultyCall::NoAnswer { had_effect } => record(fault(had_effect, no_answer())),
                FaultyCall::RateLimited => {
                    let limited = VendorFailureKind::RateLimited(Duration::from_mins(1));
                    record(Fault::Before(refusal(limited)));
                }
            }
        }
    }

    /// What EmployeeConnect must hold in the end, by idempotency key.
    fn expected(&self) -> BTreeMap<String, (EmployeeId, String, String)> {
        let all = self.completions.iter().enumerate();
        let expected = all.map(|(index, (person, topic, hour))| {
            let zone = jiff::tz::TimeZone::get("Australia/Sydney").expect("bundled");
            let day = (beginning() - hours(*hour)).to_zoned(zone).date();
            let course = format!("course-{}", topic_id(*topic));
            let key = format!("th-enrolment-{}", index + 1);
            (key, (employee(&format!("E{person}")), course, day.to_string()))
        });
        expected.collect()
    }
}

fn topic_id(topic: usize) -> i64 {
    i64::try_from(topic).expect("few") + 100
}

fn user_name(person: usize) -> String {
    format!("person-{person}@acme.com.au")
}

/// Empties the queue; what fails is delivered again, as the queue does, a few times.
async fn deliver(world: &World) {
    let mut deliveries = BTreeMap::new();
    while let Some(message) = world.queue.receive() {
        let count = deliveries.entry(message.completion.enrolment).or_insert(0);
        *count += 1;
        if world.try_push(&message.completion).await.is_err() && *count < 5 {
            world.queue.deliver(message);
        }
    }
}

async fn pass_ten_minutes(world: &World, round: usize) {
    world.clock.advance(minutes(10));
    if round.is_multiple_of(36) {
        let (table, portal, queue) = (&world.table, &world.portal, &world.queue);
        let sweep = SweepResults {
            table,
            portal,
            queue,
            mail: &world.mail,
            mail_settings: &world.mail_settings,
            clock: &world.clock,
            configuration: &world.configuration,
        };
        let start = Start {
            deadline: world.soon(300),
            asked_for: true,
        };
        // A sweep that fails is on record, and the next one does its work.
        drop(sweep_results(&sweep, start).await);
    }
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
    deliver(world).await;
}

/// A user sync and a course sync create the missing links and release what waited for them.
async fn link_the_rest(story: &Story, world: &World) {
    story.link(world, true);
    let people = (0..PEOPLE).map(|person| ParkedOn::User(name(&user_name(person))));
    let topics = (0..TOPICS).map(|topic| ParkedOn::Topic(TopicId(topic_id(topic))));
    for parked_on in people.chain(topics) {
        // A release that fails is made good by the next sweep.
        drop(world.table.release_results(&parked_on, world.now()).await);
    }
}

async fn live_through(story: &Story) -> World {
    let world = story.world();
    story.arm(&world);
    for index in &story.webhooks {
        let tenant = world.configuration.tenant.clone();
        let (completion, accepted_at) = (story.completion(*index), world.now());
        world
            .queue
            .deliver(habitsync_domain::results::completion::CompletionMessage {
                tenant,
                completion,
                accepted_at,
            });
        if index.is_multiple_of(2) {
            deliver(&world).await;
        }
    }
    deliver(&world).await;
    link_the_rest(story, &world).await;
    for round in 1..=ROUNDS {
        pass_ten_minutes(&world, round).await;
        if story.is_over(&world) {
            break;
        }
    }
    world
}

impl Story {
    fn is_over(&self, world: &World) -> bool {
        (0..self.completions.len()).all(|index| {
            let state = world.table.result(self.completion(index).enrolment);
            matches!(state, Some(ResultState::Recorded { .. }))
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_enrolment_is_one_result_whatever_happens_on_the_way(story in stories()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let world = runtime.block_on(live_through(&story));
        let states: Vec<_> = world.table.state().results.values().map(|stored| stored.record.state.clone()).collect();
        prop_assert!(story.is_over(&world), "not everything is recorded: {states:#?}");
        let results = world.hris.results.lock();
        prop_assert_eq!(results.len(), story.completions.len());
        let recorded: BTreeMap<_, _> = results.iter().map(|stored| {
            let result = &stored.result;
            let value = (result.employee_id.clone(), stored.course.0.clone(), result.completed_on.to_string());
            (result.idempotency_key.clone(), value)
        }).collect();
        prop_assert_eq!(recorded, story.expected());
    }
}
