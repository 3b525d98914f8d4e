//! The project's files, as the tests look at them.

use std::fs;
use std::path::{Path, PathBuf};

/// The workspace's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this crate is tests/conventions")
}

/// The text of a file, by its path inside the workspace.
pub(crate) fn text(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the folders in a folder, in alphabetical order.
pub(crate) fn folders(path: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(path))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let mut names: Vec<_> = entries
        .filter(|path| path.is_dir())
        .map(|path| file_name(&path))
        .collect();
    names.sort();
    names
}

/// Every Rust file that belongs to the project, by its path inside the workspace.
pub(crate) fn rust_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["functions", "shared", "infra", "tests"] {
        collect_rust_files(&root().join(folder), &mut found);
    }
    assert!(found.len() > 50, "only {} Rust files were found", found.len());
    found
        .iter()
        .map(|path| path.strip_prefix(root()).expect("inside the workspace").to_path_buf())
        .collect()
}

fn collect_rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect_rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The last part of a path.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Fails with all offences at once, one per line, when there are any.
#[track_caller]
pub(crate) fn assert_none(offences: &[String]) {
    assert!(offences.is_empty(), "\n  {}\n", offences.join("\n  "));
}
