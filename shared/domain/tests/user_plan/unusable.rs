//! Records that cannot be used: the employees concerned keep their accounts as they are, and the others are synced.

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::Missing;
use habitsync_domain::vendors::list::{UnusableRecord, WhyUnusable};
use serde_json::json;

use crate::fixture::{Case, causes, employee, everybody, field, steps};

fn id(text: &str) -> EmployeeId {
    text.parse().expect("an employee id")
}

fn contradicted(employee: &str) -> UnusableRecord {
    UnusableRecord::new(Some(employee), WhyUnusable::Contradicted)
}

#[test]
fn an_employee_whose_record_cannot_be_used_is_neither_gone_nor_created_again() {
    let linked = [employee("E1", &json!({})), employee("E2", &json!({}))];
    let mut case = Case::in_step(&everybody(&[]), &linked)
        .verifying()
        .then(&[employee("E2", &json!({"jobTitle": "Lead"}))]);
    case.unusable = vec![contradicted("E1"), contradicted("E1"), contradicted("E9")];
    let plan = case.plan();
    let why = WhyUnusable::Contradicted;
    assert_eq!(steps(&plan), [("E2", "change")]);
    assert_eq!(
        causes(&plan),
        [
            ("E1", &Cause::UnusableRecord { why }),
            ("E9", &Cause::UnusableRecord { why })
        ]
    );
    assert_eq!((plan.counts.read, plan.counts.unusable, plan.counts.missing), (4, 3, 0));
    assert_eq!(
        plan.unlinked, 1,
        "E9 may have an account, and completions that wait for it"
    );
}

#[test]
fn nobody_takes_the_name_of_an_employee_whose_record_cannot_be_used() {
    let linked = [employee("E1", &json!({})), employee("E2", &json!({}))];
    let newcomer = employee("E3", &json!({"workEmail": "e1@acme.com.au"}));
    let mut case = Case::in_step(&everybody(&[]), &linked).then(&[linked[1].clone(), newcomer]);
    case.people[0].active = false;
    case.unusable = vec![contradicted("E1")];
    let plan = case.plan();
    assert_eq!(steps(&plan), []);
    assert!(
        matches!(causes(&plan)[..], [("E1", _), ("E3", Cause::Taken { .. })]),
        "{:?}",
        causes(&plan)
    );
}

#[test]
fn an_employee_whose_link_cannot_be_read_gets_no_second_account() {
    let mut case = Case::of(
        &everybody(&[]),
        &[employee("E1", &json!({})), employee("E2", &json!({}))],
    );
    case.unreadable_links = vec![id("E1")];
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E2", "create")]);
    assert_eq!(causes(&plan), [("E1", &Cause::NotStored)]);
}

#[test]
fn an_account_that_cannot_be_read_is_not_created_again() {
    for (key, odd) in [("user name", "E1@ACME.com.au "), ("e-mail", "e1@acme.com.au")] {
        let mut case = Case::of(
            &everybody(&[]),
            &[employee("E1", &json!({})), employee("E2", &json!({}))],
        );
        case.unusable_accounts = vec![UnusableRecord::new(Some(odd), WhyUnusable::NoId)];
        let plan = case.plan();
        assert_eq!(steps(&plan), [("E2", "create")], "{key}");
        assert_eq!(causes(&plan), [("E1", &Cause::UnusableAccount)], "{key}");
    }
}

#[test]
fn a_linked_account_that_cannot_be_read_is_not_missing() {
    let mut case = Case::in_step(&everybody(&[]), &[employee("E1", &json!({}))]).verifying();
    case.portal = Some(Vec::new());
    case.unusable_accounts = vec![UnusableRecord::new(Some("e1@acme.com.au"), WhyUnusable::Contradicted)];
    let plan = case.plan();
    assert_eq!(
        (steps(&plan), causes(&plan)),
        (vec![], vec![("E1", &Cause::UnusableAccount)])
    );
}

#[test]
fn two_accounts_that_differ_in_letter_case_are_guessed_between_only_by_their_spelling() {
    let employees = [employee("E1", &json!({})), employee("E2", &json!({}))];
    let linked = Case::in_step(&everybody(&[]), &employees).verifying();
    let twin = |case: &mut Case| {
        let mut twin = case.portal.clone().expect("verifies")[0].clone();
        twin.user_name = "E1@Acme.com.au".parse().expect("a user name");
        twin.fields.0.insert(field("X-Location"), "Hobart".to_owned());
        case.portal.as_mut().expect("verifies").insert(0, twin);
    };
    let mut case = linked.clone();
    twin(&mut case);
    assert_eq!(
        (steps(&case.plan()), causes(&case.plan())),
        (vec![], vec![]),
        "the link says which"
    );
    let mut unlinked = linked.clone();
    twin(&mut unlinked);
    unlinked.people.remove(0);
    let plan = unlinked.plan();
    assert_eq!(
        (steps(&plan), causes(&plan)),
        (vec![], vec![("E1", &Cause::SeveralAccounts)])
    );
    let mut neither = linked;
    twin(&mut neither);
    neither.people[0].user_name = "e1@ACME.com.au".parse().expect("a user name");
    let plan = neither.plan();
    assert_eq!(
        (steps(&plan), causes(&plan)),
        (vec![], vec![("E1", &Cause::SeveralAccounts)])
    );
}

#[test]
fn two_accounts_whose_emails_differ_in_letter_case_are_not_guessed_between() {
    let configuration = everybody(&[("[\"user_name\", \"email\"]", "[\"email\"]")]);
    let mut case = Case::in_step(&configuration, &[employee("E1", &json!({}))]).verifying();
    let mut twin = case.portal.clone().expect("verifies")[0].clone();
    twin.user_name = "jo.e1".parse().expect("a user name");
    twin.fields.0.insert(field("email"), "E1@Acme.com.au".to_owned());
    case.portal.as_mut().expect("verifies").push(twin);
    case.people.clear();
    let plan = case.plan();
    assert_eq!(
        (steps(&plan), causes(&plan)),
        (vec![], vec![("E1", &Cause::SeveralAccounts)])
    );
}

#[test]
fn a_record_without_an_id_is_counted_and_stops_no_other_action() {
    let linked = [employee("E1", &json!({})), employee("E2", &json!({}))];
    let mut case = Case::in_step(&everybody(&[]), &linked).then(&[employee("E2", &json!({"jobTitle": "Lead"}))]);
    case.unusable = vec![UnusableRecord::new(None, WhyUnusable::NotARecord)];
    case.missing = vec![Missing {
        employee_id: id("E1"),
        confirmed: false,
    }];
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E2", "change")]);
    assert_eq!((plan.counts.read, plan.counts.unusable), (2, 1));
}

#[test]
fn a_link_that_cannot_be_read_is_reported_also_where_the_employee_is_gone() {
    let mut case = Case::in_step(&everybody(&[]), &[employee("E2", &json!({}))]);
    case.unreadable_links = vec![id("E1")];
    let plan = case.plan();
    assert_eq!(steps(&plan), []);
    assert_eq!(causes(&plan), [("E1", &Cause::NotStored)]);
}
