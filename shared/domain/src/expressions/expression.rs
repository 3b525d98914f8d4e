//! Expressions of a customer's configuration: CEL, compiled once. Their input is in [`crate::expressions::evaluator`],
//! their value for an employee in [`crate::expressions::evaluation`].

use std::fmt;
use std::sync::Arc;

use cel::Program;
use cel::common::ast::IdedExpr;
use serde::Deserialize;

/// A compiled expression.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Expression {
    source: String,
    program: Arc<Program>,
    /// Its syntax tree as it is evaluated, where that differs from the source's tree.
    evaluated: Option<Arc<IdedExpr>>,
}

impl Expression {
    /// An expression that was compiled and checked.
    pub(crate) fn new(source: String, program: Program, evaluated: Option<IdedExpr>) -> Self {
        Self {
            source,
            program: Arc::new(program),
            evaluated: evaluated.map(Arc::new),
        }
    }

    /// The expression as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    pub(crate) fn syntax_tree(&self) -> &IdedExpr {
        self.program.expression()
    }

    /// The tree that is evaluated: in it `matches` finds its pattern compiled.
    pub(crate) fn evaluated_tree(&self) -> &IdedExpr {
        self.evaluated.as_deref().unwrap_or(self.program.expression())
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
