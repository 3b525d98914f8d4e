//! Creates, renames and updates beyond the change limits wait for approval, each kind by itself, counted over a day.

use std::collections::BTreeMap;

use habitsync_domain::approvals::{
    Agreement, ApprovalVerdict, ChangeKind, Decision, HoldReason, PendingAction, PendingPlan, PerChange, PlanDecision,
};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::link::Person;
use habitsync_domain::user_plan::{Action, PendingApproval, Permission, UserPlan};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::fixture::{Case, acme, employee, everybody, portal_of, steps};

/// Employees E1 to E`count` with these changes.
pub(crate) fn people(count: usize, changes: &Value) -> Vec<Employee> {
    (1..=count).map(|n| employee(&format!("E{n}"), changes)).collect()
}

/// Returns a customer with `count` linked employees and no agreement to more changes.
fn linked(count: usize) -> Case {
    Case {
        agreed: None,
        ..Case::in_step(&everybody(&[]), &people(count, &json!({})))
    }
}

pub(crate) fn hours(case: &Case, hours: i64) -> Timestamp {
    case.now + SignedDuration::from_hours(hours)
}

/// The links after these actions of a plan were acknowledged at `now`.
pub(crate) fn done<'a>(
    people: &[Person],
    actions: impl IntoIterator<Item = &'a Action>,
    now: Timestamp,
) -> Vec<Person> {
    let known = people.iter().map(|person| (person.employee_id.clone(), person.clone()));
    let mut links: BTreeMap<_, _> = known.collect();
    for action in actions {
        links.insert(action.employee_id.clone(), action.person_after(now));
    }
    links.into_values().collect()
}

/// Returns an operator's decisions about all pending approvals of a plan.
pub(crate) fn decided(case: &Case, plan: &UserPlan, verdict: ApprovalVerdict) -> Vec<Decision> {
    let people: Vec<PendingAction> = plan.held.iter().filter_map(PendingApproval::to_decide).collect();
    let word = PlanDecision {
        verdict,
        actor: "ana".to_owned(),
        at: case.now,
        only: Vec::new(),
        reopened: false,
    };
    let held = PendingPlan::new(people, case.version, None, case.now);
    held.map(|held| held.decisions(&word).collect()).unwrap_or_default()
}

pub(crate) fn agreement(case: &Case, created: u64) -> Agreement {
    Agreement {
        at: case.now,
        changes: PerChange {
            created,
            ..PerChange::default()
        },
    }
}

fn over_limit(plan: &UserPlan) -> Vec<(ChangeKind, u64, u64, u64)> {
    let held = plan.held.iter().filter_map(|held| match held.hold_reason {
        HoldReason::OverLimit {
            planned,
            recent,
            allowed,
        } => Some((held.evidence.change()?, planned, recent, allowed)),
        HoldReason::FirstLoad { planned, allowed } => Some((held.evidence.change()?, planned, 0, allowed)),
        _ => None,
    });
    let mut held: Vec<_> = held.collect();
    held.dedup();
    held
}

#[test]
fn a_status_word_that_admits_three_hundred_leavers_creates_no_account() {
    let case = linked(200).then(&people(500, &json!({})));
    let plan = case.plan();
    assert_eq!((steps(&plan), plan.counts.creates_held), (vec![], 300));
    assert_eq!(over_limit(&plan), [(ChangeKind::Created, 300, 0, 20)]);
    assert_eq!(
        (plan.seats.now, plan.seats.after, plan.seats.after_approval),
        (200, 200, 500)
    );
}

#[test]
fn as_many_creates_as_the_limit_go_through_and_one_more_holds_them_all() {
    assert_eq!(linked(200).then(&people(220, &json!({}))).plan().actions.len(), 20);
    let plan = linked(200).then(&people(221, &json!({}))).plan();
    assert_eq!((plan.actions.len(), plan.held.len()), (0, 21));
    assert_eq!(
        linked(400).then(&people(440, &json!({}))).plan().actions.len(),
        40,
        "a tenth of many"
    );
}

#[test]
fn nineteen_creates_a_run_are_held_from_the_second_run_of_a_day_on() {
    let mut case = linked(100).then(&people(119, &json!({})));
    case.people = done(&case.people, &case.plan().actions, case.now);
    assert_eq!(case.people.len(), 119);
    let mut later = case.clone().then(&people(138, &json!({})));
    later.now = hours(&case, 23);
    assert_eq!(over_limit(&later.plan()), [(ChangeKind::Created, 19, 19, 20)]);
    later.now = hours(&case, 24);
    assert_eq!(later.plan().actions.len(), 19, "yesterday's no longer count");
}

#[test]
fn accounts_created_today_do_not_raise_the_limit_of_today() {
    let mut case = linked(1_000).then(&people(1_100, &json!({})));
    case.people = done(&case.people, &case.plan().actions, case.now);
    let plan = case.then(&people(1_101, &json!({}))).plan();
    assert_eq!(over_limit(&plan), [(ChangeKind::Created, 1, 100, 100)]);
}

#[test]
fn a_reactivated_account_takes_a_seat_and_counts_as_a_create() {
    let mut case = linked(100);
    for person in &mut case.people[..30] {
        person.active = false;
    }
    let plan = case.plan();
    assert_eq!((plan.held.len(), plan.counts.changes_held), (30, 30));
    assert_eq!(over_limit(&plan), [(ChangeKind::Created, 30, 0, 20)]);
}

#[test]
fn a_new_mail_domain_renames_no_account_unasked() {
    let mut employees = people(100, &json!({}));
    for employee in &mut employees[..6] {
        let id = employee.id().as_str().to_owned();
        *employee = crate::fixture::employee(&id, &json!({"workEmail": format!("{id}@new.example")}));
    }
    let plan = linked(100).then(&employees).plan();
    assert_eq!(over_limit(&plan), [(ChangeKind::Renamed, 6, 0, 5)]);
    assert_eq!(
        linked(200)
            .then(&[&employees[..6], &people(200, &json!({}))[6..]].concat())
            .plan()
            .held,
        []
    );
}

#[test]
fn more_updates_than_a_third_of_the_accounts_wait() {
    let lead = json!({"jobTitle": "Lead"});
    let plan = linked(60).then(&people(60, &lead)).plan();
    assert_eq!(over_limit(&plan), [(ChangeKind::Updated, 60, 0, 50)]);
    assert_eq!(plan.held[0].evidence.reason(), "changed: X-Job Title");
    let fifty = [&people(50, &lead)[..], &people(60, &json!({}))[50..]].concat();
    assert_eq!(linked(60).then(&fifty).plan().actions.len(), 50);
}

/// Returns `count` employees: the manager E1, and the others as reports.
fn one_manager(count: usize, manager_email: &str) -> Vec<Employee> {
    let mut employees = people(count, &json!({"managerEmployeeId": "E1"}));
    employees[0] = employee("E1", &json!({"workEmail": manager_email}));
    employees
}

fn managed(count: usize, changes: &[(&str, &str)]) -> Case {
    Case {
        agreed: None,
        ..Case::in_step(&everybody(changes), &one_manager(count, "e1@acme.com.au"))
    }
}

#[test]
fn what_one_managers_new_address_brings_to_eighty_reports_is_no_update_of_theirs() {
    let mut case = managed(81, &[]).then(&one_manager(81, "boss@acme.com.au"));
    let plan = case.plan();
    assert_eq!((plan.actions.len(), plan.held.len()), (81, 0));
    // The manager was written by the slice before.
    case.people = done(&case.people, &plan.actions[..1], case.now);
    assert_eq!((case.plan().actions.len(), case.plan().held.len()), (80, 0));
}

#[test]
fn reports_wait_with_their_managers_rename() {
    let nothing = [(
        "renamed = { count = 5, percent = 5 }",
        "renamed = { count = 0, percent = 0 }",
    )];
    let plan = managed(81, &nothing).then(&one_manager(81, "boss@acme.com.au")).plan();
    assert_eq!((plan.actions.len(), plan.held.len()), (0, 81));
}

#[test]
fn a_new_manager_of_eighty_reports_is_an_update_of_each() {
    let mut employees = one_manager(81, "e1@acme.com.au");
    for employee in &mut employees[2..] {
        let id = employee.id().as_str().to_owned();
        *employee = crate::fixture::employee(&id, &json!({"managerEmployeeId": "E2"}));
    }
    let plan = managed(81, &[]).then(&employees).plan();
    assert_eq!(over_limit(&plan), [(ChangeKind::Updated, 79, 0, 50)]);
}

#[test]
fn a_new_manager_whose_address_changed_today_is_an_update_of_each_report_all_the_same() {
    let under_e2 = |manager_email: &str| {
        let mut employees = one_manager(81, "e1@acme.com.au");
        employees[1] = employee("E2", &json!({"workEmail": manager_email}));
        for report in &mut employees[2..] {
            *report = employee(report.id().as_str(), &json!({"managerEmployeeId": "E2"}));
        }
        employees
    };
    let mut case = managed(81, &[]).then(&under_e2("boss@acme.com.au"));
    let plan = case.plan();
    assert_eq!(over_limit(&plan), [(ChangeKind::Updated, 79, 0, 50)]);
    // The new manager was renamed by the slice before.
    case.people = done(
        &case.people,
        plan.actions.iter().filter(|action| action.employee_id.as_str() == "E2"),
        case.now,
    );
    assert_eq!(over_limit(&case.plan()), [(ChangeKind::Updated, 79, 0, 50)]);
}

#[test]
fn accounts_that_are_as_they_should_be_are_adopted_in_any_number() {
    let mut case = linked(300);
    case.portal = Some(portal_of(&case.people));
    case.people.clear();
    let plan = case.plan();
    assert_eq!(
        (plan.actions.len(), plan.held.len(), plan.undecided),
        (300, 0, PerChange::default())
    );
}

#[test]
fn an_approved_create_outlasts_other_values_and_a_rejected_one_stays_away() {
    let mut case = linked(10).then(&people(40, &json!({})));
    case.decisions = decided(&case, &case.plan(), ApprovalVerdict::Approved);
    case.employees = people(40, &json!({"jobTitle": "Lead"}));
    let plan = case.plan();
    let creates: Vec<_> = plan
        .actions
        .iter()
        .filter(|action| action.change_kind() == Some(ChangeKind::Created))
        .collect();
    assert_eq!(creates.len(), 30);
    assert!(creates.iter().all(|action| action.permission == Permission::Approved));
    let after = creates[0].person_after(case.now);
    assert!(after.marks.are_none(), "what was approved takes nothing from the limit");
    for decision in &mut case.decisions {
        decision.made.verdict = ApprovalVerdict::Rejected;
    }
    let plan = case.plan();
    assert_eq!(
        (plan.kept.len(), plan.counts.left_alone, plan.decisions_over.len()),
        (30, 30, 0)
    );
    case.version += 1;
    assert_eq!(case.plan().kept.len(), 30, "a rejection outlives the configuration");
    case.employees.truncate(10);
    assert_eq!(case.plan().decisions_over.len(), 30, "nothing is proposed any more");
}

#[test]
fn an_approval_is_none_of_another_version_and_none_of_another_user_name() {
    let mut case = linked(10).then(&people(40, &json!({})));
    case.decisions = decided(&case, &case.plan(), ApprovalVerdict::Approved);
    let mut other = case.clone();
    other.version += 1;
    assert_eq!((other.plan().held.len(), other.plan().decisions_over.len()), (30, 30));
    for (n, employee) in case.employees[10..].iter_mut().enumerate() {
        let id = employee.id().as_str().to_owned();
        *employee = crate::fixture::employee(&id, &json!({"workEmail": format!("other{n}@acme.com.au")}));
    }
    assert_eq!(case.plan().held.len(), 30);
}

#[test]
fn a_decision_outlasts_a_refusal_of_the_portal() {
    let mut case = linked(10).then(&people(40, &json!({})));
    case.decisions = decided(&case, &case.plan(), ApprovalVerdict::Approved);
    // Another account has the e-mail: nothing can be proposed until that is corrected.
    case.employees[39] = employee("E40", &json!({"workEmail": "e1@acme.com.au"}));
    let plan = case.plan();
    let over: Vec<_> = plan
        .decisions_over
        .iter()
        .map(|over| over.employee_id.as_str())
        .collect();
    assert_eq!((plan.actions.len(), over), (29, vec![]));
}

#[test]
fn the_agreed_first_load_goes_in_slices_and_no_further() {
    let mut case = Case::of(&everybody(&[]), &people(186, &json!({})));
    case.portal = None;
    case.agreed = None;
    assert_eq!(over_limit(&case.plan()), [(ChangeKind::Created, 186, 0, 20)]);
    case.agreed = Some(agreement(&case, 186));
    for slice in [100, 50, 36] {
        let plan = case.plan();
        assert_eq!(plan.held, []);
        case.people = done(&case.people, &plan.actions[..slice], case.now);
        case.now = hours(&case, 1);
    }
    assert!(case.plan().actions.is_empty());
    assert!(
        case.people
            .iter()
            .all(|person| person.marks.unapproved.created.is_none())
    );
    case.employees = people(186 + 19, &json!({}));
    assert_eq!(over_limit(&case.plan()), []);
    case.employees = people(186 + 21, &json!({}));
    assert_eq!(over_limit(&case.plan()), [(ChangeKind::Created, 21, 0, 20)]);
}

#[test]
fn an_agreement_admits_the_few_who_joined_since_and_ends_after_a_week() {
    let mut case = Case::of(&everybody(&[]), &people(200, &json!({})));
    case.portal = None;
    case.agreed = Some(agreement(&case, 186));
    let plan = case.plan();
    let within = plan
        .actions
        .iter()
        .filter(|action| action.permission == Permission::WithinLimit);
    assert_eq!((plan.actions.len(), within.count()), (200, 14));
    case.now = hours(&case, 7 * 24);
    assert_eq!(case.plan().held.len(), 200);
}

#[test]
fn the_limits_are_those_of_the_configuration() {
    let none = acme(&[(
        "created = { count = 20, percent = 10 }",
        "created = { count = 0, percent = 0 }",
    )]);
    let mut case = Case::of(&none, &people(1, &json!({})));
    case.agreed = None;
    assert_eq!((case.plan().held.len(), case.plan().counts.creates_held), (1, 1));
}

/// Ten employees, of whom three get new addresses: an operator rejects the renames.
fn rejected_renames() -> Case {
    let limits = [(
        "renamed = { count = 5, percent = 5 }",
        "renamed = { count = 1, percent = 1 }",
    )];
    let mut case = Case {
        agreed: None,
        ..Case::in_step(&everybody(&limits), &people(10, &json!({})))
    };
    for n in 1..=3 {
        rename(&mut case, n, &json!({}));
    }
    assert_eq!(case.plan().held_of(ChangeKind::Renamed), 3);
    case.decisions = decided(&case, &case.plan(), ApprovalVerdict::Rejected);
    case
}

/// Employee E`n` with a new address, and these changes.
fn rename(case: &mut Case, n: usize, changes: &Value) {
    let mut changes = changes.clone();
    changes["workEmail"] = json!(format!("new{n}@acme.com.au"));
    case.employees[n - 1] = employee(&format!("E{n}"), &changes);
}

#[test]
fn a_rejected_rename_keeps_the_user_name_and_leaves_every_other_field_to_be_updated() {
    let mut case = rejected_renames();
    case.people = done(&case.people, &case.plan().actions, case.now);
    assert_eq!(steps(&case.plan()), vec![], "what differs is the user name");
    rename(&mut case, 2, &json!({"jobTitle": "Lead"}));
    let plan = case.plan();
    let [action] = plan.actions.as_slice() else {
        panic!("{plan:?}")
    };
    assert_eq!(action.change_kind(), Some(ChangeKind::Updated));
    assert!(
        plan.counts.adds_up() && action.reason == "X-Job Title changed",
        "{action:?}"
    );
    let kept: Vec<_> = plan.kept.iter().map(|kept| kept.employee_id.as_str()).collect();
    assert_eq!((kept, plan.decisions_over.len()), (vec!["E1", "E2", "E3"], 0));
    assert!(
        plan.kept
            .iter()
            .all(|kept| kept.change_kind() == Some(ChangeKind::Renamed))
    );
}

#[test]
fn another_user_name_than_the_rejected_one_is_asked_about_anew() {
    let mut case = rejected_renames();
    case.employees[1] = employee("E2", &json!({"workEmail": "third@acme.com.au"}));
    let plan = case.plan();
    let renamed: Vec<_> = plan
        .actions
        .iter()
        .filter(|action| action.change_kind() == Some(ChangeKind::Renamed))
        .collect();
    assert_eq!((renamed.len(), plan.kept.len()), (1, 2), "one is within the limit");
    assert_eq!(plan.decisions_over.len(), 1);
}

#[test]
fn rejected_values_stay_away_while_others_of_the_same_account_are_written() {
    let limits = [(
        "updated = { count = 50, percent = 30 }",
        "updated = { count = 1, percent = 1 }",
    )];
    let mut case = Case {
        agreed: None,
        ..Case::in_step(&everybody(&limits), &people(10, &json!({})))
    };
    case.employees[..3].clone_from_slice(&people(3, &json!({"jobTitle": "Lead"})));
    case.decisions = decided(&case, &case.plan(), ApprovalVerdict::Rejected);
    assert_eq!((case.plan().kept.len(), case.plan().actions.len()), (3, 0));
    case.employees[0] = employee("E1", &json!({"jobTitle": "Lead", "lastName": "Other"}));
    let plan = case.plan();
    let written = plan.actions.iter().flat_map(|action| action.fields().into_iter());
    let written: Vec<_> = written
        .flat_map(|fields| fields.0.keys())
        .map(ToString::to_string)
        .collect();
    assert_eq!((written, plan.kept.len()), (vec!["last_name".to_owned()], 3));
    assert!(plan.decisions_over.is_empty() && plan.counts.adds_up());
}

#[test]
fn a_name_that_a_rejected_rename_does_not_give_up_is_no_other_employees() {
    let mut case = rejected_renames();
    case.employees
        .push(employee("E11", &json!({"workEmail": "e1@acme.com.au"})));
    let plan = case.plan();
    let taken = plan
        .problems
        .iter()
        .filter(|problem| problem.employee_id.as_str() == "E11");
    assert_eq!(taken.count(), 1, "{plan:?}");
}

#[test]
fn an_approved_update_beside_a_rejected_rename_leaves_the_rejection_in_force() {
    let mut case = rejected_renames();
    let rejected = case.decisions.clone();
    for n in 1..=3 {
        rename(&mut case, n, &json!({"jobTitle": "Lead"}));
    }
    case.configuration.limits.updated.count = 0;
    case.configuration.limits.updated.percent = 0.0;
    let held = case.plan();
    assert_eq!((held.held_of(ChangeKind::Updated), held.kept.len()), (3, 3));
    case.decisions.extend(decided(&case, &held, ApprovalVerdict::Approved));
    let plan = case.plan();
    assert_eq!((plan.actions.len(), plan.kept.len()), (3, 3));
    assert!(
        plan.actions
            .iter()
            .all(|action| action.permission == Permission::Approved)
    );
    assert!(rejected.iter().all(|decision| !plan.decisions_over.contains(decision)));
}
