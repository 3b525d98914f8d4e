//! Findings of a data-quality scan about employees, by example.

use habitsync_domain::onboarding::data_quality::{DataQuality, DataQualityFinding, Kind, Severity};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::problem::{Cause, Problem};
use habitsync_domain::people::rejected_writes::{RejectedPart, RejectedWrites, Rejection};
use habitsync_domain::vendors::list::{UnusableRecord, WhyUnusable};
use serde_json::{Value, json};

use crate::fixture::{Case, acme, employee, everybody, field};

pub(crate) fn people(records: &[(&str, Value)]) -> Vec<Employee> {
    records.iter().map(|(id, changes)| employee(id, changes)).collect()
}

/// Returns the findings about a customer without accounts, whose filter admits every employee.
pub(crate) fn found(records: &[(&str, Value)]) -> DataQuality {
    Case::of(&everybody(&[]), &people(records)).quality()
}

pub(crate) fn findings(quality: &DataQuality, kind: Kind) -> Vec<&DataQualityFinding> {
    let findings = quality.findings.iter();
    findings.filter(|finding| finding.kind == kind).collect()
}

/// The employee numbers of each finding of a kind.
pub(crate) fn numbers(quality: &DataQuality, kind: Kind) -> Vec<Vec<String>> {
    let numbers = |finding: &&DataQualityFinding| {
        let people = finding.people.iter();
        people
            .map(|person| {
                person
                    .employee_id
                    .as_ref()
                    .map_or_else(String::new, ToString::to_string)
            })
            .collect()
    };
    findings(quality, kind).iter().map(numbers).collect()
}

/// Returns the field, the value and the note of the only employee with a finding of this kind.
pub(crate) fn said(quality: &DataQuality, kind: Kind) -> (Option<&str>, Option<&str>, &str) {
    let findings = findings(quality, kind);
    let [DataQualityFinding { people, .. }] = findings.as_slice() else {
        panic!("{kind}: {findings:?}")
    };
    let [person] = people.as_slice() else {
        panic!("{kind}: {people:?}")
    };
    (person.field.as_deref(), person.seen.as_deref(), &person.note)
}

#[test]
fn dates_that_stand_for_none_are_counted_and_an_old_last_day_beside_an_active_status_is_asked_about() {
    let quality = found(&[
        (
            "E1",
            json!({"startDate": "1900-01-01", "terminationDate": "9999-12-31T13:00:00Z"}),
        ),
        ("E2", json!({"terminationDate": "0001-01-01"})),
        (
            "E3",
            json!({"startDate": "2015-03-02", "terminationDate": "2025-06-30"}),
        ),
        ("E4", json!({"terminationDate": "2199-01-01"})),
        ("E5", json!({"terminationDate": "2999-01-01"})),
    ]);
    assert_eq!(numbers(&quality, Kind::DateStandsForNone), [["E1"], ["E1"], ["E2"]]);
    assert_eq!(
        said(&quality, Kind::ActiveAfterLastDay),
        (
            Some("terminationDate, status"),
            Some("2025-06-30"),
            "works there again? the last day 30 June 2025 is still in the record"
        )
    );
    assert_eq!(numbers(&quality, Kind::DateUnreadable), [["E5"]]);
    assert_eq!(numbers(&quality, Kind::EndBeforeStart), Vec::<Vec<String>>::new());
}

#[test]
fn a_clean_company_has_people_without_an_account_and_nothing_else() {
    let quality = found(&[("E1", json!({})), ("E2", json!({"managerEmployeeId": "E1"}))]);
    assert_eq!(numbers(&quality, Kind::WithoutAccount), [["E1"], ["E2"]]);
    assert_eq!(quality.findings.len(), 2, "{:?}", quality.findings);
    assert!(!quality.keeps_people_out());
}

#[test]
fn a_missing_a_broken_and_a_personal_e_mail_are_told_apart() {
    let quality = found(&[
        ("E1", json!({"workEmail": null})),
        ("E2", json!({"workEmail": "jo@acme"})),
        ("E3", json!({"workEmail": "jo.citizen@Gmail.com"})),
    ]);
    assert_eq!(said(&quality, Kind::EmailMissing), (Some("workEmail"), None, ""));
    assert_eq!(
        said(&quality, Kind::EmailUnusable),
        (
            Some("workEmail"),
            Some("jo@acme"),
            "an e-mail address such as name@company.com.au"
        )
    );
    assert_eq!(
        said(&quality, Kind::EmailPersonal),
        (Some("workEmail"), Some("jo.citizen@Gmail.com"), "")
    );
    assert_eq!(
        numbers(&quality, Kind::UserNameUnusable),
        [[""; 0]; 0],
        "one field is told once"
    );
    assert_eq!(
        numbers(&quality, Kind::WithoutAccount),
        [["E3"]],
        "a personal address keeps nobody out"
    );
    assert!(quality.keeps_people_out());
}

#[test]
fn a_user_name_of_another_field_is_told_beside_the_e_mail() {
    let configuration = everybody(&[("user_name = \"employee.workEmail\"", "user_name = \"employee.userId\"")]);
    let records = people(&[
        ("E1", json!({"workEmail": null, "userId": null})),
        ("E2", json!({"userId": "jo\tx"})),
    ]);
    let quality = Case::of(&configuration, &records).quality();
    assert_eq!(numbers(&quality, Kind::UserNameUnusable), [["E1"], ["E2"]]);
    assert_eq!(numbers(&quality, Kind::EmailMissing), [["E1"]]);
}

#[test]
fn somebody_whom_the_filter_turns_away_for_want_of_an_e_mail_is_told() {
    let records = people(&[("E1", json!({"workEmail": null})), ("E2", json!({"location": "Fiji"}))]);
    let quality = Case::of(&acme(&[]), &records).quality();
    assert_eq!(numbers(&quality, Kind::OutOfScopeWithoutEmail), [["E1"]]);
    assert!(!quality.keeps_people_out());
}

#[test]
fn whoever_shares_an_e_mail_is_named_with_the_others_in_one_finding() {
    let shared = json!({"workEmail": "Team@acme.com.au"});
    let quality = found(&[
        ("E1", shared.clone()),
        ("E2", json!({"workEmail": "team@acme.com.au"})),
        ("E3", shared.clone()),
        ("E4", json!({"workEmail": "team@acme.com.au", "status": "Terminated"})),
    ]);
    assert_eq!(
        numbers(&quality, Kind::UserNameShared),
        [["E1", "E2", "E3"]],
        "who left shares nothing"
    );
    let [finding] = findings(&quality, Kind::UserNameShared)[..] else {
        panic!("one")
    };
    assert_eq!(finding.people[1].note, "shares it with E1, E3");
    assert_eq!(finding.people[0].seen.as_deref(), Some("Team@acme.com.au"));
}

#[test]
fn two_people_with_one_e_mail_and_user_names_of_their_own_share_the_e_mail() {
    let configuration = everybody(&[(
        "user_name = \"employee.workEmail\"",
        "user_name = \"employee.employeeId\"",
    )]);
    let shared = json!({"workEmail": "team@acme.com.au"});
    let quality = Case::of(&configuration, &people(&[("E1", shared.clone()), ("E2", shared)])).quality();
    assert_eq!(numbers(&quality, Kind::EmailShared), [["E1", "E2"]]);
    assert_eq!(numbers(&quality, Kind::UserNameShared), [[""; 0]; 0]);
}

#[test]
fn statuses_dates_and_rules_that_cannot_be_read_keep_people_out() {
    let mut case = Case::of(
        &everybody(&[("\"employee.lastName\"", "\"lower(employee.personalEmail)\"")]),
        &people(&[
            ("E1", json!({"status": "Sabbatical", "personalEmail": "x"})),
            ("E2", json!({"startDate": "8/1/24", "personalEmail": "x"})),
            ("E3", json!({})),
        ]),
    );
    case.unusable = vec![UnusableRecord::new(None, WhyUnusable::NoId); 2];
    let quality = case.quality();
    assert_eq!(
        said(&quality, Kind::StatusUnknown),
        (Some("status"), Some("Sabbatical"), "")
    );
    assert_eq!(
        said(&quality, Kind::DateUnreadable),
        (Some("startDate"), Some("8/1/24"), "should be a date (yyyy-mm-dd)")
    );
    assert_eq!(numbers(&quality, Kind::RuleFails), [["E3"]]);
    assert_eq!(numbers(&quality, Kind::RecordWithoutId), [[""], [""]]);
    assert!(quality.keeps_people_out());
}

#[test]
fn a_termination_before_the_start_is_told_and_taken_as_an_earlier_employments() {
    let quality = found(&[(
        "E1",
        json!({"startDate": "2024-01-08", "terminationDate": "2023-12-31"}),
    )]);
    assert_eq!(
        said(&quality, Kind::EndBeforeStart),
        (Some("terminationDate"), Some("2023-12-31"), "started on 2024-01-08")
    );
    assert_eq!(numbers(&quality, Kind::WithoutAccount), [["E1"]], "they work there");
}

#[test]
fn a_value_that_cannot_be_used_leaves_its_field_out() {
    let quality = found(&[("E1", json!({"startDate": "2024-01-08", "managerEmail": "boss at acme"}))]);
    let (field, seen, note) = said(&quality, Kind::ValueUnusable);
    assert_eq!((field, seen), (Some("managerEmail, workEmail"), Some("boss at acme")));
    assert!(note.starts_with("manager_email should be"), "{note}");
    assert!(!quality.keeps_people_out());
}

#[test]
fn a_leaver_who_can_still_log_in_is_told_linked_or_not() {
    let here = people(&[("E1", json!({})), ("E2", json!({})), ("E3", json!({}))]);
    let gone = people(&[
        ("E1", json!({"status": "Terminated"})),
        ("E2", json!({"status": "Terminated"})),
        ("E3", json!({})),
    ]);
    let mut case = Case::in_step(&everybody(&[]), &here).verifying().then(&gone);
    case.people.retain(|person| person.employee_id.as_str() != "E2");
    let kept = Case {
        configuration: everybody(&[("deactivate = true", "deactivate = false")]),
        ..case.clone()
    };
    let note = kept.quality().findings.remove(0).people.remove(0).note;
    assert_eq!(note, "accounts are not deactivated for this customer");
    let quality = case.quality();
    let notes: Vec<_> = findings(&quality, Kind::LeaverActive)
        .iter()
        .map(|finding| (finding.people[0].seen.clone(), finding.people[0].note.clone()))
        .collect();
    let said = Some("the status says terminated".to_owned());
    assert_eq!(
        notes,
        [
            (said.clone(), "the next run deactivates it".to_owned()),
            (said, "not linked: no run deactivates it".to_owned())
        ]
    );
    for index in 0..3 {
        case.portal_user(index).active = false;
    }
    assert_eq!(numbers(&case.quality(), Kind::LeaverActive), [[""; 0]; 0]);
}

#[test]
fn a_leaver_who_came_back_under_another_number_keeps_nobody_waiting() {
    let address = "jo@acme.com.au";
    let here = people(&[("E1", json!({"workEmail": address}))]);
    let mut case = Case::in_step(&everybody(&[]), &here).verifying().then(&people(&[
        ("E1", json!({"workEmail": address, "status": "Terminated"})),
        ("E9", json!({"workEmail": address})),
    ]));
    case.people.clear();
    assert_eq!(numbers(&case.quality(), Kind::LeaverActive), [[""; 0]; 0]);
}

#[test]
fn somebody_linked_who_is_not_in_employee_connect_is_told() {
    let here = people(&[("E1", json!({})), ("E2", json!({}))]);
    let mut case = Case::in_step(&everybody(&[]), &here).verifying().then(&here[..1]);
    case.missing = vec![habitsync_domain::user_plan::Missing {
        employee_id: "E2".parse().expect("an id"),
        confirmed: false,
    }];
    assert_eq!(numbers(&case.quality(), Kind::Vanished), [["E2"]]);
}

#[test]
fn an_account_deactivated_before_go_live_is_told_before_a_run_reactivates_it() {
    let here = people(&[("E1", json!({}))]);
    let mut case = Case::in_step(&everybody(&[]), &here).verifying();
    case.people.clear();
    case.portal_user(0).active = false;
    assert_eq!(numbers(&case.quality(), Kind::WouldReactivate), [["E1"]]);
}

#[test]
fn a_custom_field_that_no_account_shows_is_told_and_one_without_accounts_cannot_be() {
    let here = people(&[("E1", json!({}))]);
    let mut case = Case::in_step(&everybody(&[]), &here).verifying();
    assert_eq!(findings(&case.quality(), Kind::FieldUnseen).len(), 0);
    case.portal_user(0).fields.0.remove(&field("X-Division"));
    let quality = case.quality();
    assert_eq!(said(&quality, Kind::FieldUnseen), (Some("X-Division"), None, ""));
    case.portal = Some(Vec::new());
    assert_eq!(findings(&case.quality(), Kind::FieldUnseen).len(), 0);
}

#[test]
fn an_item_of_a_list_that_no_account_has_is_told_where_any_has_one() {
    let list = "\"X-Sites\" = { value = \"employee.customFields['Sites']\", type = \"list\" }\n\"X-Location\"";
    let configuration = everybody(&[("\"X-Location\"", list)]);
    let sites = |sites: &str| json!({"customFields": {"Division": "OPS", "Sites": sites}});
    let here = people(&[("E1", sites("Perth")), ("E2", sites("Mars;Perth"))]);
    let mut case = Case::in_step(&configuration, &here).verifying();
    case.portal_user(1)
        .fields
        .0
        .insert(field("X-Sites"), "Hobart; Perth".to_owned());
    assert_eq!(
        said(&case.quality(), Kind::ListValueUnseen),
        (Some("Sites"), Some("Mars"), "for X-Sites")
    );
    for index in 0..2 {
        case.portal_user(index).fields.0.insert(field("X-Sites"), String::new());
    }
    assert_eq!(
        numbers(&case.quality(), Kind::ListValueUnseen),
        [[""; 0]; 0],
        "nothing is known of the list"
    );
}

#[test]
fn what_tribal_habits_refused_before_is_told_though_it_rests() {
    let here = people(&[("E1", json!({"location": "Mars"}))]);
    let mut case = Case::of(&everybody(&[]), &here);
    let problem = Problem {
        cause: Cause::RefusedField {
            field: "X-Location".to_owned(),
            reason: "is not in the list".to_owned(),
        },
        employee_id: "E1".parse().expect("an id"),
        person: "Jo E1".to_owned(),
        seen: Some("Mars".to_owned()),
    };
    let refusal = Rejection {
        what: RejectedPart::Field(field("X-Location")),
        digest: habitsync_domain::user_plan::digest::of_value("Mars"),
        problem,
    };
    case.parked = vec![RejectedWrites::after(None, here[0].id(), vec![refusal], case.now)];
    assert_eq!(
        said(&case.quality(), Kind::ValueRefused),
        (Some("location"), Some("Mars"), "X-Location is not in the list")
    );
}

#[test]
fn where_no_accounts_are_made_nobody_is_told_to_get_one() {
    let mut case = Case::of(
        &everybody(&[("create = true", "create = false")]),
        &people(&[("E1", json!({}))]),
    );
    assert_eq!(
        said(&case.quality(), Kind::WithoutAccount),
        (None, None, "accounts are not created for this customer")
    );
    case.portal = None;
    let quality = case.quality();
    assert_eq!(
        (quality.findings.len(), quality.accounts),
        (0, None),
        "who has one cannot be told"
    );
}

#[test]
fn the_worst_comes_first() {
    let quality = found(&[
        ("E1", json!({"workEmail": "jo@gmail.com"})),
        ("E2", json!({"managerEmployeeId": "E2"})),
        ("E3", json!({"status": "Sabbatical"})),
    ]);
    let severities: Vec<_> = quality.findings.iter().map(|finding| finding.kind.severity()).collect();
    assert!(
        severities.is_sorted() && severities[0] == Severity::KeepsOut,
        "{severities:?}"
    );
}

#[test]
fn an_html_entity_in_a_name_or_another_value_is_a_line_and_an_ampersand_is_none() {
    let quality = Case::of(
        &acme(&[]),
        &people(&[
            ("E1", json!({"lastName": "O&#39;Brien"})),
            ("E2", json!({"jobTitle": "Research &amp; Development"})),
            ("E3", json!({"lastName": "O&#x27;Brien", "firstName": "Zo&euml;"})),
            ("E4", json!({"jobTitle": "R&D; AT&T", "lastName": "O'Brien & Sons"})),
        ]),
    )
    .quality();
    assert_eq!(numbers(&quality, Kind::HtmlEntity), [["E1"], ["E2"], ["E3"], ["E3"]]);
}
