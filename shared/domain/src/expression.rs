//! Expressions of a customer's configuration: CEL, compiled once. Whom they speak of is in [`crate::evaluator`], what they
//! give for a person in [`crate::evaluation`].

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use cel::Program;
use cel::common::ast::IdedExpr;
use serde::Deserialize;

use crate::expression_checks::{self, ExpressionMistake};
use crate::expression_compiling;
use crate::expression_cost::{LARGEST_ITEM, LONGEST_LITERAL, LONGEST_TEXT, MOST_BYTES, MOST_ITEMS, MOST_STEPS};
use crate::expression_fields::{self, NamedFields, RecordField};
use crate::expression_patterns;
use crate::expression_truth;

const LONGEST_SOURCE: usize = 2048;
const DEEPEST_NESTING: usize = 20;

/// A compiled expression.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Expression {
    source: String,
    program: Arc<Program>,
    /// Its syntax tree as it is evaluated, where that differs from the one that was written.
    evaluated: Option<Arc<IdedExpr>>,
}

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
        expression_compiling::DEEPEST_TREE
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

impl Expression {
    /// The expression as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The fields of the record that it names.
    #[must_use]
    pub fn named_fields(&self) -> NamedFields {
        NamedFields::of(self.program.expression())
    }

    /// The field, where the whole expression is one field of the employee, such as `employee.workEmail` or
    /// `employee.customFields['Division']`, and nothing else.
    #[must_use]
    pub fn bare_field(&self) -> Option<RecordField<'_>> {
        expression_fields::bare_field(self.program.expression())
    }

    /// What fails in it whoever it is evaluated for: names, functions and fields that do not exist.
    #[must_use]
    pub fn mistakes(&self) -> Vec<ExpressionMistake> {
        expression_checks::mistakes(&self.program)
    }

    /// The custom fields that it names, each with the line inside it, from 0.
    #[must_use]
    pub fn custom_fields(&self) -> BTreeSet<(usize, String)> {
        expression_checks::custom_fields(&self.program)
    }

    /// Whether it can be told that it gives something else than true or false for everybody.
    #[must_use]
    pub fn is_never_a_truth_value(&self) -> bool {
        expression_truth::is_never_a_truth_value(self.program.expression())
    }

    pub(crate) fn syntax_tree(&self) -> &IdedExpr {
        self.program.expression()
    }

    /// The tree that is evaluated: in it `matches` finds its pattern compiled.
    pub(crate) fn evaluated_tree(&self) -> &IdedExpr {
        self.evaluated.as_deref().unwrap_or(self.program.expression())
    }
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
        let program = expression_compiling::compile(source)?;
        Ok(Self {
            source: source.to_owned(),
            evaluated: expression_patterns::with_compiled_patterns(program.expression())?.map(Arc::new),
            program: Arc::new(program),
        })
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

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?})", self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_that_is_too_long_too_deep_or_no_cel_is_refused() {
        assert_eq!(
            " ".repeat(2049).parse::<Expression>().expect_err("too long"),
            InvalidExpression::TooLong
        );
        assert_eq!(
            "(".repeat(21).parse::<Expression>().expect_err("too deep"),
            InvalidExpression::TooDeep
        );
        assert!(matches!(
            "employee.".parse::<Expression>(),
            Err(InvalidExpression::Unreadable(_))
        ));
    }
}
