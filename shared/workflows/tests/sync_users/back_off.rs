//! A vendor that does not do what it usually does is left alone for longer and longer, and at once asked again when somebody asks.

use habitsync_domain::jobs::job::Job;
use habitsync_in_memory::{Call, Fault, vendor_failure};
use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use jiff::SignedDuration;

use crate::customer::{Customer, customer_of, portal_says};

fn down() -> VendorFailureKind {
    VendorFailureKind::Unavailable {
        may_have_happened: false,
    }
}

fn hris_fails(customer: &Customer, kind: VendorFailureKind) {
    let failure = vendor_failure(Vendor::EmployeeConnect, kind);
    customer.hris.faults.arm(Call::ListEmployees, Fault::Before(failure));
}

fn wait(customer: &Customer) -> i64 {
    let back_off = customer.table.job(Job::UserSync).back_off.expect("stays away");
    customer.clock.time_until(back_off.until).as_mins()
}

#[tokio::test]
async fn a_run_that_the_portal_stopped_is_followed_by_growing_waits_until_one_succeeds() {
    let customer = customer_of(40);
    for expected in [45, 60, 120] {
        for _ in 0..40 {
            customer
                .portal
                .faults
                .arm(Call::CreateUser, Fault::Before(portal_says(down())));
        }
        assert!(matches!(customer.run().await, Err(JobFailure::NotCredible(_))));
        assert_eq!(wait(&customer), expected);
        let calls = customer.hris.faults.count(Call::ListEmployees);
        assert!(matches!(customer.run().await, Ok(RunOutcome::BackingOff { .. })));
        assert_eq!(
            customer.hris.faults.count(Call::ListEmployees),
            calls,
            "nobody is called"
        );
        customer.portal.faults.disarm();
        customer.clock.advance(SignedDuration::from_mins(expected));
    }
    customer.finish().await;
    assert_eq!(customer.table.job(Job::UserSync).back_off, None);
}

#[tokio::test]
async fn a_run_that_somebody_asks_for_goes_ahead_and_ends_the_wait_if_it_succeeds() {
    let customer = customer_of(3);
    hris_fails(&customer, VendorFailureKind::InconsistentRead);
    assert!(customer.run().await.is_err());
    assert!(matches!(customer.run().await, Ok(RunOutcome::BackingOff { .. })));
    assert!(matches!(customer.run_asked_for().await, Ok(RunOutcome::Finished(_))));
    assert_eq!(customer.table.job(Job::UserSync).back_off, None);
    customer.finish().await;
}

#[tokio::test]
async fn what_the_customer_has_to_mend_is_looked_at_by_every_run() {
    let customer = customer_of(3);
    for _ in 0..3 {
        hris_fails(&customer, VendorFailureKind::Credentials);
        assert!(matches!(customer.run().await, Err(JobFailure::Vendor(_))));
    }
    assert_eq!(customer.table.job(Job::UserSync).back_off, None);
    customer.finish().await;
}

#[tokio::test]
async fn the_table_s_own_trouble_is_no_reason_to_stay_away() {
    let customer = customer_of(3);
    let failure = habitsync_in_memory::service_failure();
    customer.table.faults.arm(Call::LoadPeople, Fault::Before(failure));
    assert!(customer.run().await.is_err());
    customer.finish().await;
}
