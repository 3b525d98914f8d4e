//! What a scan says, of a small customer with a bit of everything.

use std::process::ExitCode;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::onboarding::data_quality::{Kind, assess};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::people::user::{FieldName, PortalUser, UserFields};
use habitsync_domain::user_plan::{LimitInput, PlanInput, Unreadable};
use habitsync_domain::vendors::list::{UnusableRecord, WhyUnusable};
use habitsync_workflows::onboarding::scan::Scan;
use habitsync_workflows::ports::failure::{Vendor, VendorFailure, VendorFailureKind};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::shown::Shown;
use super::{exit_code, exit_codes};
use crate::terminal::Output;
use crate::terminal::answer::written;

fn employee(id: &str, name: &str, changes: &Value) -> Employee {
    let mut record = json!({
        "employeeId": id, "firstName": name, "lastName": "Citizen", "workEmail": format!("{name}@acme.com.au").to_lowercase(),
        "location": "Perth", "status": "Active", "startDate": "2024-01-08", "managerEmployeeId": null,
    });
    let record = record.as_object_mut().expect("an object");
    record.extend(changes.as_object().expect("an object").clone());
    Employee::from_record(record.clone()).expect("has an id")
}

fn user(name: &str, active: bool) -> PortalUser {
    let fields =
        ["X-Job Title", "X-Location", "X-Start Date"].map(|field| (field.parse().expect("a field"), String::new()));
    let email = [(FieldName::email(), format!("{name}@acme.com.au"))];
    PortalUser {
        user_name: name.parse().expect("a user name"),
        active,
        fields: UserFields(fields.into_iter().chain(email).collect()),
    }
}

/// Scans employees with nearly every kind of problem, by the documentation's example without its filter.
fn scanned(employees: &[Employee], portal: Option<&[PortalUser]>, without_id: usize) -> Scan {
    let acme = include_str!("../../../../shared/domain/src/configuration/acme.toml");
    let filter = acme
        .lines()
        .filter(|line| !line.starts_with("filter") && !line.trim_start().starts_with("&& !("));
    let configuration: TenantConfiguration = filter.collect::<Vec<_>>().join("\n").parse().expect("valid");
    let roster = Roster {
        unusable: vec![UnusableRecord::new(None, WhyUnusable::NoId); without_id],
        ..Roster::from(employees.to_vec())
    };
    let quality = assess(&PlanInput {
        configuration: &configuration,
        roster: &roster,
        people: &[],
        missing: &[],
        rejected_writes: &[],
        last_days: &[],
        portal,
        unreadable: Unreadable::default(),
        limit_input: LimitInput::default(),
        now: "2026-11-22T21:00:00Z".parse().expect("a time"),
    });
    Scan {
        employees: Ok(employees.len() + without_id),
        accounts: Ok(portal.unwrap_or_default().len()),
        links: 0,
        quality: Some(quality),
    }
}

fn acme() -> Scan {
    let employees = [
        employee("E100", "Ana", &json!({"workEmail": null})),
        employee("E101", "Ben", &json!({"workEmail": "ben@acme"})),
        employee(
            "E102",
            "Cho",
            &json!({"workEmail": "team@acme.com.au", "managerEmployeeId": "E199"}),
        ),
        employee("E103", "Dee", &json!({"workEmail": "Team@acme.com.au"})),
        employee("E104", "Eli", &json!({"status": "Sabbatical"})),
        employee(
            "E105",
            "Fay",
            &json!({"managerEmployeeId": "E106", "workEmail": "fay.citizen@bigpond.com"}),
        ),
        employee("E106", "Gus", &json!({"managerEmployeeId": "E107"})),
        employee(
            "E107",
            "Hal\u{1b}[2J",
            &json!({"managerEmployeeId": "E105", "workEmail": "hal@acme.com.au"}),
        ),
        employee(
            "E108",
            "Ida",
            &json!({"status": "Terminated", "terminationDate": "2026-06-30"}),
        ),
        employee("E109", "Jo", &json!({})),
    ];
    let portal = [
        user("gus@acme.com.au", true),
        user("ida@acme.com.au", true),
        user("visitor", true),
        user("=cmd", false),
        user("admin@acme.com.au", true),
    ];
    scanned(&employees, Some(&portal), 1)
}

fn shown(scan: Scan) -> Shown {
    Shown {
        tenant: "acme".parse().expect("a tenant"),
        stage: "test".to_owned(),
        configuration: "version 3".to_owned(),
        scan,
        only: None,
        limit: Some(10),
    }
}

fn as_written(shown: &Shown, output: Output) -> String {
    written(shown, output, 100).expect("written")
}

#[test]
fn a_scan_is_told_in_numbers_and_then_kind_by_kind() {
    let told = as_written(&shown(acme()), Output::Table);
    assert_snapshot!(told);
    assert!(
        told.lines()
            .all(|line| line.chars().count() <= 100 && !line.ends_with(' ')),
        "{told}"
    );
}

#[test]
fn the_customer_gets_a_row_for_each_finding_and_person() {
    assert_snapshot!(as_written(&shown(acme()), Output::Csv));
}

#[test]
fn programs_get_counts_and_everybody() {
    let two = scanned(
        &[
            employee("E100", "Ana", &json!({"workEmail": null})),
            employee("E101", "Ben", &json!({})),
        ],
        Some(&[user("ben@acme.com.au", true), user("visitor", false)]),
        0,
    );
    assert_snapshot!(as_written(&shown(two), Output::Json));
}

#[test]
fn one_kind_alone_is_shown_as_far_as_is_asked() {
    let employees: Vec<_> = (10..48)
        .map(|n| employee(&format!("E{n}"), &format!("Jo{n}"), &json!({"workEmail": null})))
        .collect();
    let one = Shown {
        only: Some(Kind::EmailMissing),
        limit: Some(1),
        ..shown(scanned(&employees, Some(&[]), 0))
    };
    let told = as_written(&one, Output::Table);
    assert!(told.contains("email-missing: no work e-mail, 38 people\n"), "{told}");
    assert!(told.contains("\n… and 37 more: --limit 0, or --output csv\n"), "{told}");
    assert_eq!(
        as_written(&one, Output::Csv).lines().count(),
        39,
        "a spreadsheet has them all"
    );
    let none = Shown {
        only: Some(Kind::ManagerLoop),
        ..one
    };
    let told = as_written(&none, Output::Table);
    assert!(
        told.ends_with("nothing was found of the kind manager-loop: managers in a loop\n"),
        "{told}"
    );
}

fn unread() -> Scan {
    let unread = |vendor| VendorFailure {
        vendor,
        kind: VendorFailureKind::Credentials,
        detail: "the customer has no secret yet".to_owned(),
    };
    Scan {
        employees: Err(unread(Vendor::EmployeeConnect)),
        accounts: Err(unread(Vendor::TribalHabits)),
        links: 0,
        quality: None,
    }
}

#[test]
fn what_cannot_be_read_yet_is_said() {
    assert_eq!(code(&unread()), code_of(1));
    assert_snapshot!(as_written(&shown(unread()), Output::Table));
}

#[test]
fn only_what_keeps_people_out_is_no_success() {
    let clean = scanned(&[employee("E1", "Ana", &json!({}))], Some(&[]), 0);
    let without_email = scanned(&[employee("E1", "Ana", &json!({"workEmail": null}))], Some(&[]), 0);
    assert_eq!((code(&clean), code(&without_email)), (code_of(0), code_of(3)));
}

#[test]
fn the_help_names_every_kind_that_keeps_people_out_and_no_other() {
    let help = exit_codes();
    assert!(
        help.contains("email-missing") && !help.contains("without-account"),
        "{help}"
    );
}

fn code(scan: &Scan) -> String {
    format!("{:?}", exit_code(scan))
}

fn code_of(code: u8) -> String {
    format!("{:?}", ExitCode::from(code))
}

/// What `docs/OUTPUT.md` has to name: findings, and the answer where a vendor cannot be read.
pub(crate) fn examples() -> Vec<Value> {
    let all = [acme(), unread()];
    all.map(|scan| serde_json::to_value(shown(scan)).expect("JSON")).into()
}
