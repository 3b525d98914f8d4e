//! Custom fields that an expression names and no employee has: no error, since the first value may still come, but
//! usually a misspelling.

use std::collections::BTreeSet;

use super::TenantConfiguration;
use super::document::Document;
use super::finding::ConfigurationFinding;
use crate::expressions::expression::Expression;
use crate::text::nearest::nearest;

impl TenantConfiguration {
    /// Whether any expression names a custom field.
    #[must_use]
    pub fn names_custom_fields(&self) -> bool {
        let mut expressions = self.users.expressions();
        expressions.any(|expression| !expression.named_fields().custom.is_empty())
    }
}

/// One warning for each place in `source` that names a custom field which is not among those `seen`; `configuration` is what
/// the source says.
#[must_use]
pub fn unknown_custom_fields(
    source: &str,
    configuration: &TenantConfiguration,
    seen: &BTreeSet<String>,
) -> Vec<ConfigurationFinding> {
    let Ok(document) = Document::parse(source) else {
        return Vec::new();
    };
    let users = &configuration.users;
    let whole = [("user_name", Some(&users.user_name)), ("filter", users.filter.as_ref())];
    let whole = whole
        .into_iter()
        .filter_map(|(key, expression)| Some((vec!["users", key], expression?)));
    let fields = users
        .fields
        .iter()
        .map(|(field, mapping)| (vec!["users", "fields", field.as_str(), "value"], &mapping.value));
    let mut warnings: Vec<_> = whole
        .chain(fields)
        .flat_map(|(path, expression)| warnings(&document, &path, expression, seen))
        .collect();
    warnings.sort_by_key(|warning| warning.line);
    warnings
}

fn warnings(
    document: &Document<'_>,
    path: &[&str],
    expression: &Expression,
    seen: &BTreeSet<String>,
) -> Vec<ConfigurationFinding> {
    let named = expression.custom_fields().into_iter();
    named
        .filter(|(_, field)| !seen.contains(field))
        .map(|(line, field)| ConfigurationFinding {
            line: Some(document.line_inside(path, line)),
            message: message(&field, seen),
        })
        .collect()
}

fn message(field: &str, seen: &BTreeSet<String>) -> String {
    let known: Vec<_> = seen.iter().map(String::as_str).collect();
    let hint = nearest(field, known.iter().copied()).map_or_else(String::new, |name| format!("; did you mean {name}?"));
    let known = if known.is_empty() {
        "there are none".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    };
    format!("nobody has the custom field '{field}' ({known}{hint})")
}
