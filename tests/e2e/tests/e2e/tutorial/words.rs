//! What an output says, word for word, but for what differs from run to run. A page shows real values, never gaps: what matches
//! one of the rules on both sides is the same.
//!
//! Ready-made tools for consoles in Markdown (`trycmd`) run a page by itself and write gaps into it. Here the outside world takes
//! part between two commands, and a reader is to see what a terminal shows.

use regex::Regex;
use similar::{Algorithm, DiffOp, TextDiff, capture_diff_slices};

/// What differs from run to run, and what it is called in a comparison. The first that matches counts.
const RULES: [(&str, &str); 9] = [
    (r"\bwhsec_[A-Za-z0-9+/=]+", "‹secret›"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "‹run›"),
    (PLAN, "‹plan›"),
    (r"\b\d{4}-\d\d-\d\d-\d{6}\b", "‹moment›"),
    // A table may end its line within it.
    (r"\bMON-FRI\s+(\*|2099)", "MON-FRI ‹year›"),
    (
        r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?",
        "‹time›",
    ),
    (r"\b\d{4}-\d\d-\d\d\b|\b\d\d/\d\d/\d{4}\b", "‹day›"),
    (r"\b\d+(\.\d+)? ?(ms|s|min|m|h|d)( \d+(ms|s|m|h))*\b", "‹while›"),
    (r"\bhabitsync \d+\.\d+\.\d+", "habitsync ‹version›"),
];

/// What a command that waits says meanwhile.
const PROGRESS: &str = r"(?m)^(user-sync|course-sync|result-sweep) (runs|begins)\b.*\n";

/// A schedule of this run, which fires in a distant year; a table may end its line within it.
const AT_REST: &str = r"\bMON-FRI(\s+)2099\b";

/// A plan's id, which is typed again in a later command.
const PLAN: &str = r"\b[0-9a-f]{12}\b";

/// The rules, and what this run calls what the page calls otherwise.
pub(super) struct Words {
    rules: Vec<(Regex, &'static str)>,
    plan: Regex,
    progress: Regex,
    at_rest: Regex,
    /// The page's name of a thing, and this run's.
    names: Vec<(String, String)>,
}

impl Words {
    /// Adds the names that differ in every run, by the page's name.
    pub(super) fn new(names: Vec<(String, String)>) -> Self {
        let compiled = |text| Regex::new(text).expect("a rule is a regular expression");
        Self {
            rules: RULES.iter().map(|(rule, name)| (compiled(rule), *name)).collect(),
            plan: compiled(PLAN),
            progress: compiled(PROGRESS),
            at_rest: compiled(AT_REST),
            names,
        }
    }

    /// What the page says, as this run would.
    pub(super) fn here(&self, page: &str) -> String {
        let names = self.names.iter();
        names.fold(page.to_owned(), |text, (page, here)| text.replace(page, here))
    }

    /// What this run says, as the page would. How far a run has come is no part of it: in a terminal that line is overwritten.
    pub(super) fn on_the_page(&self, said: &str) -> String {
        let said = self.progress.replace_all(said, "");
        let said = self.at_rest.replace_all(&said, "MON-FRI${1}*").into_owned();
        let names = self.names.iter();
        names.fold(said, |text, (page, here)| text.replace(here, page))
    }

    /// Plans keep their place in an output, under any id: what the page calls the first is this run's first.
    pub(super) fn learn(&mut self, page: &str, said: &str) {
        let ids = |text: &str| -> Vec<String> {
            let found = self.plan.find_iter(text).map(|id| id.as_str().to_owned());
            found
                .filter(|id| id.contains(|digit: char| !digit.is_ascii_digit()))
                .collect()
        };
        let pairs = ids(page).into_iter().zip(ids(said));
        let other = pairs.filter(|(page, here)| page != here && !self.names.iter().any(|(known, _)| known == page));
        let other: Vec<_> = other.collect();
        self.names.extend(other);
    }

    /// Whether two outputs say the same.
    pub(super) fn agree(&self, page: &str, said: &str) -> bool {
        // Tables are as wide as their values: blanks and line ends say nothing.
        let (page, said) = (self.without_values(page), self.without_values(said));
        page.split_whitespace().eq(said.split_whitespace())
    }

    /// In what they differ, line by line.
    pub(super) fn difference(&self, page: &str, said: &str) -> String {
        let (page, said) = (self.without_values(page), self.without_values(said));
        let diff = TextDiff::from_lines(&page, &said);
        diff.unified_diff().header("the page", "the program").to_string()
    }

    /// An output as the page is to show it: the lines that the page has already, values included, and the program's otherwise.
    pub(super) fn merged(&self, page: &str, said: &str) -> String {
        let (old, new): (Vec<_>, Vec<_>) = (page.lines().collect(), said.lines().collect());
        let (before, after) = (self.lines(&old), self.lines(&new));
        let lines = capture_diff_slices(Algorithm::Myers, &before, &after)
            .into_iter()
            .flat_map(|op| match op {
                DiffOp::Equal { old_index, len, .. } => old[old_index..old_index + len].to_vec(),
                DiffOp::Delete { .. } => Vec::new(),
                DiffOp::Insert { new_index, new_len, .. } | DiffOp::Replace { new_index, new_len, .. } => {
                    new[new_index..new_index + new_len].to_vec()
                }
            });
        lines.flat_map(|line| [line.trim_end(), "\n"]).collect()
    }

    fn lines(&self, lines: &[&str]) -> Vec<String> {
        let words = |line: &&str| {
            let line = self.without_values(line);
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        lines.iter().map(words).collect()
    }

    fn without_values(&self, text: &str) -> String {
        self.rules.iter().fold(text.to_owned(), |text, (rule, name)| {
            rule.replace_all(&text, *name).into_owned()
        })
    }
}
