//! From a source to its syntax tree, whatever the source: none that a customer's file may hold can exhaust the stack, neither
//! here nor wherever its tree is walked, evaluated or dropped later.

use std::thread;

use cel::common::ast::IdedExpr;
use cel::{ParseErrors, Program};

use crate::expression::InvalidExpression;
use crate::expression_cost::{self, AboveBudget};
use crate::expression_fields::parts;

/// The parser takes about 150 KiB of stack per level of brackets where it is not optimised, and gives up after 96 levels:
/// four times what that comes to. The pages of it that are not touched cost nothing.
const STACK: usize = 64 * 1024 * 1024;

/// How deep a tree may be: evaluating one level takes up to 40 KiB where the evaluator is not optimised, and a thread may have no
/// more than 2 MiB.
pub(crate) const DEEPEST_TREE: usize = 32;

/// Compiles a source on a stack of its own.
pub(crate) fn compile(source: &str) -> Result<Program, InvalidExpression> {
    let gave_up = || InvalidExpression::Unreadable("the parser gave up on it".to_owned());
    thread::scope(|scope| {
        let compiling = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || compile_here(source));
        let compiled = compiling.ok().and_then(|thread| thread.join().ok());
        compiled.unwrap_or_else(|| Err(gave_up()))
    })
}

fn compile_here(source: &str) -> Result<Program, InvalidExpression> {
    let program = Program::compile(source).map_err(|errors| InvalidExpression::Unreadable(first(&errors)))?;
    // A tree that is too deep is dropped here, where there is room for that as well.
    if depth(program.expression()) > DEEPEST_TREE {
        return Err(InvalidExpression::TooInvolved);
    }
    expression_cost::check(program.expression()).map_err(|above| match above {
        AboveBudget::Steps => InvalidExpression::TooManySteps,
        AboveBudget::Bytes => InvalidExpression::TooLarge,
        AboveBudget::Literal => InvalidExpression::LiteralTooLong,
    })?;
    Ok(program)
}

/// The first error on one line; the others mostly follow from it.
fn first(errors: &ParseErrors) -> String {
    let Some(error) = errors.errors.first() else {
        return errors.to_string();
    };
    let (line, column) = error.pos;
    let message = error.msg.lines().next().unwrap_or_default();
    format!("{message} (line {line}, column {column} of it)")
}

fn depth(expression: &IdedExpr) -> usize {
    let below = parts(&expression.expr).into_iter().map(depth).max();
    1 + below.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::employee::Employee;
    use crate::evaluator::Evaluator;
    use crate::expression::Expression;

    /// Sources of at most 2 KiB that are deep in every way there is.
    fn hostile() -> Vec<String> {
        let wrapped = |open: &str, inner: &str, close: &str, times: usize| {
            format!("{}{inner}{}", open.repeat(times), close.repeat(times))
        };
        let mut sources = vec![
            wrapped("!", "true", "", 2000),
            wrapped("-", "1", "", 2000),
            wrapped("-(", "1", ")", 20),
            wrapped("!(", "true", ")", 20),
            wrapped("true?1:", "1", "", 290),
            wrapped("true?", "1", "", 400),
            wrapped("true?", "1", ":1", 90),
            wrapped("1+", "1", "", 1000),
            wrapped("1<", "1", "", 1000),
            wrapped("a&&", "a", "", 600),
            wrapped("", "a", ".a", 1000),
            wrapped("", "a", "[0]", 680),
            wrapped("", "a", ".a()", 500),
            wrapped("[1].map(x,", "1", ")", 20),
            wrapped("", "[1]", ".map(x,x)", 200),
            wrapped("{1:", "1", "}", 20),
            wrapped("lower(", "'a'", ")", 20),
            wrapped("(", "1", ")", 20),
            wrapped("(", &".a".repeat(980), ")", 20),
        ];
        // Brackets in texts make the count of levels believe that others are closed.
        let closed = format!("('{}'=='')||", ")".repeat(20));
        sources.push(format!("{}true", closed.repeat(50)));
        sources.push(wrapped("(", "1", ")", 20).replace('1', &format!("'{}'+{}1", ")".repeat(20), "(".repeat(20))));
        sources.push("(')'+".repeat(400));
        sources
    }

    #[test]
    fn no_source_exhausts_the_stack_when_it_is_compiled_walked_evaluated_or_dropped() {
        let record = json!({"employeeId": "E1"});
        let employee = Employee::from_record(record.as_object().expect("a record").clone()).expect("has an id");
        let evaluator = Evaluator::new([], []);
        let mut accepted = 0;
        for source in hostile() {
            let Ok(expression) = source.parse::<Expression>() else {
                continue;
            };
            accepted += 1;
            drop((expression.named_fields(), expression.mistakes()));
            drop(expression.text(&evaluator.scope(&employee, None)));
        }
        assert!(accepted > 5, "only {accepted} of them got as far as being evaluated");
    }

    /// The deepest sources of each kind that are accepted.
    fn deepest() -> Vec<String> {
        let grown = |grow: &dyn Fn(String) -> String| {
            let sources = std::iter::successors(Some("'a'".to_owned()), |source| Some(grow(source.clone())));
            let accepted = sources.take_while(|source| source.parse::<Expression>().is_ok());
            accepted.last().expect("a text is accepted")
        };
        vec![
            grown(&|inner| format!("{inner}+'a'")),
            grown(&|inner| format!("false?'b':{inner}")),
            grown(&|inner| format!("lower({inner})")),
            grown(&|inner| format!("[{inner}]")),
            grown(&|inner| format!("{inner}.map(x,x)")),
            grown(&|inner| format!("[1].map(x,{inner})")),
            grown(&|inner| format!("[1].map(x,{inner}+'a'+'a')")),
            grown(&|inner| format!("['a'].exists(x,x=={inner})?'b':'c'")),
            grown(&|inner| format!("!({inner}=='b')?'a':'b'")),
        ]
    }

    #[test]
    fn the_deepest_expressions_that_are_accepted_are_evaluated_on_three_quarters_of_a_threads_stack() {
        let record = json!({"employeeId": "E1"});
        let employee = Employee::from_record(record.as_object().expect("a record").clone()).expect("has an id");
        let sources = deepest();
        let three_quarters = 3 * 512 * 1024;
        let evaluating = thread::Builder::new().stack_size(three_quarters).spawn(move || {
            let evaluator = Evaluator::new([], []);
            for source in sources {
                let expression: Expression = source.parse().expect("was accepted");
                drop(expression.text(&evaluator.scope(&employee, None)));
            }
        });
        assert!(evaluating.expect("a thread").join().is_ok());
    }

    #[test]
    fn a_chain_that_is_too_long_is_refused_and_one_that_somebody_would_write_is_not() {
        let refused = format!("'a'{}", "+'a'".repeat(50)).parse::<Expression>();
        assert_eq!(refused, Err(InvalidExpression::TooInvolved));
        let places: Vec<_> = (0..60)
            .map(|place| format!("employee.location == 'P{place}'"))
            .collect();
        assert!(places.join(" || ").parse::<Expression>().is_ok());
        assert!(format!("'a'{}", "+'a'".repeat(30)).parse::<Expression>().is_ok());
    }

    #[test]
    fn a_syntax_error_is_told_on_one_line_with_its_place() {
        let error = "employee.lastName\n +"
            .parse::<Expression>()
            .expect_err("is unfinished");
        let message = error.to_string();
        assert!(
            message.contains("line 2, column 3") && !message.contains('\n'),
            "{message}"
        );
    }
}
