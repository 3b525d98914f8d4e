//! Ends a function in the middle of its work, as a machine that fails does: by a signal that no process can catch.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::error::LocalError;
use crate::package;

/// Kills the processes of `function` among those that the emulator with this folder has started; says how many there were.
///
/// The emulator unpacks every function into its own folder and runs it from there, so that the path of a process says
/// whose it is. All functions' programs are called `bootstrap`: which function's it is, its content says.
pub(crate) fn kill(function: &str, folder: &Path) -> Result<usize, LocalError> {
    let program = package::laid_out(function);
    let wanted = fs::read(&program).map_err(LocalError::file("read", &program))?;
    let mut killed = 0;
    for (process, path) in running(folder)? {
        if fs::read(&path).map_err(LocalError::file("read", &path))? == wanted {
            let path = Path::new("kill");
            // One that ended by itself a moment ago cannot be killed any more.
            let output = Command::new(path).args(["-KILL", &process]).output();
            killed += usize::from(output.map_err(LocalError::file("start", path))?.status.success());
        }
    }
    Ok(killed)
}

/// The functions' processes of the emulator with this folder: each process's number and program.
fn running(folder: &Path) -> Result<Vec<(String, PathBuf)>, LocalError> {
    let path = Path::new("ps");
    let listing = Command::new(path).args(["-A", "-o", "pid=", "-o", "args="]).output();
    let Output { stdout, .. } = listing.map_err(LocalError::file("start", path))?;
    let lines = String::from_utf8_lossy(&stdout).into_owned();
    let processes = lines.lines().filter_map(|line| process(line, folder));
    Ok(processes.collect())
}

/// A line of the listing, where it is about a function that lies in `folder`. A function is called without arguments.
fn process(line: &str, folder: &Path) -> Option<(String, PathBuf)> {
    let (process, program) = line.trim().split_once(char::is_whitespace)?;
    let program = PathBuf::from(program.trim_start());
    let is_ours = program.starts_with(folder) && program.file_name() == Some(OsStr::new("bootstrap"));
    is_ours.then(|| (process.to_owned(), program))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_functions_in_this_emulators_folder_are_found() {
        let folder = Path::new("/run/e2e-1-0");
        let found = |line| process(line, folder).map(|(process, _)| process);
        assert_eq!(found("  42 /run/e2e-1-0/code/bootstrap"), Some("42".to_owned()));
        for other in [
            "43 /run/e2e-1-01/code/bootstrap",
            "44 python /run/e2e-1-0/code/bootstrap",
            "45 /run/e2e-1-0/code/bootstrap-of-something",
            "46 [bootstrap] <defunct>",
            "47",
        ] {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
