//! Which fields of the record an expression names, found by walking its syntax tree: so that a misspelt one is refused
//! when a configuration is applied, and a custom field that no employee has yet is empty rather than an error.

use std::collections::BTreeSet;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators};

use crate::expressions::expression::Expression;
use crate::people::contract::CUSTOM_FIELDS;

/// The people an expression speaks of.
pub(crate) const EMPLOYEE: &str = "employee";
pub(crate) const MANAGER: &str = "manager";

/// The fields of `employee` and `manager` that an expression names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedFields {
    /// Fields of either record, for instance `workEmail`.
    pub record: BTreeSet<String>,
    /// Fields of either record's `customFields`, for instance `Division`.
    pub custom: BTreeSet<String>,
    /// Those of [`record`](Self::record) that are named of the employee.
    pub employee: BTreeSet<String>,
    /// Those of [`record`](Self::record) that are named of the manager.
    pub manager: BTreeSet<String>,
    /// Whether a record, or its `customFields`, is also used in a way that names no field: `employee[x]`,
    /// `size(manager.customFields)`. The result may then depend on any field.
    pub whole: bool,
}

/// One field of the employee's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordField<'e> {
    /// A field of the contract, for instance `workEmail`.
    Contract(&'e str),
    /// A field of `customFields`, for instance `Division`.
    Custom(&'e str),
}

impl NamedFields {
    pub(crate) fn from_syntax(expression: &IdedExpr) -> Self {
        let mut named = Self::default();
        named.walk(expression);
        named
    }

    fn walk(&mut self, expression: &IdedExpr) {
        if let Some((person, field)) = custom_access(&expression.expr) {
            self.name(person, CUSTOM_FIELDS);
            self.custom.insert(field.to_owned());
        } else if let Some((person, field)) = record_access(&expression.expr) {
            self.name(person, field);
            self.whole |= field == CUSTOM_FIELDS;
        } else if person(expression).is_some() {
            self.whole = true;
        } else {
            let compared = is_comparison_with_null(&expression.expr);
            for part in parts(&expression.expr) {
                if !(compared && is_record(part)) {
                    self.walk(part);
                }
            }
        }
    }

    fn name(&mut self, person: &str, field: &str) {
        self.record.insert(field.to_owned());
        let of_person = if person == EMPLOYEE {
            &mut self.employee
        } else {
            &mut self.manager
        };
        of_person.insert(field.to_owned());
    }
}

/// The field, where the whole expression is one field of the employee and nothing else.
fn bare_field(expression: &IdedExpr) -> Option<RecordField<'_>> {
    if matches!(&expression.expr, Expr::Select(select) if select.test) {
        return None; // has(employee.workEmail) is a truth value, not the field
    }
    let (person, field) = match custom_access(&expression.expr) {
        Some((person, field)) => (person, RecordField::Custom(field)),
        None => record_access(&expression.expr)
            .filter(|(_, field)| *field != CUSTOM_FIELDS)
            .map(|(person, field)| (person, RecordField::Contract(field)))?,
    };
    (person == EMPLOYEE).then_some(field)
}

/// Returns the record (`employee` or `manager`) and the field of `employee.customFields['Division']` and its other spellings.
pub(crate) fn custom_access(expression: &Expr) -> Option<(&str, &str)> {
    let (holder, field) = access(expression)?;
    let (person, name) = record_access(&holder.expr)?;
    (name == CUSTOM_FIELDS).then_some((person, field))
}

/// Returns the record (`employee` or `manager`) and the field of `employee.workEmail` and `employee['workEmail']`.
pub(crate) fn record_access(expression: &Expr) -> Option<(&str, &str)> {
    let (holder, field) = access(expression)?;
    Some((person(holder)?, field))
}

/// Whether there is a manager is asked of the record as a whole, and depends on none of its fields.
fn is_comparison_with_null(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else { return false };
    [operators::EQUALS, operators::NOT_EQUALS].contains(&call.func_name.as_str())
        && call
            .args
            .iter()
            .any(|side| matches!(side.expr, Expr::Literal(LiteralValue::Null)))
}

fn is_record(expression: &IdedExpr) -> bool {
    person(expression).is_some()
}

/// `holder.field` and `holder['field']` are the same.
fn access(expression: &Expr) -> Option<(&IdedExpr, &str)> {
    match expression {
        Expr::Select(select) => Some((&select.operand, &select.field)),
        Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
            [
                holder,
                IdedExpr {
                    expr: Expr::Literal(LiteralValue::String(field)),
                    ..
                },
            ] => Some((holder, field.inner())),
            _ => None,
        },
        _ => None,
    }
}

fn person(expression: &IdedExpr) -> Option<&str> {
    match &expression.expr {
        Expr::Ident(name) if [EMPLOYEE, MANAGER].contains(&name.as_str()) => Some(name),
        _ => None,
    }
}

/// Whether this is a record or its custom fields, as opposed to one field.
pub(crate) fn is_record_part(expression: &IdedExpr) -> bool {
    person(expression).is_some() || record_access(&expression.expr).is_some_and(|(_, field)| field == CUSTOM_FIELDS)
}

pub(crate) fn parts(expression: &Expr) -> Vec<&IdedExpr> {
    match expression {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Comprehension(all) => {
            vec![
                &all.iter_range,
                &all.accu_init,
                &all.loop_cond,
                &all.loop_step,
                &all.result,
            ]
        }
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entry_parts(&entry.expr)).collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Struct(structure) => structure
            .entries
            .iter()
            .flat_map(|entry| entry_parts(&entry.expr))
            .collect(),
    }
}

fn entry_parts(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

impl Expression {
    /// The fields of the record that it names.
    #[must_use]
    pub fn named_fields(&self) -> NamedFields {
        NamedFields::from_syntax(self.syntax_tree())
    }

    /// The field, where the whole expression is one field of the employee, such as `employee.workEmail` or
    /// `employee.customFields['Division']`, and nothing else.
    #[must_use]
    pub fn bare_field(&self) -> Option<RecordField<'_>> {
        bare_field(self.syntax_tree())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expressions::expression::Expression;

    fn named(source: &str) -> NamedFields {
        source.parse::<Expression>().expect("compiles").named_fields()
    }

    fn listed(fields: &BTreeSet<String>) -> String {
        fields.iter().cloned().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn fields_are_found_wherever_an_expression_names_them() {
        let named = named(
            "[employee.location].exists(place, place in ['Fiji']) ? lower(manager.workEmail) : \
             trim(employee.customFields['Cost Centre'] + employee.customFields.Division + employee['jobTitle'])",
        );
        assert_eq!(listed(&named.record), "customFields jobTitle location workEmail");
        assert_eq!(listed(&named.custom), "Cost Centre Division");
        assert_eq!(listed(&named.employee), "customFields jobTitle location");
        assert_eq!(listed(&named.manager), "workEmail");
        assert!(!named.whole);
    }

    #[test]
    fn a_record_that_is_used_without_naming_a_field_is_used_whole() {
        for whole in [
            "employee[employee.jobTitle]",
            "size(employee) > 3",
            "[manager].map(m, m.workEmail)[0]",
            "employee.customFields.exists(k, k == 'Division')",
            "employee.customFields[employee.jobTitle]",
            "'Division' in employee.customFields",
            "employee == manager",
        ] {
            assert!(named(whole).whole, "{whole}");
        }
    }

    #[test]
    fn a_comparison_with_null_does_not_use_the_record_whole() {
        let asked = named("manager != null && null != employee ? manager.workEmail : employee.managerEmail");
        assert!(!asked.whole);
        assert_eq!(listed(&asked.manager), "workEmail");
    }

    #[test]
    fn a_bare_field_is_told_however_it_is_written() {
        for (source, expected) in [
            ("employee.workEmail", Some(RecordField::Contract("workEmail"))),
            (" ( employee['workEmail'] ) ", Some(RecordField::Contract("workEmail"))),
            (
                "employee.customFields['Cost Centre']",
                Some(RecordField::Custom("Cost Centre")),
            ),
            (
                "employee['customFields'].Division",
                Some(RecordField::Custom("Division")),
            ),
            ("employee.customFields", None),
            ("has(employee.workEmail)", None),
            ("manager.workEmail", None),
            ("lower(employee.workEmail)", None),
            ("employee", None),
            ("'workEmail'", None),
        ] {
            let expression: Expression = source.parse().expect("compiles");
            assert_eq!(expression.bare_field(), expected, "{source}");
        }
    }
}
