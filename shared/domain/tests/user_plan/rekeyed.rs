//! Employees who come back under new numbers, and leavers whose names an active record claims that is not clear yet.

use habitsync_domain::approvals::HoldReason;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::employment::Evidence;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::{Missing, Shared, Step, UserPlan};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{Case, acme, carried_out, causes, employee, steps};

fn id(text: &str) -> EmployeeId {
    text.parse().expect("an id")
}

fn person(number: usize) -> Value {
    json!({
        "firstName": "Jo", "lastName": format!("Citizen {number}"), "workEmail": format!("p{number}@acme.com.au"),
        "startDate": "2024-01-08",
    })
}

fn with(mut record: Value, changes: &Value) -> Value {
    let changes = changes.as_object().expect("an object").clone();
    record.as_object_mut().expect("an object").extend(changes);
    record
}

/// Linked people `E1001` and on, whose records are gone or as `left` says, and the records of `N1001` and on.
fn reissued(people: usize, left: Option<&Value>, current: impl Fn(usize) -> Value) -> Case {
    let numbers = 1001..1001 + people;
    let old: Vec<_> = numbers
        .clone()
        .map(|n| employee(&format!("E{n}"), &person(n)))
        .collect();
    let case = Case::in_step(&acme(&[]), &old);
    let gone = |n: usize| left.map(|left| employee(&format!("E{n}"), &with(person(n), left)));
    let new = |n: usize| employee(&format!("N{n}"), &current(n));
    let employees: Vec<_> = numbers
        .clone()
        .flat_map(|n| gone(n).into_iter().chain([new(n)]))
        .collect();
    let missing = numbers.map(|n| Missing {
        employee_id: id(&format!("E{n}")),
        confirmed: true,
    });
    let missing = if left.is_none() { missing.collect() } else { Vec::new() };
    Case { missing, ..case }.then(&employees)
}

fn held(plan: &UserPlan) -> Vec<(&str, HoldReason)> {
    let held = plan.held.iter();
    held.map(|held| (held.action.employee_id.as_str(), held.hold_reason))
        .collect()
}

fn pairs(plan: &UserPlan) -> Vec<(&str, &str, Shared)> {
    let pairs = plan.rekeyed.iter();
    pairs
        .map(|pair| (pair.former.as_str(), pair.current.as_str(), pair.shared))
        .collect()
}

#[test]
fn twelve_who_come_back_under_new_numbers_are_twelve_pairs_and_keep_their_accounts() {
    for case in [
        reissued(12, None, person),
        reissued(12, None, person).verifying(),
        reissued(12, Some(&json!({"status": "Terminated"})), person),
        reissued(12, Some(&json!({"terminationDate": "2026-11-20"})), person),
    ] {
        let plan = case.plan();
        assert_eq!((steps(&plan), plan.rekeyed.len(), plan.held.len()), (vec![], 12, 12));
        assert_eq!(pairs(&plan)[0], ("E1001", "N1001", Shared::UserName));
        assert!(held(&plan).iter().all(|(_, because)| *because == HoldReason::Rekeyed));
        let former = id("E1001");
        assert_eq!(causes(&plan)[0], ("N1001", &Cause::Rekeyed { former }));
        assert_eq!((plan.counts.set_aside, plan.problems.len()), (12, 12));
    }
}

#[test]
fn a_pair_that_is_kept_out_of_the_filter_is_held_as_well() {
    let configuration = acme(&[("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"")]);
    let case = Case::in_step(&configuration, &[employee("E1", &person(1))]);
    let moved = with(person(1), &json!({"location": "Fiji"}));
    let plan = case.then(&[employee("E1", &moved), employee("N1", &person(1))]).plan();
    assert_eq!(held(&plan), [("E1", HoldReason::Rekeyed)]);
    assert_eq!(plan.held[0].evidence, Evidence::OutOfScope.into());
}

#[test]
fn a_pair_is_known_by_name_and_first_day_where_the_address_is_another() {
    let readdressed = |n| with(person(n), &json!({"workEmail": format!("n{n}@acme.com.au")}));
    let plan = reissued(3, None, readdressed).plan();
    assert_eq!(pairs(&plan)[2], ("E1003", "N1003", Shared::NameAndStart));
    let restarted = |n| with(readdressed(n), &json!({"startDate": "2026-11-02"}));
    let plan = reissued(2, None, restarted).plan();
    assert!(plan.rekeyed.is_empty(), "two people of one name: {plan:?}");
    assert_eq!(plan.counts.to_create, 2);
}

#[test]
fn a_pair_is_known_by_its_address_where_one_of_the_names_is_another() {
    let married = |n| with(person(n), &json!({"firstName": "Joanna"}));
    assert_eq!(reissued(1, None, married).plan().rekeyed.len(), 1);
    let successor = |n| {
        with(
            person(n),
            &json!({"firstName": "Ann", "lastName": "Lee", "startDate": "2026-11-23"}),
        )
    };
    let plan = reissued(1, Some(&json!({"status": "Terminated"})), successor).plan();
    assert_eq!(
        steps(&plan),
        [("E1001", "deactivate"), ("N1001", "create")],
        "somebody else"
    );
}

#[test]
fn whoever_may_be_one_of_several_is_no_pair_and_nobody_is_deactivated() {
    let same = |n: usize| with(person(n), &json!({"lastName": "Citizen"}));
    let old = [employee("E1", &same(1)), employee("E2", &same(2))];
    let case = Case::in_step(&acme(&[]), &old);
    let crossed = with(same(1), &json!({"workEmail": "p2@acme.com.au"}));
    let configuration = acme(&[("user_name = \"employee.workEmail\"", "user_name = \"employee.userId\"")]);
    let missing = ["E1", "E2"].map(|gone| Missing {
        employee_id: id(gone),
        confirmed: true,
    });
    let crossed = with(crossed, &json!({"userId": "p1@acme.com.au"}));
    let case = Case {
        configuration,
        missing: missing.to_vec(),
        ..case
    };
    let plan = case
        .then(&[employee("N1", &crossed), employee("E9", &person(9))])
        .plan();
    assert!(plan.rekeyed.is_empty());
    assert_eq!(held(&plan), [("E1", HoldReason::Claimed), ("E2", HoldReason::Claimed)]);
    let asked = |(id, cause): &(&str, &Cause)| *id == "N1" && matches!(cause, Cause::FormerEmployee { .. });
    assert!(causes(&plan).iter().any(asked), "{:?}", causes(&plan));
}

#[test]
fn two_active_records_are_disputed_and_no_pair() {
    let case = Case::in_step(&acme(&[]), &[employee("E1", &person(1))]);
    let plan = case
        .then(&[employee("E1", &person(1)), employee("N1", &person(1))])
        .plan();
    assert!(plan.rekeyed.is_empty() && plan.held.is_empty() && steps(&plan).is_empty());
    assert!(
        causes(&plan)
            .iter()
            .all(|(_, cause)| matches!(cause, Cause::Disputed { .. }))
    );
}

/// Active records about which nothing is decided: each claims `p1@acme.com.au`.
fn undecided() -> Vec<(&'static str, Vec<Employee>)> {
    let new = |changes: &Value| vec![employee("N1", &with(person(1), changes))];
    let stranger = json!({"firstName": "Ann", "lastName": "Lee", "startDate": "2026-11-02"});
    let other = |changes: Value| new(&with(stranger.clone(), &changes));
    vec![
        ("an unknown status", other(json!({"status": "On leave"}))),
        ("no status", other(json!({"status": null}))),
        ("a date that is none", other(json!({"startDate": "soon"}))),
        ("no last name", other(json!({"lastName": null}))),
        (
            "another letter case",
            other(json!({"status": "On leave", "workEmail": " P1@ACME.com.au "})),
        ),
        (
            "no usable address",
            other(json!({"status": "On leave", "workEmail": "p1@acme.com.au"})),
        ),
        (
            "a dispute",
            [
                other(json!({})),
                vec![employee(
                    "N2",
                    &with(person(1), &json!({"firstName": "Bo", "lastName": "Lee"})),
                )],
            ]
            .concat(),
        ),
    ]
}

#[test]
fn no_account_is_deactivated_while_an_undecided_active_record_claims_its_name() {
    let removes = acme(&[("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"")]);
    let leavers = [
        Some(json!({"status": "Terminated", "workEmail": null})),
        Some(json!({"status": "Active", "terminationDate": "2026-11-20"})),
        Some(json!({"location": "Fiji"})),
        None,
    ];
    for left in leavers {
        for (what, records) in undecided() {
            let case = Case::in_step(&removes, &[employee("E1", &person(1)), employee("E9", &person(9))]);
            let old = left.as_ref().map(|left| employee("E1", &with(person(1), left)));
            let is_missing = old.is_none();
            let employees: Vec<_> = old
                .into_iter()
                .chain(records)
                .chain([employee("E9", &person(9))])
                .collect();
            let missing = Missing {
                employee_id: id("E1"),
                confirmed: true,
            };
            let missing = if is_missing { vec![missing] } else { Vec::new() };
            let case = Case { missing, ..case }.then(&employees);
            let plan = case.plan();
            assert_eq!(steps(&plan), [], "{left:?} {what}");
            assert_eq!(held(&plan), [("E1", HoldReason::Claimed)], "{left:?} {what}");
            let resolved: Vec<_> = employees
                .into_iter()
                .filter(|employee| !employee.id().as_str().starts_with('N'))
                .collect();
            let plan = case.then(&resolved).plan();
            assert_eq!(steps(&plan), [("E1", "deactivate")], "{left:?} {what}: nothing is lost");
        }
    }
}

#[test]
fn an_approval_that_did_not_show_the_pair_does_not_deactivate_one() {
    use habitsync_domain::approvals::{ApprovalVerdict, Decision, PendingPlan, PlanDecision};
    let case = reissued(1, None, person);
    let plan = case.plan();
    let person = plan.held[0].to_decide().expect("waits");
    let held = PendingPlan::new(vec![person], 1, None, case.now).expect("held");
    let word = PlanDecision {
        verdict: ApprovalVerdict::Approved,
        actor: "ana".to_owned(),
        at: case.now,
        only: Vec::new(),
        reopened: false,
    };
    let decision = held.decisions(&word).next().expect("one");
    let decided = |because| Case {
        decisions: vec![Decision {
            hold_reason: because,
            ..decision.clone()
        }],
        ..case.clone()
    };
    let plan = decided(HoldReason::NotConfirmed).plan();
    assert_eq!((steps(&plan), held_of(&plan)), (vec![], vec![HoldReason::Rekeyed]));
    let plan = decided(HoldReason::Rekeyed).plan();
    assert_eq!(steps(&plan), [("E1001", "deactivate")]);
}

fn held_of(plan: &UserPlan) -> Vec<HoldReason> {
    plan.held.iter().map(|held| held.hold_reason).collect()
}

/// Records of a few people who share few addresses and names, under old numbers and new ones.
fn record() -> impl Strategy<Value = Value> {
    let email = prop_oneof![
        6 => (0..5_u8).prop_map(|n| json!(format!("P{n}@acme.com.au"))),
        1 => Just(Value::Null),
        1 => Just(json!("broken@")),
    ];
    let status = prop_oneof![5 => Just(json!("Active")), 3 => Just(json!("Terminated")), 2 => Just(json!("Sabbatical")), 1 => Just(Value::Null)];
    let end = prop_oneof![5 => Just(Value::Null), 1 => Just(json!("2026-11-20")), 1 => Just(json!("soon"))];
    let name = prop_oneof![5 => (0..4_u8).prop_map(|n| json!(format!("Citizen {n}"))), 1 => Just(Value::Null)];
    let location = prop_oneof![4 => Just("Perth"), 1 => Just("Fiji")];
    (email, status, end, name, location).prop_map(|(email, status, end, name, location)| {
        json!({"workEmail": email, "status": status, "terminationDate": end, "lastName": name, "location": location})
    })
}

fn numbered(records: &[Option<Value>]) -> Vec<Employee> {
    let letters = ["E", "N"].iter().cycle();
    let records = records.iter().zip(letters).enumerate();
    records
        .filter_map(|(n, (record, letter))| Some(employee(&format!("{letter}{n}"), record.as_ref()?)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn pairs_are_one_to_one_and_no_claimed_account_is_deactivated(
        first in proptest::collection::vec(proptest::option::of(record()), 8),
        second in proptest::collection::vec(proptest::option::of(record()), 8),
        verifies in any::<bool>(),
    ) {
        let removes = acme(&[("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"")]);
        let case = Case::of(&removes, &numbered(&first));
        let people = carried_out(&[], &case.plan());
        let employees = numbered(&second);
        let is_here = |id: &EmployeeId| employees.iter().any(|employee| employee.id() == id);
        let absent = people.iter().filter(|person| person.active && !is_here(&person.employee_id));
        let missing = absent.map(|person| Missing { employee_id: person.employee_id.clone(), confirmed: true }).collect();
        let mut case = Case { people, missing, portal: None, ..case }.then(&employees);
        if verifies {
            case = case.verifying();
        }
        let plan = case.plan();
        let mut formers: Vec<_> = plan.rekeyed.iter().map(|pair| &pair.former).collect();
        let mut currents: Vec<_> = plan.rekeyed.iter().map(|pair| &pair.current).collect();
        let all = plan.rekeyed.len();
        formers.sort();
        formers.dedup();
        currents.sort();
        currents.dedup();
        prop_assert_eq!((formers.len(), currents.len()), (all, all));
        for pair in &plan.rekeyed {
            let touched = plan.actions.iter().any(|action| {
                let is_removal = matches!(action.step, Step::Deactivate { .. });
                action.employee_id == pair.current || (is_removal && action.employee_id == pair.former)
            });
            prop_assert!(!touched, "{pair:?}");
            let is_linked = case.people.iter().any(|person| person.employee_id == pair.current);
            prop_assert!(!is_linked, "{pair:?}");
        }
        for action in &plan.actions {
            let Step::Deactivate { before, .. } = &action.step else { continue };
            let held: Vec<_> = [Some(before.user_name.key()), before.field("email").map(str::to_lowercase)].into_iter().flatten().collect();
            for record in &case.employees {
                let works = record.status() != Some("Terminated") && record.text("terminationDate").is_none();
                let claims = record.text("workEmail").is_some_and(|email| held.contains(&email.to_lowercase()));
                let is_undecided = plan.problems.iter().any(|problem| {
                    problem.employee_id == *record.id() && problem.cause.blocks_person()
                });
                let is_other = *record.id() != action.employee_id;
                prop_assert!(!(is_other && works && claims && is_undecided), "{:?} {:?}", action.employee_id, record.id());
            }
        }
    }
}
