//! That `docs/OUTPUT.md` names every JSON field of every read, and none besides.
//!
//! A command is added by a line in [`commands`], with examples of what it answers (every field of every variant among them), and
//! by a section `## habitsync …` in the page: a table of paths and what they mean. What several commands share is a section
//! `### …` that a row refers to by `see [it](#it)`; a path of `.` puts its fields beside the others. `*` is any name, `[]` any
//! element.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{courses, doctor, explain, holds, link, plan, rehearse, results, runs, scan, status, tenant};

const PAGE: &str = include_str!("../../../docs/OUTPUT.md");

/// Each command that reads, and examples of what it answers.
fn commands() -> Vec<(&'static str, Vec<Value>)> {
    let [history, change] = tenant::history::tests::examples();
    let [listed, shown] = results::tests::examples();
    vec![
        ("status", status::fleet::tests::examples_of_fleet()),
        ("status TENANT", status::fleet::tests::examples()),
        ("doctor", doctor::shown::tests::examples()),
        ("plan", plan::shown::tests::examples()),
        ("rehearse", rehearse::shown::tests::examples()),
        ("scan", scan::tests::examples()),
        ("explain", explain::tests::examples()),
        ("link set", link::set::tests::examples()),
        ("link rekey", link::rekey::tests::examples()),
        ("tenant list", tenant::list::tests::examples()),
        ("tenant show", tenant::show::tests::examples()),
        ("tenant history", history),
        ("tenant history --version", change),
        ("runs", runs::tests::examples()),
        ("courses", courses::tests::examples()),
        ("link show", link::show::tests::examples()),
        ("results list", listed),
        ("results show", shown),
        ("results replay", results::replay::tests::examples()),
        ("results backfill", results::backfill::tests::examples()),
        ("holds list", holds::list::tests::examples()),
        ("holds approve, holds reject", holds::decide::tests::examples()),
        ("holds reopen", holds::reopen::tests::examples()),
    ]
}

/// The paths that each section of the page names.
type Sections = BTreeMap<String, Vec<(String, String)>>;

fn sections() -> Sections {
    let mut sections = Sections::new();
    let mut name = String::new();
    for line in PAGE.lines() {
        if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
            heading.trim_matches('`').clone_into(&mut name);
        }
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        if let [_, path, meaning, ..] = cells.as_slice()
            && let Some(path) = path.strip_prefix('`').and_then(|path| path.strip_suffix('`'))
        {
            let row = (path.to_owned(), (*meaning).to_owned());
            sections.entry(name.clone()).or_default().push(row);
        }
    }
    sections
}

/// What a section names, with what it refers to.
fn named(sections: &Sections, section: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (path, meaning) in sections.get(section).into_iter().flatten() {
        let Some((_, reference)) = meaning.split_once("see [") else {
            paths.insert(path.clone());
            continue;
        };
        let shared = reference.split(']').next().unwrap_or_default();
        let shared = named(sections, shared);
        assert!(!shared.is_empty(), "{section}: {path} refers to nothing");
        paths.extend(shared.into_iter().map(|inner| match path.as_str() {
            "." => inner,
            outer => format!("{outer}.{inner}"),
        }));
    }
    paths
}

/// Every leaf of a value by its path, and whether it is empty: null, or without elements.
fn leaves(value: &Value, path: &str, found: &mut BTreeSet<(String, bool)>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(field, &format!("{path}{dot}{name}"), found);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for element in elements {
                leaves(element, &format!("{path}[]"), found);
            }
        }
        leaf => {
            let is_empty = leaf.is_null() || leaf.is_array() || leaf.is_object();
            found.insert((path.to_owned(), is_empty));
        }
    }
}

/// Whether a path is the one that the page names.
fn is_named_by(path: &str, named: &str) -> bool {
    let (path, named): (Vec<_>, Vec<_>) = (path.split('.').collect(), named.split('.').collect());
    let same = |(one, other): (&&str, &&str)| *other == "*" || one == other;
    path.len() == named.len() && path.iter().zip(&named).all(same)
}

/// Returns whether the page names a path inside a value that is empty here.
fn is_around(path: &str, named: &str) -> bool {
    let depth = path.split('.').count();
    let outer: Vec<_> = named.split('.').take(depth).collect();
    let outer = outer.join(".");
    is_named_by(path, &outer) || is_named_by(&format!("{path}[]"), &outer)
}

#[test]
fn every_field_of_every_answer_is_named_and_nothing_else_is() {
    let sections = sections();
    let mut wrong = Vec::new();
    for (command, examples) in commands() {
        let named = named(&sections, &format!("habitsync {command}"));
        let mut found = BTreeSet::new();
        for example in &examples {
            leaves(example, "", &mut found);
        }
        let is_missing = |(path, is_empty): &&(String, bool)| {
            let mut named = named.iter();
            !named.any(|named| is_named_by(path, named) || (*is_empty && is_around(path, named)))
        };
        let missing = found.iter().filter(is_missing);
        wrong.extend(missing.map(|(path, _)| format!("{command}: the page does not name `{path}`")));
        // A field that is null in every example of one command may have a value in another's.
        let shows = |(path, is_empty): &(String, bool), named: &str| {
            is_named_by(path, named) || (*is_empty && is_around(path, named))
        };
        let is_there = |named: &&String| !found.iter().any(|leaf| shows(leaf, named));
        let stale = named.iter().filter(is_there);
        wrong.extend(stale.map(|path| format!("{command}: there is no `{path}`, or no example has it")));
    }
    assert_eq!(wrong, Vec::<String>::new(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_field_that_the_page_does_not_name_is_found() {
    let mut found = BTreeSet::new();
    let value = serde_json::json!({ "counts": { "well": 1 }, "runs": [{ "id": 1 }], "held": null });
    leaves(&value, "", &mut found);
    let paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["counts.well", "held", "runs[].id"]);
    assert!(is_named_by("counts.well", "counts.*") && !is_named_by("runs[].id", "runs[].job"));
    assert!(is_around("held", "held.plan") && is_around("runs", "runs[].id") && !is_around("held", "holder.plan"));
}
