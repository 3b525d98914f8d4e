//! Builds the functions and lays them out as the template expects them: `target/lambda/{function}/bootstrap`.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use cargo_metadata::Message;

use crate::error::LocalError;
use crate::workspace;

/// Builds the workspace's programs and lays out one folder per function; blocks while cargo works.
///
/// The build is the one that this program comes from, so that everything is compiled once: what an optimised bench measures
/// is optimised, too.
///
/// # Errors
/// When the workspace does not build, or a folder of `functions/` makes no program of its name.
pub fn functions() -> Result<(), LocalError> {
    let programs = build()?;
    for function in names()? {
        let program = programs
            .get(&function)
            .ok_or_else(|| LocalError::NoProgram(function.clone()))?;
        lay_out(&function, program)?;
    }
    Ok(())
}

/// The functions' names, which are the folders in `functions/`, in alphabetical order.
///
/// # Errors
/// When the folder cannot be read.
pub fn names() -> Result<Vec<String>, LocalError> {
    let folder = workspace::root().join("functions");
    let entries = fs::read_dir(&folder).map_err(LocalError::file("read", &folder))?;
    let mut names: Vec<_> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

/// Every program of the workspace by name, freshly built.
fn build() -> Result<HashMap<String, PathBuf>, LocalError> {
    let cargo = Path::new("cargo");
    let mut command = Command::new(cargo);
    // When cargo runs this program, it sets variables about this package. A build script that reads such a variable
    // would run again, and most of the workspace would be built anew, for each build inside a test and again for the
    // next one outside.
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_about_a_package(name)) {
        command.env_remove(name);
    }
    let profile = if cfg!(debug_assertions) { "dev" } else { "bench" };
    let mut child = command
        .args(["build", "--workspace", "--bins", "--quiet", "--profile", profile])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(workspace::root())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(LocalError::file("start", cargo))?;
    let messages = child
        .stdout
        .take()
        .map(BufReader::new)
        .into_iter()
        .flat_map(Message::parse_stream);
    let programs = messages.filter_map(Result::ok).filter_map(program).collect();
    let status = child.wait().map_err(LocalError::file("wait for", cargo))?;
    if status.success() {
        Ok(programs)
    } else {
        Err(LocalError::Build(status))
    }
}

fn is_about_a_package(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

/// Returns the name and the file of a program, if the message is about one.
fn program(message: Message) -> Option<(String, PathBuf)> {
    let Message::CompilerArtifact(artifact) = message else {
        return None;
    };
    Some((artifact.target.name, artifact.executable?.into_std_path_buf()))
}

/// Where a function's program lies once it is laid out.
#[must_use]
pub fn laid_out(function: &str) -> PathBuf {
    folder(function).join("bootstrap")
}

fn folder(function: &str) -> PathBuf {
    workspace::root().join("target/lambda").join(function)
}

/// Copies made by this process: two stacks that start at once must not rename each other's.
static COPIES: AtomicU32 = AtomicU32::new(0);

/// Copies a program beside its destination and renames it, so that a reader of the destination finds a complete
/// program.
fn lay_out(function: &str, program: &Path) -> Result<(), LocalError> {
    let folder = folder(function);
    fs::create_dir_all(&folder).map_err(LocalError::file("create", &folder))?;
    let bootstrap = laid_out(function);
    let number = COPIES.fetch_add(1, Ordering::Relaxed);
    let copy = folder.with_extension(format!("{}-{number}", std::process::id()));
    fs::copy(program, &copy).map_err(LocalError::file("copy", program))?;
    fs::rename(&copy, &bootstrap).map_err(LocalError::file("write", &bootstrap))
}
