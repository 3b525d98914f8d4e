//! Python programs that end when this process does, however it ends.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::error::LocalError;
use crate::workspace;

/// A running Python module, with every process that it started. Dropping it ends them all.
///
/// They live in a process group of their own, whose leader reads a pipe that only this value holds open; the operating
/// system closes that pipe when this process is gone, so that even `kill -9` leaves nothing behind.
#[derive(Debug)]
pub struct Attached {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Attached {
    /// Starts `module` under `python`; `configure` adds arguments, variables and the folder. All it prints goes to the
    /// file `log`.
    ///
    /// # Errors
    /// When the log cannot be written or Python cannot be started.
    pub fn start(
        python: &Path,
        module: &str,
        log: &Path,
        configure: impl FnOnce(&mut Command),
    ) -> Result<Self, LocalError> {
        let output = File::create(log).map_err(LocalError::file("write", log))?;
        let errors = output.try_clone().map_err(LocalError::file("write", log))?;
        let mut command = Command::new(python);
        command.arg(workspace::resource("python/attached.py")).arg(module);
        configure(&mut command);
        command.stdin(Stdio::piped()).stdout(output).stderr(errors);
        let child = command.spawn().map_err(LocalError::file("start", python))?;
        Ok(Self {
            child,
            name: words(module, command.get_args().skip(2)),
            log: log.to_path_buf(),
        })
    }

    /// Waits until the program ends by itself.
    ///
    /// # Errors
    /// When it ended with a failure; the error carries the end of what it printed.
    pub fn finish(mut self) -> Result<(), LocalError> {
        // Not `Child::wait`, which closes standard input first and so would end the program.
        let pipe = self.child.stdin.take();
        let status = self.child.wait().map_err(LocalError::file("wait for", &self.log))?;
        drop(pipe);
        if status.success() {
            Ok(())
        } else {
            Err(self.failure(status))
        }
    }

    /// Checks that the program has not ended by itself.
    ///
    /// # Errors
    /// When it has; the error carries the end of what it printed.
    pub fn check_running(&mut self) -> Result<(), LocalError> {
        match self.child.try_wait().map_err(LocalError::file("wait for", &self.log))? {
            None => Ok(()),
            Some(status) => Err(self.failure(status)),
        }
    }

    fn failure(&self, status: ExitStatus) -> LocalError {
        let log = self.log.clone();
        LocalError::Failed {
            command: self.name.clone(),
            status,
            tail: tail(&log),
            log,
        }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        if let Err(error) = self.child.wait() {
            eprintln!("{} may still be running: {error}", self.name);
        }
    }
}

/// The last lines of a log, enough to see why a program failed.
fn tail(log: &Path) -> String {
    const LINES: usize = 30;
    let text = std::fs::read(log)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

fn words<'a>(first: &'a str, rest: impl Iterator<Item = &'a OsStr>) -> String {
    std::iter::once(first.into())
        .chain(rest.map(OsStr::to_string_lossy))
        .collect::<Vec<_>>()
        .join(" ")
}
