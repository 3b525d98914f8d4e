//! Whether an expression can be a condition: an expression that gives a text, a number or a list for every employee is
//! no filter.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};

use crate::expressions::expression::Expression;
use crate::expressions::fields::{custom_access, record_access};
use crate::expressions::functions::FUNCTIONS;

/// Whether an expression gives something else than true or false for every employee.
pub(crate) fn is_never_a_truth_value(expression: &IdedExpr) -> bool {
    const NUMERIC: [&str; 6] = [
        operators::ADD,
        operators::SUBSTRACT,
        operators::MULTIPLY,
        operators::DIVIDE,
        operators::MODULO,
        operators::NEGATE,
    ];
    match &expression.expr {
        Expr::Literal(literal) => !matches!(literal, LiteralValue::Boolean(_)),
        // A bare field is a text; one that holds true or false is compared with true.
        Expr::Select(select) => !select.test && record_or_custom(expression),
        Expr::Ident(_) | Expr::List(_) | Expr::Map(_) | Expr::Struct(_) => true,
        Expr::Comprehension(all) => matches!(all.accu_init.expr, Expr::List(_)),
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [_, one, other]) => is_never_a_truth_value(one) && is_never_a_truth_value(other),
            (operators::INDEX, _) => record_or_custom(expression),
            (name, _) => NUMERIC.contains(&name) || gives_no_truth_value(name),
        },
        Expr::Unspecified => false,
    }
}

fn gives_no_truth_value(name: &str) -> bool {
    FUNCTIONS
        .iter()
        .any(|function| function.name == name && !function.gives_truth)
}

fn record_or_custom(expression: &IdedExpr) -> bool {
    record_access(&expression.expr).is_some() || custom_access(&expression.expr).is_some()
}

impl Expression {
    /// Whether its syntax tree shows that it gives something else than true or false for every employee.
    #[must_use]
    pub fn is_never_a_truth_value(&self) -> bool {
        is_never_a_truth_value(self.syntax_tree())
    }
}

#[cfg(test)]
mod tests {
    use crate::expressions::expression::Expression;

    fn compiled(source: &str) -> Expression {
        source.parse().expect("compiles")
    }

    #[test]
    fn what_can_never_be_true_or_false_is_told_from_what_may_be() {
        for never in [
            "employee.location",
            "employee.customFields['Division']",
            "manager",
            "'x'",
            "1",
            "[true]",
            "lower(employee.location)",
            "employee.location + 'x'",
            "[1].map(x, x)",
            "manager == null ? 'a' : 'b'",
        ] {
            assert!(compiled(never).is_never_a_truth_value(), "{never}");
        }
        for may_be in [
            "true",
            "has(employee.location)",
            "employee.location == 'Fiji'",
            "[1].exists(x, x > 0)",
            "employee.location.contains('x')",
            "manager == null ? true : manager.location == 'x'",
            "[true][0]",
            "bool(employee.customFields['Wanted'])",
            "employee.location in ['x']",
        ] {
            assert!(!compiled(may_be).is_never_a_truth_value(), "{may_be}");
        }
    }
}
