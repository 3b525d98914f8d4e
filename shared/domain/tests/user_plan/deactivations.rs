//! Deactivations above a limit wait for approval, each kind by itself; an employee who is only absent from a read is
//! not gone.

use habitsync_domain::approvals::{ApprovalVerdict, Decision, HoldReason, Matter, PlanDecision};
use habitsync_domain::jobs::baseline_read::BaselineRead;
use habitsync_domain::people::employment::Evidence;
use habitsync_domain::people::link::{Deactivated, Person};
use habitsync_domain::user_plan::{Missing, Step, UserPlan};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::fixture::{Case, acme, employee, field, steps};

fn missing(id: &str, confirmed: bool) -> Missing {
    Missing {
        employee_id: id.parse().expect("an id"),
        confirmed,
    }
}

fn people(count: usize) -> Vec<habitsync_domain::people::employee::Employee> {
    (1..=count).map(|n| employee(&format!("E{n}"), &json!({}))).collect()
}

#[test]
fn more_removals_than_the_limit_are_all_held_and_the_rest_goes_on() {
    let configuration = acme(&[(
        "terminated = { count = 5, percent = 20 }",
        "terminated = { count = 1, percent = 0 }",
    )]);
    let gone = json!({"status": "Terminated"});
    let employees = [
        employee("E1", &gone),
        employee("E2", &gone),
        employee("E3", &json!({"jobTitle": "Lead"})),
        employee("E4", &json!({})),
    ];
    let plan = Case::in_step(&configuration, &people(4)).then(&employees).plan();
    assert_eq!(steps(&plan), [("E3", "change")]);
    assert_eq!((plan.held.len(), plan.counts.leavers_held), (2, 2));
}

#[test]
fn who_vanished_is_deactivated_once_employee_connect_says_there_is_no_such_employee() {
    let mut case = Case::in_step(&acme(&[]), &people(4)).then(&people(2));
    case.missing = vec![missing("E3", true), missing("E4", false)];
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E3", "deactivate")]);
    let held: Vec<_> = plan
        .held
        .iter()
        .map(|held| (held.action.employee_id.as_str(), &held.evidence))
        .collect();
    assert_eq!(held, [("E4", &Evidence::Vanished.into())]);
}

#[test]
fn sixty_leavers_go_and_three_who_vanished_are_held() {
    let mut employees = people(400);
    let case = Case::in_step(&acme(&[]), &employees);
    employees.truncate(397);
    for leaver in &mut employees[..60] {
        *leaver = employee(leaver.id().as_str(), &json!({"status": "Terminated"}));
    }
    let mut case = case.then(&employees);
    case.missing = ["E398", "E399", "E400"].map(|id| missing(id, true)).into();
    let plan = case.plan();
    assert_eq!((plan.actions.len(), plan.held.len()), (60, 3));
    assert!(plan.held.iter().all(|held| held.evidence == Evidence::Vanished.into()));
}

#[test]
fn whoever_is_deactivated_already_is_not_deactivated_again() {
    let mut case = Case::in_step(&acme(&[]), &people(1));
    case.people[0].active = false;
    let plan = case.then(&[employee("E1", &json!({"status": "Terminated"}))]).plan();
    assert_eq!((steps(&plan), plan.counts.leavers_settled), (vec![], 1));
}

#[test]
fn a_leavers_account_that_somebody_reactivated_is_deactivated_again_by_a_run_that_reads_the_portal() {
    let mut case = Case::in_step(&acme(&[]), &people(1));
    case.people[0].active = false;
    let mut case = case
        .then(&[employee("E1", &json!({"status": "Terminated"}))])
        .verifying();
    case.portal_user(0).active = true;
    assert_eq!(steps(&case.plan()), [("E1", "deactivate")]);
    case.portal_user(0).active = false;
    assert_eq!(steps(&case.plan()), []);
}

/// Returns `count` employees; the first `leavers` have a terminated record.
fn with_leavers(count: usize, leavers: usize) -> Vec<habitsync_domain::people::employee::Employee> {
    let mut people = people(count);
    for leaver in &mut people[..leavers] {
        *leaver = employee(leaver.id().as_str(), &json!({"status": "Terminated"}));
    }
    people
}

fn hours(case: &Case, hours: i64) -> Timestamp {
    case.now + SignedDuration::from_hours(hours)
}

/// Of the people, E1 and on, so many went like this.
fn went(case: &mut Case, count: usize, at: Timestamp, evidence: &Evidence) {
    let ids: Vec<_> = (1..=count).map(|n| format!("E{n}")).collect();
    let is_one = |person: &&mut Person| ids.iter().any(|id| id == person.employee_id.as_str());
    for person in case.people.iter_mut().filter(is_one) {
        person.active = false;
        person.removed = Some(Deactivated {
            at,
            evidence: evidence.clone(),
            approved: false,
        });
    }
}

fn decided(case: &Case, id: &str, evidence: Evidence, verdict: ApprovalVerdict) -> Decision {
    let person = case.people.iter().find(|person| person.employee_id.as_str() == id);
    Decision {
        employee_id: id.parse().expect("an id"),
        user_name: person.expect("linked").user_name.clone(),
        evidence: evidence.into(),
        version: case.version,
        plan: "0a1b2c3d4e5f".parse().expect("a plan"),
        made: PlanDecision {
            verdict,
            actor: "ana".to_owned(),
            at: case.now,
            only: Vec::new(),
            reopened: false,
        },
        hold_reason: HoldReason::NotConfirmed,
    }
}

fn held(plan: &UserPlan) -> Vec<(&str, HoldReason)> {
    let held = plan.held.iter();
    held.map(|held| (held.action.employee_id.as_str(), held.hold_reason))
        .collect()
}

#[test]
fn what_went_in_the_last_24_hours_counts_and_what_went_before_does_not() {
    // A fifth of 30 is six; five have gone.
    let mut case = Case::in_step(&acme(&[]), &people(30)).then(&with_leavers(30, 7));
    let just_now = hours(&case, -23);
    went(&mut case, 5, just_now, &Evidence::Terminated);
    let because = HoldReason::OverLimit {
        planned: 2,
        recent: 5,
        allowed: 6,
    };
    assert_eq!(held(&case.plan()), [("E6", because), ("E7", because)]);
    let yesterday = hours(&case, -24);
    went(&mut case, 5, yesterday, &Evidence::Terminated);
    assert_eq!((case.plan().actions.len(), case.plan().held.len()), (2, 0));
}

#[test]
fn the_last_day_of_one_and_the_status_of_another_count_together_and_other_kinds_do_not() {
    let mut case = Case::in_step(&acme(&[]), &people(30)).then(&with_leavers(30, 7));
    let (just_now, last_day) = (hours(&case, -1), "2026-11-20".parse().expect("a date"));
    went(&mut case, 5, just_now, &Evidence::Ended { last_day });
    assert_eq!(case.plan().held.len(), 2);
    went(&mut case, 5, just_now, &Evidence::Vanished);
    assert_eq!(case.plan().held.len(), 0);
}

#[test]
fn a_slice_boundary_changes_nothing_about_what_goes_unasked() {
    let case = Case::in_step(&acme(&[]), &people(100)).then(&with_leavers(100, 20));
    assert_eq!(case.plan().actions.len(), 20);
    let mut second = case.clone();
    let just_now = hours(&case, -1);
    went(&mut second, 10, just_now, &Evidence::Terminated);
    let rest = second.plan();
    assert_eq!(
        (rest.actions.len(), rest.held.len(), rest.counts.leavers_settled),
        (10, 0, 10)
    );
}

#[test]
fn what_was_approved_goes_beyond_the_limit_and_takes_nothing_from_it() {
    let mut case = Case::in_step(&acme(&[]), &people(30)).then(&with_leavers(30, 10));
    assert_eq!(case.plan().held.len(), 10);
    for n in 1..=8 {
        let decision = decided(&case, &format!("E{n}"), Evidence::Terminated, ApprovalVerdict::Approved);
        case.decisions.push(decision);
    }
    let plan = case.plan();
    assert_eq!(
        (plan.actions.len(), plan.held.len(), plan.decisions_over.len()),
        (10, 0, 0)
    );
    let approved = plan
        .actions
        .iter()
        .filter(|action| action.person_after(case.now).removed.expect("removed").approved);
    assert_eq!(approved.count(), 8);
}

#[test]
fn whoever_is_to_be_kept_is_kept_and_neither_asked_about_nor_counted() {
    let mut case = Case::in_step(&acme(&[]), &people(30)).then(&with_leavers(30, 10));
    for n in 1..=8 {
        let decision = decided(&case, &format!("E{n}"), Evidence::Terminated, ApprovalVerdict::Rejected);
        case.decisions.push(decision);
    }
    let plan = case.plan();
    assert_eq!((plan.actions.len(), plan.held.len(), plan.kept.len()), (2, 0, 8));
    case.version = 2;
    assert_eq!(case.plan().kept.len(), 8, "a new version takes nobody's word away");
}

#[test]
fn a_decision_dies_with_its_evidence_and_an_approval_with_its_configuration_and_its_link() {
    let limit = [(
        "terminated = { count = 5, percent = 20 }",
        "terminated = { count = 0, percent = 0 }",
    )];
    let mut case = Case::in_step(&acme(&limit), &people(4)).then(&with_leavers(4, 1));
    let approval = decided(&case, "E1", Evidence::Terminated, ApprovalVerdict::Approved);
    case.decisions = vec![approval.clone()];
    assert_eq!(steps(&case.plan()), [("E1", "deactivate")]);

    let mut other_version = case.clone();
    other_version.version = 2;
    let mut renamed = case.clone();
    renamed.people[0].user_name = "other@acme.com.au".parse().expect("a name");
    let dated = case.clone().then(
        &[
            &[employee(
                "E1",
                &json!({"status": "Terminated", "terminationDate": "2026-11-20"}),
            )],
            &people(4)[1..],
        ]
        .concat(),
    );
    let back = case.clone().then(&people(4));
    for (case, held) in [(other_version, 1), (renamed, 1), (dated, 1), (back, 0)] {
        let plan = case.plan();
        assert_eq!(
            (
                plan.actions
                    .iter()
                    .filter(|action| matches!(action.step, Step::Deactivate { .. }))
                    .count(),
                plan.held.len()
            ),
            (0, held)
        );
        assert_eq!(plan.decisions_over, std::slice::from_ref(&approval));
    }
    let unclear = case.then(&[&[employee("E1", &json!({"status": "Sabbatical"}))], &people(4)[1..]].concat());
    assert_eq!(unclear.plan().decisions_over, [], "nothing is known of them today");
}

#[test]
fn an_approval_of_somebody_who_vanished_needs_to_be_told_once_more_that_there_is_nobody() {
    let mut case = Case::in_step(&acme(&[]), &people(4)).then(&people(3));
    case.decisions = vec![decided(&case, "E4", Evidence::Vanished, ApprovalVerdict::Approved)];
    case.missing = vec![missing("E4", false)];
    assert_eq!(held(&case.plan()), [("E4", HoldReason::ApprovedNotConfirmed)]);
    assert!(case.plan().held[0].to_decide().is_none() && case.plan().decisions_over.is_empty());
    case.missing = vec![missing("E4", true)];
    assert_eq!(steps(&case.plan()), [("E4", "deactivate")]);
}

#[test]
fn neither_an_approval_nor_anything_else_deactivates_a_protected_account() {
    let protect = [("protect = [\"admin@acme.com.au\"]", "protect = [\"e1@acme.com.au\"]")];
    let mut case = Case::in_step(&acme(&[]), &people(4)).then(&with_leavers(4, 1));
    case.configuration = acme(&protect);
    case.decisions = vec![decided(&case, "E1", Evidence::Terminated, ApprovalVerdict::Approved)];
    assert_eq!(steps(&case.plan()), []);
}

#[test]
fn a_read_that_shrank_holds_every_removal_and_everything_else_goes_on() {
    let mut employees = with_leavers(40, 1);
    employees.push(employee("E41", &json!({})));
    employees[5] = employee("E6", &json!({"jobTitle": "Lead"}));
    let mut case = Case::in_step(&acme(&[]), &people(40)).then(&employees);
    let at = hours(&case, -1);
    case.last_good_read = Some(BaselineRead { people: 60, at });
    let plan = case.plan();
    assert_eq!(held(&plan), [("E1", HoldReason::Shrunk { from: 60, to: 41 })]);
    assert_eq!(steps(&plan), [("E6", "change"), ("E41", "create")]);
    assert_eq!(plan.good_read, None, "it is no measure for others");
    case.last_good_read = Some(BaselineRead { people: 51, at });
    assert_eq!(
        (case.plan().held.len(), case.plan().good_read),
        (0, Some(BaselineRead { people: 51, at }))
    );
}

#[test]
fn whoever_approves_what_a_shrunken_read_brings_approves_its_size_and_no_smaller_one() {
    let mut case = Case::in_step(&acme(&[]), &people(40)).then(&with_leavers(40, 2));
    case.last_good_read = Some(BaselineRead {
        people: 60,
        at: case.now,
    });
    let approval = Decision {
        hold_reason: HoldReason::Shrunk { from: 60, to: 40 },
        ..decided(&case, "E1", Evidence::Terminated, ApprovalVerdict::Approved)
    };
    case.decisions = vec![approval];
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E1", "deactivate"), ("E2", "deactivate")]);
    assert_eq!(
        plan.good_read,
        Some(BaselineRead {
            people: 40,
            at: case.now
        })
    );
    case.listed = Some(25);
    let plan = case.plan();
    assert_eq!(
        (steps(&plan), held(&plan)),
        (
            vec![("E1", "deactivate")],
            vec![("E2", HoldReason::Shrunk { from: 60, to: 25 })]
        )
    );
}

#[test]
fn who_is_out_of_scope_because_their_record_was_emptied_waits_for_a_word() {
    let deactivate = [("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"")];
    let configuration = acme(&deactivate);
    let employees = [
        employee("E1", &json!({"workEmail": null})),
        employee("E2", &json!({"location": "Fiji"})),
        employee("E3", &json!({})),
    ];
    let plan = Case::in_step(&configuration, &people(3)).then(&employees).plan();
    assert_eq!(steps(&plan), [("E2", "deactivate")]);
    assert_eq!(held(&plan), [("E1", HoldReason::RecordEmptied)]);
}

#[test]
fn an_approval_of_a_whole_record_is_none_of_an_emptied_one() {
    let deactivate = [("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"")];
    let mut case = Case::in_step(&acme(&deactivate), &people(3));
    case.employees[0] = employee("E1", &json!({"workEmail": null}));
    let decision = |because| Decision {
        hold_reason: because,
        ..decided(&case, "E1", Evidence::OutOfScope, ApprovalVerdict::Approved)
    };
    let (whole, emptied) = (decision(HoldReason::NotConfirmed), decision(HoldReason::RecordEmptied));
    case.decisions = vec![whole.clone()];
    assert_eq!(
        (held(&case.plan()), case.plan().decisions_over),
        (vec![("E1", HoldReason::RecordEmptied)], vec![whole])
    );
    case.decisions = vec![emptied];
    assert_eq!(steps(&case.plan()), [("E1", "deactivate")]);
}

#[test]
fn somebody_who_came_back_is_no_leaver_because_their_first_day_is_gone_from_the_record() {
    let rehired = json!({"startDate": "2026-03-02", "terminationDate": "2025-06-30"});
    let emptied = json!({"startDate": null, "terminationDate": "2025-06-30"});
    let configuration = acme(&[("on_contradiction = \"recent_date\"", "on_contradiction = \"date\"")]);
    let case = Case::in_step(&configuration, &[employee("E1", &rehired), employee("E2", &json!({}))]);
    let terminated = json!({"startDate": null, "terminationDate": "2025-06-30", "status": "Terminated"});
    let mut case = case.then(&[employee("E1", &emptied), employee("E2", &terminated)]);
    let plan = case.plan();
    assert_eq!(held(&plan), [("E1", HoldReason::RecordEmptied)]);
    assert_eq!(steps(&plan), [("E2", "deactivate")], "the status leaves no doubt");
    // Where the first day is not mapped, that we deactivated them for that very day before says the same.
    case.people[0].fields.0.remove(&field("X-Start Date"));
    assert_eq!(case.plan().held.len(), 0);
    case.people[0].removed = Some(Deactivated {
        at: "2025-07-01T00:00:00Z".parse().expect("a time"),
        evidence: Evidence::Ended {
            last_day: "2025-06-30".parse().expect("a date"),
        },
        approved: false,
    });
    assert_eq!(held(&case.plan()), [("E1", HoldReason::RecordEmptied)]);
}

/// A deactivation that was written and not saved: the run was killed in between.
#[test]
fn a_leaver_found_deactivated_in_the_portal_counts_towards_the_limit() {
    let configuration = acme(&[]);
    let everyone: Vec<_> = (1..=9).map(|n| employee(&format!("E{n}"), &json!({}))).collect();
    let leavers = |count: usize| {
        let mut people = everyone.clone();
        for leaver in &mut people[..count] {
            *leaver = employee(leaver.id().as_str(), &json!({"status": "Terminated"}));
        }
        people
    };
    let mut case = Case::in_step(&configuration, &everyone).then(&leavers(6)).verifying();
    for number in 0..5 {
        case.portal_user(number).active = false;
    }
    let plan = case.plan();
    assert_eq!(held(&plan).len(), 1, "five went already");
    let marked = plan
        .actions
        .iter()
        .filter_map(|action| action.person_after(case.now).removed);
    assert_eq!(marked.filter(|removed| !removed.approved).count(), 5);
}

#[test]
fn an_action_whose_stored_decision_cannot_be_read_waits_for_a_new_one_and_the_others_go_on() {
    let mut case = Case::in_step(&acme(&[]), &people(30)).then(&with_leavers(30, 2));
    case.unreadable_decisions = vec![("E1".parse().expect("an id"), Matter::Account)];
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E2", "deactivate")]);
    assert_eq!(held(&plan), [("E1", HoldReason::DecisionUnreadable)]);
    assert!(plan.held[0].to_decide().is_some(), "an operator can decide anew");
    case.decisions = vec![decided(&case, "E1", Evidence::Terminated, ApprovalVerdict::Approved)];
    assert_eq!(steps(&case.plan()), [("E1", "deactivate"), ("E2", "deactivate")]);
}

#[test]
fn a_create_whose_stored_decision_cannot_be_read_waits_for_a_new_one() {
    let mut case = Case::in_step(&acme(&[]), &people(30)).then(&people(32));
    case.unreadable_decisions = vec![("E31".parse().expect("an id"), Matter::Account)];
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E32", "create")]);
    assert_eq!(held(&plan), [("E31", HoldReason::DecisionUnreadable)]);
}
