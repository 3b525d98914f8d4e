//! However completions arrive, in whatever order the portal lists them, however late they become visible and wherever
//! sweeps are cut off: in the end every one after go-live was queued, and none from before it.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use habitsync_domain::identity::CourseId;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::{ResultRecord, ResultState};
use habitsync_in_memory::{Call, Fault, WaitingResult, service_failure, vendor_failure};
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::sweeping::sweep_asked_for;
use crate::world::{World, beginning, completion, employee, hours};

/// Sweeps come every six hours; for two months they may be cut off, and three weeks later all must be well.
const TROUBLED: usize = 60 * 4;
const QUIET: usize = 21 * 4;

/// A completion: hours from go-live, before it where negative; and how many hours later the portal lists it.
type Arrival = (i64, i64);

/// Where a sweep is cut off.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// The portal does not answer.
    Listing,
    /// The table fails after so many completions.
    Table(usize),
    /// The queue fails after so many, before or after it has stored the next.
    Queue(usize, bool),
    /// There is no time for anything.
    Deadline,
    /// The process dies after all of its work, and nothing of it is remembered.
    Killed,
}

#[derive(Debug, Clone)]
struct Story {
    arrivals: Vec<Arrival>,
    newest_first: bool,
    /// The first sweep's hour after go-live.
    first_sweep: i64,
    /// Whether what is queued is recorded before the next sweep looks.
    recorded: bool,
    /// By sweep, over and over.
    cuts: Vec<Option<Cut>>,
}

fn stories() -> impl Strategy<Value = Story> {
    let late = prop_oneof![4 => Just(0), 3 => 1..48_i64, 2 => 48..(20 * 24_i64)];
    // Few hours of so many: some completions share theirs.
    let at = prop_oneof![1 => -100..0_i64, 2 => 0..24_i64, 6 => (0..60_i64).prop_map(|day| day * 24 + 7)];
    let cut = prop_oneof![
        Just(Cut::Listing),
        (0..4_usize).prop_map(Cut::Table),
        (0..4_usize, any::<bool>()).prop_map(|(after, stored)| Cut::Queue(after, stored)),
        Just(Cut::Deadline),
        Just(Cut::Killed),
    ];
    let cuts = vec(proptest::option::weighted(0.6, cut), 1..40);
    (vec((at, late), 1..40), any::<bool>(), 0..72_i64, any::<bool>(), cuts).prop_map(
        |(arrivals, newest_first, first_sweep, recorded, cuts)| Story {
            arrivals,
            newest_first,
            first_sweep,
            recorded,
            cuts,
        },
    )
}

impl Story {
    fn completions(&self) -> impl Iterator<Item = (Completion, Timestamp)> {
        (1..).zip(&self.arrivals).map(|(enrolment, (at, late))| {
            let completed_at = beginning() + hours(*at);
            let completion = completion(enrolment, 456, "jo@acme.com.au", completed_at);
            (completion, completed_at + hours(*late))
        })
    }

    fn enrolments(&self, of: impl Fn(i64) -> bool) -> BTreeSet<i64> {
        let all = (1..).zip(&self.arrivals);
        all.filter(|(_, (at, _))| of(*at))
            .map(|(enrolment, _)| enrolment)
            .collect()
    }

    fn is_cut(&self, sweep: usize) -> Option<Cut> {
        (sweep < TROUBLED).then(|| self.cuts[sweep % self.cuts.len()]).flatten()
    }
}

/// What the portal shows by now.
fn show(story: &Story, world: &World) {
    let now = world.now();
    let visible = story.completions().filter(|(_, visible_at)| *visible_at <= now);
    *world.portal.completions.lock() = visible.map(|(completion, _)| completion).collect();
}

fn arm(world: &World, cut: Cut) {
    let table = &world.table.faults;
    let kind = VendorFailureKind::Unavailable {
        may_have_happened: false,
    };
    match cut {
        Cut::Listing => {
            let outage = vendor_failure(Vendor::TribalHabits, kind);
            world.portal.faults.arm(Call::ListCompletions, Fault::Before(outage));
        }
        Cut::Table(after) => table.arm_after(after, Call::FindResult, Fault::Before(service_failure())),
        Cut::Queue(after, stored) => {
            let fault = if stored { Fault::After } else { Fault::Before };
            let fault = fault(service_failure());
            world.queue.faults.arm_after(after, Call::QueueCompletion, fault);
        }
        // The first save of a run notes that it has begun.
        Cut::Killed => table.arm_after(1, Call::SaveJob, Fault::Before(service_failure())),
        Cut::Deadline => {}
    }
}

/// What was armed and has not struck by then never does: there were sweeps that had too little to do to meet it.
fn quieten(world: &World) {
    world.table.faults.disarm();
    world.portal.faults.disarm();
    world.queue.faults.disarm();
}

fn record(world: &World, completion: Completion) {
    let state = ResultState::Recorded {
        course: CourseId("course-456".to_owned()),
        employee_id: employee("E1"),
        at: world.now(),
    };
    let (enrolment, attempts) = (completion.enrolment, 1);
    let record = ResultRecord {
        completion,
        state,
        attempts,
    };
    let stored = WaitingResult { record, due_at: None };
    world.table.state().results.insert(enrolment, stored);
}

/// Every enrolment that was queued.
async fn live_through(story: &Story) -> BTreeSet<i64> {
    let world = World::with_jo_and_a_course();
    world.portal.newest_first.store(story.newest_first, Ordering::Relaxed);
    world.table.state().live_since = Some(beginning());
    world.clock.advance(hours(story.first_sweep));
    let mut queued = BTreeSet::new();
    for sweep in 0..TROUBLED + QUIET {
        show(story, &world);
        if sweep == TROUBLED {
            quieten(&world);
        }
        let cut = story.is_cut(sweep);
        if let Some(cut) = cut {
            arm(&world, cut);
        }
        let seconds = if matches!(cut, Some(Cut::Deadline)) { 5 } else { 300 };
        // A sweep that fails is on record, and the next one does its work.
        drop(sweep_asked_for(&world, seconds).await);
        while let Some(message) = world.queue.receive() {
            queued.insert(message.completion.enrolment.0);
            if story.recorded {
                record(&world, message.completion);
            }
        }
        world.clock.advance(hours(6));
    }
    queued
}

#[test]
fn a_completion_that_never_got_its_turn_while_the_queue_failed_gets_it_afterwards() {
    let last_day = 59 * 24 + 7;
    let story = Story {
        // One that every sweep queues, and three at one time, of which the queue takes two.
        arrivals: vec![(7, 0), (last_day, 0), (last_day, 0), (last_day, 0)],
        newest_first: false,
        first_sweep: 0,
        recorded: false,
        cuts: vec![Some(Cut::Queue(2, false))],
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let queued = runtime.expect("a runtime").block_on(live_through(&story));
    assert_eq!(queued, [1, 2, 3, 4].into());
}

#[test]
fn a_completion_that_is_shown_late_while_a_sweep_is_cut_off_for_weeks_is_found_afterwards() {
    // The first sweep of a week, which looks far back, gets as far as one completion, and the portal is silent from then on.
    let (monday, months) = (111, TROUBLED - 112);
    let mut cuts = vec![None; monday];
    cuts.push(Some(Cut::Queue(1, false)));
    cuts.extend(vec![Some(Cut::Listing); months]);
    let story = Story {
        // The third is shown when that sweep has passed it; the last one comes when all is well.
        arrivals: vec![(640, 0), (650, 0), (300, 479), (1430, 0)],
        newest_first: false,
        first_sweep: 0,
        recorded: false,
        cuts,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let queued = runtime.expect("a runtime").block_on(live_through(&story));
    assert_eq!(queued, [1, 2, 3, 4].into());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_completion_after_go_live_is_queued_in_the_end_and_none_before_it(story in stories()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let queued = runtime.block_on(live_through(&story));
        let missing: BTreeSet<_> = story.enrolments(|at| at >= 0).difference(&queued).copied().collect();
        prop_assert!(missing.is_empty(), "never queued: {missing:?}");
        prop_assert!(queued.is_disjoint(&story.enrolments(|at| at < 0)), "history was queued");
    }
}
