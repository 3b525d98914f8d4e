//! Findings of a data-quality scan about managers, by example.

use habitsync_domain::onboarding::data_quality::Kind;
use serde_json::json;

use crate::data_quality::{findings, found, numbers};

#[test]
fn every_kind_of_manager_who_cannot_be_set_has_a_kind_of_its_own() {
    let managed = |manager: &str| json!({"managerEmployeeId": manager});
    let quality = found(&[
        ("E1", managed("E99")),
        ("E2", managed("E2")),
        ("E3", managed("E10")),
        ("E4", managed("E11")),
        ("E5", managed("E12")),
        (
            "E6",
            json!({"managerEmployeeId": "E98", "managerEmail": "boss@acme.com.au"}),
        ),
        ("E10", json!({"status": "Terminated"})),
        ("E11", json!({"workEmail": null})),
        ("E12", json!({"startDate": "2027-06-01"})),
    ]);
    for (kind, numbered) in [
        (Kind::ManagerOneself, vec![["E2"]]),
        (Kind::ManagerLeft, vec![["E3"]]),
        (Kind::ManagerWithoutEmail, vec![["E4"]]),
        (Kind::ManagerStartsLater, vec![["E5"]]),
        (Kind::ManagerUnknown, vec![["E1"], ["E6"]]),
    ] {
        assert_eq!(numbers(&quality, kind), numbered, "{kind}");
    }
    let unknown = findings(&quality, Kind::ManagerUnknown);
    assert_eq!(unknown[0].people[0].seen.as_deref(), Some("E99"));
    assert!(
        unknown[1].people[0].note.contains("is written all the same"),
        "{unknown:?}"
    );
}

#[test]
fn a_loop_of_managers_is_one_finding_that_names_everybody_in_it_in_order() {
    let managed = |manager: &str| json!({"managerEmployeeId": manager});
    let quality = found(&[
        ("E1", managed("E3")),
        ("E2", managed("E1")),
        ("E3", managed("E2")),
        ("E4", managed("E3")),
    ]);
    assert_eq!(numbers(&quality, Kind::ManagerLoop), [["E1", "E3", "E2"]]);
    let [finding] = findings(&quality, Kind::ManagerLoop)[..] else {
        panic!("one")
    };
    assert_eq!(finding.people[0].note, "reports to Jo E3");
}

#[test]
fn a_loop_of_people_who_left_is_nobodys_trouble() {
    let managed = |manager: &str| json!({"managerEmployeeId": manager, "status": "Terminated"});
    let quality = found(&[("E1", managed("E2")), ("E2", managed("E1")), ("E3", json!({}))]);
    assert_eq!(numbers(&quality, Kind::ManagerLoop), [[""; 0]; 0]);
}
