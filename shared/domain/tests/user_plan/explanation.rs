//! Explanations of one employee's verdict: the planner's verdict, and the changes that would change it, tried on
//! changed records.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::onboarding::explanation::{
    EligibilityVerdict, Explanation, ExplanationInput, FieldOutcome, MinimalChange, Needed, ScopeState, explain,
    outcome,
};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::{PlanCounts, UserPlan, plan_person};
use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::fixture::{Case, NOW, acme, employee, everybody};

fn today() -> Date {
    let now: jiff::Timestamp = NOW.parse().expect("a time");
    now.in_tz("Australia/Sydney").expect("bundled").date()
}

fn circumstances(configuration: &TenantConfiguration, has_account: bool) -> ExplanationInput<'_> {
    ExplanationInput {
        configuration,
        today: today(),
        has_account,
        last_day: None,
    }
}

fn explained(configuration: &TenantConfiguration, record: &Employee) -> Explanation {
    explain(&circumstances(configuration, false), record, None, [])
}

fn planned(configuration: &TenantConfiguration, record: &Employee) -> UserPlan {
    Case::of(configuration, std::slice::from_ref(record)).plan()
}

/// Returns the planner's verdict on the only employee.
fn verdict_of(counts: &PlanCounts) -> &'static str {
    let parts = [
        (counts.leavers, "left"),
        (counts.starting_later, "starts later"),
        (counts.excluded, "excluded"),
        (counts.undecided, "undecided"),
        (counts.in_scope, "in scope"),
    ];
    let part = parts.into_iter().find(|(count, _)| *count == 1);
    part.expect("one person is in one part").1
}

fn verdict_said(verdict: &EligibilityVerdict) -> &'static str {
    match verdict {
        EligibilityVerdict::Left { .. } => "left",
        EligibilityVerdict::StartsLater => "starts later",
        EligibilityVerdict::OutOfScope | EligibilityVerdict::Protected => "excluded",
        EligibilityVerdict::Undecided { .. } => "undecided",
        EligibilityVerdict::InScope => "in scope",
    }
}

/// Returns the minimal changes, in words, way by way.
fn ways(flip: &MinimalChange) -> Vec<String> {
    let way = |way: &Vec<Needed>| way.iter().map(Needed::phrase).collect::<Vec<_>>().join(" and ");
    flip.ways.iter().map(way).collect()
}

fn said(record: &Value) -> (EligibilityVerdict, Vec<String>) {
    let explanation = explained(&acme(&[]), &employee("E1", record));
    (explanation.verdict, ways(&explanation.flip))
}

#[test]
fn somebody_whom_one_clause_keeps_out_is_told_that_clause() {
    let (verdict, ways) = said(&json!({"location": "Fiji"}));
    assert_eq!(verdict, EligibilityVerdict::OutOfScope);
    assert_eq!(ways, ["employee.location in [\"Fiji\"]: false"]);
    let (_, ways) = said(&json!({"workEmail": "jo@gmail.com"}));
    assert_eq!(ways, ["lower(employee.workEmail).endsWith(\"@acme.com.au\"): true"]);
    let (_, ways) = said(&json!({"location": "Fiji", "workEmail": "jo@gmail.com"}));
    assert_eq!(
        ways,
        ["lower(employee.workEmail).endsWith(\"@acme.com.au\"): true and employee.location in [\"Fiji\"]: false"]
    );
}

#[test]
fn whoever_is_in_scope_is_told_what_would_take_them_out() {
    let (verdict, ways) = said(&json!({}));
    assert_eq!(verdict, EligibilityVerdict::InScope);
    assert_eq!(
        ways,
        [
            "employee.workEmail != null: false",
            "lower(employee.workEmail).endsWith(\"@acme.com.au\"): false",
            "employee.location in [\"Fiji\"]: true"
        ]
    );
    let unfiltered = explained(&everybody(&[]), &employee("E1", &json!({})));
    assert_eq!(super::explanation::ways(&unfiltered.flip), ["status: Terminated"]);
}

#[test]
fn whoever_left_or_starts_later_is_told_the_status_or_the_day() {
    let (_, ways) = said(&json!({"status": "Terminated"}));
    assert_eq!(ways, ["status: Active or Onboarding"]);
    let (_, ways) = said(&json!({"terminationDate": "2026-11-20"}));
    assert_eq!(ways, ["terminationDate: 2026-11-23 or later", "terminationDate: empty"]);
    let (_, ways) = said(&json!({"terminationDate": "2026-11-20", "status": "Terminated"}));
    assert_eq!(ways, ["terminationDate: 2026-11-23 or later"], "the last day is worked");
    let explanation = explained(&acme(&[]), &employee("E1", &json!({"startDate": "2027-01-11"})));
    assert_eq!(
        super::explanation::ways(&explanation.flip),
        ["startDate: 2026-12-07 or earlier"]
    );
    assert_eq!(
        explanation.employment.account_from,
        Some("2026-12-28".parse().expect("a date"))
    );
    let (_, ways) = said(&json!({"status": "Terminated", "location": "Fiji"}));
    assert_eq!(
        ways,
        ["status: Active or Onboarding and employee.location in [\"Fiji\"]: false"]
    );
}

#[test]
fn a_rehire_whose_old_last_day_is_still_there_is_told_what_settles_it() {
    let (verdict, ways) = said(&json!({"startDate": "2015-03-02", "terminationDate": "2025-06-30"}));
    let EligibilityVerdict::Undecided { problem } = verdict else {
        panic!("{verdict:?}")
    };
    assert_eq!(
        problem.cause.in_words(),
        "works there again? the last day 30 June 2025 is still in the record"
    );
    assert_eq!(
        ways,
        [
            "terminationDate: 2026-11-23 or later",
            "terminationDate: empty",
            "startDate: 2025-07-01 or later (the last day then belongs to a past employment)",
        ]
    );
}

#[test]
fn data_that_cannot_be_used_is_named_with_the_expression_and_the_field() {
    let explanation = explained(&everybody(&[]), &employee("E1", &json!({"workEmail": null})));
    assert!(
        matches!(&explanation.verdict, EligibilityVerdict::Undecided { problem } if matches!(problem.cause, Cause::NoUserName { .. }))
    );
    let [way] = explanation.flip.ways.as_slice() else {
        panic!("one way: {:?}", explanation.flip)
    };
    assert!(
        matches!(&way[0], Needed::Value { field, source, .. } if field == "user_name" && source == "employee.workEmail")
    );
    let failing = everybody(&[("\"employee.jobTitle\"", "\"lower(employee.jobTitle)\"")]);
    let explanation = explained(&failing, &employee("E1", &json!({"jobTitle": null})));
    let title = explanation
        .fields
        .iter()
        .find(|field| field.field == "X-Job Title")
        .expect("mapped");
    assert!(matches!(
        title.problem.as_ref().expect("fails").cause,
        Cause::ExpressionFailed { .. }
    ));
    assert_eq!(title.fields[0].field, "employee.jobTitle");
    assert!(
        matches!(&explanation.flip.ways[0][0], Needed::Rule { source, .. } if source == "lower(employee.jobTitle)")
    );
    let (_, ways) = said(&json!({"status": "Seconded"}));
    assert_eq!(ways, ["status: Active or Onboarding"]);
    let (_, ways) = said(&json!({"startDate": "8/1/24"}));
    assert_eq!(ways, ["startDate: a date, or empty"]);
}

#[test]
fn a_field_is_said_to_be_written_just_where_the_plan_writes_it() {
    let configuration = acme(&[]);
    let before = [employee("E1", &json!({"jobTitle": "Analyst"}))];
    let after = [employee(
        "E1",
        &json!({"jobTitle": "Lead", "location": null, "customFields": {"Division": "FIN"}}),
    )];
    let mut case = Case::in_step(&configuration, &before).then(&after).verifying();
    case.portal_user(0)
        .fields
        .0
        .insert("X-Division".parse().expect("a field"), "Legal".to_owned());
    let roster = case.employees.clone().into();
    let id = "E1".parse().expect("an id");
    let plan = plan_person(&case.input(&roster), &id, &[]);
    let portal = case.portal.clone().expect("verifies");
    let explanation = explain(&circumstances(&configuration, true), &after[0], None, []);
    let outcomes: Vec<_> = explanation
        .fields
        .iter()
        .map(|field| {
            let old = portal[0].fields.0.get(&field.field.parse().expect("a field"));
            (
                field.field.as_str(),
                outcome(field, &plan, Some(old.map_or("", String::as_str))),
            )
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            ("X-Division", FieldOutcome::OnlyIfEmpty),
            ("X-Job Title", FieldOutcome::Written),
            ("X-Location", FieldOutcome::Written),
            ("X-Start Date", FieldOutcome::Same),
            ("email", FieldOutcome::Same),
            ("first_name", FieldOutcome::Same),
            ("last_name", FieldOutcome::Same),
            ("manager_email", FieldOutcome::Same),
        ]
    );
}

/// A filter of clauses that each look at a field of their own: `F0 == 'yes'`, and so on.
#[derive(Debug, Clone)]
enum Joined {
    Clause(usize),
    Not(Box<Joined>),
    All(Vec<Joined>),
    Any(Vec<Joined>),
}

impl Joined {
    fn source(&self) -> String {
        let joined = |parts: &[Self], with: &str| {
            let parts: Vec<_> = parts.iter().map(|part| format!("({})", part.source())).collect();
            parts.join(with)
        };
        match self {
            Self::Clause(field) => format!("employee.customFields['F{field}'] == 'yes'"),
            Self::Not(part) => format!("!({})", part.source()),
            Self::All(parts) => joined(parts, " && "),
            Self::Any(parts) => joined(parts, " || "),
        }
    }
}

fn joined() -> impl Strategy<Value = Joined> {
    let clause = (0_usize..7).prop_map(Joined::Clause);
    clause.prop_recursive(3, 12, 4, |inner| {
        let parts = proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            inner.prop_map(|part| Joined::Not(Box::new(part))),
            parts.clone().prop_map(Joined::All),
            parts.prop_map(Joined::Any),
        ]
    })
}

/// A record of which anything that decides may be one way or another.
fn record() -> impl Strategy<Value = Map<String, Value>> {
    let status = prop_oneof![
        6 => Just(json!("Active")),
        2 => Just(json!("Terminated")),
        1 => Just(json!("Seconded")),
        1 => Just(Value::Null),
    ];
    let end = prop_oneof![
        5 => Just(Value::Null),
        2 => Just(json!("2026-10-30")),
        1 => Just(json!("2026-11-23")),
        1 => Just(json!("2023-06-30")),
        1 => Just(json!("soon")),
    ];
    let start = prop_oneof![
        5 => Just(json!("2024-01-08")),
        2 => Just(json!("2027-03-01")),
        1 => Just(Value::Null),
        1 => Just(json!("8/1/24")),
    ];
    let email = prop_oneof![
        8 => Just(json!("jo@acme.com.au")),
        1 => Just(Value::Null),
        1 => Just(json!("admin@acme.com.au")),
    ];
    let custom = proptest::collection::vec(any::<bool>(), 7);
    (status, end, start, email, custom).prop_map(|(status, end, start, email, custom)| {
        let custom: Map<_, _> = custom
            .into_iter()
            .enumerate()
            .map(|(field, yes)| (format!("F{field}"), json!(if yes { "yes" } else { "no" })))
            .collect();
        let record = json!({
            "status": status, "terminationDate": end, "startDate": start, "workEmail": email, "customFields": custom
        });
        record.as_object().expect("an object").clone()
    })
}

/// The record as it would have to be.
fn as_needed(record: &Map<String, Value>, way: &[Needed]) -> Map<String, Value> {
    let mut record = record.clone();
    for needed in way {
        let (field, value) = match needed {
            Needed::Status { one_of, .. } => ("status", json!(one_of[0])),
            Needed::LaterLastDay { not_before, .. } => ("terminationDate", json!(not_before.to_string())),
            Needed::NoLastDay { .. } => ("terminationDate", Value::Null),
            Needed::EarlierStart { not_after, .. } => ("startDate", json!(not_after.to_string())),
            Needed::LaterStart { not_before, .. } => ("startDate", json!(not_before.to_string())),
            Needed::ValidDate { field, .. } => (*field, Value::Null),
            Needed::Value { .. } | Needed::Rule { .. } | Needed::NotProtected => {
                ("workEmail", json!("usable@acme.com.au"))
            }
            Needed::Clause { fields, holds, .. } => {
                let name = fields[0]
                    .field
                    .trim_start_matches("employee.customFields['")
                    .trim_end_matches("']");
                let value = json!(if *holds { "yes" } else { "no" });
                record["customFields"][name] = value;
                continue;
            }
        };
        record.insert(field.to_owned(), value);
    }
    record
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_verdict_is_the_planners_and_whatever_is_said_to_flip_it_flips_it(filter in joined(), record in record()) {
        let filter = format!("filter = \"\"\"{}\"\"\"\ndeactivate_after_days", filter.source());
        let configuration = everybody(&[("deactivate_after_days", filter.as_str())]);
        let person = employee("E1", &Value::Object(record.clone()));
        let explanation = explained(&configuration, &person);
        let plan = planned(&configuration, &person);
        prop_assert_eq!(verdict_said(&explanation.verdict), verdict_of(&plan.counts));
        prop_assert!(explanation.flip.would_be == ScopeState::Out || !explanation.flip.ways.is_empty() || !can_be_admitted(&configuration));
        for way in &explanation.flip.ways {
            let other = employee("E1", &Value::Object(as_needed(&record, way)));
            let after = planned(&configuration, &other);
            let expected = match explanation.flip.would_be {
                ScopeState::In => "in scope",
                ScopeState::Out => "excluded",
            };
            prop_assert_eq!(verdict_of(&after.counts), expected, "{:?}", ways(&explanation.flip));
        }
    }
}

/// Whether the filter admits any record at all: a contradictory filter admits none.
fn can_be_admitted(configuration: &TenantConfiguration) -> bool {
    (0..128_u32).any(|bits| {
        let custom: Map<_, _> = (0..7)
            .map(|field| {
                (
                    format!("F{field}"),
                    json!(if bits >> field & 1 == 1 { "yes" } else { "no" }),
                )
            })
            .collect();
        planned(configuration, &employee("E1", &json!({"customFields": custom})))
            .counts
            .in_scope
            == 1
    })
}
