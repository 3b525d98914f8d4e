//! Checks of the fields of users: expressions that fail for every employee, values that their type does not accept,
//! settings that would silently do nothing.

use super::finding::Checks;
use super::{EmptyMode, FieldMapping, UsersConfiguration, WriteMode};
use crate::expressions::expression::Expression;
use crate::people::user::FieldName;

/// How many custom fields a portal has at most.
const MOST_CUSTOM_FIELDS: usize = 20;

const FIELDS: [&str; 2] = ["users", "fields"];

pub(super) fn check_fields(checks: &mut Checks<'_>, users: &UsersConfiguration) {
    for required in [FieldName::FIRST_NAME, FieldName::LAST_NAME, FieldName::EMAIL] {
        if !users.fields.keys().any(|field| field.as_str() == required) {
            let message = format!("{required} is required: the portal creates no user without it");
            checks.refuse(&FIELDS, message);
        }
    }
    let custom = users.fields.keys().filter(|field| field.is_custom()).count();
    if custom > MOST_CUSTOM_FIELDS {
        let message = format!("{custom} custom fields (X-) are mapped; a portal has at most {MOST_CUSTOM_FIELDS}");
        checks.refuse(&FIELDS, message);
    }
    for (field, mapping) in &users.fields {
        check_field(checks, field, mapping);
    }
}

/// Reports the parts of the expression that fail for every employee, each on its own line.
pub(super) fn check_expression(checks: &mut Checks<'_>, path: &[&str], expression: &Expression) {
    for mistake in expression.mistakes() {
        checks.refuse_inside(path, mistake.line, mistake.message);
    }
}

fn check_field(checks: &mut Checks<'_>, field: &FieldName, mapping: &FieldMapping) {
    let path = [&FIELDS[..], &[field.as_str()]].concat();
    let inner = |key| [&path[..], &[key]].concat();
    // Where the mapping is written as an expression alone, this is that expression's place.
    check_expression(checks, &inner("value"), &mapping.value);
    if let Some(reason) = why_never_cleared(field, mapping) {
        checks.refuse(
            &inner("empty"),
            format!("empty = \"clear\" would do nothing for {field}: {reason}"),
        );
    }
    if let Some(default) = &mapping.default {
        let wrong = if default.trim().is_empty() {
            Some("not empty (leave it out instead)")
        } else {
            mapping.kind.why_unusable(field, default)
        };
        if let Some(expected) = wrong {
            checks.refuse(
                &inner("default"),
                format!("the default of {field} is {expected}, not {default:?}"),
            );
        }
    }
    check_map(checks, &inner("map"), field, mapping);
}

fn check_map(checks: &mut Checks<'_>, path: &[&str], field: &FieldName, mapping: &FieldMapping) {
    for (from, to) in &mapping.map {
        let path = [path, &[from.as_str()]].concat();
        if from.is_empty() || from.trim() != from {
            let message =
                format!("{from:?} is never met: values have no blanks around them, and an empty one is not looked up");
            checks.refuse_key(&path, message);
        }
        if let Some(expected) = mapping.kind.why_unusable(field, to) {
            checks.refuse(&path, format!("a value of {field} is {expected}, not {to:?}"));
        }
    }
}

/// Why an empty value never clears the field, though it was asked to.
fn why_never_cleared(field: &FieldName, mapping: &FieldMapping) -> Option<&'static str> {
    if mapping.empty != EmptyMode::Clear {
        None
    } else if field.is_required() {
        Some("the portal requires it; an empty value is that person's problem")
    } else if mapping.default.is_some() {
        Some("with a default it is never empty")
    } else {
        match mapping.write {
            WriteMode::Always => None,
            WriteMode::OnCreate => Some("with write = \"on_create\" a new account has nothing to clear"),
            WriteMode::IfEmpty => Some("with write = \"if_empty\" it is written only where there is nothing to clear"),
        }
    }
}
