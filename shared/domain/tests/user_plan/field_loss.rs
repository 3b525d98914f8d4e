//! A field that many employees lose at once is held and named; a field that a single employee loses is not.

use habitsync_domain::people::employee::Employee;
use habitsync_domain::user_plan::LostField;
use serde_json::{Value, json};

use crate::fixture::{Case, causes, employee, everybody, field, pairs, steps, written_for};

/// Returns `count` employees; the first `affected` have these changes.
fn people(count: usize, affected: usize, changes: &Value) -> Vec<Employee> {
    let nothing = json!({});
    (0..count)
        .map(|n| employee(&format!("E{}", 100 + n), if n < affected { changes } else { &nothing }))
        .collect()
}

fn lost(name: &str, source: &str, had: usize, lost: usize) -> LostField {
    LostField {
        field: field(name),
        source: source.to_owned(),
        had,
        lost,
    }
}

#[test]
fn a_field_that_many_people_lose_at_once_is_held_and_everything_else_goes_on() {
    let acme = everybody(&[]);
    let before = people(40, 0, &json!({}));
    let mut after = people(40, 6, &json!({"location": null}));
    after[0] = employee("E100", &json!({"location": null, "jobTitle": "Lead"}));
    after[39] = employee("E139", &json!({"location": "Hobart"}));
    let plan = Case::in_step(&acme, &before).then(&after).plan();
    assert_eq!(plan.lost_fields, [lost("X-Location", "employee.location", 40, 6)]);
    assert_eq!(steps(&plan), [("E100", "change")]);
    assert_eq!(written_for(&plan, "E100"), pairs(&[("X-Job Title", "Lead")]));
    assert_eq!(plan.counts.set_aside, 6);
}

#[test]
fn whoever_loses_a_value_among_few_has_it_cleared() {
    let acme = everybody(&[]);
    let before = people(40, 0, &json!({}));
    let plan = Case::in_step(&acme, &before)
        .then(&people(40, 4, &json!({"location": null})))
        .plan();
    assert_eq!((plan.lost_fields.len(), plan.actions.len()), (0, 4));
    // Four of eight: half of a small customer, and still each their own affair.
    let plan = Case::in_step(&acme, &before[..8])
        .then(&people(8, 4, &json!({"location": null})))
        .plan();
    assert_eq!((plan.lost_fields.len(), plan.actions.len()), (0, 4));
}

#[test]
fn a_field_that_keeps_its_value_when_empty_is_told_as_well() {
    let acme = everybody(&[]);
    let before = people(40, 0, &json!({}));
    let plan = Case::in_step(&acme, &before)
        .then(&people(40, 30, &json!({"jobTitle": null})))
        .plan();
    assert_eq!(plan.lost_fields, [lost("X-Job Title", "employee.jobTitle", 40, 30)]);
    assert_eq!(steps(&plan), []);
}

#[test]
fn a_default_does_not_hide_that_the_value_is_gone() {
    let always = [("write = \"if_empty\", default", "write = \"always\", default")];
    let acme = everybody(&always);
    let before = people(40, 0, &json!({}));
    let gone = json!({"customFields": {"Division": null}});
    let plan = Case::in_step(&acme, &before).then(&people(40, 20, &gone)).plan();
    assert_eq!(
        plan.lost_fields,
        [lost("X-Division", "employee.customFields['Division']", 40, 20)]
    );
    assert_eq!(steps(&plan), []);
}

#[test]
fn a_required_field_that_everybody_loses_is_one_line_and_not_forty() {
    let acme = everybody(&[]);
    let before = people(40, 0, &json!({}));
    let plan = Case::in_step(&acme, &before)
        .then(&people(40, 40, &json!({"lastName": null})))
        .plan();
    assert_eq!(plan.lost_fields, [lost("last_name", "employee.lastName", 40, 40)]);
    assert_eq!((causes(&plan), steps(&plan)), (vec![], vec![]));
}

#[test]
fn new_people_and_fields_that_are_not_kept_up_to_date_are_no_loss() {
    let acme = everybody(&[]);
    let before = people(40, 0, &json!({}));
    let mut after = people(40, 40, &json!({"customFields": {"Division": null}}));
    after.extend((0..20).map(|n| employee(&format!("N{n}"), &json!({"location": null}))));
    let plan = Case::in_step(&acme, &before).then(&after).plan();
    assert_eq!((plan.lost_fields, plan.actions.len()), (vec![], 20));
}
