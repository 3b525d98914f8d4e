//! Every account of the portal is in exactly one part, and the parts are what a run would make of them.

use std::collections::BTreeSet;

use habitsync_domain::configuration::MatchKey;
use habitsync_domain::onboarding::data_quality::{Kind, NotAdopted, Part, PortalAccount};
use habitsync_domain::people::problem::Cause;
use habitsync_domain::people::user::{FieldName, PortalUser, UserFields};
use habitsync_domain::user_plan::Step;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{Case, acme, carried_out, employee};

fn user(name: &str, email: &str) -> PortalUser {
    PortalUser {
        user_name: name.parse().expect("a user name"),
        active: true,
        fields: UserFields([(FieldName::email(), email.to_owned())].into()),
    }
}

fn case(records: &[(&str, Value)], portal: Vec<PortalUser>) -> Case {
    let employees: Vec<_> = records.iter().map(|(id, changes)| employee(id, changes)).collect();
    Case {
        portal: Some(portal),
        ..Case::of(&acme(&[]), &employees)
    }
}

fn parts(case: &Case) -> Vec<Part> {
    let accounts = case.quality().accounts.expect("the portal was read");
    accounts.into_iter().map(|account| account.part).collect()
}

fn id(id: &str) -> habitsync_domain::identity::EmployeeId {
    id.parse().expect("an employee")
}

#[test]
fn an_account_is_matched_by_user_name_or_e_mail_protected_or_nobodys() {
    let case = case(
        &[("E1", json!({})), ("E2", json!({}))],
        vec![
            user("e1@acme.com.au", "other@acme.com.au"),
            user("an.old.name", "E2@acme.com.au"),
            user("Admin@acme.com.au", "admin@acme.com.au"),
            user("contractor", "con@elsewhere.com"),
        ],
    );
    let matchable = |employee: &str, by| Part::Matchable {
        employee_id: id(employee),
        by,
    };
    assert_eq!(
        parts(&case),
        [
            matchable("E1", MatchKey::UserName),
            matchable("E2", MatchKey::Email),
            Part::Protected,
            Part::Unknown,
        ]
    );
    let quality = case.quality();
    let counts = quality.account_counts().expect("read");
    assert!(counts.adds_up());
    assert_eq!(
        (
            counts.accounts,
            counts.matchable_by_user_name,
            counts.matchable_by_email,
            counts.unknown
        ),
        (4, 1, 1, 1)
    );
    let unknown = quality
        .findings
        .iter()
        .find(|finding| finding.kind == Kind::AccountUnknown);
    assert_eq!(unknown.expect("told").people[0].person, "contractor");
}

#[test]
fn an_account_that_two_people_claim_is_disputed_and_names_both() {
    let case = case(
        &[("E1", json!({"workEmail": "one@acme.com.au"})), ("E2", json!({}))],
        vec![user("one@acme.com.au", "e2@acme.com.au")],
    );
    let claimed_by = vec![id("E1"), id("E2")];
    assert_eq!(parts(&case), [Part::Disputed { claimed_by }]);
    let findings = case.quality().findings;
    let disputed = findings
        .iter()
        .find(|finding| finding.kind == Kind::AccountDisputed)
        .expect("told");
    let notes: Vec<_> = disputed.people.iter().map(|person| person.note.as_str()).collect();
    assert_eq!(notes, ["active", "claims it by user name", "claims it by e-mail"]);
    assert_eq!(
        findings
            .iter()
            .filter(|finding| finding.kind == Kind::SeveralAccounts)
            .count(),
        2
    );
}

#[test]
fn both_accounts_of_somebody_who_could_have_either_are_disputed() {
    let case = case(
        &[("E1", json!({}))],
        vec![user("e1@acme.com.au", ""), user("second", "e1@acme.com.au")],
    );
    assert!(
        parts(&case)
            .iter()
            .all(|part| matches!(part, Part::Disputed { claimed_by } if claimed_by == &[id("E1")]))
    );
}

#[test]
fn an_account_of_somebody_whom_no_run_looks_after_says_why() {
    let case = case(
        &[
            ("E1", json!({"status": "Terminated"})),
            ("E2", json!({"location": "Fiji"})),
            ("E3", json!({"startDate": "2027-06-01"})),
            ("E4", json!({"status": "Sabbatical"})),
        ],
        (1..5).map(|n| user(&format!("e{n}@acme.com.au"), "")).collect(),
    );
    let why: Vec<_> = parts(&case)
        .into_iter()
        .map(|part| match part {
            Part::NotAdopted { why, .. } => why,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        why,
        [
            NotAdopted::Left,
            NotAdopted::OutOfScope,
            NotAdopted::StartsLater,
            NotAdopted::Undecided
        ]
    );
}

#[test]
fn an_account_that_somebody_who_works_there_takes_over_from_a_leaver_is_theirs() {
    let address = json!({"workEmail": "jo@acme.com.au"});
    let left = json!({"workEmail": "jo@acme.com.au", "status": "Terminated"});
    let case = case(&[("E1", left), ("E2", address)], vec![user("jo@acme.com.au", "")]);
    assert!(matches!(&parts(&case)[..], [Part::Matchable { employee_id, .. }] if *employee_id == id("E2")));
}

fn record() -> impl Strategy<Value = Value> {
    let email = prop_oneof![
        5 => (0..6_u8).prop_map(|n| json!(format!("p{n}@acme.com.au"))),
        1 => Just(Value::Null),
        1 => Just(json!("broken@")),
        1 => Just(json!("p1@gmail.com")),
    ];
    let status = prop_oneof![5 => Just("Active"), 2 => Just("Terminated"), 1 => Just("Sabbatical")];
    let start = prop_oneof![5 => Just(json!("2024-01-08")), 1 => Just(json!("2027-06-01")), 1 => Just(json!("soon"))];
    let manager = prop_oneof![2 => Just(Value::Null), 3 => (0..8_u8).prop_map(|n| json!(format!("E{n}")))];
    let location = prop_oneof![4 => Just("Perth"), 1 => Just("Fiji")];
    (email, status, start, manager, location).prop_map(|(email, status, start, manager, location)| {
        json!({
            "workEmail": email, "status": status, "startDate": start,
            "managerEmployeeId": manager, "location": location,
        })
    })
}

fn account() -> impl Strategy<Value = (u8, Option<u8>, bool)> {
    (0..9_u8, proptest::option::of(0..6_u8), any::<bool>())
}

/// Accounts whose names are unique, as the portal has them; 8 is the protected one, 6 and 7 are no employee's names.
fn portal(accounts: &[(u8, Option<u8>, bool)]) -> Vec<PortalUser> {
    let mut names = BTreeSet::new();
    let mut emails = BTreeSet::new();
    let unique = accounts.iter().filter(|(name, email, _)| {
        let is_new = email.is_none_or(|email| emails.insert(email));
        is_new && names.insert(*name)
    });
    let account = |(name, email, active): &(u8, Option<u8>, bool)| {
        let name = match name {
            8 => "admin@acme.com.au".to_owned(),
            name => format!("P{name}@acme.com.au"),
        };
        let email = email.map_or_else(String::new, |email| format!("p{email}@acme.com.au"));
        PortalUser {
            active: *active,
            ..user(&name, &email)
        }
    };
    unique.map(account).collect()
}

fn employees(records: &[Value]) -> Vec<habitsync_domain::people::employee::Employee> {
    let ids = (0..).map(|n| format!("E{n}"));
    ids.zip(records).map(|(id, record)| employee(&id, record)).collect()
}

/// The names of the accounts in the parts that are picked.
fn names(accounts: &[PortalAccount], pick: impl Fn(&Part) -> bool) -> BTreeSet<String> {
    let picked = accounts.iter().filter(|account| pick(&account.part));
    picked.map(|account| account.user_name.key()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_account_and_no_problem_is_dropped_whatever_the_people_and_the_portal_are_like(
        before in proptest::collection::vec(record(), 0..6),
        now in proptest::collection::vec(record(), 0..8),
        accounts in proptest::collection::vec(account(), 0..9),
    ) {
        let first = Case::of(&acme(&[]), &employees(&before));
        let people = carried_out(&[], &first.plan());
        let case = Case { people, portal: Some(portal(&accounts)), ..first }.then(&employees(&now));
        let (plan, quality) = (case.plan(), case.quality());
        let divided = quality.accounts.clone().expect("the portal was read");
        let counts = quality.account_counts().expect("the portal was read");

        // Each account is in exactly one part.
        let portal = case.portal.clone().unwrap_or_default();
        prop_assert_eq!(counts.accounts, portal.len());
        prop_assert!(counts.adds_up(), "{:?}", counts);
        let all: Vec<_> = divided.iter().map(|account| account.user_name.key()).collect();
        let read: Vec<_> = portal.iter().map(|user| user.user_name.key()).collect();
        prop_assert_eq!(all, read);

        // The matchable accounts are those that a run adopts, for the same employees.
        let adopted: BTreeSet<_> = plan.actions.iter().filter_map(|action| match &action.step {
            Step::Remember { stored: None, seen } => Some((seen.user_name.key(), action.employee_id.clone())),
            _ => None,
        }).collect();
        let matchable: BTreeSet<_> = divided.iter().filter_map(|account| match &account.part {
            Part::Matchable { employee_id, .. } => Some((account.user_name.key(), employee_id.clone())),
            _ => None,
        }).collect();
        prop_assert_eq!(adopted, matchable);

        // Protected accounts are in no other part, and linked accounts are managed.
        let protected = names(&divided, |part| *part == Part::Protected);
        prop_assert!(protected.iter().all(|name| name == "admin@acme.com.au"));
        let managed = names(&divided, |part| matches!(part, Part::Managed { .. }));
        for person in &case.people {
            let name = person.user_name.key();
            if read_has(&portal, &name) && !protected.contains(&name) {
                prop_assert!(managed.contains(&name));
            }
        }

        // No employee has an unknown account's name or e-mail, except one who cannot be mapped.
        let unknown = names(&divided, |part| *part == Part::Unknown);
        let told = quality.findings.iter().filter(|finding| finding.kind == Kind::AccountUnknown).count();
        prop_assert_eq!(unknown.len(), told);

        // The scan finds every problem that the plan reports, and a problem that keeps an employee out is a finding
        // that does.
        for problem in &plan.problems {
            let is_about = |finding: &&habitsync_domain::onboarding::data_quality::DataQualityFinding| {
                finding.people.iter().any(|person| person.employee_id.as_ref() == Some(&problem.employee_id))
            };
            let found: Vec<_> = quality.findings.iter().filter(is_about).collect();
            prop_assert!(!found.is_empty(), "{:?}", problem.cause);
            if problem.cause.blocks_person() && !matches!(problem.cause, Cause::ManagerNotSet { .. }) {
                prop_assert!(quality.keeps_people_out(), "{:?}", problem.cause);
            }
        }
    }
}

fn read_has(portal: &[PortalUser], name: &str) -> bool {
    portal.iter().any(|user| user.user_name.key() == name)
}
