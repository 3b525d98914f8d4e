//! The answer of any one write is lost for good, in a story of course syncs, pushes, sweeps and watchdogs: every completion is
//! recorded once all the same, every course is made once, and nothing is left to do.

use std::collections::BTreeMap;

use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::results::choice::ResultStatus;
use habitsync_domain::results::result::ParkedOn;
use habitsync_in_memory::{Queue, StartedJobs, service_failure};
use habitsync_workflows::fleet::watch::{WatchFleet, watch_fleet};
use habitsync_workflows::ports::results::ReleaseResults;

use crate::academy::{sync_for, topic, world_with};
use crate::sweeping::sweep_asked_for;
use crate::world::{World, completion, hours, minutes, name, no_answer};

/// Who loses an answer.
#[derive(Debug, Clone, Copy)]
enum Loses {
    Table,
    Queue,
    Hris,
}

/// What is left of the story.
#[derive(Debug, PartialEq)]
struct End {
    states: BTreeMap<EnrolmentId, ResultStatus>,
    results: usize,
    courses: usize,
    leases_held: usize,
}

impl World {
    fn loses(&self, who: Loses, after: usize) {
        match who {
            Loses::Table => self.table.faults.lose_answer_after(after, service_failure()),
            Loses::Queue => self.queue.faults.lose_answer_after(after, service_failure()),
            Loses::Hris => self.hris.faults.lose_answer_after(after, no_answer()),
        }
    }

    fn has_lost(&self) -> bool {
        self.table.faults.has_lost_answer() && self.queue.faults.has_lost_answer() && self.hris.faults.has_lost_answer()
    }

    /// An hour of the watchdog and the pushers. A message that fails is delivered again, as the queue does.
    async fn hour(&self) {
        let jobs = StartedJobs::default();
        for _ in 0..12 {
            let watch = WatchFleet {
                fleet: &self.fleet(),
                queue: &self.queue,
                jobs: &jobs,
                clock: &self.clock,
            };
            watch_fleet(&watch, self.soon(50)).await.ok();
            self.deliver_all(&self.queue).await;
            self.clock.advance(minutes(5));
        }
    }

    async fn deliver_all(&self, queue: &Queue) {
        while let Some(message) = queue.receive() {
            if self.try_push(&message.completion).await.is_err() {
                self.clock.advance(minutes(1));
                self.try_push(&message.completion).await.ok();
            }
        }
    }
}

async fn story(lost: Option<(Loses, usize)>) -> Option<End> {
    let world = world_with(vec![topic(456), topic(457)]);
    world.link_person("E1", "jo@acme.com.au");
    if let Some((who, after)) = lost {
        world.loses(who, after);
    }
    let at = world.now() - hours(1);
    let early = completion(1, 456, "jo@acme.com.au", at);
    world.try_push(&early).await.ok();
    let late = completion(2, 457, "sam@acme.com.au", at);
    for _ in 0..2 {
        sync_for(&world, 900).await.ok();
        world.try_push(&late).await.ok();
        world.clock.advance(minutes(2));
    }
    world.link_person("E2", "sam@acme.com.au");
    let sam = ParkedOn::User(name("sam@acme.com.au"));
    for _ in 0..2 {
        world.table.release_results(&sam, world.now()).await.ok();
    }
    for (enrolment, topic) in [(1, 456), (2, 457), (3, 457)] {
        let user = if enrolment == 2 {
            "sam@acme.com.au"
        } else {
            "jo@acme.com.au"
        };
        world
            .portal
            .completions
            .lock()
            .push(completion(enrolment, topic, user, at));
    }
    world.table.state().live_since = Some(at - hours(1));
    for _ in 0..2 {
        sweep_asked_for(&world, 300).await.ok();
        world.hour().await;
        sync_for(&world, 900).await.ok();
    }
    world.hour().await;
    let is_met = lost.is_none() || world.has_lost();
    is_met.then(|| world.end())
}

impl World {
    fn end(&self) -> End {
        let state = self.table.state();
        let states = state
            .results
            .iter()
            .map(|(enrolment, stored)| (*enrolment, stored.record.state.status()));
        End {
            states: states.collect(),
            results: self.hris.results.lock().len(),
            courses: self.hris.courses.lock().len(),
            leases_held: state.leases.values().filter(|lease| lease.held.is_some()).count(),
        }
    }
}

async fn every_write(who: Loses, at_least: usize) {
    let calm = story(None).await.expect("no answer is lost");
    assert_eq!((calm.results, calm.courses, calm.states.len()), (3, 2, 3), "{calm:?}");
    assert!(
        calm.states.values().all(|status| *status == ResultStatus::Recorded),
        "{calm:?}"
    );
    let mut met = 0;
    while let Some(end) = story(Some((who, met))).await {
        assert_eq!(end, calm, "{who:?}, write {met}");
        met += 1;
    }
    assert!(met >= at_least, "{met} writes of {who:?}");
}

#[tokio::test]
async fn every_completion_is_recorded_once_whichever_answer_the_table_loses() {
    every_write(Loses::Table, 20).await;
}

#[tokio::test]
async fn every_completion_is_recorded_once_whichever_answer_the_queue_loses() {
    every_write(Loses::Queue, 2).await;
}

#[tokio::test]
async fn every_completion_is_recorded_once_whichever_answer_employee_connect_loses() {
    every_write(Loses::Hris, 5).await;
}
