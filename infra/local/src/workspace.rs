//! Where things are: the workspace, and the folder in which the local stack keeps what it makes.

use std::path::{Path, PathBuf};

use crate::error::LocalError;

/// The workspace's folder: the one with `Makefile` in it.
///
/// # Panics
/// Never: this crate lies two folders below it.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this crate is infra/local")
}

/// The templates' folder.
#[must_use]
pub fn infra() -> PathBuf {
    root().join("infra")
}

/// A file of this crate that is not Rust, by its path inside `infra/local`.
#[must_use]
pub fn resource(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder inside `.local`, which holds everything the local stack makes and may be deleted at any time; it is created
/// when missing.
///
/// # Errors
/// When the folder cannot be created.
pub fn local(path: &str) -> Result<PathBuf, LocalError> {
    let folder = root().join(".local").join(path);
    std::fs::create_dir_all(&folder).map_err(LocalError::file("create", &folder))?;
    Ok(folder)
}
