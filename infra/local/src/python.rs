//! Python environments, made on first use from pinned requirements: nothing needs to be installed beforehand but Python.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::attached::Attached;
use crate::error::LocalError;
use crate::workspace;

/// A virtual environment that holds exactly what its requirements name.
#[derive(Debug, Clone)]
pub struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// The environment's interpreter.
    #[must_use]
    pub fn python(&self) -> PathBuf {
        self.program("python")
    }

    /// A program that one of the requirements brought along, e.g. `cfn-lint`.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }
}

/// The environment `name` (`.local/venvs/{name}`) with the packages of a requirements file; made when it is missing or
/// when the file has changed. Blocks, for a minute or so the first time. Any number of processes may ask at once.
///
/// # Errors
/// Without a usable Python (the message says what to install), or when the packages cannot be installed.
pub fn environment(name: &str, requirements: &Path) -> Result<Environment, LocalError> {
    let folder = workspace::local("venvs")?.join(name);
    let environment = Environment { folder: folder.clone() };
    let lock_path = folder.with_extension("lock");
    let lock = File::create(&lock_path).map_err(LocalError::file("write", &lock_path))?;
    lock.lock().map_err(LocalError::file("lock", &lock_path))?;

    let stamp = folder.join("requirements.sha256");
    let digest = digest(requirements)?;
    // The stamp is written last, so an interrupted installation has none and is done again.
    if fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == digest) {
        return Ok(environment);
    }
    eprintln!(
        "Setting up the Python environment `{name}` in {} (only this once) ...",
        folder.display()
    );
    make(&environment, requirements)?;
    fs::write(&stamp, digest).map_err(LocalError::file("write", &stamp))?;
    Ok(environment)
}

fn make(environment: &Environment, requirements: &Path) -> Result<(), LocalError> {
    let folder = &environment.folder;
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(LocalError::file("remove", folder))?;
    }
    let log = workspace::local("logs")?.join("python-environment.log");
    Attached::start(&find()?, "venv", &log, |command| {
        command.arg(folder);
    })?
    .finish()?;
    Attached::start(&environment.python(), "pip", &log, |command| {
        command
            .args(["install", "--no-input", "--disable-pip-version-check", "--requirement"])
            .arg(requirements);
    })?
    .finish()
}

fn digest(requirements: &Path) -> Result<String, LocalError> {
    let bytes = fs::read(requirements).map_err(LocalError::file("read", requirements))?;
    Ok(Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

/// The Python that environments are made with: the first suitable one on the search path.
///
/// # Errors
/// When there is none; the message says what to install.
pub fn find() -> Result<PathBuf, LocalError> {
    let script = workspace::resource("python/find.sh");
    let output = Command::new("sh")
        .arg(&script)
        .output()
        .map_err(LocalError::file("run", &script))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().into())
    } else {
        Err(LocalError::NoPython(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        ))
    }
}
