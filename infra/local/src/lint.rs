//! Checks the templates the way CloudFormation and SAM see them.

use std::process::{Command, ExitCode};

use habitsync_local::{LocalError, python, workspace};

const TEMPLATES: [&str; 2] = ["state.yaml", "template.yaml"];

/// Runs cfn-lint and `sam validate --lint` over both templates; what they find they print themselves.
pub(crate) fn templates() -> Result<ExitCode, LocalError> {
    let environment = python::environment("sam", &workspace::resource("requirements/sam.txt"))?;
    let mut clean = succeeds(Command::new(environment.program("cfn-lint")).args(TEMPLATES))?;
    for template in TEMPLATES {
        let mut sam = Command::new(environment.program("sam"));
        sam.args([
            "validate",
            "--lint",
            "--region",
            habitsync_local::inspect::REGION,
            "--template-file",
            template,
        ]);
        clean &= succeeds(sam.env("SAM_CLI_TELEMETRY", "0"))?;
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn succeeds(command: &mut Command) -> Result<bool, LocalError> {
    let status = command.current_dir(workspace::infra()).status();
    let program = command.get_program().to_owned().into();
    status
        .map(|status| status.success())
        .map_err(|source| LocalError::File {
            action: "start",
            path: program,
            source,
        })
}
