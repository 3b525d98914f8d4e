//! What can go wrong while the local stack is put up, each with what the developer needs to know.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use thiserror::Error;

/// Why the local stack could not be put up, looked into, or taken down.
#[derive(Debug, Error)]
pub enum LocalError {
    /// No usable Python; the text says what to install.
    #[error("{0}")]
    NoPython(String),
    /// A program that was started ended with a failure.
    #[error("{command} failed ({status}). The end of {}:\n{tail}", .log.display())]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The file that holds all of its output.
        log: PathBuf,
        /// The last lines of that output.
        tail: String,
    },
    /// The workspace does not build; the compiler has said why.
    #[error("the functions do not build (cargo: {0})")]
    Build(ExitStatus),
    /// The build made no program for a folder of `functions/`.
    #[error("the build made no program for functions/{0}")]
    NoProgram(String),
    /// Something did not happen in the time it may take.
    #[error("{what} did not come within {} seconds", .limit.as_secs())]
    NotInTime {
        /// The expected event, as the beginning of a sentence.
        what: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The emulator refused a call.
    #[error("the emulator answered {status} to {call}: {body}")]
    Refused {
        /// The call, e.g. `GET /_ministack/ses/messages`.
        call: String,
        /// The HTTP status of the answer.
        status: u16,
        /// What it said.
        body: String,
    },
    /// The emulator could not be asked, or its answer could not be read.
    #[error("{call} failed")]
    Call {
        /// The call, e.g. `GET /_ministack/ses/messages`.
        call: String,
        /// The connection's error.
        source: reqwest::Error,
    },
    /// A stack has no output of this name.
    #[error("the stack {stack} has no output {output}")]
    NoOutput {
        /// The stack's name.
        stack: String,
        /// The output that was looked for.
        output: String,
    },
    /// Something was not in the form it should have.
    #[error("{what} cannot be read")]
    Unreadable {
        /// Name of the source that was read.
        what: String,
        /// The decoding error.
        source: serde_json::Error,
    },
    /// The example customer could not be set up.
    #[error("cannot {action}")]
    Customer {
        /// The attempted action.
        action: &'static str,
        /// Why it was not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file or a program could not be used.
    #[error("cannot {action} {}", .path.display())]
    File {
        /// The attempted action.
        action: &'static str,
        /// The file or program.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
}

impl LocalError {
    /// Names what failed for an example customer, for `map_err`.
    pub(crate) fn customer<E>(action: &'static str) -> impl FnOnce(E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        move |source| Self::Customer {
            action,
            source: source.into(),
        }
    }

    /// Names the action and the path of an input or output error, for `map_err`.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { action, path, source }
    }
}
