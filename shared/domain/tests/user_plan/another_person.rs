//! Employee numbers that are given to another person, swapped, or shifted by a row: no account is handed over silently.

use habitsync_domain::approvals::{ApprovalVerdict, HoldReason};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::link::{LastChange, Person};
use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::{Missing, Step, UserPlan};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::change_limits::{decided, people};
use crate::fixture::{Case, NOW, carried_out, causes, employee, everybody, steps, written_for};

fn jane() -> Value {
    json!({"firstName": "Jane", "lastName": "Doe", "workEmail": "jane@acme.com.au", "startDate": "2024-01-08"})
}

fn john() -> Value {
    json!({"firstName": "John", "lastName": "Smith", "workEmail": "john@acme.com.au", "startDate": "2026-11-16"})
}

fn with(record: Value, changes: &Value) -> Value {
    let mut record = record;
    let changes = changes.as_object().expect("an object").clone();
    record.as_object_mut().expect("an object").extend(changes);
    record
}

/// Twenty others, and these.
fn and_others(records: &[(&str, Value)]) -> Vec<Employee> {
    let mut all = people(20, &json!({}));
    all.extend(records.iter().map(|(id, record)| employee(id, record)));
    all
}

/// Jane works there under the number X7; the limits are in force.
fn jane_works() -> Case {
    let case = Case::in_step(&everybody(&[]), &and_others(&[("X7", jane())]));
    Case { agreed: None, ..case }
}

/// Jane has left, and her account is deactivated.
fn jane_left() -> Case {
    let case = jane_works().then(&and_others(&[("X7", with(jane(), &json!({"status": "Terminated"})))]));
    let plan = case.plan();
    assert_eq!(steps(&plan), [("X7", "deactivate")]);
    Case {
        people: carried_out(&case.people, &plan),
        ..case
    }
}

fn held(plan: &UserPlan) -> Vec<(&str, HoldReason)> {
    let held = plan.held.iter();
    held.map(|held| (held.action.employee_id.as_str(), held.hold_reason))
        .collect()
}

const HANDED_OVER: HoldReason = HoldReason::AnotherPerson;

#[test]
fn a_leavers_number_that_a_new_employee_gets_hands_no_account_over() {
    for record in [
        john(),
        with(john(), &json!({"firstName": "Jane"})),
        with(john(), &json!({"lastName": "Doe"})),
        with(john(), &json!({"workEmail": "jane@acme.com.au"})),
        with(john(), &json!({"startDate": "2024-01-08"})),
        with(john(), &json!({"startDate": null})),
    ] {
        for case in [jane_left(), jane_left().verifying()] {
            let plan = case.then(&and_others(&[("X7", record.clone())])).plan();
            assert_eq!(
                (steps(&plan), held(&plan)),
                (vec![], vec![("X7", HANDED_OVER)]),
                "{record}"
            );
            assert_eq!(plan.counts.changes_held, 1);
        }
    }
}

#[test]
fn a_leaver_who_comes_back_gets_the_account_without_a_question() {
    for record in [
        jane(),
        with(jane(), &json!({"startDate": "2026-11-16"})),
        with(
            jane(),
            &json!({"workEmail": "jane.doe@acme.com.au", "startDate": "2026-11-16"}),
        ),
        with(jane(), &json!({"lastName": "Smith", "startDate": "2026-11-16"})),
        with(
            jane(),
            &json!({"lastName": "Smith-Doe", "workEmail": "jd@acme.com.au", "startDate": "2026-11-16"}),
        ),
        with(
            jane(),
            &json!({"firstName": "Doe", "lastName": "Jane", "workEmail": "jd@acme.com.au"}),
        ),
        with(john(), &json!({"firstName": "Jane", "startDate": "2024-01-08"})),
    ] {
        let plan = jane_left().then(&and_others(&[("X7", record.clone())])).plan();
        assert_eq!(
            (steps(&plan), held(&plan)),
            (vec![("X7", "reactivate")], vec![]),
            "{record}"
        );
    }
}

#[test]
fn an_account_that_an_operator_linked_is_the_employees_whatever_its_names_are() {
    let mut case = jane_works().then(&and_others(&[("X7", john())]));
    assert_eq!(held(&case.plan()), [("X7", HoldReason::AnotherPerson)]);
    for person in &mut case.people {
        person.last_change = Some(LastChange {
            at: NOW.parse().expect("a time"),
            reason: "linked by ana".to_owned(),
            linked_by_hand: true,
        });
    }
    assert_eq!(held(&case.plan()), []);
    assert!(case.verifying().plan().held.is_empty(), "nor where the portal is read");
}

#[test]
fn a_working_employees_number_keeps_its_account_unless_nothing_about_the_record_is_the_same() {
    let plan = jane_works().then(&and_others(&[("X7", john())])).plan();
    assert_eq!((steps(&plan), held(&plan)), (vec![], vec![("X7", HANDED_OVER)]));
    for record in [
        with(
            jane(),
            &json!({"lastName": "Smith", "workEmail": "jane.smith@acme.com.au"}),
        ),
        with(jane(), &json!({"firstName": "Janet", "workEmail": "janet@acme.com.au"})),
        with(john(), &json!({"workEmail": "jane@new.example"})),
        with(
            jane(),
            &json!({"preferredName": "JJ", "lastName": "Roe", "workEmail": "jj@acme.com.au"}),
        ),
    ] {
        let plan = jane_works().then(&and_others(&[("X7", record.clone())])).plan();
        assert_eq!(
            (steps(&plan), held(&plan)),
            (vec![("X7", "change")], vec![]),
            "{record}"
        );
    }
}

#[test]
fn an_account_is_handed_over_once_an_operator_approved_it_in_sight_of_the_two_people() {
    let case = jane_left().then(&and_others(&[("X7", john())]));
    let decisions = decided(&case, &case.plan(), ApprovalVerdict::Approved);
    let approved = Case {
        decisions,
        ..case.clone()
    };
    assert_eq!(written_for(&approved.plan(), "X7")["first_name"], "John");
    let decisions = decided(&case, &case.plan(), ApprovalVerdict::Rejected);
    let rejected = Case {
        decisions,
        ..case.clone()
    };
    assert_eq!((rejected.plan().kept.len(), rejected.plan().actions.len()), (1, 0));
    // An approval of a rehire, held by the limits, was given without being shown another person's record.
    let rehired = jane_left().then(&and_others(&[("X7", jane())]));
    let mut decisions = decided(&case, &case.plan(), ApprovalVerdict::Approved);
    decisions[0].hold_reason = HoldReason::OverLimit {
        planned: 9,
        recent: 0,
        allowed: 1,
    };
    assert_eq!(
        steps(
            &Case {
                decisions: decisions.clone(),
                ..rehired
            }
            .plan()
        ),
        [("X7", "reactivate")]
    );
    assert_eq!(held(&Case { decisions, ..case }.plan()), [("X7", HANDED_OVER)]);
}

#[test]
fn a_deactivated_account_that_matches_by_address_alone_is_not_adopted_by_another_person() {
    let mut case = Case::of(
        &everybody(&[]),
        &[employee("N1", &with(john(), &json!({"workEmail": "info@acme.com.au"})))],
    );
    let former = Case::in_step(
        &everybody(&[]),
        &[employee("X7", &with(jane(), &json!({"workEmail": "info@acme.com.au"})))],
    );
    case.portal = former.verifying().portal;
    case.portal_user(0).active = false;
    let plan = case.plan();
    assert_eq!(
        (steps(&plan), held(&plan), plan.unlinked),
        (vec![], vec![("N1", HANDED_OVER)], 1)
    );
    case.portal_user(0).active = true;
    assert_eq!(
        steps(&case.plan()),
        [("N1", "remember"), ("N1", "change")],
        "the customer's rule recognises it"
    );
}

#[test]
fn numbers_that_two_employees_swapped_move_no_account() {
    let case = jane_works();
    let ann = json!({"firstName": "Ann", "lastName": "Lee", "workEmail": "ann@acme.com.au"});
    let case = Case::in_step(&case.configuration, &and_others(&[("A", ann.clone()), ("B", jane())]));
    let plan = case.then(&and_others(&[("A", jane()), ("B", ann)])).plan();
    assert_eq!(steps(&plan), []);
    assert_eq!(held(&plan), [("A", HANDED_OVER), ("B", HANDED_OVER)]);
}

#[test]
fn a_working_employee_keeps_the_account_when_a_leaver_gets_their_number() {
    // Jane works under X7, John has left as X8; HR swaps the numbers.
    let left = json!({"status": "Terminated"});
    let both = |x7: Value, x8: Value| and_others(&[("X7", x7), ("X8", x8)]);
    let case = Case::in_step(&everybody(&[]), &both(jane(), john()));
    let case = Case { agreed: None, ..case }.then(&both(jane(), with(john(), &left)));
    let people = carried_out(&case.people, &case.plan());
    let plan = Case { people, ..case }.then(&both(with(john(), &left), jane())).plan();
    assert_eq!(steps(&plan), []);
    assert_eq!(held(&plan), [("X8", HANDED_OVER), ("X7", HoldReason::Claimed)]);
}

fn numbered(number: usize) -> Value {
    json!({
        "firstName": format!("First{number}"), "lastName": format!("Last{number}"),
        "workEmail": format!("p{number}@acme.com.au"), "startDate": format!("2024-01-{:02}", number % 28 + 1),
    })
}

fn number(number: usize) -> String {
    format!("Q{number:02}")
}

/// Each employee's record, by the position of its owner, under each number.
fn under(owners: &[Option<usize>]) -> Vec<Employee> {
    let records = owners.iter().enumerate();
    records
        .filter_map(|(at, owner)| Some(employee(&number(at), &numbered((*owner)?))))
        .collect()
}

#[test]
fn rows_that_are_shifted_by_one_move_no_account() {
    let owners: Vec<_> = (0..30).map(Some).collect();
    let case = Case {
        agreed: None,
        ..Case::in_step(&everybody(&[]), &under(&owners))
    };
    let mut shifted = owners;
    shifted.insert(26, None);
    let gone = Missing {
        employee_id: number(26).parse().expect("an id"),
        confirmed: true,
    };
    let case = Case {
        missing: vec![gone],
        ..case
    }
    .then(&under(&shifted));
    for case in [case.clone(), case.verifying()] {
        let plan = case.plan();
        assert_eq!(steps(&plan), []);
        let shifted = ["Q27", "Q28", "Q29"].map(|id| (id, HANDED_OVER));
        assert_eq!(held(&plan), [&shifted[..], &[("Q26", HoldReason::Claimed)]].concat());
        assert!(
            matches!(causes(&plan)[..], [("Q30", Cause::Taken { .. })]),
            "{:?}",
            causes(&plan)
        );
    }
}

/// Returns the account's owner, according to the names that it was created with.
fn owner(person: &Person) -> Option<&str> {
    person.field("first_name")
}

/// Records moved between numbers: each number keeps its record, loses it, or has that of another person.
fn shuffled() -> impl Strategy<Value = Vec<Option<usize>>> {
    let at_random = proptest::collection::vec(0_usize..24, 0..6);
    (Just((0..12).collect::<Vec<_>>()), at_random).prop_map(|(owners, swaps): (Vec<usize>, _)| {
        let mut owners: Vec<Option<usize>> = owners.into_iter().map(Some).collect();
        owners.resize(16, None);
        for pair in swaps.windows(2) {
            let (one, other) = (pair[0] % 16, pair[1] % 16);
            // Most records move; some are there twice.
            match pair[0] {
                20.. => owners[one] = owners[other],
                _ => owners.swap(one, other),
            }
        }
        owners
    })
}

proptest! {
    /// For every move of numbers between employees, no account is given another person's name, and no account of an
    /// employee who has an active record is deactivated.
    #[test]
    fn no_account_passes_to_another_person_and_none_of_a_working_employee_is_deactivated(
        owners in shuffled(), leavers in proptest::collection::btree_set(0_usize..12, 0..3), verifies in any::<bool>(),
    ) {
        let before: Vec<_> = (0..12).map(Some).collect();
        let case = Case { agreed: None, ..Case::in_step(&everybody(&[]), &under(&before)) };
        let case = case.then(&under(&owners));
        let read = case.employees.clone();
        let gone = (0..12).filter(|at| owners[*at].is_none());
        let missing = gone.map(|at| Missing { employee_id: number(at).parse().expect("an id"), confirmed: true }).collect();
        let case = Case { missing, ..case };
        let mut case = if verifies { case.verifying() } else { case };
        // Some have left before; their accounts are deactivated.
        for person in &mut case.people {
            person.active = !leavers.iter().any(|leaver| person.employee_id.as_str() == number(*leaver));
        }
        if verifies {
            case = case.verifying();
        }
        let plan = case.plan();
        for action in &plan.actions {
            match &action.step {
                Step::Change { before, .. } => {
                    let after = action.person_after(NOW.parse().expect("a time"));
                    prop_assert_eq!(owner(before), owner(&after));
                }
                Step::Deactivate { before, .. } => {
                    let claims = |record: &Employee| record.text("firstName") == owner(before);
                    prop_assert!(!read.iter().any(claims), "{} works there", owner(before).unwrap_or_default());
                }
                _ => {}
            }
        }
    }
}
