//! The set-up call's test: what happens to one person of each kind is what has to, and whatever else comes of it is told.

use habitsync_domain::onboarding::rehearsal::{Judged, Scenario};
use habitsync_workflows::onboarding::rehearse::Rehearsed;
use habitsync_workflows::one_employee::{DraftRule, SeenPerson};
use serde_json::json;

use crate::customer::{Customer, refused};
use habitsync_in_memory::{Call, Fault};

impl Customer {
    async fn rehearse(&self, scenario: Scenario, person: &str) -> Rehearsed {
        let shown: SeenPerson = self.look(person).await;
        let seen = Rehearsed::seen(scenario, &shown, &self.configuration);
        if !seen.is_to_be_done() {
            return seen;
        }
        let synced = self.sync_shown(&shown, DraftRule::Write).await;
        seen.synced(synced.expect("it is done"))
    }
}

/// Ten people with accounts, of a customer who is not live yet.
async fn set_up() -> Customer {
    let ids: Vec<_> = (0..10).map(|n| format!("E{n}")).collect();
    let people: Vec<_> = ids.iter().map(|id| (id.as_str(), json!({}))).collect();
    let customer = Customer::with_people(&people);
    customer.finish().await;
    customer
}

#[tokio::test]
async fn each_of_the_five_scenarios_passes_on_people_to_whom_it_happened() {
    let customer = set_up().await;
    customer.employ("E10", &json!({}));
    customer.employ("E1", &json!({"jobTitle": "Director"}));
    customer.employ("E2", &json!({"status": "Terminated"}));
    customer.employ("E11", &json!({"location": "Fiji"}));
    let mut rehearsed = Vec::new();
    for (scenario, person) in [
        (Scenario::New, "E10"),
        (Scenario::Updated, "E1"),
        (Scenario::Terminated, "E2"),
        (Scenario::FilteredOut, "E11"),
    ] {
        rehearsed.push(customer.rehearse(scenario, person).await);
    }
    customer.employ("E2", &json!({}));
    rehearsed.push(customer.rehearse(Scenario::Rehired, "E2").await);
    for step in &rehearsed {
        assert!(step.has_passed(), "{}: {}", step.scenario, step.because);
    }
    assert_eq!(
        rehearsed[3].clauses,
        ["`employee.location in [\"Fiji\"]` is true: employee.location is Fiji"]
    );
    let read_back: Vec<_> = rehearsed.iter().map(|step| step.read_back.is_some()).collect();
    assert_eq!(
        read_back,
        [true, true, true, false, true],
        "nothing was written of the fourth"
    );
}

#[tokio::test]
async fn what_did_not_happen_to_somebody_is_told_and_nothing_is_written() {
    let customer = set_up().await;
    customer.employ("E2", &json!({"status": "Terminated"}));
    let writes = customer.writes();
    for (scenario, person, because) in [
        (Scenario::New, "E1", "the account is as it should be already"),
        (Scenario::Updated, "E2", "the status says terminated"),
        (Scenario::Terminated, "E1", "the account is as it should be already"),
        (Scenario::Rehired, "E1", "the account is as it should be already"),
        (Scenario::FilteredOut, "E1", "the account is as it should be already"),
    ] {
        let step = customer.rehearse(scenario, person).await;
        assert_eq!(
            (step.judged, step.because.as_str()),
            (Judged::Otherwise, because),
            "{scenario}"
        );
        assert!(!step.has_passed());
    }
    assert_eq!(customer.writes(), writes);
}

#[tokio::test]
async fn what_the_portal_refuses_has_not_passed_and_says_what() {
    let customer = set_up().await;
    customer.employ("E1", &json!({"jobTitle": "Director"}));
    customer
        .portal
        .faults
        .arm(Call::ChangeUser, Fault::Before(refused("X-Job Title")));
    let step = customer.rehearse(Scenario::Updated, "E1").await;
    assert!(!step.has_passed());
    assert_eq!(step.judged, Judged::AsExpected, "it was to be changed");
    assert!(
        step.problems.iter().any(|problem| problem.contains("X-Job Title")),
        "{:?}",
        step.problems
    );
}

#[tokio::test]
async fn a_custom_field_that_only_the_manager_has_is_empty_and_no_mistake() {
    let by_site = [(
        "&& !(employee.location in [\"Fiji\"])",
        "&& employee.customFields['Si' + 'te'] != null",
    )];
    let people = [("E0", json!({"customFields": {"Site": "Depot"}}))];
    let customer = Customer::configured(&by_site, &people);
    customer.employ("E1", &json!({"managerEmployeeId": "E0"}));
    let step = customer.rehearse(Scenario::FilteredOut, "E1").await;
    assert!(step.has_passed(), "{}", step.because);
}
