//! What every crate's `Cargo.toml` has in common.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::project::{assert_none, folders, root, text};

/// Every crate's folder, by its path inside the workspace.
fn crates() -> Vec<PathBuf> {
    let parents = ["functions", "shared", "infra", "tests", "tests/simulators"];
    let folders = parents.iter().flat_map(|parent| {
        folders(parent)
            .into_iter()
            .map(move |name| PathBuf::from(parent).join(name))
    });
    folders
        .filter(|folder| root().join(folder).join("Cargo.toml").exists())
        .collect()
}

fn manifest(folder: &Path) -> Table {
    text(folder.join("Cargo.toml")).parse().expect("a manifest")
}

/// Whether a value is `{ workspace = true, … }`.
fn is_inherited(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

#[test]
fn every_crate_inherits_the_lints_and_the_workspaces_particulars() {
    let mut offences = Vec::new();
    for folder in crates() {
        let manifest = manifest(&folder);
        let lints = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"))
            .and_then(Value::as_bool);
        if lints != Some(true) {
            offences.push(format!("{}: lints", folder.display()));
        }
        for key in ["version", "edition", "rust-version", "publish"] {
            if !is_inherited(manifest.get("package").and_then(|package| package.get(key))) {
                offences.push(format!("{}: {key}", folder.display()));
            }
        }
    }
    assert_none(&offences);
}

#[test]
fn every_dependencys_version_is_named_once_for_the_workspace() {
    let mut offences = Vec::new();
    for folder in crates() {
        let manifest = manifest(&folder);
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let dependencies = manifest.get(section).and_then(Value::as_table).into_iter().flatten();
            let own = dependencies.filter(|(_, value)| !is_inherited(Some(value)));
            offences.extend(own.map(|(name, _)| format!("{}: {name}", folder.display())));
        }
    }
    assert_none(&offences);
}

#[test]
fn every_crate_is_named_after_the_product_and_every_functions_program_after_its_folder() {
    let mut offences = Vec::new();
    for folder in crates() {
        let manifest = manifest(&folder);
        let name = manifest["package"]["name"].as_str().expect("a name").to_owned();
        let leaf = crate::project::file_name(&folder);
        if !name.starts_with("habitsync-") || !name.ends_with(&leaf) {
            offences.push(format!("{} is called {name}", folder.display()));
        }
        let program = manifest
            .get("bin")
            .and_then(|bins| bins.get(0))
            .and_then(|bin| bin.get("name"))
            .and_then(Value::as_str);
        if folder.starts_with("functions") && program != Some(leaf.as_str()) {
            offences.push(format!("{} makes the program {program:?}", folder.display()));
        }
    }
    assert_none(&offences);
}
