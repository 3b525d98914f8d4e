//! Every call of the watchdog that is about one customer fails, is never answered, or panics: the other customers are served in
//! the same minutes.

use std::collections::BTreeSet;

use habitsync_domain::fleet::failure_streak::{FailureSignature, FailureStreak, VendorFault};
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::jobs::back_off::BackOff;
use habitsync_domain::jobs::freshness::Timetable;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::results::breaker::Breaker;
use habitsync_domain::results::result::{ParkedOn, ResultState};
use habitsync_domain::vendors::vendor::Vendor;
use habitsync_in_memory::{Breakdown, Call};
use habitsync_workflows::ports::breaker::StoredBreaker;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::VendorFailureKind;
use jiff::{SignedDuration, Timestamp};

use crate::isolation::{CALLS_ABOUT_ONE, crash};
use crate::status::{hold, result};
use crate::world::World;

/// Three customers. For each of them everything is due that the watchdog looks after.
async fn world() -> World {
    let world = World::of(3);
    world.run_all().await;
    for number in 0..3 {
        let now = world.clock.now();
        crash(&world, number);
        let waiting = ResultState::Waiting {
            cause: "an outage".to_owned(),
            due_at: now,
        };
        for enrolment in 1..=40 {
            result(&world, number, enrolment, waiting.clone(), Some(now));
        }
        let parked = |on| ResultState::Parked {
            on,
            since: now - SignedDuration::from_hours(2),
        };
        result(&world, number, 100, parked(ParkedOn::EmployeeConnect), None);
        result(
            &world,
            number,
            101,
            parked(ParkedOn::Topic(habitsync_domain::identity::TopicId(9))),
            None,
        );
        hold(&world, number, None);
        let mut state = world.customers[number].table.state();
        state.holds.values_mut().for_each(|(_, due_at)| *due_at = Some(now));
        let open = Breaker::Open {
            failed_probes: 1,
            probe_at: now,
        };
        state.breaker = (
            StoredBreaker {
                breaker: open,
                version: 1,
            },
            Some(now),
        );
    }
    world
}

/// What was done for the customer in these minutes.
#[derive(Debug, PartialEq)]
struct Served {
    starts: usize,
    queued: BTreeSet<EnrolmentId>,
    parked: u64,
    reminded: bool,
    failure_lines: usize,
}

/// What the watchdog does in three minutes for the two customers that are well.
async fn served(mut world: World, broken: Option<(Call, Breakdown)>) -> Vec<Served> {
    if let Some((call, how)) = broken {
        let tenant = world.customers[0].tenant.clone();
        for breakdowns in [
            &mut world.breakdowns,
            &mut world.jobs.breakdowns,
            &mut world.queue.breakdowns,
        ] {
            breakdowns.insert(&tenant, call, how);
        }
    }
    for customer in &world.customers {
        *customer.own_trouble.lock() = Some(VendorFailureKind::Credentials);
        world.start(customer, true).await.expect_err("it fails");
    }
    for _ in 0..3 {
        world.tick().await;
        world.hand_on().await;
        world.clock.advance(SignedDuration::from_mins(1));
    }
    let (started, queued, told) = (world.jobs.started(), world.queue.messages(), world.told());
    let of = world.customers[1..].iter().map(|customer| {
        let tenant = &customer.tenant;
        let mails = |text: &str| {
            let about = told.iter().flat_map(|mail| mail.lines());
            about
                .filter(|line| line.contains(tenant.as_str()) && line.contains(text))
                .count()
        };
        Served {
            starts: started.iter().filter(|(of, _)| of == tenant).count(),
            queued: queued
                .iter()
                .filter(|message| message.tenant == *tenant)
                .map(|message| message.completion.enrolment)
                .collect(),
            parked: customer.table.state().row.parked,
            reminded: mails("habitsync holds list") == 1,
            failure_lines: mails("failed at"),
        }
    });
    of.collect()
}

#[test]
fn a_call_that_breaks_for_one_customer_keeps_no_other_from_being_served() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
    };
    let run = |broken| {
        runtime()
            .expect("a runtime")
            .block_on(async { served(world().await, broken).await })
    };
    let well = run(None);
    assert!(
        well.iter()
            .all(|served| served.reminded && served.queued.len() == 42 && served.starts == 1),
        "{well:#?}"
    );
    assert!(
        well.iter().all(|served| served.parked == 2 && served.failure_lines > 0),
        "{well:#?}"
    );
    let mut failed = Vec::new();
    for call in CALLS_ABOUT_ONE {
        for how in Breakdown::ALL {
            let outcome = std::panic::catch_unwind(|| run(Some((call, how))));
            if !outcome.is_ok_and(|served| served == well) {
                failed.push((call, how));
            }
        }
    }
    assert_eq!(failed, []);
}

/// What a row may hold that a clock far off, or a hand, has written.
fn extreme_states() -> Vec<JobState> {
    let times = [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX];
    let unavailable = FailureSignature::Vendor {
        vendor: Vendor::EmployeeConnect,
        kind: VendorFault::Unavailable,
    };
    let states = times.into_iter().flat_map(|one| times.map(|other| (one, other)));
    let state = |(one, other)| JobState {
        last_success_at: Some(one),
        last_complete_began_at: Some(other),
        failing: Some(FailureStreak::after(
            Some(FailureStreak::after(None, unavailable.clone(), one)),
            unavailable.clone(),
            other,
        )),
        back_off: Some(BackOff::after(None, one)),
        stalled_slices: u32::MAX,
        ..JobState::default()
    };
    states.map(state).collect()
}

#[tokio::test(start_paused = true)]
async fn a_row_of_extreme_times_keeps_no_other_customer_from_being_looked_after() {
    for state in extreme_states() {
        for at in [Timestamp::MIN, Timestamp::MAX] {
            let world = World::of(3);
            world.run_all().await;
            {
                let mut first = world.customers[0].table.state();
                first.jobs = Job::ALL.map(|job| (job, state.clone())).into();
                first.live_since = Some(at);
                first.row.timetable = Some(Timetable::new(&world.customers[0].configuration, at));
                first.row.told.dead_at = Some(at);
                first.row.dead_at = vec![at];
                first.row.parked = u64::MAX / 2;
            }
            for customer in &world.customers[1..] {
                *customer.own_trouble.lock() = Some(VendorFailureKind::Credentials);
                world.start(customer, true).await.expect_err("it fails");
            }
            world.tick().await;
            world.hand_on().await;
            let lines = world.told().concat();
            for customer in &world.customers[1..] {
                assert!(lines.contains(customer.tenant.as_str()), "{state:?} {at}: {lines}");
            }
        }
    }
}
