//! The regular expressions of `matches`: each is written out, bounded, and compiled once for all employees.

use std::collections::HashMap;
use std::sync::Arc;

use cel::ExecutionError;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue};
use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

use crate::expressions::expression::Expression;
use crate::expressions::fields::parts;

/// The function as it is written, and as it is evaluated: the interpreter's own compiles the pattern at every call.
pub(crate) const WRITTEN: &str = "matches";
pub(crate) const EVALUATED: &str = "habitsync_matches";

/// Bytes that a compiled pattern may have. `^\p{L}+$` takes about 100 KiB.
const LARGEST_PATTERN: usize = 256 * 1024;

/// The compiled patterns of a set of expressions.
#[derive(Clone, Default)]
pub(crate) struct Patterns(Arc<HashMap<String, Regex>>);

impl Patterns {
    pub(crate) fn new<'a>(expressions: impl IntoIterator<Item = &'a Expression>) -> Self {
        let mut patterns = HashMap::new();
        for expression in expressions {
            let mut waiting = vec![expression.syntax_tree()];
            while let Some(part) = waiting.pop() {
                let compiled = literal_pattern(&part.expr).and_then(|source| Some((source, compile(source).ok()?)));
                patterns.extend(compiled.map(|(source, pattern)| (source.to_owned(), pattern)));
                waiting.extend(parts(&part.expr));
            }
        }
        Self(Arc::new(patterns))
    }

    /// Whether a text matches a pattern.
    ///
    /// # Errors
    /// The pattern is no regular expression, or too large.
    pub(crate) fn matches(&self, text: &str, pattern: &str) -> Result<bool, ExecutionError> {
        if let Some(known) = self.0.get(pattern) {
            return Ok(known.is_match(text));
        }
        let failed = |_| ExecutionError::function_error(WRITTEN, "not a pattern");
        compile(pattern).map(|compiled| compiled.is_match(text)).map_err(failed)
    }
}

/// The tree in which `matches` is the function with compiled patterns; none where the expression calls no `matches`.
///
/// # Errors
/// A pattern is not written out, is no regular expression, or is too large.
pub(crate) fn with_compiled_patterns(tree: &IdedExpr) -> Result<Option<IdedExpr>, String> {
    if !calls_matches(tree) {
        return Ok(None);
    }
    let mut evaluated = tree.clone();
    replace(&mut evaluated)?;
    Ok(Some(evaluated))
}

fn calls_matches(tree: &IdedExpr) -> bool {
    is_matches(&tree.expr).is_some() || parts(&tree.expr).into_iter().any(calls_matches)
}

fn is_matches(expression: &Expr) -> Option<&CallExpr> {
    match expression {
        Expr::Call(call) if call.func_name == WRITTEN => Some(call),
        _ => None,
    }
}

fn literal_pattern(expression: &Expr) -> Option<&str> {
    pattern_of(is_matches(expression)?)
}

/// The pattern of a call of `matches`, where it is a text that is written out.
pub(crate) fn pattern_of(call: &CallExpr) -> Option<&str> {
    match &call.args.last()?.expr {
        Expr::Literal(LiteralValue::String(pattern)) => Some(pattern.inner()),
        _ => None,
    }
}

fn replace(part: &mut IdedExpr) -> Result<(), String> {
    if is_matches(&part.expr).is_some() {
        let pattern = literal_pattern(&part.expr)
            .ok_or_else(|| "is a text that is written out, so that it can be checked".to_owned())?;
        compile(pattern)?;
    }
    if let Expr::Call(call) = &mut part.expr
        && call.func_name == WRITTEN
    {
        EVALUATED.clone_into(&mut call.func_name);
        let text = call.target.take().map(|target| *target);
        call.args.splice(0..0, text);
    }
    parts_mut(&mut part.expr).into_iter().try_for_each(replace)
}

fn parts_mut(expression: &mut Expr) -> Vec<&mut IdedExpr> {
    match expression {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => Vec::new(),
        Expr::Call(call) => call.target.as_deref_mut().into_iter().chain(&mut call.args).collect(),
        Expr::Comprehension(all) => comprehension_parts(all),
        Expr::List(list) => list.elements.iter_mut().collect(),
        Expr::Map(map) => map
            .entries
            .iter_mut()
            .flat_map(|entry| entry_parts(&mut entry.expr))
            .collect(),
        Expr::Select(select) => vec![&mut select.operand],
    }
}

fn comprehension_parts(all: &mut ComprehensionExpr) -> Vec<&mut IdedExpr> {
    let ComprehensionExpr {
        iter_range,
        accu_init,
        loop_cond,
        loop_step,
        result,
        ..
    } = all;
    vec![iter_range, accu_init, loop_cond, loop_step, result]
}

fn entry_parts(entry: &mut EntryExpr) -> Vec<&mut IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&mut field.value],
        EntryExpr::MapEntry(entry) => vec![&mut entry.key, &mut entry.value],
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let compiled = RegexBuilder::new(pattern)
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
        .build();
    compiled.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => format!("is larger than {} KiB once compiled", LARGEST_PATTERN / 1024),
        other => format!("is no regular expression: {}", last_line(&other.to_string())),
    })
}

/// Returns at how many places of a pattern its search can be at once, in its worst case. A search takes time for each of them and
/// each byte of the text: `[ab]*a[ab]{1000}c` keeps a thousand beginnings in mind. A pattern that is none is refused elsewhere.
pub(crate) fn places(pattern: &str) -> u64 {
    regex_syntax::parse(pattern).map_or(0, |tree| places_of(&tree))
}

fn places_of(part: &Hir) -> u64 {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(class) => 1 + u64::from(class.maximum_len() > Some(1)),
        HirKind::Repetition(repeated) => {
            let times = repeated.max.unwrap_or(repeated.min).max(1);
            places_of(&repeated.sub).saturating_mul(u64::from(times))
        }
        HirKind::Capture(group) => places_of(&group.sub),
        // Texts that begin alike are searched for together.
        HirKind::Alternation(texts) if texts.iter().all(is_text) => {
            texts.iter().map(places_of).max().unwrap_or_default()
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(places_of).fold(0, u64::saturating_add)
        }
    }
}

fn is_text(part: &Hir) -> bool {
    matches!(part.kind(), HirKind::Literal(_))
}

/// The parser draws the pattern and points at the place; the last line states the error.
fn last_line(error: &str) -> &str {
    error.lines().last().unwrap_or_default().trim_start_matches("error: ")
}
