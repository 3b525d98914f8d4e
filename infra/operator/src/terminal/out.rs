//! The one place where the command writes to standard output and standard error. Texts from outside are made printable here, and a
//! reader that closes its end of the pipe, as `head` does, stops no work.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

use habitsync_domain::text::printable::{printable_json, printable_lines};
use serde::Serialize;

/// The first failure to write to standard output.
static FAILED: OnceLock<io::Error> = OnceLock::new();

/// Writes a text and a line break to standard output.
pub(crate) fn print_line(text: impl Display) {
    write_unchanged(printable_lines(&format!("{text}\n")).as_bytes());
}

/// Writes a text and a line break to standard error, where programs do not look for an answer.
pub(crate) fn print_error(text: impl Display) {
    let text = printable_lines(&format!("{text}\n"));
    // Where standard error is closed, there is nowhere left to say so.
    io::stderr().write_all(text.as_bytes()).ok();
}

/// Returns a value as JSON, with a line break. Its strings are exact; hidden characters are escaped.
pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> serde_json::Result<String> {
    let json = serde_json::to_string_pretty(value)?;
    Ok(format!("{}\n", printable_json(&json)))
}

/// Writes bytes to standard output that hold no text from outside, or have been made printable.
pub(crate) fn write_unchanged(bytes: &[u8]) {
    note(io::stdout().write_all(bytes));
}

/// Flushes standard output.
///
/// # Errors
/// Something could not be written. A reader that has seen enough is no error: the command's own exit code stands.
pub(crate) fn finish() -> Result<(), &'static io::Error> {
    note(io::stdout().flush());
    match FAILED.get() {
        Some(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        Some(_) | None => Ok(()),
    }
}

fn note(written: io::Result<()>) {
    if let Err(error) = written {
        FAILED.get_or_init(|| error);
    }
}
