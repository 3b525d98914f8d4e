//! Paths that documents name exist.

use std::path::Path;

use regex::Regex;

use crate::project::{assert_none, root, text};

const DOCUMENTS: [&str; 9] = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/ARCHITECTURE.md",
    "docs/RELIABILITY.md",
    "docs/PERFORMANCE.md",
    "docs/RUNBOOK.md",
    "docs/VENDORS.md",
    "docs/ASSUMPTIONS.md",
];

/// The paths in backticks that begin with one of the project's folders.
fn paths(document: &str) -> Vec<String> {
    let path = Regex::new(r"`((?:functions|shared|infra|tests|docs)/[\w./-]*)`").expect("a pattern");
    let text = text(document);
    path.captures_iter(&text).map(|found| found[1].to_owned()).collect()
}

fn exists(path: &str) -> bool {
    let path = root().join(path);
    path.exists() || Path::new(&format!("{}.rs", path.display())).exists()
}

#[test]
fn every_path_that_a_document_names_exists() {
    let missing = DOCUMENTS.iter().flat_map(|document| {
        let missing = paths(document).into_iter().filter(|path| !exists(path));
        missing.map(move |path| format!("{document} names {path}"))
    });
    assert_none(&missing.collect::<Vec<_>>());
    assert!(paths("docs/ARCHITECTURE.md").len() > 10, "paths are found");
}
