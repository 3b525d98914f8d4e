//! The AWS emulator: one process on a port of its own, with its functions, gone when this process is gone.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::attached::Attached;
use crate::error::LocalError;
use crate::inspect::{Inspector, REGION};
use crate::python::Environment;
use crate::run_folder::RunFolder;

/// How long the emulator may take until it answers.
const START_LIMIT: Duration = Duration::from_mins(1);

/// How often the emulator's start is tried, since another process may take the port between the check and the start.
const ATTEMPTS: usize = 3;

/// A running emulator; dropping it ends it and every function that it started.
#[derive(Debug)]
pub struct Emulator {
    // Dropped in this order: the process must be gone before its folder is removed.
    process: Attached,
    folder: RunFolder,
    address: String,
}

impl Emulator {
    /// Starts an emulator and waits until it answers: on the port `preferred`, or on another one when that is taken or
    /// not given. What it prints goes to `emulator.log` in the folder `logs`.
    ///
    /// # Errors
    /// When it cannot be started or does not answer.
    pub async fn start(
        environment: &Environment,
        name: &str,
        preferred: Option<u16>,
        logs: &Path,
    ) -> Result<Self, LocalError> {
        let mut outcome = Self::start_on(free_port(preferred)?, environment, name, logs).await;
        for _ in 1..ATTEMPTS {
            if let Err(LocalError::Failed { .. }) = outcome {
                outcome = Self::start_on(free_port(None)?, environment, name, logs).await;
            }
        }
        outcome
    }

    async fn start_on(port: u16, environment: &Environment, name: &str, logs: &Path) -> Result<Self, LocalError> {
        let folder = RunFolder::new(name)?;
        let address = format!("http://127.0.0.1:{port}");
        let process = Attached::start(
            &environment.python(),
            "ministack",
            &logs.join("emulator.log"),
            |command| {
                isolate(command, folder.path(), &address);
                command.env("GATEWAY_PORT", port.to_string());
                configure(command, folder.path());
            },
        )?;
        let mut emulator = Self {
            process,
            folder,
            address,
        };
        emulator.wait_until_ready().await?;
        Ok(emulator)
    }

    /// Where it answers, e.g. `http://127.0.0.1:4566`: what `AWS_ENDPOINT_URL` is set to.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The folder of its temporary files, which is removed with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    async fn wait_until_ready(&mut self) -> Result<(), LocalError> {
        let inspector = Inspector::new(&self.address);
        let began = Instant::now();
        while !inspector.is_ready().await {
            self.process.check_running()?;
            if began.elapsed() > START_LIMIT {
                return Err(LocalError::NotInTime {
                    what: "The emulator's start".to_owned(),
                    limit: START_LIMIT,
                });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

/// Gives a program an environment in which AWS is the emulator at `address` and nothing else can be reached by accident:
/// the developer's own AWS settings, credentials and Docker are out of sight.
pub(crate) fn isolate(command: &mut Command, home: &Path, address: &str) {
    #[expect(
        clippy::disallowed_methods,
        reason = "the search path is no setting of ours; it is only handed on"
    )]
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    command
        .env_clear()
        .env("PATH", search_path)
        .env("HOME", home)
        .env("TMPDIR", home)
        .env("LANG", "C.UTF-8");
    command.envs(aws_variables(address));
    command.env("DOCKER_HOST", "unix:///nonexistent");
}

/// What makes an AWS SDK or command line talk to the emulator at `address`.
#[must_use]
pub fn aws_variables(address: &str) -> [(&'static str, String); 5] {
    [
        ("AWS_ENDPOINT_URL", address.to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
    ]
}

/// `MiniStack`'s own settings. Functions inherit `AWS_ENDPOINT_URL` from it, and so call back to it.
fn configure(command: &mut Command, folder: &Path) {
    command
        .env("BIND_HOST", "127.0.0.1")
        .env("MINISTACK_REGION", REGION)
        .env("STATE_DIR", folder.join("state"))
        .env("S3_DATA_DIR", folder.join("s3"))
        .env("IOT_MTLS_ENABLED", "0")
        .env("SFTP_ENABLED", "0")
        .env("PYTHONUNBUFFERED", "1")
        .env("TZ", "UTC");
}

/// A port on which nothing listens: `preferred` if possible, else one that the operating system has to spare.
fn free_port(preferred: Option<u16>) -> Result<u16, LocalError> {
    let listen = |port| TcpListener::bind(("127.0.0.1", port)).and_then(|listener| listener.local_addr());
    let address = match preferred.map(listen) {
        Some(Ok(address)) => address,
        _ => listen(0).map_err(LocalError::file("listen on", Path::new("127.0.0.1")))?,
    };
    Ok(address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_left_to_whoever_has_it() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = taken.local_addr().expect("an address").port();
        assert_ne!(free_port(Some(port)).expect("another port"), port);
        drop(taken);
        assert_eq!(free_port(Some(port)).expect("the port"), port);
    }
}
