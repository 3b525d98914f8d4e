//! The plain text, as wide as a screen of old: paragraphs are broken there, and values stay in a column of their own.

use super::page::{Fact, PageGroup, PageLine};

const WIDTH: usize = 76;

/// A paragraph.
pub(super) fn wrapped(text: &str) -> String {
    textwrap::fill(text, WIDTH)
}

/// A title.
pub(super) fn title(text: &str) -> String {
    wrapped(&text.to_uppercase())
}

/// The title of a group.
pub(super) fn group_title(group: &PageGroup) -> String {
    title(&format!("{} ({})", group.title, group.count))
}

/// The employee, or other subject, of a line.
pub(super) fn about(line: &PageLine) -> String {
    let mark = line.mark.map(|mark| format!("  [{mark}]")).unwrap_or_default();
    let text = format!("{}, {}{mark}", line.who, line.number);
    let options = textwrap::Options::new(WIDTH)
        .initial_indent("  ")
        .subsequent_indent("    ");
    textwrap::fill(&text, options)
}

/// A fact of a line.
pub(super) fn fact(fact: &Fact) -> String {
    let first = format!("    {:<11} ", fact.label.to_lowercase());
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(&first)
        .subsequent_indent("                ");
    textwrap::fill(&fact.value, options)
}
