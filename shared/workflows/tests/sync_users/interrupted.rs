//! Runs that are cut off, overlap, or must not write at all.

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::RunState;
use habitsync_in_memory::{Call, Fault};
use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome};
use habitsync_workflows::ports::failure::VendorFailureKind;
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Customer, portal_says};

#[tokio::test]
async fn zero_employees_fail_the_run_and_nobody_is_deactivated() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    customer.hris.employees.lock().clear();
    assert!(matches!(customer.run().await, Err(JobFailure::NotCredible(_))));
    assert_eq!(customer.active_users().len(), 1);
    assert!(customer.table.job(Job::UserSync).last_failure.is_some());
}

#[tokio::test]
async fn a_run_that_has_no_time_left_is_unfinished_and_the_next_does_the_rest() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    let down = portal_says(VendorFailureKind::NoTimeLeft);
    customer
        .portal
        .faults
        .arm_after(1, Call::CreateUser, Fault::Before(down));
    assert!(matches!(customer.run().await, Ok(RunOutcome::Unfinished(_))));
    let unfinished = customer
        .table
        .state()
        .runs
        .values()
        .filter(|run| run.due_at.is_some())
        .count();
    assert_eq!(unfinished, 1, "the watchdog finds it");
    assert_eq!(customer.finish().await.written.created, 1);
    let reads = customer.portal.faults.count(Call::ListUsers);
    assert_eq!(reads, 1, "what the portal holds was remembered by the first slice");
    let states: Vec<_> = customer
        .table
        .state()
        .runs
        .values()
        .map(|run| run.record.state.clone())
        .collect();
    assert!(
        !states.iter().any(|state| matches!(state, RunState::Unfinished { .. })),
        "{states:?}"
    );
}

#[tokio::test]
async fn two_runs_at_once_are_one_run() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
    let (one, other) = tokio::join!(customer.run(), customer.run());
    let outcomes = [one.expect("ends well"), other.expect("ends well")];
    let finished = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, RunOutcome::Finished(_)))
        .count();
    assert_eq!((finished, customer.writes()), (1, 2), "{outcomes:?}");
}

#[tokio::test]
async fn a_draft_plans_and_writes_nothing_and_a_paused_customer_does_not_even_read() {
    let draft = Customer::configured(&[("status = \"live\"", "status = \"draft\"")], &[("E1", json!({}))]);
    assert_eq!(draft.finish().await.planned.in_scope, 1);
    assert_eq!((draft.writes(), draft.table.state().people.len()), (0, 0));
    let paused = Customer::configured(&[("status = \"live\"", "status = \"paused\"")], &[("E1", json!({}))]);
    assert_eq!(paused.run().await, Ok(RunOutcome::Paused));
    assert_eq!(paused.hris.faults.made(), []);
}

/// Two names pass on, one of a leaver and one of somebody who is renamed.
fn names_pass_on(customer: &Customer) {
    customer.employ("E1", &json!({"status": "Terminated", "workEmail": null}));
    customer.employ("E3", &json!({"workEmail": "e1@acme.com.au", "lastName": "New"}));
    customer.employ("E2", &json!({"workEmail": "renamed@acme.com.au"}));
    customer.employ("E4", &json!({"workEmail": "e2@acme.com.au", "lastName": "Newer"}));
}

/// The portal has the new name and the table the old one, on the day on which the portal was read already, and on the next.
#[tokio::test]
async fn a_name_given_up_just_before_a_crash_is_not_taken_from_whoever_has_it_next() {
    let days = [SignedDuration::ZERO, SignedDuration::from_hours(24)];
    for (later, saved) in days
        .into_iter()
        .flat_map(|later| (0..4).map(move |saved| (later, saved)))
    {
        let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({}))]);
        customer.finish().await;
        customer.clock.advance(later);
        names_pass_on(&customer);
        let crash = Fault::Before(habitsync_in_memory::service_failure());
        customer.table.faults.arm_after(saved, Call::SavePerson, crash);
        assert!(customer.run().await.is_err());
        let mut problems = Vec::new();
        for _ in 0..3 {
            problems = customer.slice().await.problems;
        }
        let mut names = customer.active_users();
        names.sort();
        let expected = ["e1@acme.com.au", "e2@acme.com.au", "renamed@acme.com.au"];
        assert_eq!(names, expected, "{later} later, after {saved}");
        assert_eq!(
            (customer.table.state().people.len(), problems),
            (4, vec![]),
            "{later} later, after {saved}"
        );
    }
}

#[tokio::test]
async fn a_run_cut_off_at_any_write_ends_where_an_uninterrupted_one_does() {
    let people = [
        ("E1", json!({})),
        ("E2", json!({"managerEmployeeId": "E1"})),
        ("E3", json!({})),
    ];
    for cut in 0..3 {
        let customer = Customer::with_people(&people);
        let broken = habitsync_in_memory::service_failure();
        customer
            .table
            .faults
            .arm_after(cut, Call::SavePerson, Fault::Before(broken));
        assert!(customer.run().await.is_err(), "cut at {cut}");
        customer.clock.advance(SignedDuration::from_mins(15));
        let second = customer.finish().await;
        assert_eq!(second.problems, [], "cut at {cut}");
        let linked: Vec<EmployeeId> = customer.table.state().people.keys().cloned().collect();
        assert_eq!((customer.active_users().len(), linked.len()), (3, 3), "cut at {cut}");
    }
}
