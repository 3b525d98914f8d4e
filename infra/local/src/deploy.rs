//! Deploys both stacks to the emulator, by the command and from the templates that deploy them to AWS.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::attached::Attached;
use crate::emulator::{Emulator, isolate};
use crate::error::LocalError;
use crate::python::Environment;
use crate::workspace;

/// The stage's name on a laptop.
pub const STAGE: &str = "local";

/// The table, as `state.yaml` names it.
pub const TABLE: &str = "habitsync-local";

/// The application stack's name.
const STACK: &str = "habitsync-local";

/// The From address of every mail that the local stack sends.
pub const MAIL_SENDER: &str = "integrations@habitsync.example";

/// What the application stack says about itself.
#[derive(Debug, Clone)]
pub struct Outputs(BTreeMap<String, String>);

impl Outputs {
    /// The value of an output of `template.yaml`, e.g. `ResultQueueUrl`.
    ///
    /// # Errors
    /// When the template has no such output.
    pub fn get(&self, output: &str) -> Result<&str, LocalError> {
        self.0
            .get(output)
            .map(String::as_str)
            .ok_or_else(|| LocalError::NoOutput {
                stack: STACK.to_owned(),
                output: output.to_owned(),
            })
    }
}

/// Deploys the state, then the application, and reads what they made; blocks for some seconds. The functions must have
/// been laid out. What `sam` prints goes to files in the folder `logs`.
///
/// # Errors
/// When a stack cannot be deployed.
pub fn deploy(sam: &Environment, emulator: &Emulator, logs: &Path) -> Result<Outputs, LocalError> {
    let stage = format!("Stage={STAGE}");
    stack("local-state", &[&stage, "OnDelete=Delete"], sam, emulator, logs)?;
    let architecture = format!("Architecture={}", architecture());
    let sender = format!("MailSender={MAIL_SENDER}");
    // The simulators answer on the laptop itself; the functions are told so by the template, like everything else.
    let vendors = ["PrivateVendors=allow", "VendorHosts=127.0.0.1,localhost"];
    stack(
        "local",
        &[&stage, &architecture, &sender, vendors[0], vendors[1]],
        sam,
        emulator,
        logs,
    )?;
    outputs(sam, emulator)
}

/// Deploys what the section `configuration` of `samconfig.toml` names.
fn stack(
    configuration: &str,
    parameters: &[&str],
    sam: &Environment,
    emulator: &Emulator,
    logs: &Path,
) -> Result<(), LocalError> {
    let log = logs.join(format!("deploy-{configuration}.log"));
    Attached::start(&sam.python(), "samcli", &log, |command| {
        prepare(command, emulator);
        command
            .args(["deploy", "--config-env", configuration, "--parameter-overrides"])
            .args(parameters);
    })?
    .finish()
}

fn outputs(sam: &Environment, emulator: &Emulator) -> Result<Outputs, LocalError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Output {
        output_key: String,
        output_value: String,
    }
    let program = sam.program("sam");
    let mut command = Command::new(&program);
    prepare(&mut command, emulator);
    command.args(["list", "stack-outputs", "--stack-name", STACK, "--output", "json"]);
    let printed = command.output().map_err(LocalError::file("start", &program))?.stdout;
    let outputs: Vec<Output> = serde_json::from_slice(&printed).map_err(|source| LocalError::Unreadable {
        what: format!("The outputs of {STACK}"),
        source,
    })?;
    Ok(Outputs(
        outputs
            .into_iter()
            .map(|output| (output.output_key, output.output_value))
            .collect(),
    ))
}

fn prepare(command: &mut Command, emulator: &Emulator) {
    isolate(command, emulator.folder(), emulator.address());
    command
        .current_dir(workspace::infra())
        .env("SAM_CLI_TELEMETRY", "0")
        .env("SAM_CLI_POLL_DELAY", "0.3");
}

/// This machine's architecture by the name that Lambda has for it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}
