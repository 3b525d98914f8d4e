//! The glossary: each name in its last column is found in the sources.

use crate::project::{assert_none, root, rust_files, text};

const PAGE: &str = "docs/GLOSSARY.md";

/// The names in backticks of a row's last column.
fn names(row: &str) -> impl Iterator<Item = &str> {
    let last = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
    last.split('`').skip(1).step_by(2)
}

/// What a name is searched for as: keys of the table without the part that varies, sections of the configuration by their word.
fn needle(name: &str) -> &str {
    let name = name.strip_prefix("pk = ").unwrap_or(name);
    let name = name.split(['#', '…']).next().unwrap_or_default();
    name.trim_start_matches(['[', '-'])
        .split(']')
        .next()
        .unwrap_or_default()
}

#[test]
fn every_name_in_the_glossary_is_in_the_sources() {
    let mut sources: String = rust_files().iter().map(text).collect();
    sources.push_str(&text("shared/domain/src/configuration/acme.toml"));
    let page = text(PAGE);
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| ")).collect();
    assert!(rows.len() > 50, "{PAGE} has {} rows", rows.len());
    let is_there = |name: &str| {
        let command = name
            .strip_prefix("habitsync ")
            .and_then(|words| words.split(' ').next_back());
        let needle = command.unwrap_or_else(|| needle(name));
        root().join(name).exists() || sources.to_lowercase().contains(&needle.to_lowercase())
    };
    let missing = rows
        .iter()
        .flat_map(|row| names(row))
        .filter(|name| !is_there(name))
        .map(|name| format!("{PAGE} names {name}, which is nowhere in the sources"));
    assert_none(&missing.collect::<Vec<_>>());
}
