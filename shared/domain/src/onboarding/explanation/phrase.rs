//! Phrases a clause in words that follow "if": `location` were not one of Fiji.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};

use crate::expressions::expression::Expression;
use crate::expressions::fields::{EMPLOYEE, MANAGER, custom_access, record_access};

/// The clause as it would have to be: that it holds, or that it does not.
pub(super) fn phrase(clause: &Expression, holds: bool) -> String {
    told(clause.syntax_tree(), holds).unwrap_or_else(|| {
        let source: Vec<_> = clause.source().split_whitespace().collect();
        format!("{} were {holds}", source.join(" "))
    })
}

fn told(tree: &IdedExpr, holds: bool) -> Option<String> {
    match &tree.expr {
        Expr::Call(call) => call_told(call, holds),
        Expr::Select(select) if select.test => {
            let (who, field) = record_access(&tree.expr)?;
            Some(format!("{} were {}there", named(who, field), not(!holds)))
        }
        _ => None,
    }
}

fn call_told(call: &CallExpr, holds: bool) -> Option<String> {
    if let Some(target) = &call.target {
        let [argument] = call.args.as_slice() else { return None };
        return text_told(&subject(target)?, &call.func_name, &literal(argument)?, holds);
    }
    let [left, right] = call.args.as_slice() else {
        return None;
    };
    match call.func_name.as_str() {
        operators::EQUALS => compared(left, right, holds),
        operators::NOT_EQUALS => compared(left, right, !holds),
        operators::IN => {
            let Expr::List(list) = &right.expr else { return None };
            let items: Option<Vec<_>> = list.elements.iter().map(literal).collect();
            Some(format!(
                "{} were {}one of {}",
                subject(left)?,
                not(!holds),
                items?.join(", ")
            ))
        }
        name => {
            let words = measure(name, holds)?;
            Some(format!("{} were {words} {}", subject(left)?, literal(right)?))
        }
    }
}

/// `employee.location == 'Fiji'`, either way round, and comparisons with null.
fn compared(left: &IdedExpr, right: &IdedExpr, equal: bool) -> Option<String> {
    let (of, with) = if literal(right).is_some() {
        (left, right)
    } else {
        (right, left)
    };
    let is_null = matches!(with.expr, Expr::Literal(LiteralValue::Null));
    if is_null && matches!(&of.expr, Expr::Ident(name) if name == MANAGER) {
        return Some(format!("there were {}manager", if equal { "no " } else { "a " }));
    }
    Some(format!("{} were {}{}", subject(of)?, not(!equal), literal(with)?))
}

fn text_told(subject: &str, function: &str, text: &str, holds: bool) -> Option<String> {
    let (does, would) = match function {
        "endsWith" => ("ended with", "did not end with"),
        "startsWith" => ("began with", "did not begin with"),
        "contains" => ("contained", "did not contain"),
        "matches" => ("matched", "did not match"),
        _ => return None,
    };
    Some(format!("{subject} {} {text}", if holds { does } else { would }))
}

fn measure(operator: &str, holds: bool) -> Option<&'static str> {
    match (operator, holds) {
        (operators::GREATER, true) | (operators::LESS_EQUALS, false) => Some("greater than"),
        (operators::GREATER_EQUALS, true) | (operators::LESS, false) => Some("at least"),
        (operators::LESS, true) | (operators::GREATER_EQUALS, false) => Some("less than"),
        (operators::LESS_EQUALS, true) | (operators::GREATER, false) => Some("at most"),
        _ => None,
    }
}

/// Returns the field's name, also where the clause lower-cases or trims the field: the comparison means the same to a
/// reader.
fn subject(tree: &IdedExpr) -> Option<String> {
    if let Expr::Call(call) = &tree.expr
        && ["lower", "trim"].contains(&call.func_name.as_str())
        && let [argument] = call.args.as_slice()
    {
        return subject(argument);
    }
    let (who, field) = custom_access(&tree.expr).or_else(|| record_access(&tree.expr))?;
    Some(named(who, field))
}

fn named(who: &str, field: &str) -> String {
    if who == EMPLOYEE {
        format!("`{field}`")
    } else {
        format!("the manager's `{field}`")
    }
}

fn literal(tree: &IdedExpr) -> Option<String> {
    let Expr::Literal(literal) = &tree.expr else {
        return None;
    };
    Some(match literal {
        LiteralValue::Null => "empty".to_owned(),
        LiteralValue::String(text) if text.inner().is_empty() => "empty".to_owned(),
        LiteralValue::String(text) => text.inner().to_owned(),
        LiteralValue::Boolean(truth) => truth.inner().to_string(),
        LiteralValue::Int(number) => number.inner().to_string(),
        LiteralValue::UInt(number) => number.inner().to_string(),
        LiteralValue::Double(number) => number.inner().to_string(),
        LiteralValue::Bytes(_) => return None,
    })
}

const fn not(is_not: bool) -> &'static str {
    if is_not { "not " } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_reads_as_what_would_have_to_be_so() {
        for (clause, holds, expected) in [
            (
                "employee.location in ['Fiji', 'Nauru']",
                false,
                "`location` were not one of Fiji, Nauru",
            ),
            ("employee.workEmail != null", true, "`workEmail` were not empty"),
            ("employee.workEmail != null", false, "`workEmail` were empty"),
            (
                "lower(employee.workEmail).endsWith('@a.com')",
                true,
                "`workEmail` ended with @a.com",
            ),
            ("employee.customFields['Desk'] == 'A1'", false, "`Desk` were not A1"),
            ("'Perth' == employee.location", true, "`location` were Perth"),
            (
                "manager.location == 'Perth'",
                true,
                "the manager's `location` were Perth",
            ),
            ("manager != null", true, "there were a manager"),
            ("has(employee.location)", false, "`location` were not there"),
            ("employee.customFields['Hours'] >= 7", false, "`Hours` were less than 7"),
            (
                "size(employee.jobTitle) >\n  3",
                true,
                "size(employee.jobTitle) > 3 were true",
            ),
        ] {
            let clause: Expression = clause.parse().expect("compiles");
            assert_eq!(phrase(&clause, holds), expected);
        }
    }
}
