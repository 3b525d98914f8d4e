//! Customers are isolated: no event at one set of customers changes what is read, written or scheduled for another. Each fleet
//! lives twice, with and without what happens at the disturbed customers, and the others must not differ.

use std::collections::BTreeMap;

use habitsync_domain::identity::{EnrolmentId, TopicId, UserName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{JobState, RunRecord, RunState};
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::result::{ResultRecord, ResultState};
use habitsync_in_memory::{Breakdown, Call, StoredRun, WaitingResult};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::VendorFailureKind;
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::world::{World, employee};

/// Customers of a fleet; those with an odd number are disturbed.
const CUSTOMERS: usize = 12;

/// What happens at one customer.
#[derive(Debug, Clone)]
enum Event {
    /// Its schedule fires.
    Runs,
    /// An operator asks for a run.
    IsAskedFor,
    /// Its `EmployeeConnect` fails from now on, or is well again.
    Fails(Option<VendorFailureKind>),
    /// It hires.
    Hires,
    /// A run of it crashed and is to be carried on.
    Crashed,
    /// So many of its results are due.
    ResultsAreDue(i64),
    /// It cannot be told from here on: every call of the watchdog about it fails, or is never answered.
    Breaks,
    /// From here on every call of this kind about it fails, is never answered, or panics.
    BreaksIn(Call, Breakdown),
}

fn failure() -> impl Strategy<Value = Option<VendorFailureKind>> {
    prop::option::weighted(
        0.8,
        prop::sample::select(vec![
            VendorFailureKind::Credentials,
            VendorFailureKind::Unavailable {
                may_have_happened: true,
            },
            VendorFailureKind::Unreadable,
            VendorFailureKind::InconsistentRead,
        ]),
    )
}

/// The calls of the watchdog that are about one customer.
pub(crate) const CALLS_ABOUT_ONE: [Call; 11] = [
    Call::HasStopped,
    Call::PostponeRun,
    Call::StartJob,
    Call::PostponeProbe,
    Call::FindHeldBack,
    Call::PostponeResult,
    Call::QueueCompletion,
    Call::ListParked,
    Call::CountSetAside,
    Call::PostponeHold,
    Call::SaveTold,
];

fn breakdown() -> impl Strategy<Value = Event> {
    let how = prop::sample::select(Breakdown::ALL.to_vec());
    (prop::sample::select(CALLS_ABOUT_ONE.to_vec()), how).prop_map(|(call, how)| Event::BreaksIn(call, how))
}

/// What may happen at a disturbed customer.
fn disturbance() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Runs),
        1 => Just(Event::IsAskedFor),
        4 => failure().prop_map(Event::Fails),
        2 => Just(Event::Crashed),
        2 => (1..400_i64).prop_map(Event::ResultsAreDue),
        1 => Just(Event::Breaks),
        3 => breakdown(),
    ]
}

/// What may happen at one of the others, their own trouble included.
fn ordinary() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Runs),
        1 => Just(Event::IsAskedFor),
        2 => Just(Event::Hires),
        1 => prop::option::of(Just(VendorFailureKind::ModuleDisabled)).prop_map(Event::Fails),
        2 => Just(Event::Crashed),
        2 => (1..4_i64).prop_map(Event::ResultsAreDue),
    ]
}

/// Minutes, each with an event at a disturbed customer or at one of the others.
fn story() -> impl Strategy<Value = Vec<(usize, Event)>> {
    let half = CUSTOMERS / 2;
    let disturbed = (0..half, disturbance()).prop_map(|(number, event)| (2 * number + 1, event));
    let other = (0..half, ordinary()).prop_map(|(number, event)| (2 * number, event));
    prop::collection::vec(prop_oneof![3 => disturbed, 2 => other], 10..60)
}

async fn happens(world: &mut World, number: usize, event: &Event) {
    let tenant = world.customers[number].tenant.clone();
    match event {
        Event::Runs => drop(world.run(&world.customers[number]).await),
        Event::IsAskedFor => drop(world.start(&world.customers[number], true).await),
        Event::Fails(how) => world.customers[number].own_trouble.lock().clone_from(how),
        Event::Hires => {
            let mut employees = world.customers[number].hris.employees.lock();
            let id = format!("E{}", employees.len() + 1);
            employees.push(employee(&id));
        }
        Event::Crashed => crash(world, number),
        Event::ResultsAreDue(count) => results_are_due(world, number, *count),
        Event::Breaks => drop(world.broken.insert(tenant)),
        Event::BreaksIn(call, how) => {
            for breakdowns in [
                &mut world.breakdowns,
                &mut world.jobs.breakdowns,
                &mut world.queue.breakdowns,
            ] {
                breakdowns.insert(&tenant, *call, *how);
            }
        }
    }
}

pub(crate) fn crash(world: &World, number: usize) {
    let now = world.clock.now();
    let record = RunRecord {
        id: format!("crashed at {now}"),
        job: Job::CourseSync,
        started_at: now,
        state: RunState::Unfinished { lease_until: now },
        counts: BTreeMap::new(),
    };
    let run = StoredRun {
        record: record.clone(),
        due_at: Some(now),
    };
    world.customers[number].table.state().runs.insert(record.id, run);
}

fn results_are_due(world: &World, number: usize, count: i64) {
    let now = world.clock.now();
    let mut state = world.customers[number].table.state();
    for enrolment in (1..=count).map(EnrolmentId) {
        let completion = Completion {
            enrolment,
            topic: TopicId(456),
            topic_code: None,
            user_name: "jo@acme.com.au".parse::<UserName>().expect("a name"),
            completed_at: now,
            training_minutes: None,
            source: CompletionSource::Signature,
        };
        let waiting = ResultState::Waiting {
            cause: "an outage".to_owned(),
            due_at: now,
        };
        let record = ResultRecord {
            completion,
            state: waiting,
            attempts: 1,
        };
        let due_at = Some(now);
        state.results.insert(enrolment, WaitingResult { record, due_at });
    }
}

/// Everything that can be seen of a customer: what its jobs remember, its accounts, its mails, what was started and queued for it
/// in which minute, and the operators' lines about it.
#[derive(Debug, PartialEq)]
struct Seen {
    jobs: BTreeMap<Job, JobState>,
    accounts: Vec<String>,
    mails: usize,
    due: Vec<EnrolmentId>,
    handed_on: Vec<(usize, usize)>,
    lines: Vec<String>,
}

async fn lives(story: &[(usize, Event)], with_disturbed: bool) -> Vec<Seen> {
    let mut world = World::of(CUSTOMERS);
    world.run_all().await;
    let mut handed_on = vec![Vec::new(); CUSTOMERS];
    for (number, event) in story {
        if with_disturbed || number % 2 == 0 {
            happens(&mut world, *number, event).await;
        }
        world.clock.advance(SignedDuration::from_mins(7));
        world.tick().await;
        world.hand_on().await;
        let (started, queued) = (world.jobs.started(), world.queue.messages());
        for (customer, handed_on) in world.customers.iter().zip(&mut handed_on) {
            let started = started.iter().filter(|(tenant, _)| *tenant == customer.tenant).count();
            let queued = queued
                .iter()
                .filter(|message| message.tenant == customer.tenant)
                .count();
            handed_on.push((started, queued));
        }
    }
    let told = world.told().concat();
    let others = world.customers.iter().zip(handed_on).step_by(2);
    let seen = others.map(|(customer, handed_on)| {
        let state = customer.table.state();
        let due = state
            .results
            .iter()
            .filter(|(_, stored)| stored.due_at <= Some(world.clock.now()));
        let about_it = told.lines().filter(|line| line.contains(customer.tenant.as_str()));
        // A mail about one customer has the line in its subject too.
        let mut lines: Vec<_> = about_it
            .map(|line| line.trim_start_matches("HabitSync: ").to_owned())
            .collect();
        lines.dedup();
        Seen {
            jobs: state.jobs.clone(),
            accounts: customer
                .portal
                .users
                .lock()
                .iter()
                .map(|user| user.user_name.as_str().to_owned())
                .collect(),
            mails: customer.mail.sent().len(),
            due: due.map(|(enrolment, _)| *enrolment).collect(),
            handed_on,
            lines,
        }
    });
    seen.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn nothing_that_happens_at_one_set_of_customers_changes_anything_for_another(story in story()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let (with, without) = runtime.expect("a runtime").block_on(async {
            (lives(&story, true).await, lives(&story, false).await)
        });
        prop_assert_eq!(with, without);
    }
}

#[tokio::test]
async fn a_thousand_due_results_of_one_customer_do_not_go_before_the_only_one_of_another() {
    let world = World::of(2);
    results_are_due(&world, 0, 1_000);
    world.clock.advance(SignedDuration::from_mins(1));
    results_are_due(&world, 1, 1);
    world.hand_on().await;
    let messages = world.queue.messages();
    let place = messages
        .iter()
        .position(|message| message.tenant == world.customers[1].tenant);
    assert!(
        place.is_some_and(|place| place <= 100),
        "{place:?} of {}",
        messages.len()
    );
    assert_eq!(messages.len(), 1_001);
}
