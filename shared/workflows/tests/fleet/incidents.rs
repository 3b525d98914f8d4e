//! An incident is one mail to the operators and mutes customers' mails. It never prevents a run.

use habitsync_domain::jobs::job::Job;
use habitsync_in_memory::{Call, Fault, service_failure};
use habitsync_workflows::jobs::outcome::RunOutcome;
use habitsync_workflows::ports::failure::VendorFailureKind;
use jiff::SignedDuration;

use crate::world::{World, employee};

/// So many customers at one domain, whose `EmployeeConnect` has just gone down for all of them.
async fn in_incident(customers: usize) -> World {
    let world = World::of(customers);
    world.run_all().await;
    world.clock.advance(SignedDuration::from_hours(1));
    world.goes_down();
    world.run_all().await;
    world.minutes(1).await;
    world
}

fn alerts(world: &World) -> usize {
    world.told().iter().filter(|mail| mail.contains("is not well")).count()
}

#[tokio::test]
async fn six_customers_that_fail_alike_are_one_mail_and_one_success_is_the_closing_mail() {
    let world = in_incident(6).await;
    world.minutes(20).await;
    let told = world.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("EmployeeConnect is not well at employeeconnect.com, 6 customers are affected"),
        "{}",
        told[0]
    );
    assert!(
        told[0].contains("is not available") && told[0].contains("customer-01"),
        "{}",
        told[0]
    );
    world.comes_back();
    world.clock.advance(SignedDuration::from_hours(1));
    world.run(&world.customers[2]).await.expect("well");
    world.minutes(1).await;
    assert!(world.incident().is_some_and(|incident| !incident.is_open()));
    world.minutes(6).await;
    let told = world.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[1].contains("EmployeeConnect is well again at employeeconnect.com"),
        "{}",
        told[1]
    );
    assert_eq!(world.mails_to_customers(), 0);
}

#[tokio::test]
async fn no_run_is_prevented_while_an_incident_is_open() {
    let world = in_incident(8).await;
    assert!(world.incident().is_some_and(|incident| incident.is_open()));
    let asked = *world.asked.lock();
    world.clock.advance(SignedDuration::from_hours(1));
    world.run_all().await;
    assert_eq!(
        *world.asked.lock(),
        asked + 8,
        "each customer's own wait is over, and each tries"
    );
    world.start(&world.customers[0], true).await.expect_err("still down");
    assert_eq!(*world.asked.lock(), asked + 9, "a run that an operator asks for");
}

#[tokio::test]
async fn the_sixth_customer_hires_although_five_have_their_codes_rotated() {
    let world = World::of(6);
    world.run_all().await;
    world.clock.advance(SignedDuration::from_hours(1));
    for customer in &world.customers[..5] {
        *customer.own_trouble.lock() = Some(VendorFailureKind::Credentials);
        world.run(customer).await.expect_err("refused");
        world.minutes(2).await;
    }
    let sixth = &world.customers[5];
    for (id, asked_for) in [("E2", false), ("E3", true)] {
        sixth.hris.employees.lock().push(employee(id));
        let run = world.start(sixth, asked_for).await.expect("well");
        assert!(matches!(run, RunOutcome::Finished(_)), "{run:?}");
        world.minutes(2).await;
    }
    assert_eq!(sixth.portal.users.lock().len(), 3);
    for customer in &world.customers[..5] {
        assert_eq!(customer.mail.sent().len(), 1, "{}", customer.tenant);
        let name = customer.tenant.as_str();
        let lines = world
            .told()
            .concat()
            .lines()
            .filter(|line| line.starts_with(name))
            .count();
        let title = world
            .told()
            .iter()
            .filter(|mail| mail.starts_with(&format!("HabitSync: {name}")))
            .count();
        assert_eq!((lines, title), (1, 1), "{:?}", world.told());
    }
    assert_eq!((alerts(&world), world.incident()), (0, None));
}

#[tokio::test]
async fn two_of_ten_customers_whose_own_hosts_fail_are_no_incident_and_nobody_waits_for_them() {
    let world = World::with_hosts(10, |number| format!("hr.customer-{number}.com.au"));
    for customer in &world.customers[..2] {
        let down = VendorFailureKind::Unavailable {
            may_have_happened: true,
        };
        *customer.own_trouble.lock() = Some(down);
    }
    for _ in 0..3 {
        world.run_all().await;
        world.minutes(60).await;
    }
    assert_eq!((alerts(&world), world.incident()), (0, None));
    let well = world.customers[2..]
        .iter()
        .all(|customer| customer.table.job(Job::UserSync).failing.is_none());
    assert!(well);
}

#[tokio::test]
async fn an_incident_at_one_domain_is_none_at_another() {
    let host = |number| {
        format!(
            "customer-{number}.{}",
            if number <= 5 { "one.com.au" } else { "two.com.au" }
        )
    };
    let world = World::with_hosts(8, host);
    world.goes_down();
    for customer in &world.customers[..5] {
        world.run(customer).await.expect_err("down");
    }
    world.comes_back();
    let own = &world.customers[7];
    *own.own_trouble.lock() = Some(VendorFailureKind::Credentials);
    world.minutes(1).await;
    let incident = world.incident().expect("of the first domain");
    assert_eq!((incident.domain.as_str(), incident.affected.len()), ("one.com.au", 5));
    world.run(own).await.expect_err("refused");
    assert_eq!(own.mail.sent().len(), 1, "nothing mutes it");
    world.run(&world.customers[5]).await.expect("well");
    world.minutes(1).await;
    assert!(
        world.incident().is_some_and(|incident| incident.is_open()),
        "a success elsewhere ends nothing"
    );
}

#[tokio::test]
async fn a_muted_mail_is_sent_by_the_next_run_that_fails_after_the_incident() {
    let world = in_incident(6).await;
    let muted = &world.customers[0];
    *muted.own_trouble.lock() = Some(VendorFailureKind::Credentials);
    world.start(muted, true).await.expect_err("refused");
    assert_eq!(
        muted.mail.sent().len(),
        0,
        "the vendor is not well: its refusal may not be true"
    );
    world.comes_back();
    world.start(&world.customers[1], true).await.expect("well");
    world.minutes(1).await;
    world.start(muted, true).await.expect_err("still refused");
    assert_eq!(muted.mail.sent().len(), 1);
    world.start(muted, true).await.expect_err("still refused");
    assert_eq!(muted.mail.sent().len(), 1, "once");
}

#[tokio::test]
async fn a_missing_module_is_mailed_while_the_vendor_is_not_well() {
    let world = in_incident(6).await;
    let own = &world.customers[0];
    *own.own_trouble.lock() = Some(VendorFailureKind::ModuleDisabled);
    let before = own.mail.sent().len();
    world.start(own, true).await.expect_err("no module");
    assert_eq!(own.mail.sent().len(), before + 1);
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_is_sent_by_the_next_tick() {
    let world = World::of(6);
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

#[tokio::test]
async fn a_vendor_that_fails_again_within_minutes_is_the_same_incident_and_no_second_mail() {
    let world = in_incident(8).await;
    for _ in 0..4 {
        world.comes_back();
        world.start(&world.customers[0], true).await.expect("well");
        world.minutes(1).await;
        world.goes_down();
        for customer in &world.customers {
            world.start(customer, true).await.expect_err("down");
        }
        world.minutes(1).await;
    }
    assert_eq!(world.told().len(), 1, "{:?}", world.told());
}

#[tokio::test]
async fn one_customer_whose_row_cannot_be_written_keeps_no_other_line_from_being_sent_once() {
    let mut world = World::of(30);
    for customer in &world.customers[..3] {
        *customer.own_trouble.lock() = Some(VendorFailureKind::Credentials);
        world.run(customer).await.expect_err("refused");
    }
    world.broken.insert(world.customers[0].tenant.clone());
    world.minutes(3).await;
    let lines = |name: &str| {
        world
            .told()
            .concat()
            .matches(&format!("{name}: the job user-sync failed"))
            .count()
    };
    assert_eq!(
        (lines("customer-02"), lines("customer-03")),
        (1, 1),
        "{:?}",
        world.told()
    );
}
