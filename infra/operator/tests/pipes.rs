//! The command whose reader goes away, as in `habitsync … | head`, and the command that cannot write its answer.

use std::fs::OpenOptions;
use std::process::{Command, Output, Stdio};

fn habitsync(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_habitsync"));
    command.args(arguments).stderr(Stdio::piped());
    command
}

/// What the command ends with when nothing reads its standard output.
fn unread(arguments: &[&str]) -> Output {
    let mut child = habitsync(arguments).stdout(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    for arguments in [["completions", "bash"], ["help", "tenant"]] {
        let ended = unread(&arguments);
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    }
}

#[test]
fn an_answer_that_cannot_be_written_fails_the_command() {
    let full = OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    let ended = habitsync(&["completions", "bash"])
        .stdout(full)
        .output()
        .expect("it ends");
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let complaint = String::from_utf8_lossy(&ended.stderr);
    assert!(
        complaint.starts_with("habitsync: the answer could not be written"),
        "{complaint}"
    );
}
