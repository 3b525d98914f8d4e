//! User names and e-mails that pass from one employee to another.

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::link::Person;
use habitsync_domain::people::problem::Cause;
use serde_json::json;

use crate::fixture::{Case, acme, carried_out, causes, employee, field, pairs, steps, written_for};

fn mail(address: &str) -> serde_json::Value {
    json!({ "workEmail": address })
}

#[test]
fn an_address_that_passes_from_a_leaver_to_a_starter_is_given_up_in_the_deactivation() {
    let desk = json!({"workEmail": "reception@acme.com.au", "lastName": "Old"});
    let case = Case::in_step(&acme(&[]), &[employee("E1", &desk)]);
    let left = json!({"status": "Terminated", "workEmail": null});
    let case = case.then(&[employee("E2", &mail("Reception@acme.com.au")), employee("E1", &left)]);
    let plan = case.plan();
    assert_eq!(
        (steps(&plan), causes(&plan)),
        (vec![("E1", "deactivate"), ("E2", "create")], vec![])
    );
    assert_eq!(
        written_for(&plan, "E1"),
        pairs(&[
            ("active", "false"),
            ("user_name", "former-E1"),
            ("email", "former-e1@acme.invalid")
        ])
    );
    let people = carried_out(&case.people, &plan);
    let former: Vec<_> = people[0]
        .former_names
        .iter()
        .map(|former| former.user_name.as_str())
        .collect();
    assert_eq!(
        former,
        ["reception@acme.com.au"],
        "a late result of the leaver still finds them"
    );
}

#[test]
fn an_address_of_somebody_who_left_long_ago_is_given_up_before_it_is_taken() {
    let case = Case::in_step(&acme(&[]), &[employee("E1", &json!({"lastName": "Old"}))]);
    let left = employee("E1", &json!({"status": "Terminated"}));
    let people = carried_out(&case.people, &case.clone().then(std::slice::from_ref(&left)).plan());
    let case = Case { people, ..case }.then(&[left, employee("E2", &mail("e1@acme.com.au"))]);
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E1", "give up"), ("E2", "create")]);
    let again = Case {
        people: carried_out(&case.people, &plan),
        ..case
    };
    assert_eq!(steps(&again.plan()), [], "and once is enough");
}

#[test]
fn somebody_who_comes_back_after_their_address_went_on_is_renamed_whatever_the_customer_wants_of_renames() {
    let configuration = acme(&[("\"rename\"", "\"keep\"")]);
    let case = Case::in_step(&configuration, &[employee("E1", &json!({"lastName": "Old"}))]);
    let left = employee("E1", &json!({"status": "Terminated"}));
    let starter = employee("E2", &mail("e1@acme.com.au"));
    let plan = case.clone().then(&[left, starter.clone()]).plan();
    let people = carried_out(&case.people, &plan);
    let case = Case { people, ..case }.then(&[employee("E1", &mail("jo.old@acme.com.au")), starter]);
    let back = case.plan();
    assert_eq!(steps(&back), [("E1", "reactivate")]);
    let written = written_for(&back, "E1");
    assert_eq!(written.get("user_name").map(String::as_str), Some("jo.old@acme.com.au"));
    assert_eq!(written.get("email").map(String::as_str), Some("jo.old@acme.com.au"));
}

#[test]
fn a_starter_with_a_leavers_address_and_name_may_be_the_same_person_and_is_asked_about() {
    let same = json!({"workEmail": "jo@acme.com.au", "lastName": "Citizen"});
    let case = Case::in_step(&acme(&[]), &[employee("E1", &same)]);
    let left = json!({"workEmail": "jo@acme.com.au", "lastName": "Citizen", "status": "Terminated"});
    let plan = case.then(&[employee("E1", &left), employee("E2", &same)]).plan();
    assert_eq!(steps(&plan), [], "the account stays while that is asked");
    let former = "E1".parse().expect("an id");
    assert_eq!(causes(&plan), [("E2", &Cause::Rekeyed { former })]);
}

#[test]
fn a_newcomer_with_a_colleagues_address_is_the_problem_and_the_colleague_is_updated() {
    let colleagues = [employee("E1", &json!({})), employee("E2", &json!({}))];
    for claim in [
        json!({"workEmail": "e1@acme.com.au"}),
        json!({"workEmail": " E1@ACME.com.au\u{200b}"}),
    ] {
        // A new employee, and a colleague whose address becomes that of another.
        for claimant in ["E2", "E999"] {
            let mut records = vec![employee("E1", &json!({"jobTitle": "Lead"})), employee(claimant, &claim)];
            records.extend((claimant != "E2").then(|| employee("E2", &json!({}))));
            let plan = Case::in_step(&acme(&[]), &colleagues).then(&records).plan();
            assert_eq!(steps(&plan), [("E1", "change")]);
            let [(id, Cause::Disputed { with, .. })] = causes(&plan)[..] else {
                panic!("{:?}", causes(&plan))
            };
            assert_eq!(
                (id, with.as_slice()),
                (claimant, ["E1".parse().expect("an id")].as_slice())
            );
        }
    }
}

#[test]
fn a_newcomer_with_a_colleagues_email_under_another_user_name_is_the_problem() {
    let by_id = acme(&[("user_name = \"employee.workEmail\"", "user_name = \"employee.userId\"")]);
    let record = |id: &str, title: &str| {
        employee(
            id,
            &json!({"userId": id, "workEmail": "e1@acme.com.au", "jobTitle": title}),
        )
    };
    let case = Case::in_step(&by_id, &[record("E1", "Analyst")]);
    let plan = case.then(&[record("E1", "Lead"), record("E9", "Analyst")]).plan();
    assert_eq!((steps(&plan), plan.counts.set_aside), (vec![("E1", "change")], 1));
}

#[test]
fn two_newcomers_with_a_colleagues_address_are_two_problems_and_a_deactivated_account_holds_nothing() {
    let claim = json!({"workEmail": "e1@acme.com.au"});
    let records = [
        employee("E1", &json!({"jobTitle": "Lead"})),
        employee("E8", &claim),
        employee("E9", &claim),
    ];
    let case = Case::in_step(&acme(&[]), &[employee("E1", &json!({}))]).then(&records);
    assert_eq!(
        (steps(&case.plan()), case.plan().problems.len()),
        (vec![("E1", "change")], 2)
    );
    let mut former = case;
    former.people[0].active = false;
    assert_eq!((steps(&former.plan()), former.plan().problems.len()), (vec![], 3));
}

#[test]
fn two_people_who_swap_addresses_are_disputed() {
    let before = [
        employee("E1", &mail("a@acme.com.au")),
        employee("E2", &mail("b@acme.com.au")),
    ];
    let after = [
        employee("E1", &mail("b@acme.com.au")),
        employee("E2", &mail("a@acme.com.au")),
    ];
    let plan = Case::in_step(&acme(&[]), &before).then(&after).plan();
    assert_eq!((steps(&plan), plan.counts.set_aside), (vec![], 2));
    let disputed: Vec<_> = causes(&plan)
        .into_iter()
        .map(|(id, cause)| match cause {
            Cause::Disputed { with, .. } => (id, with.iter().map(EmployeeId::as_str).collect::<Vec<_>>()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(disputed, [("E1", vec!["E2"]), ("E2", vec!["E1"])]);
}

#[test]
fn three_people_who_pass_addresses_round_are_disputed_and_whoever_waits_for_one_waits() {
    let address = |letter: &str| mail(&format!("{letter}@acme.com.au"));
    let before: Vec<_> = [("E1", "a"), ("E2", "b"), ("E3", "c"), ("E4", "d")]
        .map(|(id, letter)| employee(id, &address(letter)))
        .into();
    // E4 wants what E1 would give up if the round were possible.
    let after: Vec<_> = [("E1", "b"), ("E2", "c"), ("E3", "z"), ("E4", "a")]
        .map(|(id, letter)| employee(id, &address(letter)))
        .into();
    let chain = Case::in_step(&acme(&[]), &before).then(&after).plan();
    assert_eq!(
        steps(&chain),
        [("E3", "change"), ("E2", "change"), ("E1", "change"), ("E4", "change")],
        "a chain ends where something is free"
    );
    let round: Vec<_> = [("E1", "b"), ("E2", "c"), ("E3", "a"), ("E4", "z")]
        .map(|(id, letter)| employee(id, &address(letter)))
        .into();
    let plan = Case::in_step(&acme(&[]), &before).then(&round).plan();
    assert_eq!(steps(&plan), [("E4", "change")]);
    assert_eq!(plan.problems.len(), 3);
}

#[test]
fn whoever_waits_for_a_name_that_is_disputed_gets_everything_else() {
    let before = [
        employee("E1", &mail("a@acme.com.au")),
        employee("E2", &mail("b@acme.com.au")),
        employee("E3", &mail("c@acme.com.au")),
    ];
    // E1 and E2 swap; E3 claims the name of an employee out of scope, whose account keeps it.
    let after = [
        employee("E1", &json!({"workEmail": "a@acme.com.au", "location": "Fiji"})),
        employee("E2", &mail("b@acme.com.au")),
        employee("E3", &json!({"workEmail": "a@acme.com.au", "jobTitle": "Lead"})),
    ];
    let plan = Case::in_step(&acme(&[]), &before).then(&after).plan();
    assert_eq!(written_for(&plan, "E3"), pairs(&[("X-Job Title", "Lead")]));
    let by = Some("E1".parse().expect("an id"));
    let taken = |what: &str| Cause::Taken {
        what: what.to_owned(),
        by: by.clone(),
    };
    assert_eq!(causes(&plan), [("E3", &taken("user name")), ("E3", &taken("e-mail"))]);
}

#[test]
fn a_leaver_whose_removal_is_held_keeps_their_address() {
    let configuration = acme(&[(
        "terminated = { count = 5, percent = 20 }",
        "terminated = { count = 0, percent = 0 }",
    )]);
    let case = Case::in_step(&configuration, &[employee("E1", &json!({"lastName": "Old"}))]);
    let left = employee("E1", &json!({"status": "Terminated"}));
    let plan = case.then(&[left, employee("E2", &mail("e1@acme.com.au"))]).plan();
    assert_eq!((steps(&plan), plan.held.len()), (vec![], 1));
    assert!(matches!(causes(&plan)[0], ("E2", Cause::Taken { by: Some(_), .. })));
}

#[test]
fn a_protected_former_account_gives_nothing_up() {
    let case = Case::in_step(&acme(&[]), &[employee("E1", &json!({"lastName": "Old"}))]);
    let inactive = |person: &Person| Person {
        active: false,
        ..person.clone()
    };
    let case = Case {
        people: case.people.iter().map(inactive).collect(),
        configuration: acme(&[("admin@acme.com.au", "boss@acme.com.au")]),
        ..case
    };
    let mut case = case.then(&[employee("E2", &mail("e1@acme.com.au"))]);
    case.people[0].user_name = "boss@acme.com.au".parse().expect("valid");
    let plan = case.plan();
    assert_eq!(steps(&plan), []);
    assert!(matches!(causes(&plan)[0], ("E2", Cause::Taken { by: Some(_), .. })));
}

#[test]
fn a_managers_new_address_travels_to_their_reports_after_the_manager_has_it() {
    let employees = |address: &str| {
        [
            employee("E1", &json!({"managerEmployeeId": "E2"})),
            employee("E2", &mail(address)),
        ]
    };
    let case = Case::in_step(&acme(&[]), &employees("old@acme.com.au")).then(&employees("new@acme.com.au"));
    let plan = case.plan();
    assert_eq!(steps(&plan), [("E2", "change"), ("E1", "change")]);
    assert_eq!(written_for(&plan, "E1"), pairs(&[("manager_email", "new@acme.com.au")]));
}

#[test]
fn a_name_that_must_be_freed_first_goes_before_the_order_of_managers() {
    // E2 is E1's manager and takes the address that E1 gives up.
    let before = [
        employee("E1", &json!({"managerEmployeeId": "E2", "workEmail": "a@acme.com.au"})),
        employee("E2", &mail("b@acme.com.au")),
    ];
    let after = [
        employee("E1", &json!({"managerEmployeeId": "E2", "workEmail": "z@acme.com.au"})),
        employee("E2", &mail("a@acme.com.au")),
    ];
    let plan = Case::in_step(&acme(&[]), &before).then(&after).plan();
    assert_eq!(steps(&plan), [("E1", "change"), ("E2", "change")]);
}

#[test]
fn a_strangers_account_keeps_its_address_and_the_starter_is_told() {
    let mut case = Case::of(
        &acme(&[("[\"user_name\", \"email\"]", "[\"user_name\"]")]),
        &[employee("E1", &json!({}))],
    );
    let mut stranger = crate::fixture::portal_of(&Case::in_step(&acme(&[]), &case.employees).people).remove(0);
    stranger.user_name = "consultant".parse().expect("valid");
    stranger.fields.0.insert(field("email"), "E1@acme.com.au".to_owned());
    case.portal = Some(vec![stranger]);
    let plan = case.plan();
    assert_eq!(steps(&plan), []);
    assert!(matches!(
        causes(&plan).as_slice(),
        [("E1", Cause::Taken { by: None, .. })]
    ));
    assert_eq!(plan.resting.len(), 1, "runs that do not read the portal leave it alone");
}
