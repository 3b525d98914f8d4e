//! Rejected writes back off: they cost no request, stay in the worklist, and end when their values change.

use habitsync_domain::people::problem::{Cause, Problem};
use habitsync_domain::people::rejected_writes::{RejectedPart, RejectedWrites, Rejection};
use habitsync_domain::user_plan::digest;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use crate::fixture::{Case, acme, causes, employee, field, steps, written_for};

fn cause() -> Cause {
    Cause::RefusedField {
        field: "X-Location".to_owned(),
        reason: "is not in the list".to_owned(),
    }
}

fn parked(now: Timestamp, what: RejectedPart, digest: String, cause: Cause) -> RejectedWrites {
    let employee_id = "E1".parse().expect("an id");
    let problem = Problem {
        cause,
        employee_id: "E1".parse().expect("an id"),
        person: "Jo E1".to_owned(),
        seen: None,
    };
    RejectedWrites::after(None, &employee_id, vec![Rejection { what, digest, problem }], now)
}

/// E1's new location was refused just now.
fn with_refused_location() -> Case {
    let case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]);
    let moved = json!({"location": "Mars", "jobTitle": "Lead"});
    let mut case = case.then(&[employee("E1", &moved)]);
    case.parked = vec![parked(
        case.now,
        RejectedPart::Field(field("X-Location")),
        digest::of_value("Mars"),
        cause(),
    )];
    case
}

#[test]
fn a_refused_value_rests_while_the_other_fields_are_written() {
    let plan = with_refused_location().plan();
    assert_eq!(written_for(&plan, "E1").keys().collect::<Vec<_>>(), ["X-Job Title"]);
    assert_eq!(causes(&plan), [("E1", &cause())]);
    assert_eq!(plan.rejected_writes.len(), 1, "it goes on resting");
}

#[test]
fn it_is_tried_again_when_its_rest_is_over_and_at_once_when_it_changes() {
    let mut case = with_refused_location();
    case.now += 6.hours();
    assert!(written_for(&case.plan(), "E1").contains_key("X-Location"));
    let mut case = with_refused_location().then(&[employee("E1", &json!({"location": "Hobart"}))]);
    let plan = case.plan();
    assert!(written_for(&plan, "E1").contains_key("X-Location"));
    assert_eq!((plan.problems.len(), plan.forgotten.len()), (0, 1));
    case = case.then(&[employee("E1", &json!({}))]);
    assert_eq!(case.plan().forgotten.len(), 1, "the old value is wanted again");
}

#[test]
fn a_person_for_whom_only_the_refused_value_is_left_is_set_aside() {
    let case = with_refused_location();
    let plan = case.then(&[employee("E1", &json!({"location": "Mars"}))]).plan();
    assert_eq!((steps(&plan), plan.counts.set_aside), (vec![], 1));
    assert_eq!(causes(&plan), [("E1", &cause())]);
}

#[test]
fn a_refused_person_rests_altogether_until_their_record_says_something_else() {
    let mut case = Case::of(&acme(&[]), &[employee("E1", &json!({})), employee("E2", &json!({}))]);
    case.portal = None;
    let digest = case.plan().actions[0].digest.clone();
    let reason = "no".to_owned();
    case.parked = vec![parked(
        case.now,
        RejectedPart::Person,
        digest,
        Cause::RefusedPerson { reason },
    )];
    let plan = case.plan();
    assert_eq!((steps(&plan), plan.problems.len()), (vec![("E2", "create")], 1));
    let case = case.then(&[employee("E1", &json!({"firstName": "Joanna"}))]);
    assert_eq!(steps(&case.plan()), [("E1", "create")]);
}

#[test]
fn what_only_the_portal_shows_is_left_alone_until_a_run_reads_it() {
    let mut case = Case::of(&acme(&[]), &[employee("E1", &json!({}))]);
    case.portal = None;
    let digest = case.plan().actions[0].digest.clone();
    case.parked = vec![parked(case.now, RejectedPart::Person, digest, Cause::SeveralAccounts)];
    case.now += 48.hours();
    let plan = case.plan();
    assert_eq!(
        (steps(&plan), causes(&plan), plan.forgotten.len()),
        (vec![], vec![("E1", &Cause::SeveralAccounts)], 0)
    );
    case.portal = Some(Vec::new());
    let plan = case.plan();
    assert_eq!((steps(&plan), plan.forgotten.len()), (vec![("E1", "create")], 1));
}
