//! Deploys both stacks to the emulator, by the command and from the templates that deploy them to AWS.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
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
/// Where the operators read.
pub const OPERATOR_MAIL: &str = "operators@habitsync.example";

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

/// The SAM command line, pointed at an emulator.
#[derive(Debug)]
pub struct Sam {
    environment: Environment,
    address: String,
    home: PathBuf,
    logs: PathBuf,
}

impl Sam {
    /// Makes its Python environment hold it, and `emulator` be its AWS. What it prints goes to files in `logs`.
    #[must_use]
    pub fn new(environment: Environment, emulator: &Emulator, logs: &Path) -> Self {
        Self {
            environment,
            address: emulator.address().to_owned(),
            home: emulator.folder().to_path_buf(),
            logs: logs.to_path_buf(),
        }
    }

    /// Deploys the state, then the application, and reads what they made; blocks for some seconds. The functions must
    /// have been laid out. A ladder replaces the template's `RetryLadder`.
    ///
    /// # Errors
    /// When a stack cannot be deployed.
    pub fn deploy(&self, retry_ladder: Option<&str>) -> Result<Outputs, LocalError> {
        let stage = format!("Stage={STAGE}");
        self.deploy_stack("local-state", &[&stage, "OnDelete=Delete"])?;
        let architecture = format!("Architecture={}", architecture());
        let mail = [
            format!("MailSender={MAIL_SENDER}"),
            format!("OperatorMail={OPERATOR_MAIL}"),
        ];
        // The simulators answer on the laptop itself; the template passes their addresses to the functions, like every
        // other setting.
        let vendors = ["PrivateVendors=allow", "VendorHosts=127.0.0.1,localhost"];
        let ladder = retry_ladder.map(|ladder| format!("RetryLadder={ladder}"));
        let parameters = [
            stage.as_str(),
            &architecture,
            &mail[0],
            &mail[1],
            vendors[0],
            vendors[1],
        ];
        let parameters: Vec<_> = parameters.into_iter().chain(ladder.as_deref()).collect();
        self.deploy_stack("local", &parameters)?;
        self.outputs()
    }

    /// Deploys what the section `configuration` of `samconfig.toml` names.
    fn deploy_stack(&self, configuration: &str, parameters: &[&str]) -> Result<(), LocalError> {
        let log = self.logs.join(format!("deploy-{configuration}.log"));
        let arguments = ["deploy", "--config-env", configuration, "--parameter-overrides"];
        let deployment = Attached::start(&self.environment.python(), "samcli", &log, |command| {
            self.prepare(command);
            command.args(arguments).args(parameters);
        })?;
        deployment.finish()
    }

    fn outputs(&self) -> Result<Outputs, LocalError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Output {
            output_key: String,
            output_value: String,
        }
        let program = self.environment.program("sam");
        let mut command = Command::new(&program);
        self.prepare(&mut command);
        command.args(["list", "stack-outputs", "--stack-name", STACK, "--output", "json"]);
        let printed = command.output().map_err(LocalError::file("start", &program))?.stdout;
        let unreadable = |source| LocalError::Unreadable {
            what: format!("The outputs of {STACK}"),
            source,
        };
        let outputs: Vec<Output> = serde_json::from_slice(&printed).map_err(unreadable)?;
        Ok(Outputs(
            outputs
                .into_iter()
                .map(|output| (output.output_key, output.output_value))
                .collect(),
        ))
    }

    fn prepare(&self, command: &mut Command) {
        isolate(command, &self.home, &self.address);
        command.current_dir(workspace::infra());
        command.env("SAM_CLI_TELEMETRY", "0").env("SAM_CLI_POLL_DELAY", "0.3");
    }
}

/// This machine's architecture by the name that Lambda has for it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}
