//! How source files look.

use std::path::Path;

use crate::project::{assert_none, file_name, rust_files, text};

fn offenders(offends: impl Fn(&Path) -> bool) -> Vec<String> {
    rust_files()
        .iter()
        .filter(|path| offends(path))
        .map(|path| path.display().to_string())
        .collect()
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    // A crate's front page is its README.
    const OPENINGS: [&str; 2] = ["//! ", "#![doc = include_str!(\"../README.md\")]"];
    assert_none(&offenders(|path| {
        let text = text(path);
        !OPENINGS.iter().any(|opening| text.starts_with(opening))
    }));
}

#[test]
fn a_functions_main_only_wires() {
    let is_long = |path: &Path| path.starts_with("functions") && path.ends_with("src/main.rs") && lines(path) >= 40;
    assert_none(&offenders(is_long));
}

#[test]
fn no_function_composes_mail() {
    const COMPOSING: [&str; 5] = [
        "Worklist",
        "MailMessage",
        "MailContent",
        "OperatorMail",
        "notify_customer",
    ];
    let composes = |path: &Path| {
        let is_function = path.starts_with("functions") || path.starts_with("shared/job-functions");
        is_function && COMPOSING.iter().any(|name| text(path).contains(name))
    };
    assert_none(&offenders(composes));
}

#[test]
fn no_module_is_a_drawer_for_odds_and_ends() {
    const DRAWERS: [&str; 6] = ["utils.rs", "util.rs", "common.rs", "helpers.rs", "helper.rs", "misc.rs"];
    assert_none(&offenders(|path| DRAWERS.contains(&file_name(path).as_str())));
}

fn lines(path: &Path) -> usize {
    text(path).lines().count()
}
