//! An answer about one thing, as a page of sections: subject, value, and remark.

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width};
use habitsync_domain::text::printable::printable;

/// Width of the subject and of the remark, in columns.
const WHAT: u16 = 25;
pub(crate) const WORD: u16 = 20;

/// Values have at least so much room, so that words stand below each other.
const VALUE: u16 = 50;

/// Indentation of everything below a title.
const INDENT: u16 = 2;

/// One section of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) lines: Vec<Line>,
}

/// One line: subject, value, and remark. Long ones go on below themselves.
pub(crate) type Line = [String; 3];

/// Returns a line without a remark.
pub(crate) fn line(what: impl Into<String>, value: impl Into<String>) -> Line {
    [what.into(), value.into(), String::new()]
}

/// The sections that have lines, in so many columns.
pub(crate) fn written(sections: &[Section], width: u16) -> String {
    let sections = sections.iter().filter(|section| !section.lines.is_empty());
    let sections: Vec<_> = sections
        .map(|section| format!("{}\n{}", section.title.to_uppercase(), body(&section.lines, width)))
        .collect();
    sections.join("\n\n")
}

fn body(lines: &[Line], width: u16) -> String {
    let has_words = lines.iter().any(|[_, _, word]| !word.is_empty());
    let shown = if has_words { 3 } else { 2 };
    let mut table = Table::new();
    table
        .load_preset(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width.saturating_sub(INDENT));
    for line in lines {
        table.add_row(line[..shown].iter().map(|part| printable(part)));
    }
    for (column, columns) in [(0, WHAT), (2, WORD)] {
        if let Some(column) = table.column_mut(column) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(columns)));
        }
    }
    if let Some(value) = table.column_mut(1) {
        value.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(VALUE)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    let indent = " ".repeat(usize::from(INDENT));
    let lines: Vec<_> = table
        .lines()
        .map(|line| format!("{indent}{}", line.trim_end()))
        .collect();
    lines.join("\n")
}
