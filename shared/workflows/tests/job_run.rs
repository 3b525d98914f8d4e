//! The end of a run: whatever fails there, the lease is free and the cause is on record wherever one write of it succeeds.

use std::cell::Cell;

use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{JobState, RunRecord, RunState};
use habitsync_domain::text::excerpt::EXCERPT_BYTES;
use habitsync_in_memory::{Call, Fault, ManualClock, Table, service_failure, vendor_failure};
use habitsync_workflows::jobs::outcome::{Counts, JobFailure, Progress, RunOutcome, Start};
use habitsync_workflows::jobs::run::run_job;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{Vendor, VendorFailure, VendorFailureKind};
use jiff::SignedDuration;
use proptest::prelude::*;

const JOB: Job = Job::UserSync;

/// How the work of a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Finishes,
    RunsOutOfTime,
    Fails,
    Panics,
}

struct World {
    table: Table,
    clock: ManualClock,
    /// Whether the work of a run has begun.
    worked: Cell<bool>,
}

impl World {
    fn new() -> Self {
        Self {
            table: Table::default(),
            clock: ManualClock::at("2026-11-30T01:00:00Z".parse().expect("a time")),
            worked: Cell::new(false),
        }
    }

    async fn run(&self, work: Work) -> Result<RunOutcome<()>, JobFailure> {
        self.run_work(async |_, _| {
            self.worked.set(true);
            match work {
                Work::Finishes | Work::RunsOutOfTime => {}
                Work::Fails => return Err(outage().into()),
                Work::Panics => panic!("the employee {} has two records", email_of_a_record()),
            }
            Ok(Progress {
                finished: work == Work::Finishes,
                advanced: true,
                counts: Counts::from([("created".to_owned(), 3)]),
                outcome: (),
            })
        })
        .await
    }

    async fn run_work(
        &self,
        work: impl AsyncFnOnce(&Table, &mut JobState) -> Result<Progress<()>, JobFailure>,
    ) -> Result<RunOutcome<()>, JobFailure> {
        let start = Start::by_itself(self.clock.now() + SignedDuration::from_mins(14));
        run_job(&self.table, &self.clock, JOB, start, work).await
    }

    fn last_run(&self) -> RunRecord {
        let state = self.table.state();
        let last = state.runs.values().next_back().expect("a run is on record");
        last.record.clone()
    }

    fn is_lease_free(&self) -> bool {
        let state = self.table.state();
        state.leases.get(&JOB).is_none_or(|lease| lease.held.is_none())
    }

    /// Whether the run's record or the job's state tells of a failure.
    fn has_cause(&self) -> bool {
        let is_failed = |run: &RunRecord| matches!(&run.state, RunState::Failed { cause, .. } if !cause.is_empty());
        let in_runs = self.table.state().runs.values().any(|run| is_failed(&run.record));
        in_runs || self.table.job(JOB).last_failure.is_some()
    }
}

fn email_of_a_record() -> String {
    "jo@acme.example".to_owned()
}

fn outage() -> VendorFailure {
    vendor_failure(Vendor::EmployeeConnect, VendorFailureKind::Unreadable)
}

#[tokio::test]
async fn a_panic_is_recorded_without_its_data_and_ends_the_run() {
    let world = World::new();
    let ended = world.run(Work::Panics).await;
    assert!(matches!(ended, Err(JobFailure::Panicked(_))), "{ended:?}");
    assert!(world.is_lease_free() && world.has_cause());
    let stored = format!("{:?} {:?} {ended:?}", world.last_run(), world.table.job(JOB));
    assert!(
        stored.contains("panicked") && !stored.contains("jo@acme.example"),
        "{stored}"
    );
    assert!(matches!(world.run(Work::Finishes).await, Ok(RunOutcome::Finished(()))));
}

#[tokio::test]
async fn the_literal_message_of_a_panic_is_part_of_the_cause() {
    let world = World::new();
    let ended = world
        .run_work(async |_, _| panic!("a plan has an action for each employee"))
        .await;
    let failure = ended.expect_err("panicked");
    assert_eq!(
        failure.to_string(),
        "the program panicked: a plan has an action for each employee"
    );
    assert!(failure.class().policy().exit_code == 1, "an internal failure");
}

#[tokio::test]
async fn a_cause_of_450_kilobytes_is_recorded_as_an_excerpt() {
    let world = World::new();
    let detail = "k".repeat(450_000);
    let ended = world.run_work(async |_, _| Err(JobFailure::NotCredible(detail))).await;
    assert!(ended.is_err());
    let RunState::Failed { cause, .. } = world.last_run().state else {
        panic!("the run failed");
    };
    let remembered = world.table.job(JOB).last_failure.expect("remembered").cause;
    assert_eq!((cause.len(), remembered.len()), (EXCERPT_BYTES, EXCERPT_BYTES));
}

#[tokio::test]
async fn a_run_record_that_the_table_refuses_is_stored_in_its_smallest_form() {
    let world = World::new();
    world
        .table
        .faults
        .arm_after(1, Call::SaveRun, Fault::Before(service_failure()));
    assert!(matches!(world.run(Work::Finishes).await, Ok(RunOutcome::Finished(()))));
    let run = world.last_run();
    assert!(matches!(run.state, RunState::Succeeded { .. }), "{run:?}");
    assert!(run.counts.is_empty(), "{run:?}");
}

#[tokio::test]
async fn a_job_state_that_the_table_refuses_fails_the_run_and_both_say_so() {
    let world = World::new();
    world
        .table
        .faults
        .arm_after(1, Call::SaveJob, Fault::Before(service_failure()));
    let ended = world.run(Work::Finishes).await;
    assert_eq!(ended, Err(JobFailure::Service(service_failure())));
    assert!(matches!(world.last_run().state, RunState::Failed { .. }));
    assert!(world.table.job(JOB).last_failure.is_some());
    assert!(world.is_lease_free());
}

#[tokio::test]
async fn the_run_s_own_failure_is_returned_and_not_a_later_one() {
    let world = World::new();
    for call in [Call::SaveJob, Call::SaveRun] {
        world.table.faults.arm_after(1, call, Fault::Before(service_failure()));
    }
    assert_eq!(world.run(Work::Fails).await, Err(outage().into()));
    assert!(world.is_lease_free() && world.has_cause());
}

#[tokio::test]
async fn a_lease_that_cannot_be_given_back_fails_no_run() {
    let world = World::new();
    for _ in 0..2 {
        world
            .table
            .faults
            .arm(Call::ReleaseLease, Fault::Before(service_failure()));
    }
    assert!(matches!(world.run(Work::Finishes).await, Ok(RunOutcome::Finished(()))));
}

/// A call of a run's beginning or end that fails.
fn fault() -> impl Strategy<Value = (Call, usize, bool)> {
    let calls = [
        Call::AcquireLease,
        Call::SaveRun,
        Call::SupersedeRuns,
        Call::LoadJob,
        Call::SaveJob,
        Call::ReleaseLease,
    ];
    (prop::sample::select(calls.to_vec()), 0usize..3, any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn whatever_fails_the_lease_is_free_and_the_cause_is_on_record(
        work in prop::sample::select(vec![Work::Finishes, Work::RunsOutOfTime, Work::Fails, Work::Panics]),
        faults in prop::collection::vec(fault(), 0..6),
    ) {
        let world = World::new();
        for (call, successes_first, is_done) in &faults {
            let fault = if *is_done { Fault::After(service_failure()) } else { Fault::Before(service_failure()) };
            world.table.faults.arm_after(*successes_first, *call, fault);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let ended = runtime.block_on(world.run(work));
        let of = |call| faults.iter().filter(move |(armed, ..)| *armed == call).count();
        // A lease whose every answer is lost, or that cannot be given back, ends by itself.
        let is_expected_free = of(Call::ReleaseLease) < 2 && of(Call::AcquireLease) < 2;
        prop_assert!(!is_expected_free || world.is_lease_free(), "{ended:?}");
        let has_run = world.table.faults.made().contains(&Call::SaveRun);
        // A run saves its record once in the beginning and at least twice in its end where the first of these fails.
        let can_be_written = of(Call::SaveRun) < 2 || of(Call::SaveJob) + of(Call::LoadJob) == 0;
        if ended.is_err() && has_run && can_be_written {
            prop_assert!(world.has_cause(), "{ended:?}");
        }
        if work == Work::Fails && world.worked.get() {
            prop_assert_eq!(ended, Err(outage().into()));
        }
    }
}
