//! Bounds the cost of an expression before it is evaluated: the steps it can take and the bytes it can make for the largest
//! values that [`crate::expressions::record`] hands out. The interpreter has no budget of its own, so an expression whose worst case is
//! above the budget is refused when it is parsed.

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};

use crate::expressions::fields::{is_record_part, parts};
use crate::expressions::functions::FUNCTIONS;
use crate::expressions::patterns;

/// Steps that one evaluation may take in its worst case: about 20 ms.
pub(crate) const MOST_STEPS: u64 = 100_000;
/// Bytes that one value may have in its worst case.
pub(crate) const MOST_BYTES: u64 = 2 * 1024 * 1024;
/// Elements that a list or a map may have where it is written out.
pub(crate) const LONGEST_LITERAL: usize = 256;

/// Bytes of the longest text that an expression reads of a record.
pub(crate) const LONGEST_TEXT: usize = 8 * 1024;
/// Items of the longest list that an expression reads of a record.
pub(crate) const MOST_ITEMS: usize = 128;
/// Bytes of the largest item of such a list.
pub(crate) const LARGEST_ITEM: usize = 256;

/// Bytes of a number or a truth value, and of what a list adds to each of its items.
const CELL: u64 = 16;
/// Bytes that are compared or searched in one step.
const BYTES_A_STEP: u64 = 64;
/// Bytes of a text that are searched at one place of a pattern in one step: 12 ns each, where the search is at its slowest.
const PLACES_A_STEP: u64 = 16;
/// Bytes that are copied in one step.
const COPIED_A_STEP: u64 = 512;

/// How an expression is above the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AboveBudget {
    /// It can take more than [`MOST_STEPS`].
    Steps,
    /// It can make a value of more than [`MOST_BYTES`].
    Bytes,
    /// It writes out a list of more than [`LONGEST_LITERAL`] elements.
    Literal,
}

/// Checks the worst case of an expression against the budget.
pub(crate) fn check(expression: &IdedExpr) -> Result<(), AboveBudget> {
    let mut meter = Meter::default();
    meter.walk(expression);
    match meter {
        Meter { literal, .. } if literal > LONGEST_LITERAL => Err(AboveBudget::Literal),
        Meter { steps, .. } if steps > MOST_STEPS => Err(AboveBudget::Steps),
        Meter { bytes, .. } if bytes > MOST_BYTES => Err(AboveBudget::Bytes),
        Meter { .. } => Ok(()),
    }
}

/// The largest that a value can be: as a text, and as a list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    text: u64,
    items: u64,
    /// The largest item. An item of a record's list has none: a value inside it is no larger than itself.
    item: Option<Box<Shape>>,
}

impl Shape {
    const fn text(bytes: u64) -> Self {
        Self {
            text: bytes,
            items: 0,
            item: None,
        }
    }

    fn list(items: u64, item: Self) -> Self {
        Self {
            text: 0,
            items,
            item: Some(Box::new(item)),
        }
    }

    /// An item of a list of a record, or a key of a record.
    const fn record_item() -> Self {
        Self {
            text: LARGEST_ITEM as u64,
            items: LARGEST_ITEM as u64,
            item: None,
        }
    }

    /// The value of one field of a record.
    fn field() -> Self {
        Self {
            text: LONGEST_TEXT as u64,
            items: MOST_ITEMS as u64,
            item: Some(Box::new(Self::record_item())),
        }
    }

    /// A record or its custom fields, each of which is named or run through by name.
    fn record() -> Self {
        Self::list(LONGEST_LITERAL as u64, Self::record_item())
    }

    fn element(&self) -> Self {
        self.item.as_deref().cloned().unwrap_or_else(|| Self {
            items: self.items.min(LARGEST_ITEM as u64),
            ..Self::record_item()
        })
    }

    fn bytes(&self) -> u64 {
        let item = self.item.as_ref().map_or(0, |item| item.bytes().saturating_add(CELL));
        self.text.max(self.items.saturating_mul(item))
    }

    /// The value is one or the other.
    fn or(self, other: Self) -> Self {
        Self {
            text: self.text.max(other.text),
            items: self.items.max(other.items),
            item: either(self.item, other.item),
        }
    }

    /// The value is both, one after the other.
    fn and(self, other: Self) -> Self {
        Self {
            text: self.text.saturating_add(other.text),
            items: self.items.saturating_add(other.items),
            item: either(self.item, other.item),
        }
    }
}

fn either(one: Option<Box<Shape>>, other: Option<Box<Shape>>) -> Option<Box<Shape>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(Box::new(one.or(*other))),
        (one, other) => one.or(other),
    }
}

/// Adds the worst case up, part by part.
#[derive(Default)]
struct Meter<'e> {
    steps: u64,
    bytes: u64,
    literal: usize,
    variables: Vec<(&'e str, Shape)>,
}

impl<'e> Meter<'e> {
    fn walk(&mut self, expression: &'e IdedExpr) -> Shape {
        self.step(1);
        match &expression.expr {
            Expr::Literal(literal) => size_of(literal),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(_) if is_record_part(expression) => Shape::record(),
            Expr::Select(select) if is_record_part(&select.operand) => Shape::field(),
            Expr::Select(select) => self.walk(&select.operand).element(),
            Expr::List(list) => self.literal(list.elements.iter().collect(), list.elements.len()),
            Expr::Map(map) => {
                let entries = map.entries.iter().flat_map(|entry| match &entry.expr {
                    EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
                    EntryExpr::StructField(field) => vec![&field.value],
                });
                self.literal(entries.collect(), map.entries.len())
            }
            Expr::Comprehension(all) => self.comprehension(all),
            Expr::Call(call) => self.call(call),
            Expr::Struct(_) | Expr::Unspecified => self.literal(parts(&expression.expr), 0),
        }
    }

    fn step(&mut self, steps: u64) {
        self.steps = self.steps.saturating_add(steps);
    }

    /// A value that is made anew, as opposed to one that the record or a literal lends.
    fn made(&mut self, shape: Shape) -> Shape {
        self.bytes = self.bytes.max(shape.bytes());
        self.step(shape.bytes() / COPIED_A_STEP);
        shape
    }

    fn variable(&self, name: &str) -> Shape {
        let known = self.variables.iter().rev().find(|(known, _)| *known == name);
        known.map_or_else(Shape::record, |(_, shape)| shape.clone())
    }

    fn literal(&mut self, parts: Vec<&'e IdedExpr>, elements: usize) -> Shape {
        self.literal = self.literal.max(elements);
        let item = parts.into_iter().map(|part| self.walk(part)).reduce(Shape::or);
        let shape = Shape::list(count(elements), item.unwrap_or(Shape::text(0)));
        self.made(shape)
    }

    /// A macro such as `exists`: its step is taken for each item.
    fn comprehension(&mut self, all: &'e ComprehensionExpr) -> Shape {
        let range = self.walk(&all.iter_range);
        let init = self.walk(&all.accu_init);
        let before = self.variables.len();
        let item = range.element().or(Shape::text(CELL));
        self.variables.push((&all.accu_var, init.clone()));
        self.variables.push((&all.iter_var, item.clone()));
        self.variables
            .extend(all.iter_var2.as_deref().map(|name| (name, item.clone())));
        let (steps, bytes) = (std::mem::take(&mut self.steps), self.bytes);
        self.walk(&all.loop_cond);
        let step = self.walk(&all.loop_step);
        let each = std::mem::replace(&mut self.steps, steps);
        self.step(range.items.saturating_mul(each));
        let result = self.walk(&all.result);
        self.variables.truncate(before);
        let is_list = matches!(all.accu_init.expr, Expr::List(_));
        if is_list && keeps_items(all) {
            // `filter` makes a list of items that are there already.
            self.bytes = self.bytes.max(bytes);
            return range;
        }
        if is_list {
            let items = range.items.saturating_mul(step.items);
            let item = step.element();
            return self.made(Shape::list(items, item));
        }
        result
    }

    fn call(&mut self, call: &'e CallExpr) -> Shape {
        let arguments = call.target.as_deref().into_iter().chain(&call.args);
        let shapes: Vec<_> = arguments.map(|argument| self.walk(argument)).collect();
        let bytes = shapes
            .iter()
            .fold(0, |sum: u64, shape| sum.saturating_add(shape.bytes()));
        let least = shapes.iter().map(Shape::bytes).min().unwrap_or_default();
        match call.func_name.as_str() {
            operators::CONDITIONAL => shapes
                .into_iter()
                .skip(1)
                .reduce(Shape::or)
                .unwrap_or(Shape::text(CELL)),
            operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT => {
                if call.args.first().is_some_and(is_record_part) {
                    return Shape::field();
                }
                shapes.first().map_or(Shape::text(CELL), Shape::element)
            }
            operators::ADD => {
                let sum = shapes.into_iter().reduce(Shape::and).unwrap_or(Shape::text(CELL));
                self.made(sum)
            }
            operators::EQUALS | operators::NOT_EQUALS => {
                self.step(least / BYTES_A_STEP);
                Shape::text(CELL)
            }
            patterns::WRITTEN => {
                let places = patterns::pattern_of(call).map_or(0, patterns::places);
                let text = shapes.first().map_or(0, |shape| shape.text);
                self.step(text.saturating_mul(places) / PLACES_A_STEP + bytes / BYTES_A_STEP);
                Shape::text(CELL)
            }
            name if gives_a_number_or_truth(name) => {
                self.step(bytes / BYTES_A_STEP);
                Shape::text(CELL)
            }
            // A text in lower case can have half as many bytes again; the text of a number is longer than the number.
            _ => {
                let text = shapes.iter().fold(0, |sum: u64, shape| sum.saturating_add(shape.text));
                let joined = shapes.into_iter().reduce(Shape::or).unwrap_or(Shape::text(0));
                self.made(Shape {
                    text: text.saturating_mul(2).saturating_add(2 * CELL),
                    ..joined
                })
            }
        }
    }
}

/// Whether each step adds the item itself, as `filter` does.
fn keeps_items(all: &ComprehensionExpr) -> bool {
    let added = match &all.loop_step.expr {
        Expr::Call(call) if call.func_name == operators::CONDITIONAL => call.args.get(1),
        _ => Some(&all.loop_step),
    };
    let Some(Expr::Call(sum)) = added.map(|added| &added.expr) else {
        return false;
    };
    let items = sum.args.get(1).map(|items| &items.expr);
    let is_item = |item: &IdedExpr| matches!(&item.expr, Expr::Ident(name) if *name == all.iter_var);
    sum.func_name == operators::ADD && matches!(items, Some(Expr::List(list)) if list.elements.iter().all(is_item))
}

fn gives_a_number_or_truth(name: &str) -> bool {
    const NUMBERS: [&str; 5] = ["size", "int", "uint", "double", "type"];
    let gives_truth =
        |function: &crate::expressions::functions::Function| function.name == name && function.gives_truth;
    let is_operator = !name
        .chars()
        .all(|character| character.is_alphanumeric() || character == '_');
    name != "dyn" && (is_operator || NUMBERS.contains(&name) || FUNCTIONS.iter().any(gives_truth))
}

fn size_of(literal: &LiteralValue) -> Shape {
    match literal {
        LiteralValue::String(text) => Shape::text(count(text.inner().len())),
        LiteralValue::Bytes(bytes) => Shape::text(count(bytes.inner().len())),
        _ => Shape::text(CELL),
    }
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
