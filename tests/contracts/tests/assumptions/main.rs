//! Nothing that we assume of a vendor is forgotten: every undocumented element of the contracts is covered by an
//! assumption that `habitsync doctor` examines, or written down as one on which nothing depends.

mod elements;

use std::collections::BTreeSet;

use elements::undocumented;
use habitsync_domain::onboarding::assumptions::{
    Assumption, Confidence, ShownBy, Unused, employee_connect, tribal_habits,
};

fn covered(assumptions: &[&Assumption]) -> BTreeSet<String> {
    let elements = assumptions.iter().flat_map(|assumption| assumption.elements);
    elements.map(ToString::to_string).collect()
}

#[track_caller]
fn assert_all_covered(contract: &str, assumptions: &[&Assumption], unused: &[Unused]) {
    let elements = undocumented(contract);
    let covered = covered(assumptions);
    let unused: BTreeSet<_> = unused.iter().map(|unused| unused.element.to_owned()).collect();
    let told: BTreeSet<_> = covered.union(&unused).cloned().collect();
    let forgotten: Vec<_> = elements.difference(&told).collect();
    assert!(forgotten.is_empty(), "no assumption covers {forgotten:#?}");
    let invented: Vec<_> = told.difference(&elements).collect();
    assert!(invented.is_empty(), "the contract has no undocumented {invented:#?}");
    let both: Vec<_> = covered.intersection(&unused).collect();
    assert!(both.is_empty(), "relied on and not: {both:#?}");
}

#[test]
fn every_undocumented_element_of_tribal_habits_is_covered_or_not_used() {
    let contract = include_str!("../../tribal-habits.openapi.yaml");
    assert_all_covered(contract, tribal_habits::ALL, tribal_habits::UNUSED);
}

#[test]
fn every_element_of_employee_connect_is_covered_or_not_used() {
    let contract = include_str!("../../employee-connect.openapi.yaml");
    assert_all_covered(contract, employee_connect::ALL, employee_connect::UNUSED);
}

/// Had the reader of the contracts lost its way, the tests above would be content with little.
#[test]
fn the_elements_are_read_from_every_part_of_a_contract() {
    let portal = undocumented(include_str!("../../tribal-habits.openapi.yaml"));
    for element in [
        "x-limits.scope",
        "GET /users?page",
        "PUT /users/{user_name} 422",
        "webhook enrolmentCompleted: signing",
        "webhook enrolmentCompleted body.event",
        "User.user_name",
        "User.X-*",
        "Topic.auto_enrol_links[].url",
        "Enrolment.user.user_name",
    ] {
        assert!(portal.contains(element), "{element}");
    }
    for documented in [
        "GET /users",
        "User.email",
        "Page.total_records",
        "x-limits.whenExceeded",
    ] {
        assert!(!portal.contains(documented), "{documented}");
    }
    let hris = undocumented(include_str!("../../employee-connect.openapi.yaml"));
    for element in [
        "server",
        "security staticKey",
        "POST /oauth/token body.client_id",
        "GET /employees/{employeeId} answer.data",
        "EmployeePage.meta.total",
        "Employee.customFields",
        "NewCourse",
    ] {
        assert!(hris.contains(element), "{element}");
    }
    assert!(
        portal.len() >= 60 && hris.len() >= 90,
        "{} and {}",
        portal.len(),
        hris.len()
    );
}

#[test]
fn a_contract_that_grows_is_noticed() {
    let contract = include_str!("../../tribal-habits.openapi.yaml");
    let grown = contract.replacen(
        "        code: {type: string, examples: [TH-9-456]",
        "        colour: {type: string}\n        code: {type: string, examples: [TH-9-456]",
        1,
    );
    let new: Vec<_> = undocumented(&grown)
        .difference(&undocumented(contract))
        .cloned()
        .collect();
    assert_eq!(new, ["Topic.colour"]);
}

/// What only a write shows is said to be so, and nothing that a GET could show hides behind it.
#[test]
fn what_only_a_write_shows_is_about_writes() {
    let all = tribal_habits::ALL.iter().chain(employee_connect::ALL);
    for assumption in all.filter(|assumption| assumption.shown_by == ShownBy::Writing) {
        let reads: Vec<_> = assumption
            .elements
            .iter()
            .filter(|element| element.starts_with("GET "))
            .collect();
        assert!(reads.is_empty(), "{}: {reads:?}", assumption.id);
    }
}

/// EmployeeConnect publishes nothing: an element labelled as documented there is a mistake.
#[test]
fn all_of_employee_connect_is_assumed() {
    let known = employee_connect::ALL
        .iter()
        .filter(|assumption| assumption.confidence != Confidence::Assumed);
    assert_eq!(known.count(), 0);
}
