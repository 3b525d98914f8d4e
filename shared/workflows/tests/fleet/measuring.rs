//! How the fleet is, in numbers: who is stale, and who only waits for a vendor.

use habitsync_domain::jobs::job::Job;
use habitsync_in_memory::{Call, Fault, service_failure};
use habitsync_workflows::fleet::measure::{measure_fleet, measure_parked};
use habitsync_workflows::fleet::view::look_at_fleet;
use habitsync_workflows::ports::clock::Now;
use jiff::SignedDuration;

use crate::world::{World, at};

#[tokio::test]
async fn a_customer_whose_schedule_nobody_fires_is_stale_and_named_and_a_paused_one_is_not() {
    let world = World::of(3);
    world.run_all().await;
    world.clock.advance(SignedDuration::from_mins(60));
    world.run(&world.customers[0]).await.expect("well");
    world.customers[2].table.state().row.is_paused = true;
    world.clock.advance(SignedDuration::from_mins(40));
    let (_, measures) = world.tick().await;
    let late: Vec<_> = measures
        .stale
        .iter()
        .map(|(tenant, jobs)| (tenant.to_string(), jobs[0].job))
        .collect();
    assert_eq!(measures.live, 2);
    assert!(late.contains(&("customer-02".to_owned(), Job::UserSync)), "{late:?}");
    assert!(!measures.stale.keys().any(|tenant| tenant.as_str() == "customer-03"));
    let users_of_the_first = measures.stale.get(&world.customers[0].tenant);
    assert!(users_of_the_first.is_none_or(|jobs| jobs.iter().all(|late| late.job != Job::UserSync)));
}

#[tokio::test]
async fn who_waits_for_a_vendor_that_is_down_is_counted_apart_and_not_as_stale() {
    let world = World::of(6);
    for customer in &world.customers {
        let mut state = customer.table.state();
        let timetable = state.row.timetable.as_mut().expect("set");
        (timetable.course_sync, timetable.result_sweep) = (None, None);
    }
    world.run_all().await;
    world.goes_down();
    world.clock.advance(SignedDuration::from_mins(60));
    world.run_all().await;
    world.minutes(50).await;
    let (_, measures) = world.tick().await;
    assert_eq!(
        (measures.in_incident, measures.stale.len(), measures.open_incidents),
        (6, 0, 1)
    );
}

#[tokio::test]
async fn what_cannot_be_counted_is_noted_and_keeps_nothing_else_from_being_measured() {
    let world = World::of(2);
    let fleet = world.fleet();
    fleet.faults.arm(Call::CountUnsent, Fault::Before(service_failure()));
    let view = look_at_fleet(&fleet).await.expect("read");
    let measures = measure_fleet(&fleet, &view, &[], at("2026-03-01T22:00:00Z")).await;
    assert_eq!(
        (measures.unsent, measures.open_breakers, measures.failures.len()),
        (None, Some(0), 1)
    );
}

#[tokio::test]
async fn a_job_whose_slices_do_nothing_is_stalled_and_one_that_fails_is_not() {
    let world = World::of(2);
    for customer in &world.customers {
        let mut state = customer.table.state();
        state.jobs.entry(Job::UserSync).or_default().stalled_slices = 4;
    }
    world.goes_down();
    world.run(&world.customers[1]).await.expect_err("down");
    let (_, measures) = world.tick().await;
    assert_eq!(
        measures.stalled_jobs,
        [(world.customers[0].tenant.clone(), Job::UserSync)]
    );
}

/// Three hundred customers cost as many questions as three, but for the parked results of those whose turn it is.
#[tokio::test]
async fn a_quiet_minute_of_three_hundred_customers_asks_twelve_questions() {
    let world = World::of(300);
    let fleet = world.fleet();
    let view = look_at_fleet(&fleet).await.expect("read");
    let now = world.clock.now();
    let measures = measure_fleet(&fleet, &view, &view.incidents, now).await;
    measure_parked(&fleet, &view, now).await;
    assert_eq!(measures.live, 300);
    let asked = fleet.faults.made();
    let parked = asked.iter().filter(|call| **call == Call::CountSetAside).count();
    assert_eq!((asked.len(), parked), (12, 5));
}
