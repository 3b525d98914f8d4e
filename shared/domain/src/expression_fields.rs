//! Which fields of the record an expression names, found by walking its syntax tree: so that a misspelt one is refused when
//! a configuration is applied, and a custom field that nobody has yet is empty rather than an error.

use std::collections::BTreeSet;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators};

/// The people an expression speaks of.
const PEOPLE: [&str; 2] = ["employee", "manager"];
const CUSTOM_FIELDS: &str = "customFields";

/// The fields of `employee` and `manager` that an expression names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedFields {
    /// Fields of the record, for instance `workEmail`.
    pub record: BTreeSet<String>,
    /// Fields of `customFields`, for instance `Division`.
    pub custom: BTreeSet<String>,
}

impl NamedFields {
    pub(crate) fn of(expression: &IdedExpr) -> Self {
        let mut named = Self::default();
        named.walk(expression);
        named
    }

    fn walk(&mut self, expression: &IdedExpr) {
        if let Some((holder, field)) = access(&expression.expr) {
            if is_person(holder) {
                self.record.insert(field.to_owned());
            } else if access(&holder.expr).is_some_and(|(person, name)| is_person(person) && name == CUSTOM_FIELDS) {
                self.custom.insert(field.to_owned());
            }
        }
        for part in parts(&expression.expr) {
            self.walk(part);
        }
    }
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

fn is_person(expression: &IdedExpr) -> bool {
    matches!(&expression.expr, Expr::Ident(name) if PEOPLE.contains(&name.as_str()))
}

fn parts(expression: &Expr) -> Vec<&IdedExpr> {
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

#[cfg(test)]
mod tests {
    use crate::expression::Expression;

    #[test]
    fn fields_are_found_wherever_an_expression_names_them() {
        let source = "[employee.location].exists(place, place in ['Fiji']) ? lower(manager.workEmail) : \
                      trim(employee.customFields['Cost Centre'] + employee.customFields.Division + employee['jobTitle'])";
        let named = source.parse::<Expression>().expect("compiles").named_fields();
        let listed = |set: &std::collections::BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(listed(&named.record), "customFields jobTitle location workEmail");
        assert_eq!(listed(&named.custom), "Cost Centre Division");
    }
}
