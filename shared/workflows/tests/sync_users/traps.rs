//! Traps that others have fallen into, one test each.

use habitsync_domain::approvals::ApprovalVerdict;
use habitsync_domain::configuration::Status;
use habitsync_domain::people::problem::Cause;
use habitsync_in_memory::{Call, Fault, vendor_failure};
use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome};
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Customer, customer_of, portal_says};

/// A rehearsal that returns before the safety checks passes, and the show does not.
#[tokio::test]
async fn a_rehearsal_is_held_by_the_same_brakes_as_the_show() {
    let mut customer = customer_of(30);
    customer.finish().await;
    customer.terminate(1000..1008);
    for id in 1010..1020 {
        customer.employ(&format!("E{id}"), &json!({"location": null}));
    }
    customer.configuration.status = Status::Draft;
    let rehearsal = customer.finish().await;
    assert_eq!(customer.active_users().len(), 30);
    customer.configuration.status = Status::Live;
    let show = customer.finish().await;
    assert_eq!((rehearsal.planned, rehearsal.held.len()), (show.planned, 8));
    assert_eq!(rehearsal.lost_fields, show.lost_fields);
}

/// A fetch error swallowed into an empty list reads as "nobody is left".
#[tokio::test]
async fn an_empty_list_is_a_failed_run_and_not_a_company_that_everybody_left() {
    let customer = customer_of(4);
    customer.finish().await;
    customer.hris.employees.lock().clear();
    let Err(JobFailure::NotCredible(cause)) = customer.run().await else {
        panic!("believed it")
    };
    assert_eq!(
        (cause.as_str(), customer.active_users().len()),
        ("EmployeeConnect listed no employees at all", 4)
    );
}

/// A diff that runs on whatever was saved before the error removes the rest.
#[tokio::test]
async fn an_error_half_way_through_reading_leaves_nothing_to_be_planned_with() {
    let customer = customer_of(4);
    customer.finish().await;
    customer.hris.employees.lock().truncate(2);
    customer.clock.advance(SignedDuration::from_hours(24));
    let broken = portal_says(VendorFailureKind::InconsistentRead);
    customer.portal.faults.arm(Call::ListUsers, Fault::Before(broken));
    assert!(customer.run().await.is_err());
    let broken = vendor_failure(Vendor::EmployeeConnect, VendorFailureKind::InconsistentRead);
    customer.hris.faults.arm(Call::ListEmployees, Fault::After(broken));
    assert!(customer.run_asked_for().await.is_err());
    assert_eq!(customer.active_users().len(), 4);
}

/// "The first run is exempt" must not be told by whether there was a run before.
#[tokio::test]
async fn a_run_without_links_removes_nobody_however_many_runs_there_were_before() {
    let customer = customer_of(10);
    customer.finish().await;
    customer.table.state().people.clear();
    customer.terminate(1000..1003);
    customer
        .hris
        .employees
        .lock()
        .retain(|employee| employee.id().as_str() < "E1008");
    let summary = customer.finish().await;
    assert_eq!((summary.written.deactivated, summary.written.remembered), (0, 5));
    assert_eq!(customer.active_users().len(), 10);
}

/// An edited filter, or a roll-back, that starts a full cycle which disables people.
#[tokio::test]
async fn an_edited_filter_that_leaves_many_out_holds_them_all() {
    let mut customer = customer_of(30);
    customer.finish().await;
    let source = include_str!("../../../domain/src/configuration/acme.toml");
    let edited = source
        .replace("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"")
        .replace("[\"Fiji\"]", "[\"Fiji\", \"Perth\"]");
    customer.configuration = edited.parse().expect("valid");
    customer.version = 2;
    let summary = customer.finish().await;
    assert_eq!((summary.held.len(), customer.active_users().len()), (30, 30));
}

/// A pattern that must match the whole text, or a part of it; letter case; null that counts as no.
#[tokio::test]
async fn a_pattern_matches_a_part_and_minds_letter_case_and_nothing_is_no_match_but_a_question() {
    let filter = "filter = '''employee.workEmail != null && lower(employee.workEmail).endsWith(\"@acme.com.au\")\n            && !(employee.location in [\"Fiji\"])'''";
    let customer = Customer::configured(
        &[
            (filter, "filter = '''employee.location.matches(\"Per\")'''"),
            ("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\""),
        ],
        &[("E1", json!({})), ("E2", json!({})), ("E3", json!({}))],
    );
    assert_eq!(customer.finish().await.written.created, 3, "a part is enough");
    customer.employ("E1", &json!({"location": "PERTH"}));
    customer.employ("E2", &json!({"location": null}));
    let summary = customer.finish().await;
    assert_eq!((summary.planned.excluded, summary.planned.undecided), (1, 1));
    assert_eq!(summary.written.deactivated, 1, "letter case counts: E1 is out of scope");
    let [problem] = summary.problems.as_slice() else {
        panic!("{:?}", summary.problems)
    };
    assert!(problem.employee_id.as_str() == "E2" && matches!(problem.cause, Cause::ExpressionFailed { .. }));
    assert_eq!(customer.active_users(), ["e2@acme.com.au", "e3@acme.com.au"]);
}

/// An unknown status mapped to something that looks harmless.
#[tokio::test]
async fn an_unknown_status_is_an_error_that_quotes_it_and_never_a_removal() {
    let customer = customer_of(3);
    customer.finish().await;
    customer.employ("E1001", &json!({"status": "Contractor (casual)"}));
    let summary = customer.finish().await;
    let [problem] = summary.problems.as_slice() else {
        panic!("{:?}", summary.problems)
    };
    assert_eq!(
        (&problem.cause, problem.seen.as_deref()),
        (&Cause::UnknownStatus, Some("Contractor (casual)"))
    );
    assert_eq!((summary.held.len(), customer.active_users().len()), (0, 3));
}

/// A lock without an end: a run that hangs stops every later one for days.
#[tokio::test]
async fn a_run_that_hangs_blocks_nobody_once_its_lease_has_ended() {
    let customer = customer_of(30);
    assert!(customer.run_killed_after(20));
    assert!(matches!(customer.run().await, Ok(RunOutcome::AlreadyRunning { .. })));
    customer.clock.advance(SignedDuration::from_mins(15));
    customer.finish().await;
    assert_eq!(customer.active_users().len(), 30);
}

/// A "force" that stays switched on after the day it was needed.
#[tokio::test]
async fn an_approval_is_used_up_by_those_it_names_and_opens_the_way_for_nobody_else() {
    let customer = customer_of(30);
    customer.finish().await;
    customer.terminate(1000..1010);
    customer.finish().await;
    customer.decide_all(ApprovalVerdict::Approved).await;
    customer.terminate(1010..1020);
    let summary = customer.finish().await;
    assert_eq!((summary.written.deactivated, summary.held.len()), (10, 10));
    let held = customer.held().await.expect("the others wait");
    assert!(held.people.iter().all(|person| person.employee_id.as_str() >= "E1010"));
}
