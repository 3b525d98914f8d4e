//! A field behind the filter or the user name that many employees lose at once decides about no account.

use habitsync_domain::people::employee::Employee;
use habitsync_domain::user_plan::{FieldBaseline, FieldFault, LostSource, SourceRule};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{Case, acme, employee, everybody, steps};

/// Forty employees in Perth and twenty in Fiji, outside the filter; all with these changes.
fn company(changes: &Value) -> Vec<Employee> {
    (0..60).map(|n| one(n, changes)).collect()
}

fn one(n: usize, changes: &Value) -> Employee {
    let mut record = json!({"location": if n < 40 { "Perth" } else { "Fiji" }});
    let record = record.as_object_mut().expect("an object");
    record.extend(changes.as_object().expect("an object").clone());
    employee(&format!("E{}", 100 + n), &Value::Object(record.clone()))
}

fn lost(field: &str, had: u64, lost: u64, rule: SourceRule) -> LostSource {
    LostSource {
        field: field.to_owned(),
        had,
        lost,
        rule,
    }
}

/// Forty linked employees; those who leave the scope are deactivated.
fn in_step() -> Case {
    let removes = [("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"")];
    Case::in_step(&acme(&removes), &company(&json!({})))
}

#[test]
fn employees_outside_the_filter_get_no_account_when_all_locations_are_gone() {
    let plan = in_step().then(&company(&json!({"location": null}))).plan();
    assert_eq!(plan.lost_sources, [lost("location", 60, 60, SourceRule::Filter)]);
    assert_eq!((steps(&plan), plan.held.len()), (vec![], 0));
    // The accounts of the others keep their locations by the guard of the portal's field.
    assert_eq!((plan.suspended.len(), plan.counts.set_aside), (20, 60));
}

#[test]
fn the_next_run_that_sees_the_values_again_goes_on_and_the_baseline_outlasts_the_fault() {
    let mut case = in_step().then(&company(&json!({"location": null})));
    case.baseline = case.plan().baseline.expect("measured");
    assert_eq!(case.plan().lost_sources.len(), 1, "it is lost as long as it is gone");
    let joined = [company(&json!({})), vec![employee("E999", &json!({}))]].concat();
    let plan = case.then(&joined).plan();
    assert_eq!((steps(&plan), plan.lost_sources.len()), (vec![("E999", "create")], 0));
}

#[test]
fn a_location_of_another_kind_is_lost_as_well() {
    for location in [json!({"name": "Fiji"}), json!(["Fiji"]), json!(7), json!(true)] {
        let plan = in_step().then(&company(&json!({"location": location}))).plan();
        assert_eq!(plan.lost_sources, [lost("location", 60, 60, SourceRule::Filter)]);
        assert!(
            steps(&plan).iter().all(|(_, step)| *step == "change"),
            "{:?}",
            steps(&plan)
        );
    }
}

#[test]
fn no_employee_leaves_the_scope_because_a_field_is_gone() {
    let admits = [
        ("!(employee.location in [\"Fiji\"])", "employee.location in [\"Perth\"]"),
        ("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\""),
    ];
    let mut case = Case::in_step(&acme(&admits), &company(&json!({})));
    case.configuration.limits.out_of_scope.percent = 100.0;
    let plan = case.clone().then(&company(&json!({"location": null}))).plan();
    assert_eq!((plan.actions.len(), plan.held.len(), plan.suspended.len()), (0, 0, 40));
    case.configuration.limits.field_loss_percent = 100.0;
    let plan = case.then(&company(&json!({"location": null}))).plan();
    assert_eq!(plan.held.len() + plan.actions.len(), 40, "an operator may let it be so");
}

#[test]
fn a_rehire_and_an_adoption_wait_while_the_filter_is_blind() {
    let mut case = in_step().then(&company(&json!({"location": null})));
    case.people[0].active = false;
    let stranger = case.people.remove(1);
    let mut case = case.verifying();
    case.portal
        .as_mut()
        .expect("read")
        .push(crate::fixture::portal_of(&[stranger])[0].clone());
    let plan = case.plan();
    assert_eq!((steps(&plan), plan.suspended.len()), (vec![], 22));
}

#[test]
fn lost_addresses_rename_no_account_and_are_one_line() {
    let falls_back = [(
        "user_name = \"employee.workEmail\"",
        "user_name = \"employee.workEmail != null ? employee.workEmail : employee.personalEmail\"",
    )];
    let home = json!({"workEmail": null, "personalEmail": "jo@home.example"});
    let mut after = company(&json!({}));
    for (n, employee) in after.iter_mut().enumerate().take(30) {
        *employee = one(n, &home);
    }
    let case = Case::in_step(&everybody(&falls_back), &company(&json!({})));
    let plan = case.then(&after).plan();
    assert_eq!(plan.lost_sources, [lost("workEmail", 60, 30, SourceRule::UserName)]);
    let renames = plan.actions.iter().filter(|action| action.change_kind().is_some());
    assert!(renames.count() == 0, "{:?}", steps(&plan));
}

#[test]
fn leavers_whose_records_are_emptied_and_a_few_gaps_are_no_loss() {
    let mut after = company(&json!({}));
    for (n, employee) in after.iter_mut().enumerate() {
        match n {
            0..12 => *employee = one(n, &json!({"status": "Terminated", "location": null})),
            12..16 => *employee = one(n, &json!({"location": null})),
            _ => {}
        }
    }
    let plan = in_step().then(&after).plan();
    assert_eq!(plan.lost_sources, []);
    assert_eq!(
        in_step().then(&company(&json!({}))[..30]).plan().lost_sources,
        [],
        "fewer employees are no loss"
    );
}

#[test]
fn what_is_lost_little_by_little_is_measured_by_where_it_began_that_day() {
    let gaps = |count: usize| -> Vec<Employee> {
        (0..60)
            .map(|n| {
                one(
                    n,
                    &if n < count {
                        json!({"location": null})
                    } else {
                        json!({})
                    },
                )
            })
            .collect()
    };
    let mut case = in_step().then(&gaps(5));
    case.baseline = case.plan().baseline.expect("measured");
    assert_eq!(
        case.clone().then(&gaps(8)).plan().lost_sources.len(),
        1,
        "8 of 60 since the morning"
    );
    case.now += SignedDuration::from_hours(25);
    case.baseline = case.plan().baseline.expect("measured");
    assert_eq!(case.then(&gaps(8)).plan().lost_sources, [], "5 are the new normal");
}

fn location() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!("")),
        Just(json!(3)),
        Just(json!(["Fiji", "Perth"])),
        Just(json!({"code": "FJ"})),
        Just(json!(false)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_broken_filter_field_admits_and_deactivates_no_employee(
        broken in prop::collection::vec((0..60_usize, location()), 30..90)
    ) {
        let mut after = company(&json!({}));
        for (n, location) in broken {
            after[n] = one(n, &json!({"location": location}));
        }
        let broken = after.iter().filter(|employee| employee.text("location").is_none()).count();
        prop_assume!(broken >= 7);
        let plan = in_step().then(&after).plan();
        prop_assert_eq!(plan.lost_sources.len(), 1);
        prop_assert!(steps(&plan).iter().all(|(_, step)| *step == "change"));
        prop_assert!(plan.held.is_empty());
    }
}

/// A company of so many whose location is this, of which the first few then have another one.
fn changed(size: usize, few: usize, usual: &Value, other: &Value) -> (Case, Vec<Employee>) {
    let of = |location: &Value, n: usize| one(n, &json!({"location": location}));
    let before: Vec<_> = (0..size).map(|n| of(usual, n)).collect();
    let mut case = in_step().then(&before);
    case.baseline = FieldBaseline::default();
    case.baseline = case.plan().baseline.expect("measured");
    let after = (0..size).map(|n| of(if n < few { other } else { usual }, n)).collect();
    (case, after)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn another_kind_of_value_is_reported_from_the_first_employee_on_in_companies_of_any_size(
        size in 2..60_usize,
        share in 1..60_usize,
        kinds in prop::sample::subsequence(vec![
            json!("Perth"), json!({"name": "Perth"}), json!(["Perth"]), json!([7]), json!([{"name": "Perth"}]), json!(7), json!(true),
        ], 2).prop_shuffle(),
    ) {
        let few = share.min(size);
        let (case, after) = changed(size, few, &kinds[0], &kinds[1]);
        let plan = case.then(&after).plan();
        let notices: Vec<_> = plan.field_notices.iter().map(|notice| (notice.field.as_str(), notice.what, notice.employees)).collect();
        let lost: Vec<_> = plan.lost_sources.iter().map(|lost| (lost.field.as_str(), lost.lost)).collect();
        let few_of_them = u64::try_from(few).expect("small");
        prop_assert!(
            notices == [("location", FieldFault::OtherKind, few)] || lost == [("location", few_of_them)],
            "{few} of {size}: {notices:?} {lost:?}"
        );
    }
}

#[test]
fn no_other_kind_is_reported_where_all_values_are_of_one_kind() {
    assert_eq!(in_step().plan().field_notices, []);
}

#[test]
fn another_kind_of_every_value_is_reported_for_a_day_and_is_usual_then() {
    let (mut case, after) = changed(4, 4, &json!("Perth"), &json!(["Perth"]));
    case = case.then(&after);
    for (hours, reported) in [(1, 1), (22, 1), (24, 1), (1, 0)] {
        case.now += SignedDuration::from_hours(hours);
        let plan = case.clone().plan();
        assert_eq!(plan.field_notices.len(), reported, "{hours}");
        case.baseline = plan.baseline.expect("measured");
    }
}
