//! The collection of public reports: each file of `tests/fixtures/public-reports` has a row in `docs/RELIABILITY.md`, and each row
//! names files and tests that exist.

use std::collections::BTreeSet;
use std::fs;

use crate::project::{assert_none, file_name, root, rust_files, text};

const FOLDER: &str = "tests/fixtures/public-reports";
const PAGE: &str = "docs/RELIABILITY.md";
const HEADING: &str = "## Public reports";

/// One row: the files that hold the input, and the tests that hold what HabitSync does with it.
struct Row {
    kind: String,
    files: BTreeSet<String>,
    tests: BTreeSet<String>,
}

/// Reads the table's rows; its columns are kind, files, what happened elsewhere, what HabitSync does, tests.
fn rows() -> Vec<Row> {
    let page = text(PAGE);
    let (_, section) = page.split_once(HEADING).expect("a section about public reports");
    let section = section.split("\n## ").next().unwrap_or_default();
    let lines = section.lines().filter(|line| line.starts_with("| "));
    lines
        .skip(1)
        .filter(|line| !line.starts_with("| ---"))
        .map(row)
        .collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let [kind, files, .., tests] = cells.as_slice() else {
        panic!("a row of five cells: {line}")
    };
    assert_eq!(cells.len(), 5, "a row of five cells: {line}");
    Row {
        kind: (*kind).to_owned(),
        files: names(files),
        tests: names(tests),
    }
}

/// The names between backticks.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn files() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(FOLDER)).expect("the folder of public reports");
    entries
        .map(|entry| file_name(&entry.expect("an entry").path()))
        .collect()
}

#[test]
fn each_report_of_data_is_read_by_a_test() {
    let sources: Vec<_> = rust_files().iter().map(text).collect();
    let is_data = |file: &String| [".json", ".http"].iter().any(|end| file.ends_with(end));
    let is_read = |file: &String| sources.iter().any(|source| source.contains(file.as_str()));
    let unread = files().into_iter().filter(|file| is_data(file) && !is_read(file));
    let unread: Vec<_> = unread
        .map(|file| format!("no Rust source reads {FOLDER}/{file}"))
        .collect();
    assert_none(&unread);
}

/// The functions of all sources, by their names.
fn functions() -> BTreeSet<String> {
    let sources: Vec<_> = rust_files().iter().map(text).collect();
    let named = sources.iter().flat_map(|source| source.split("fn ").skip(1));
    let ends = |character: char| !(character.is_alphanumeric() || character == '_');
    named
        .filter_map(|rest| rest.split(ends).next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn each_public_report_has_a_row_and_each_row_a_file() {
    let (files, rows) = (files(), rows());
    let shown: BTreeSet<_> = rows.iter().flat_map(|row| row.files.iter().cloned()).collect();
    let without_row = files
        .difference(&shown)
        .map(|file| format!("{PAGE} has no row with `{file}`"));
    let without_file = shown
        .difference(&files)
        .map(|file| format!("{FOLDER} has no file `{file}`"));
    assert_none(&without_row.chain(without_file).collect::<Vec<_>>());
}

#[test]
fn each_public_report_is_held_by_a_test_that_exists() {
    let functions = functions();
    let offences = rows().into_iter().flat_map(|row| {
        let missing: Vec<_> = row.tests.difference(&functions).cloned().collect();
        let none = row.tests.is_empty().then(|| "names no test".to_owned());
        let missing = missing.into_iter().map(|test| format!("no test is called `{test}`"));
        let kind = row.kind;
        none.into_iter()
            .chain(missing)
            .map(move |offence| format!("{kind}: {offence}"))
            .collect::<Vec<_>>()
    });
    assert_none(&offences.collect::<Vec<_>>());
}
