//! Parses a source into its syntax tree. No source that a customer's file may contain can exhaust the stack, neither
//! here nor where its tree is walked, evaluated or dropped later.

use std::str::FromStr;
use std::thread;

use cel::common::ast::IdedExpr;
use cel::{ParseErrors, Program};

use crate::expressions::cost::{
    self, AboveBudget, LARGEST_ITEM, LONGEST_LITERAL, LONGEST_TEXT, MOST_BYTES, MOST_ITEMS, MOST_STEPS,
};
use crate::expressions::expression::Expression;
use crate::expressions::fields::parts;
use crate::expressions::patterns;

const LONGEST_SOURCE: usize = 2048;
const DEEPEST_NESTING: usize = 20;

/// The parser takes about 150 KiB of stack per level of brackets where it is not optimised, and gives up after 96 levels:
/// four times what that comes to. The pages of it that are not touched cost nothing.
const STACK: usize = 64 * 1024 * 1024;

/// How deep a tree may be: evaluating one level takes up to 40 KiB where the evaluator is not optimised, and a thread may have no
/// more than 2 MiB.
const DEEPEST_TREE: usize = 32;

/// A text that is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidExpression {
    /// Longer than 2 KiB.
    #[error("an expression has at most {LONGEST_SOURCE} bytes")]
    TooLong,
    /// Brackets nested deeper than 20 levels.
    #[error("an expression nests at most {DEEPEST_NESTING} levels of brackets")]
    TooDeep,
    /// A chain of operations that makes a syntax tree too deep to be evaluated safely.
    #[error(
        "an expression has at most {} operations one inside the other; a long choice between values is better written as map",
        DEEPEST_TREE
    )]
    TooInvolved,
    /// Its worst case takes too many steps.
    #[error(
        "an expression takes at most {MOST_STEPS} steps for one employee, with lists of {MOST_ITEMS} items in the record; nested \
         list functions multiply"
    )]
    TooManySteps,
    /// Its worst case makes a value that is too large.
    #[error(
        "an expression makes values of at most {} KiB, with texts of {} KiB and list items of {LARGEST_ITEM} bytes in the record",
        MOST_BYTES / 1024,
        LONGEST_TEXT / 1024
    )]
    TooLarge,
    /// A list or a map that is written out is too long.
    #[error("a list that is written out has at most {LONGEST_LITERAL} elements")]
    LiteralTooLong,
    /// The pattern of `matches` is no text that is written out, is no regular expression, or is too large as one.
    #[error("the pattern of matches {0}")]
    Pattern(String),
    /// Not CEL.
    #[error("not a CEL expression: {0}")]
    Unreadable(String),
}

impl FromStr for Expression {
    type Err = InvalidExpression;

    fn from_str(source: &str) -> Result<Self, InvalidExpression> {
        if source.len() > LONGEST_SOURCE {
            return Err(InvalidExpression::TooLong);
        }
        if nesting(source) > DEEPEST_NESTING {
            return Err(InvalidExpression::TooDeep);
        }
        let program = compile(source)?;
        let evaluated = patterns::with_compiled_patterns(program.expression());
        let evaluated = evaluated.map_err(InvalidExpression::Pattern)?;
        Ok(Self::new(source.to_owned(), program, evaluated))
    }
}

/// The deepest nesting of brackets, brackets in text included: checked before compiling, so that a source made to be deep
/// never reaches the parser's recursion.
fn nesting(source: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for character in source.chars() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

impl TryFrom<String> for Expression {
    type Error = InvalidExpression;

    fn try_from(source: String) -> Result<Self, InvalidExpression> {
        source.parse()
    }
}

/// Compiles a source on a stack of its own.
fn compile(source: &str) -> Result<Program, InvalidExpression> {
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
    cost::check(program.expression()).map_err(|above| match above {
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
