//! Existing accounts, hand edits, and protected accounts.

use habitsync_domain::people::link::LastChange;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::people::user::{PortalUser, UserFields};
use serde_json::json;

use crate::fixture::{Case, acme, causes, employee, everybody, field, pairs, steps, written_for};

/// Returns a customer without links, whose portal has the accounts that these employees would have.
fn unlinked(ids: &[&str]) -> Case {
    let employees: Vec<_> = ids.iter().map(|id| employee(id, &json!({}))).collect();
    let mut case = Case::in_step(&acme(&[]), &employees).verifying();
    case.people.clear();
    case
}

#[test]
fn accounts_that_exist_are_adopted_in_the_configured_order() {
    let mut case = unlinked(&["E1"]);
    assert_eq!(
        steps(&case.plan()),
        [("E1", "remember")],
        "nothing differs, nothing is written"
    );
    case.portal_user(0).user_name = "an.old.name".parse().expect("valid");
    assert_eq!(
        steps(&case.plan()),
        [("E1", "remember"), ("E1", "change")],
        "adopted by e-mail, then renamed"
    );
}

#[test]
fn only_what_the_customer_recognises_accounts_by_adopts_them() {
    let mut case = unlinked(&["E1"]);
    case.configuration = acme(&[("[\"user_name\", \"email\"]", "[\"user_name\"]")]);
    case.portal_user(0).user_name = "an.old.name".parse().expect("valid");
    let plan = case.plan();
    assert_eq!(steps(&plan), [], "a stranger has the e-mail");
    assert!(matches!(
        causes(&plan).as_slice(),
        [("E1", Cause::Taken { by: None, .. })]
    ));
}

#[test]
fn two_candidates_are_never_guessed_between() {
    let mut case = unlinked(&["E1"]);
    let twin = case.portal_user(0).clone();
    case.portal.as_mut().expect("verifies").push(twin);
    case.portal_user(0).user_name = "one".parse().expect("valid");
    case.portal_user(1).user_name = "two".parse().expect("valid");
    let plan = case.plan();
    assert_eq!(
        (steps(&plan), causes(&plan)),
        (vec![], vec![("E1", &Cause::SeveralAccounts)])
    );
}

#[test]
fn one_account_by_user_name_and_another_by_email_are_two_candidates() {
    let mut case = unlinked(&["E1"]);
    let twin = case.portal_user(0).clone();
    case.portal.as_mut().expect("verifies").push(twin);
    case.portal_user(0)
        .fields
        .0
        .insert(field("email"), "jo@elsewhere.com".to_owned());
    case.portal_user(1).user_name = "two".parse().expect("valid");
    assert_eq!(causes(&case.plan()), [("E1", &Cause::SeveralAccounts)]);
}

#[test]
fn an_account_that_two_people_would_adopt_is_neithers() {
    let mut case = unlinked(&["E1"]);
    case.portal_user(0)
        .fields
        .0
        .insert(field("email"), "e2@acme.com.au".to_owned());
    let case = case.then(&[employee("E1", &json!({})), employee("E2", &json!({}))]);
    let plan = case.plan();
    assert_eq!(steps(&plan), []);
    assert_eq!(
        causes(&plan),
        [("E1", &Cause::SeveralAccounts), ("E2", &Cause::SeveralAccounts)]
    );
    assert_eq!(plan.unlinked, 2);
}

#[test]
fn a_hand_edit_is_reported_and_overwritten_and_an_unmatched_account_is_never_touched() {
    let mut case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]).verifying();
    case.portal_user(0)
        .fields
        .0
        .insert(field("X-Job Title"), "Boss".to_owned());
    case.portal.as_mut().expect("verifies").push(PortalUser {
        user_name: "consultant".parse().expect("valid"),
        active: true,
        fields: UserFields::default(),
    });
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E1", "remember"), ("E1", "change")]);
    assert_eq!(written_for(&plan, "E1"), pairs(&[("X-Job Title", "Analyst")]));
    let [drift] = plan.drift.as_slice() else {
        panic!("{:?}", plan.drift)
    };
    assert_eq!(
        (
            drift.field.as_str(),
            drift.stored.as_str(),
            drift.seen.as_str(),
            drift.overwritten
        ),
        ("X-Job Title", "Analyst", "Boss", true)
    );
}

#[test]
fn a_date_or_an_address_that_the_portal_only_spells_otherwise_is_no_drift() {
    let mut case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]).verifying();
    let fields = &mut case.portal_user(0).fields.0;
    fields.insert(field("X-Start Date"), "08/01/2024".to_owned());
    fields.insert(field("email"), "E1@ACME.com.au".to_owned());
    let plan = case.plan();
    assert_eq!((steps(&plan), plan.drift.len()), (vec![], 0));
    case.portal_user(0)
        .fields
        .0
        .insert(field("X-Job Title"), "Boss".to_owned());
    let drift: Vec<_> = case.plan().drift.into_iter().map(|drift| drift.field).collect();
    assert_eq!(drift, ["X-Job Title"], "beside a real one, too");
}

#[test]
fn drift_in_a_field_that_is_only_written_on_create_stays_as_it_is() {
    let configuration = acme(&[(
        "\"X-Job Title\" = \"employee.jobTitle\"",
        "\"X-Job Title\" = { value = \"employee.jobTitle\", write = \"on_create\" }",
    )]);
    let mut case = Case::in_step(&configuration, &[employee("E1", &json!({}))]).verifying();
    case.portal_user(0)
        .fields
        .0
        .insert(field("X-Job Title"), "Boss".to_owned());
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E1", "remember")]);
    assert!(!plan.drift[0].overwritten);
}

#[test]
fn an_account_deactivated_by_hand_stays_so_and_is_reported() {
    let mut case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]).verifying();
    case.portal_user(0).active = false;
    let plan = case.plan();
    assert_eq!(
        (steps(&plan), causes(&plan)),
        (vec![], vec![("E1", &Cause::DeactivatedByHand)])
    );
}

#[test]
fn an_account_that_is_gone_from_the_portal_is_reported_and_not_created_anew() {
    let mut case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]).verifying();
    case.portal = Some(Vec::new());
    let plan = case.plan();
    assert_eq!(
        (steps(&plan), causes(&plan)),
        (vec![], vec![("E1", &Cause::AccountMissing)])
    );
}

#[test]
fn a_link_whose_account_was_deleted_never_touches_whoever_has_its_name_now() {
    let configuration = everybody(&[("[\"user_name\", \"email\"]", "[]")]);
    let mut case = Case::in_step(
        &configuration,
        &[employee("E1", &json!({})), employee("E2", &json!({}))],
    );
    case.people[0].user_name = "e2@acme.com.au".parse().expect("valid");
    case.people[1].last_change = Some(LastChange {
        at: case.now,
        reason: "works there and has no account".to_owned(),
        linked_by_hand: false,
    });
    let left = employee("E1", &json!({"status": "Terminated"}));
    let leaver = case
        .clone()
        .then(&[left, employee("E2", &json!({"jobTitle": "Lead"}))])
        .plan();
    assert_eq!(steps(&leaver), [("E2", "change")], "whoever has it now is served");
    let promoted = case.then(&[employee("E1", &json!({"jobTitle": "Lead"})), employee("E2", &json!({}))]);
    let plan = promoted.plan();
    assert_eq!(
        (steps(&plan), causes(&plan)),
        (vec![], vec![("E1", &Cause::AccountMissing)])
    );
}

#[test]
fn a_protected_account_is_never_touched() {
    let configuration = acme(&[("protect = [\"admin@acme.com.au\"]", "protect = [\"E1@Acme.com.au\"]")]);
    let linked = Case {
        configuration: configuration.clone(),
        ..Case::in_step(&acme(&[]), &[employee("E1", &json!({}))])
    };
    for record in [
        json!({"jobTitle": "Boss"}),
        json!({"status": "Terminated"}),
        json!({"workEmail": "e9@acme.com.au"}),
    ] {
        assert_eq!(steps(&linked.clone().then(&[employee("E1", &record)]).plan()), []);
    }
    assert_eq!(
        steps(&Case::of(&configuration, &[employee("E1", &json!({}))]).plan()),
        []
    );
    let mut adoptable = unlinked(&["E1"]);
    adoptable.configuration = acme(&[("protect = [\"admin@acme.com.au\"]", "protect = [\"boss\"]")]);
    adoptable.portal_user(0).user_name = "Boss".parse().expect("valid");
    assert_eq!(steps(&adoptable.plan()), [], "it would have been adopted by its e-mail");
}

#[test]
fn an_account_that_has_its_new_name_already_is_known_again_although_the_rename_was_never_saved() {
    let case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]);
    let mut case = case
        .then(&[employee("E1", &json!({"workEmail": "jo.new@acme.com.au"}))])
        .verifying();
    let user = case.portal_user(0);
    user.user_name = "jo.new@acme.com.au".parse().expect("valid");
    user.fields.0.insert(field("email"), "jo.new@acme.com.au".to_owned());
    let plan = case.plan();
    assert_eq!((steps(&plan), causes(&plan)), (vec![("E1", "remember")], vec![]));
    let person = plan.actions[0].person_after(case.now);
    assert_eq!(person.user_name.as_str(), "jo.new@acme.com.au");
    let former: Vec<_> = person
        .former_names
        .iter()
        .map(|former| former.user_name.as_str())
        .collect();
    assert_eq!(former, ["e1@acme.com.au"]);
}

#[test]
fn an_account_that_a_killed_run_has_renamed_is_nobody_elses_to_adopt() {
    let mut case = Case::in_step(&acme(&[]), &[employee("E1", &json!({"workEmail": "old@acme.com.au"}))]).verifying();
    case.portal_user(0).user_name = "new@acme.com.au".parse().expect("valid");
    let case = case.then(&[
        employee("E1", &json!({"workEmail": "new@acme.com.au"})),
        employee("E2", &json!({"workEmail": "old@acme.com.au"})),
    ]);
    let plan = case.plan();
    let remembered: Vec<_> = steps(&plan)
        .into_iter()
        .filter(|(_, step)| *step == "remember")
        .collect();
    assert_eq!(remembered, [("E1", "remember")], "{:?}", steps(&plan));
}
