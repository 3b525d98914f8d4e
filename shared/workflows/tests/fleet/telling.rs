//! What the operators hear of single customers: a vendor's trouble once it lasts, ours at once, all of it in one mail.

use habitsync_domain::jobs::job::Job;
use habitsync_in_memory::{Call, Fault, service_failure};
use habitsync_workflows::ports::failure::VendorFailureKind;
use jiff::SignedDuration;

use crate::world::{World, at};

fn down() -> VendorFailureKind {
    VendorFailureKind::Unavailable {
        may_have_happened: true,
    }
}

/// Hours in which the customer's schedule fires once each.
async fn hours(world: &World, customer: usize, hours: u32) {
    for _ in 0..hours {
        world.clock.advance(SignedDuration::from_mins(59));
        world.run(&world.customers[customer]).await.ok();
        world.minutes(1).await;
    }
}

#[tokio::test]
async fn one_customers_silent_vendor_is_told_after_a_day_once_and_so_is_its_end() {
    let world = World::of(30);
    *world.customers[0].own_trouble.lock() = Some(down());
    hours(&world, 0, 24).await;
    assert_eq!(world.told().len(), 0, "{:?}", world.told());
    hours(&world, 0, 20).await;
    assert_eq!(world.told().len(), 1);
    assert!(
        world.told()[0].contains("customer-01: the job user-sync has failed since"),
        "{}",
        world.told()[0]
    );
    *world.customers[0].own_trouble.lock() = None;
    // The job stays away for up to a day by now.
    hours(&world, 0, 25).await;
    assert_eq!(world.told().len(), 2);
    assert!(
        world.told()[1].contains("customer-01: the job user-sync is over"),
        "{}",
        world.told()[1]
    );
    assert_eq!(world.mails_to_customers(), 0);
}

#[tokio::test]
async fn a_new_customers_vendor_is_told_of_after_two_hours() {
    let world = World::of(30);
    world.customers[0].table.state().live_since = Some(at("2026-02-20T00:00:00Z"));
    *world.customers[0].own_trouble.lock() = Some(down());
    hours(&world, 0, 4).await;
    assert_eq!(world.told().len(), 1, "{:?}", world.told());
}

#[tokio::test]
async fn trouble_of_ours_is_told_at_once_and_of_many_customers_in_one_mail() {
    let world = World::of(30);
    for customer in &world.customers[..3] {
        customer
            .table
            .faults
            .arm(Call::LoadPeople, Fault::Before(service_failure()));
        world.run(customer).await.expect_err("the table failed");
    }
    world.minutes(3).await;
    let told = world.told();
    assert_eq!(told.len(), 1, "{told:?}");
    for name in ["customer-01", "customer-02", "customer-03"] {
        assert!(told[0].contains(name), "{}", told[0]);
    }
    // Well in between, and the same again: once a day.
    world.run_all().await;
    world.customers[0]
        .table
        .faults
        .arm(Call::LoadPeople, Fault::Before(service_failure()));
    world.run(&world.customers[0]).await.expect_err("the table failed");
    world.minutes(3).await;
    assert_eq!(world.told().len(), 1);
}

#[tokio::test]
async fn the_first_dead_result_of_a_new_customer_is_told_and_nine_of_an_old_one_are_not() {
    let world = World::of(2);
    let today = at("2026-03-01T21:00:00Z");
    world.customers[1].table.state().row.dead_at = vec![today; 9];
    world.tick().await;
    assert_eq!(world.told().len(), 0);
    world.customers[0].table.state().live_since = Some(at("2026-02-20T00:00:00Z"));
    world.customers[0].table.state().row.dead_at = vec![today];
    world.minutes(3).await;
    let told = world.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("customer-01: 1 results could not be recorded"),
        "{}",
        told[0]
    );
}

#[tokio::test]
async fn what_could_not_be_mailed_is_mailed_by_the_next_tick() {
    let world = World::of(30);
    world.customers[0]
        .table
        .faults
        .arm(Call::LoadPeople, Fault::Before(service_failure()));
    world.run(&world.customers[0]).await.expect_err("the table failed");
    world
        .operators
        .faults
        .arm(Call::SendMail, Fault::Before(service_failure()));
    world.tick().await;
    assert_eq!(world.told().len(), 0);
    world.minutes(2).await;
    assert_eq!(world.told().len(), 1);
    assert!(world.customers[0].table.job(Job::UserSync).failing.is_some());
}

#[tokio::test]
async fn a_configuration_that_operators_mend_is_told_at_once_and_the_customer_is_not_written_to() {
    let world = World::of(30);
    *world.customers[0].own_trouble.lock() = Some(VendorFailureKind::Misconfigured);
    hours(&world, 0, 4).await;
    let told = world.told();
    assert_eq!(told.len(), 1, "once: {told:?}");
    assert!(
        told[0].contains("customer-01: the configuration stops the job user-sync"),
        "{}",
        told[0]
    );
    assert_eq!(world.mails_to_customers(), 0);
}
