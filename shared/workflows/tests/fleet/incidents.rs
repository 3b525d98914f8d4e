//! One outage of a vendor is one incident: one mail, nobody's customer is written to, one probe at a time, and everybody catches up.

use habitsync_domain::incident::Phase;
use habitsync_domain::job::Job;
use habitsync_in_memory::{Call, Fault, service_failure};
use habitsync_workflows::job_run::RunOutcome;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::VendorFailureKind;
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::world::World;

#[tokio::test]
async fn six_customers_that_fail_alike_are_one_mail_and_their_recovery_another() {
    let world = World::of(6);
    world.run_all().await;
    world.goes_down();
    world.clock.advance(SignedDuration::from_hours(1));
    world.run_all().await;
    world.minutes(10).await;
    let told = world.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("EmployeeConnect is not available"), "{}", told[0]);
    assert!(
        told[0].contains("customer-01") && told[0].contains("6 customers are affected"),
        "{}",
        told[0]
    );
    world.comes_back();
    let back = world.clock.now();
    world.minutes(20).await;
    let told = world.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].contains("EmployeeConnect is well again"), "{}", told[1]);
    assert!(
        told[1].contains("6 customers were affected, 5 runs were started again"),
        "{}",
        told[1]
    );
    assert!(world.customers.iter().all(|customer| customer.is_synced(back)));
    assert_eq!(world.mails_to_customers(), 0);
}

#[tokio::test]
async fn while_it_lasts_a_run_is_held_back_without_a_call_and_one_customer_at_a_time_is_asked_by_turns() {
    let world = World::of(6);
    world.run_all().await;
    world.goes_down();
    world.run_all().await;
    world.minutes(1).await;
    let asked = *world.asked.lock();
    world.run_all().await;
    assert_eq!(*world.asked.lock(), asked, "nobody calls");
    let held = world.run(&world.customers[2]).await.expect("ends well");
    assert!(matches!(held, RunOutcome::HeldBack));
    world.minutes(60).await;
    let probed = world.jobs.started();
    let mut tenants: Vec<_> = probed.iter().map(|(tenant, _)| tenant.to_string()).collect();
    // After two, five, and then every ten minutes, and each a minute after it is known what came of the one before.
    assert_eq!(tenants.len(), 6, "{tenants:?}");
    assert_eq!(*world.asked.lock(), asked + 6);
    tenants.dedup();
    assert_eq!(tenants.len(), 6, "by turns: {tenants:?}");
}

#[tokio::test]
async fn what_was_held_back_is_started_in_the_order_in_which_it_waited() {
    let world = World::of(6);
    world.run_all().await;
    world.goes_down();
    world.run_all().await;
    world.minutes(1).await;
    // They failed together; these two come by later, in this order, as new customers whose runs have not failed yet.
    for number in [4, 1] {
        let customer = &world.customers[number];
        customer
            .table
            .state()
            .jobs
            .insert(Job::Users, habitsync_domain::job::JobState::default());
        world.run(customer).await.expect("held back");
        world.clock.advance(SignedDuration::from_mins(1));
    }
    world.comes_back();
    world.minutes(15).await;
    let started: Vec<_> = world
        .jobs
        .started()
        .iter()
        .map(|(tenant, _)| tenant.to_string())
        .collect();
    let place = |name: &str| started.iter().rposition(|tenant| tenant == name).expect("was started");
    assert!(place("customer-03") < place("customer-05"), "{started:?}");
    assert!(place("customer-05") < place("customer-02"), "{started:?}");
}

#[tokio::test]
async fn a_broken_sign_in_is_an_incident_and_no_customer_is_asked_for_new_credentials() {
    let world = World::of(8);
    world.run_all().await;
    world.fails(VendorFailureKind::Credentials);
    // The first are told before anybody can know; everybody else is not.
    for customer in &world.customers[..5] {
        world.run(customer).await.expect_err("refused");
    }
    assert_eq!(world.mails_to_customers(), 5);
    world.tick().await;
    assert!(world.incident().is_some());
    world.minutes(30).await;
    assert_eq!(world.mails_to_customers(), 5, "probes write to nobody");
    world.comes_back();
    world.minutes(20).await;
    world.run_all().await;
    assert_eq!(world.told().len(), 2);
    let all_clear = |number: usize| world.customers[number].mail.sent().len() == 2;
    assert!((0..5).all(all_clear), "whoever had been told is told that it is over");
    assert!((5..8).all(|number| world.customers[number].mail.sent().is_empty()));
}

#[tokio::test]
async fn a_customers_own_trouble_goes_on_being_told_while_a_vendor_is_down() {
    let world = World::of(7);
    world.run_all().await;
    world.goes_down();
    for customer in &world.customers[..6] {
        world.run(customer).await.expect_err("down");
    }
    let own = &world.customers[6];
    *own.own_trouble.lock() = Some(VendorFailureKind::Credentials);
    world.run(own).await.expect_err("refused");
    assert_eq!(own.mail.sent().len(), 1);
    world.minutes(2).await;
    let incident = world.incident().expect("open");
    assert!(!incident.customers.contains(&own.tenant), "{incident:?}");
}

#[tokio::test]
async fn a_probe_that_meets_its_customers_own_trouble_says_nothing_and_another_is_asked() {
    let world = World::of(5);
    world.run_all().await;
    world.goes_down();
    world.run_all().await;
    world.minutes(1).await;
    world.comes_back();
    *world.customers[0].own_trouble.lock() = Some(VendorFailureKind::ModuleDisabled);
    world.minutes(8).await;
    assert!(world.incident().is_some_and(|incident| incident.is_over()));
    let well = world.customers[1..]
        .iter()
        .all(|customer| customer.table.job(Job::Users).failing.is_none());
    assert!(well, "the others were started again");
}

#[tokio::test]
async fn fewer_than_enough_customers_are_no_incident_and_of_a_small_fleet_two_are_enough() {
    let world = World::of(30);
    world.run_all().await;
    world.goes_down();
    for customer in &world.customers[..4] {
        world.run(customer).await.expect_err("down");
    }
    world.minutes(5).await;
    assert_eq!(world.incident(), None);
    let small = World::of(3);
    small.run_all().await;
    small.goes_down();
    small.run(&small.customers[0]).await.expect_err("down");
    small.minutes(1).await;
    assert_eq!(small.incident(), None, "one customer is no outage");
    small.run(&small.customers[1]).await.expect_err("down");
    small.minutes(1).await;
    assert!(small.incident().is_some());
}

#[tokio::test]
async fn failures_that_lie_far_apart_are_no_incident() {
    let world = World::of(25);
    world.run_all().await;
    world.goes_down();
    for customer in &world.customers[..8] {
        world.run(customer).await.expect_err("down");
        world.minutes(4).await;
        assert_eq!(world.incident(), None, "never five in a quarter of an hour");
    }
    for customer in &world.customers[8..10] {
        world.run(customer).await.expect_err("down");
    }
    world.minutes(1).await;
    assert!(world.incident().is_some(), "now there are");
}

#[tokio::test]
async fn a_vendor_that_fails_again_while_everybody_catches_up_is_the_same_incident() {
    let world = World::of(6);
    world.run_all().await;
    world.goes_down();
    world.run_all().await;
    world.minutes(1).await;
    world.comes_back();
    world.minutes(3).await;
    assert!(matches!(
        world.incident().expect("there").phase,
        Phase::Recovering { .. }
    ));
    world.goes_down();
    world.minutes(10).await;
    assert!(matches!(world.incident().expect("there").phase, Phase::Open { .. }));
    world.comes_back();
    world.minutes(30).await;
    assert_eq!(world.told().len(), 2, "{:?}", world.told());
    assert!(
        world
            .customers
            .iter()
            .all(|customer| customer.table.job(Job::Users).failing.is_none())
    );
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_is_sent_by_the_next_tick() {
    let world = World::of(6);
    world.run_all().await;
    world.goes_down();
    world.run_all().await;
    world
        .operators
        .faults
        .arm(Call::SendMail, Fault::Before(service_failure()));
    world.tick().await;
    assert_eq!(world.told().len(), 0);
    world.minutes(3).await;
    assert_eq!(world.told().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever goes down for however long, and however often: nobody is asked side by side, and in the end everybody is in step
    /// and the operators have heard of as many ends as beginnings.
    #[test]
    fn whatever_happens_everybody_is_in_step_in_the_end(
        customers in 2..12_usize,
        outages in prop::collection::vec((5..90_u32, 5..90_u32), 1..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let world = World::of(customers);
            world.run_all().await;
            for (well, down) in outages {
                hours_go_by(&world, well).await;
                world.goes_down();
                hours_go_by(&world, down).await;
                world.comes_back();
            }
            let back = world.clock.now();
            hours_go_by(&world, 90).await;
            assert!(world.customers.iter().all(|customer| customer.is_synced(back)));
            assert!(world.incident().is_none_or(|incident| incident.is_over()));
            let told = world.told();
            let begun = told.iter().filter(|mail| mail.contains("is not well")).count();
            let over = told.iter().filter(|mail| mail.contains("well again")).count();
            assert_eq!((begun, told.len()), (over, begun + over), "{told:?}");
            assert_eq!(world.mails_to_customers(), 0);
        });
    }
}

/// Minutes with ticks, in which every schedule fires each half hour.
async fn hours_go_by(world: &World, minutes: u32) {
    for minute in 0..minutes {
        world.minutes(1).await;
        if minute % 30 == 7 {
            let before = *world.asked.lock();
            let is_open = world
                .incident()
                .is_some_and(|incident| matches!(incident.phase, Phase::Open { .. }));
            world.run_all().await;
            if is_open {
                assert!(*world.asked.lock() <= before + 1, "nobody but the one who probes");
            }
        }
    }
}
