//! Characters that no reader sees, anywhere in a record: the employee is served as without them, or a problem names them.

use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::UserPlan;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{Case, acme, causes, employee, public_report, steps, written_for};

/// The filter admits Perth and the customer's domain alone.
fn admitting_perth() -> Case {
    let filter = (
        "!(employee.location in [\"Fiji\"])",
        "employee.location == 'Perth' && employee.customFields['Grade'] == 'A'",
    );
    Case::of(&acme(&[filter]), &[])
}

fn record() -> Value {
    json!({
        "employeeId": "E1002", "firstName": "Gus", "lastName": "Example", "workEmail": "gus@acme.com.au", "jobTitle": "Analyst",
        "location": "Perth", "status": "Active", "startDate": "2024-01-08", "managerEmployeeId": "E1001",
        "customFields": {"Division": "OPS", "Grade": "A"},
    })
}

fn planned(record: &Value) -> UserPlan {
    let boss = employee("E1001", &json!({"customFields": {"Grade": "A"}}));
    let employee = Employee::from_record(record.as_object().expect("an object").clone()).expect("has an id");
    admitting_perth().then(&[boss, employee]).plan()
}

#[test]
fn an_address_is_trimmed_of_what_is_invisible_and_inside_it_the_character_is_named() {
    let records = public_report("20-zero-width-in-address.json");
    let employees: Vec<_> = records
        .into_iter()
        .map(|record| Employee::from_record(record).expect("an id"))
        .collect();
    let plan = Case::of(&acme(&[]), &employees).plan();
    assert_eq!(steps(&plan), [("E1003", "create")]);
    assert_eq!(written_for(&plan, "E1003")["email"], "hal@acme.com.au");
    let [problem] = plan.problems.as_slice() else {
        panic!("{:?}", causes(&plan))
    };
    assert!(matches!(problem.cause, Cause::NoUserName { .. }));
    let shown = habitsync_domain::text::printable::printable(problem.seen.as_deref().expect("seen"));
    assert_eq!(shown, "gus⟨U+200B⟩@acme.com.au");
}

#[test]
fn a_name_of_invisible_characters_is_empty() {
    for name in [
        "\u{200b}",
        "\u{ad}\u{a0}",
        "\u{301}",
        "\u{fe0f}",
        "\u{e0041}",
        "\u{3164}",
        "\u{202e}\u{2060}",
    ] {
        let mut record = record();
        record["lastName"] = json!(name);
        let plan = planned(&record);
        assert!(
            matches!(plan.problems.as_slice(), [problem] if problem.seen.is_none()),
            "{name:?}: {:?}",
            causes(&plan)
        );
    }
}

#[test]
fn joiners_and_blanks_that_a_script_needs_stay_in_names() {
    for name in [
        "علی\u{200c}رضا",
        "क\u{94d}\u{200d}ष",
        "മോഹന\u{d4d}\u{200d}",
        "山田\u{3000}太郎",
        "葛\u{e0100}城",
        "Zoe\u{308}",
    ] {
        let mut record = record();
        record["lastName"] = json!(name);
        assert_eq!(written_for(&planned(&record), "E1002")["last_name"], name);
    }
}

#[test]
fn a_status_and_a_manager_are_read_without_what_has_no_width() {
    let mut leaver = record();
    leaver["status"] = json!("\u{feff}Terminated\u{200b}");
    assert_eq!(planned(&leaver).counts.leavers, 1);
    let mut managed = record();
    managed["managerEmployeeId"] = json!("\u{200b}E1001\u{ad}");
    assert_eq!(
        written_for(&planned(&managed), "E1002")["manager_email"],
        "e1001@acme.com.au"
    );
}

#[test]
fn a_linked_employees_name_does_not_change_by_a_blank_that_is_no_space() {
    let before = employee("E1", &json!({"lastName": "Example"}));
    let after = employee("E1", &json!({"lastName": "Exa\u{a0}mple"}));
    let plan = Case::in_step(&acme(&[]), &[before]).then(&[after]).plan();
    assert_eq!((steps(&plan), plan.problems.len()), (vec![], 1));
}

const INVISIBLE: [char; 37] = [
    '\u{0}',
    '\t',
    '\n',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{a0}',
    '\u{ad}',
    '\u{34f}',
    '\u{61c}',
    '\u{115f}',
    '\u{1680}',
    '\u{180e}',
    '\u{2000}',
    '\u{2003}',
    '\u{2009}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{200e}',
    '\u{200f}',
    '\u{2028}',
    '\u{202a}',
    '\u{202e}',
    '\u{202f}',
    '\u{205f}',
    '\u{2060}',
    '\u{2066}',
    '\u{206f}',
    '\u{2800}',
    '\u{3000}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{e0041}',
    '\u{e0100}',
];

/// The record with the character before this one of a field's, or behind the last.
fn with(field: &str, at: usize, character: char) -> (Value, usize) {
    let mut record = record();
    let place = match field.strip_prefix("customFields.") {
        Some(custom) => &mut record["customFields"][custom],
        None => &mut record[field],
    };
    let text = place.as_str().expect("a text").to_owned();
    let at = at % (text.chars().count() + 1);
    let (before, after) = text.split_at(text.char_indices().nth(at).map_or(text.len(), |(index, _)| index));
    *place = json!(format!("{before}{character}{after}"));
    (record, at)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_invisible_character_is_removed_or_named_and_excludes_nobody(
        field in prop::sample::select(vec![
            "employeeId", "firstName", "lastName", "workEmail", "jobTitle", "location", "status", "startDate", "managerEmployeeId",
            "customFields.Division", "customFields.Grade",
        ]),
        at in 0usize..16,
        character in prop::sample::select(INVISIBLE.to_vec()),
    ) {
        let (record, _) = with(field, at, character);
        let Some(fields) = record.as_object().cloned() else { unreachable!() };
        let Ok(with) = Employee::from_record(fields) else {
            // A control in an employee's number: the read counts the record as one without a number.
            prop_assert!(field == "employeeId" && character.is_control());
            return Ok(());
        };
        let id = with.id().to_string();
        let boss = employee("E1001", &json!({"customFields": {"Grade": "A"}}));
        let plan = admitting_perth().then(&[boss, with]).plan();
        let named = plan.problems.iter().any(|problem| {
            let manager = match &problem.cause {
                Cause::ManagerNotSet { manager, .. } => manager.clone(),
                _ => None,
            };
            problem.employee_id.as_str() == id
                && problem.seen.iter().chain(&manager).any(|seen| seen.contains(character))
        });
        prop_assert_eq!((plan.counts.excluded, plan.counts.leavers), (0, 0));
        let mut expected = written_for(&planned(&self::record()), "E1002");
        let written = written_for(&plan, &id);
        if written.is_empty() {
            prop_assert!(named, "{:?}", causes(&plan));
        } else {
            // Blanks in values that are neither names nor decisive are written as spaces, and fields with a reported
            // problem are left out.
            for (name, value) in &mut expected {
                let is_text = !["user_name", "email", "manager_email", "first_name", "last_name"].contains(&name.as_str());
                match written.get(name) {
                    Some(written) if is_text && !character.is_control() => {
                        prop_assert_eq!(written.replace(' ', "").replace("OPS", "Operations"), value.as_str());
                    }
                    Some(written) => prop_assert_eq!(written, value),
                    None => prop_assert!(named, "{} is left out silently: {:?}", name, causes(&plan)),
                }
            }
        }
    }
}
