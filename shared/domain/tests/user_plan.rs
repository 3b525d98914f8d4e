//! What a user sync plans, told by situations: who is there, who is linked, what the portal holds.

use std::collections::BTreeMap;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::employee::Employee;
use habitsync_domain::person::Person;
use habitsync_domain::problem::Cause;
use habitsync_domain::user::{PortalUser, UserFields};
use habitsync_domain::user_plan::{Situation, Step, UserPlan, plan_users};
use jiff::Timestamp;
use serde_json::{Value, json};

const TODAY: &str = "2026-11-23";

fn acme(changes: &[(&str, &str)]) -> TenantConfiguration {
    let mut source = include_str!("../src/configuration/acme.toml").to_owned();
    for (old, new) in changes {
        assert!(source.contains(old), "{old} is not in the example");
        source = source.replace(old, new);
    }
    source.parse().expect("valid")
}

fn employee(id: &str, changes: &Value) -> Employee {
    let mut record = json!({
        "employeeId": id, "firstName": "Jo", "lastName": id, "workEmail": format!("{id}@acme.com.au").to_lowercase(),
        "jobTitle": "Analyst", "location": "Perth", "status": "Active", "startDate": "2024-01-08",
        "customFields": {"Division": "OPS"}
    });
    let record = record.as_object_mut().expect("an object");
    record.extend(changes.as_object().expect("an object").clone());
    Employee::from_record(record.clone()).expect("has an id")
}

/// The plan of a run that verifies against this portal, or of one that does not.
fn plan(
    configuration: &TenantConfiguration,
    employees: &[Employee],
    people: &[Person],
    portal: Option<&[PortalUser]>,
) -> UserPlan {
    let today = TODAY.parse().expect("a date");
    let plan = plan_users(&Situation {
        configuration,
        employees,
        people,
        portal,
        today,
    });
    assert!(plan.counts.adds_up(), "{:?}", plan.counts);
    plan
}

/// The links after every action of the plan was acknowledged.
fn carried_out(people: &[Person], plan: &UserPlan) -> Vec<Person> {
    let mut links: BTreeMap<_, _> = people
        .iter()
        .map(|person| (person.employee_id.clone(), person.clone()))
        .collect();
    for action in &plan.actions {
        links.insert(action.employee_id.clone(), action.person_after(Timestamp::UNIX_EPOCH));
    }
    links.into_values().collect()
}

/// The links of people who were all created from these records.
fn linked(configuration: &TenantConfiguration, employees: &[Employee]) -> Vec<Person> {
    carried_out(&[], &plan(configuration, employees, &[], Some(&[])))
}

fn portal_of(people: &[Person]) -> Vec<PortalUser> {
    let user = |person: &Person| PortalUser {
        user_name: person.user_name.clone(),
        active: person.active,
        fields: person.fields.clone(),
    };
    people.iter().map(user).collect()
}

fn steps(plan: &UserPlan) -> Vec<(&str, &'static str)> {
    let name = |step: &Step| match step {
        Step::Deactivate(_) => "deactivate",
        Step::Remember(_) => "remember",
        Step::Change { change, .. } if change.active == Some(true) => "reactivate",
        Step::Change { .. } => "change",
        Step::Create(_) => "create",
    };
    plan.actions
        .iter()
        .map(|action| (action.employee_id.as_str(), name(&action.step)))
        .collect()
}

fn causes(plan: &UserPlan) -> Vec<(&str, &Cause)> {
    plan.problems
        .iter()
        .map(|problem| (problem.employee_id.as_str(), &problem.cause))
        .collect()
}

#[test]
fn new_people_are_created_and_managers_before_their_reports() {
    let employees = [
        employee("E3", &json!({"managerEmployeeId": "E2"})),
        employee("E2", &json!({"managerEmployeeId": "E1"})),
        employee("E1", &json!({})),
    ];
    let plan = plan(&acme(&[]), &employees, &[], Some(&[]));
    assert_eq!(steps(&plan), [("E1", "create"), ("E2", "create"), ("E3", "create")]);
    let Step::Create(user) = &plan.actions[2].step else {
        panic!("{:?}", plan.actions[2])
    };
    let manager = user.fields.0.get(&"manager_email".parse().expect("a field"));
    assert_eq!(
        manager.map(String::as_str),
        Some("e2@acme.com.au"),
        "the manager's e-mail travels in the same write"
    );
}

#[test]
fn unchanged_people_need_nothing() {
    let employees = [employee("E1", &json!({})), employee("E2", &json!({}))];
    let configuration = acme(&[]);
    let people = linked(&configuration, &employees);
    let plan = plan(&configuration, &employees, &people, None);
    assert_eq!((steps(&plan), plan.counts.unchanged), (vec![], 2));
}

#[test]
fn a_changed_field_is_written_alone() {
    let configuration = acme(&[]);
    let people = linked(&configuration, &[employee("E1", &json!({}))]);
    let plan = plan(
        &configuration,
        &[employee("E1", &json!({"jobTitle": "Manager"}))],
        &people,
        None,
    );
    let [action] = plan.actions.as_slice() else {
        panic!("{:?}", plan.actions)
    };
    let Step::Change { change, .. } = &action.step else {
        panic!("{action:?}")
    };
    let expected = UserFields(BTreeMap::from([(
        "X-Job Title".parse().expect("a field"),
        "Manager".to_owned(),
    )]));
    assert_eq!(change.fields, expected);
}

#[test]
fn a_leaver_is_deactivated_although_their_email_is_cleared_and_before_anybody_else() {
    let configuration = acme(&[]);
    let people = linked(
        &configuration,
        &[employee("E1", &json!({})), employee("E2", &json!({}))],
    );
    let left = json!({"status": "Terminated", "terminationDate": "2026-11-22", "workEmail": null});
    let employees = [employee("E2", &json!({"jobTitle": "Lead"})), employee("E1", &left)];
    let plan = plan(&configuration, &employees, &people, None);
    assert_eq!(steps(&plan), [("E1", "deactivate"), ("E2", "change")]);
    assert_eq!(plan.problems, [], "a leaver's e-mail is nobody's problem");
}

#[test]
fn a_rehire_reactivates_the_same_account() {
    let configuration = acme(&[]);
    let people = linked(&configuration, &[employee("E1", &json!({}))]);
    let gone = employee("E1", &json!({"status": "Terminated"}));
    let people = carried_out(&people, &plan(&configuration, &[gone], &people, None));
    assert!(!people[0].active);
    let back = plan(
        &configuration,
        &[employee("E1", &json!({"startDate": "2026-11-20"}))],
        &people,
        None,
    );
    assert_eq!(steps(&back), [("E1", "reactivate")]);
    assert!(carried_out(&people, &back)[0].active);
}

#[test]
fn an_email_change_is_the_same_person_renamed() {
    let configuration = acme(&[]);
    let people = linked(&configuration, &[employee("E1", &json!({}))]);
    let married = [employee("E1", &json!({"workEmail": "jo.new@acme.com.au"}))];
    let plan = plan(&configuration, &married, &people, None);
    assert_eq!(steps(&plan), [("E1", "change")]);
    let after = carried_out(&people, &plan);
    assert_eq!(after[0].user_name.as_str(), "jo.new@acme.com.au");
    assert_eq!(after[0].former_names.len(), 1, "a late result still finds them");
}

#[test]
fn two_people_with_one_email_are_both_disputed_and_the_rest_goes_on() {
    let shared = json!({"workEmail": "shared@acme.com.au"});
    let employees = [
        employee("E1", &shared),
        employee("E2", &shared),
        employee("E3", &json!({})),
    ];
    let plan = plan(&acme(&[]), &employees, &[], Some(&[]));
    assert_eq!(steps(&plan), [("E3", "create")]);
    let disputed: Vec<_> = causes(&plan)
        .into_iter()
        .map(|(id, cause)| (id, matches!(cause, Cause::Disputed { .. })))
        .collect();
    assert_eq!(disputed, [("E1", true), ("E2", true)]);
}

#[test]
fn a_person_without_email_is_one_problem_and_nobody_elses() {
    let configuration = acme(&[(
        "filter = '''employee.workEmail != null && lower(employee.workEmail).endsWith(\"@acme.com.au\")\n            && !(employee.location in [\"Fiji\"])'''\n",
        "",
    )]);
    let employees = [employee("E1", &json!({"workEmail": null})), employee("E2", &json!({}))];
    let plan = plan(&configuration, &employees, &[], Some(&[]));
    assert_eq!(steps(&plan), [("E2", "create")]);
    assert!(
        matches!(causes(&plan).as_slice(), [("E1", Cause::NoUserName { .. })]),
        "{:?}",
        plan.problems
    );
}

#[test]
fn whom_the_filter_excludes_is_ignored_or_deactivated_as_configured() {
    let moved = [employee("E1", &json!({"location": "Fiji"}))];
    for (configuration, expected) in [
        (acme(&[]), vec![]),
        (
            acme(&[("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"")]),
            vec![("E1", "deactivate")],
        ),
    ] {
        let people = linked(&configuration, &[employee("E1", &json!({}))]);
        assert_eq!(steps(&plan(&configuration, &moved, &people, None)), expected);
    }
}

#[test]
fn accounts_that_exist_are_adopted_in_the_configured_order() {
    let configuration = acme(&[]);
    let mut portal = portal_of(&linked(&configuration, &[employee("E1", &json!({}))]));
    let by_name = plan(&configuration, &[employee("E1", &json!({}))], &[], Some(&portal));
    assert_eq!(
        steps(&by_name),
        [("E1", "remember")],
        "nothing differs, nothing is written"
    );
    portal[0].user_name = "an.old.name".parse().expect("valid");
    let by_email = plan(&configuration, &[employee("E1", &json!({}))], &[], Some(&portal));
    assert_eq!(
        steps(&by_email),
        [("E1", "remember"), ("E1", "change")],
        "adopted, then renamed"
    );
}

#[test]
fn two_candidates_are_never_guessed_between() {
    let configuration = acme(&[]);
    let mut portal = portal_of(&linked(&configuration, &[employee("E1", &json!({}))]));
    portal.push(portal[0].clone());
    portal[0].user_name = "one".parse().expect("valid");
    portal[1].user_name = "two".parse().expect("valid");
    let plan = plan(&configuration, &[employee("E1", &json!({}))], &[], Some(&portal));
    assert_eq!(
        (steps(&plan), causes(&plan)),
        (vec![], vec![("E1", &Cause::SeveralAccounts)])
    );
}

#[test]
fn an_account_that_two_people_would_adopt_is_neithers() {
    let configuration = acme(&[]);
    let mut portal = portal_of(&linked(&configuration, &[employee("E1", &json!({}))]));
    portal[0]
        .fields
        .0
        .insert("email".parse().expect("a field"), "e2@acme.com.au".to_owned());
    let employees = [employee("E1", &json!({})), employee("E2", &json!({}))];
    let plan = plan(&configuration, &employees, &[], Some(&portal));
    assert_eq!(steps(&plan), []);
    assert_eq!(
        causes(&plan),
        [("E1", &Cause::SeveralAccounts), ("E2", &Cause::SeveralAccounts)]
    );
    assert_eq!(plan.unlinked, 2);
}

#[test]
fn a_hand_edit_is_overwritten_by_the_verifying_run_and_an_unmatched_account_is_never_touched() {
    let configuration = acme(&[]);
    let employees = [employee("E1", &json!({}))];
    let people = linked(&configuration, &employees);
    let mut portal = portal_of(&people);
    portal[0]
        .fields
        .0
        .insert("X-Job Title".parse().expect("a field"), "Boss".to_owned());
    let consultant = PortalUser {
        user_name: "consultant".parse().expect("valid"),
        ..portal[0].clone()
    };
    portal.push(PortalUser {
        fields: UserFields::default(),
        ..consultant
    });
    let plan = plan(&configuration, &employees, &people, Some(&portal));
    assert_eq!(steps(&plan), [("E1", "remember"), ("E1", "change")]);
}

#[test]
fn an_account_deactivated_by_hand_stays_so_and_is_reported() {
    let configuration = acme(&[]);
    let employees = [employee("E1", &json!({}))];
    let people = linked(&configuration, &employees);
    let mut portal = portal_of(&people);
    portal[0].active = false;
    let plan = plan(&configuration, &employees, &people, Some(&portal));
    assert_eq!(
        (steps(&plan), causes(&plan)),
        (vec![], vec![("E1", &Cause::DeactivatedByHand)])
    );
}

#[test]
fn a_protected_account_is_never_touched() {
    let configuration = acme(&[("protect = [\"admin@acme.com.au\"]", "protect = [\"E1@Acme.com.au\"]")]);
    let unprotected = acme(&[]);
    let people = linked(&unprotected, &[employee("E1", &json!({}))]);
    for record in [json!({"jobTitle": "Boss"}), json!({"status": "Terminated"})] {
        assert_eq!(
            steps(&plan(&configuration, &[employee("E1", &record)], &people, None)),
            []
        );
    }
    assert_eq!(
        steps(&plan(&configuration, &[employee("E1", &json!({}))], &[], Some(&[]))),
        []
    );
}

#[test]
fn more_removals_than_the_limit_are_all_held_and_the_rest_goes_on() {
    let configuration = acme(&[(
        "terminated = { count = 5, percent = 20 }",
        "terminated = { count = 1, percent = 0 }",
    )]);
    let present: Vec<_> = (1..=4).map(|n| employee(&format!("E{n}"), &json!({}))).collect();
    let people = linked(&configuration, &present);
    let gone = json!({"status": "Terminated"});
    let employees = [
        employee("E1", &gone),
        employee("E2", &gone),
        employee("E3", &json!({"jobTitle": "Lead"})),
        employee("E4", &json!({})),
    ];
    let plan = plan(&configuration, &employees, &people, None);
    assert_eq!(steps(&plan), [("E3", "change")]);
    assert_eq!(plan.held.len(), 2);
}

#[test]
fn a_starter_outside_the_window_waits_and_an_unknown_status_is_left_alone() {
    let later = json!({"status": "Onboarding", "startDate": "2026-12-24"});
    let unknown = json!({"status": "Sabbatical"});
    let plan = plan(
        &acme(&[]),
        &[employee("E1", &later), employee("E2", &unknown)],
        &[],
        Some(&[]),
    );
    assert_eq!(steps(&plan), []);
    assert_eq!((plan.counts.starting_later, plan.counts.undecided), (1, 1));
    assert_eq!(causes(&plan), [("E2", &Cause::UnknownStatus)]);
}
