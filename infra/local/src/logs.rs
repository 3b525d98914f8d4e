//! Brings what the functions log into one file per function, as they log it.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::LocalError;
use crate::inspect::Inspector;

/// How often the emulator is asked. It shows an invocation's lines when the invocation has ended.
const INTERVAL: Duration = Duration::from_millis(500);

/// How far back each look goes beyond the newest line seen: two invocations that end together may appear out of order.
const OVERLAP_MS: u64 = 10_000;

/// Copies the functions' log lines to `{folder}/{function}.log` until it is finished or dropped.
#[derive(Debug)]
pub(crate) struct LogFollower {
    task: tokio::task::JoinHandle<()>,
    stop: tokio::sync::watch::Sender<bool>,
}

impl LogFollower {
    /// Follows the log groups `(function, group)`.
    pub(crate) fn start(
        inspector: Inspector,
        groups: Vec<(String, String)>,
        folder: &Path,
    ) -> Result<Self, LocalError> {
        let tails: Result<Vec<_>, _> = groups
            .into_iter()
            .map(|(name, group)| Tail::new(&name, group, folder))
            .collect();
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let task = tokio::spawn(follow(inspector, tails?, stopped));
        Ok(Self { task, stop })
    }

    /// Copies the log lines written so far, then ends.
    pub(crate) async fn finish(mut self) {
        self.stop.send_replace(true);
        if (&mut self.task).await.is_err() {
            eprintln!("the functions' log files may be incomplete");
        }
    }
}

impl Drop for LogFollower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(inspector: Inspector, mut tails: Vec<Tail>, mut stopped: tokio::sync::watch::Receiver<bool>) {
    let mut last = false;
    loop {
        for tail in &mut tails {
            if let Err(error) = tail.copy(&inspector).await {
                eprintln!("cannot copy the log of {}: {error}", tail.group);
                return;
            }
        }
        if last {
            return;
        }
        last = tokio::time::timeout(INTERVAL, stopped.changed()).await.is_ok();
    }
}

/// How far one log group has been copied.
#[derive(Debug)]
struct Tail {
    group: String,
    path: PathBuf,
    file: File,
    /// The newest line's time, in milliseconds since 1970.
    newest: u64,
    /// The log streams that have been copied; the emulator writes one whole stream at the end of each invocation.
    copied: HashSet<String>,
}

impl Tail {
    fn new(function: &str, group: String, folder: &Path) -> Result<Self, LocalError> {
        let path = folder.join(format!("{function}.log"));
        let file = File::create(&path).map_err(LocalError::file("write", &path))?;
        Ok(Self {
            group,
            path,
            file,
            newest: 0,
            copied: HashSet::new(),
        })
    }

    async fn copy(&mut self, inspector: &Inspector) -> Result<(), LocalError> {
        let events = inspector
            .log_events(&self.group, self.newest.saturating_sub(OVERLAP_MS))
            .await?;
        let new: Vec<_> = events
            .into_iter()
            .filter(|event| !self.copied.contains(&event.log_stream_name))
            .collect();
        for event in new.iter().filter(|event| !is_frame(&event.message)) {
            writeln!(self.file, "{}", event.message.trim_end()).map_err(LocalError::file("write", &self.path))?;
        }
        self.newest = new.iter().map(|event| event.timestamp).fold(self.newest, u64::max);
        self.copied.extend(new.into_iter().map(|event| event.log_stream_name));
        Ok(())
    }
}

/// Whether a line only marks where an invocation begins or ends; the line that reports its duration stays.
fn is_frame(message: &str) -> bool {
    message.starts_with("START RequestId") || message.starts_with("END RequestId")
}
