//! A reader's terminal: one folder, one environment, and the real program.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use habitsync_local::deploy::STAGE;
use habitsync_local::emulator::aws_variables;
use habitsync_local::workspace;
use libtest_mimic::Failed;
use tokio::process::Command;

/// As wide as the page's reader's terminal.
pub(super) const WIDTH: usize = 100;

/// The terminal. Its folder goes with it.
pub(super) struct Shell {
    folder: PathBuf,
    aws: String,
    /// What the last command exited with.
    code: i32,
}

impl Shell {
    /// A terminal in an empty folder, on the stage whose AWS is at this address.
    pub(super) fn open(aws: &str) -> Result<Self, Failed> {
        let folder = std::env::temp_dir().join(format!("habitsync-tutorial-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            aws: aws.to_owned(),
            code: 0,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a command prints, complaints included. `$?` is what the last one exited with.
    pub(super) async fn type_in(&mut self, command: &str) -> Result<String, Failed> {
        let script = format!("exec 2>&1\n(exit {})\n{command}", self.code);
        let output = Command::new("bash")
            .args(["-c", &script])
            .current_dir(&self.folder)
            .env_clear()
            .envs(aws_variables(&self.aws))
            .env("PATH", path()?)
            .env("HOME", &self.folder)
            .env("USER", "kim")
            .env("COLUMNS", WIDTH.to_string())
            .env("HABITSYNC_STAGE", STAGE)
            .env("HABITSYNC_VENDOR_HOSTS", "127.0.0.1,localhost")
            .env("HABITSYNC_PRIVATE_VENDORS", "allow")
            .stdin(Stdio::null())
            .output()
            .await?;
        self.code = output.status.code().ok_or("a command was killed")?;
        // A terminal shows no byte order mark.
        Ok(String::from_utf8(output.stdout)?.replace('\u{feff}', ""))
    }

    /// What the last command exited with.
    pub(super) fn code(&self) -> i32 {
        self.code
    }

    /// Writes a file.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), Failed> {
        Ok(std::fs::write(self.folder.join(name), text)?)
    }

    /// Makes a file's text another.
    pub(super) fn rewrite(&self, name: &str, change: impl FnOnce(&str) -> String) -> Result<(), Failed> {
        let text = std::fs::read_to_string(self.folder.join(name))?;
        self.write(name, &change(&text))
    }

    /// Makes lines of a file others, as a unified diff without its headings says.
    pub(super) fn edit(&self, name: &str, changes: &str) -> Result<(), Failed> {
        let file = self.folder.join(name);
        let before = std::fs::read_to_string(&file)?;
        let side = |other: char| -> String {
            let lines = changes.lines().filter(|line| !line.starts_with(other));
            let lines = lines.flat_map(|line| [line.get(1..).unwrap_or_default(), "\n"]);
            lines.collect()
        };
        let (old, new) = (side('+'), side('-'));
        if old.is_empty() || before.matches(&old).count() != 1 {
            return Err(format!("{name} does not have this once:\n{old}").into());
        }
        Ok(std::fs::write(&file, before.replace(&old, &new))?)
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Left behind, it would be a few small files in the system's own folder for such.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// The program, as it was built with the functions, before everything else.
fn path() -> Result<std::ffi::OsString, Failed> {
    let built = workspace::root().join("target/debug");
    #[expect(
        clippy::disallowed_methods,
        reason = "commands are found where whoever runs the tests finds them"
    )]
    let others = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(built).chain(std::env::split_paths(&others));
    Ok(std::env::join_paths(folders)?)
}
