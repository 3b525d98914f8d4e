//! Runs schemathesis: the same requests every time, a bounded number of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use habitsync_local::LocalError;
use habitsync_local::python::{self, Environment};

/// How many requests it invents for an operation in a phase.
const EXAMPLES: u32 = 40;

/// What an answer is judged by.
///
/// Three of the tool's checks are in neither list, since neither contract gives them anything to look at: nothing can be
/// deleted (`use_after_free`), no record belongs to one caller rather than another (`object_level_authorization`), and no
/// header is required (`missing_required_header`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The server answers every input without a server error.
    NotAServerError,
    /// The status is one that the contract has for the operation.
    StatusCodeConformance,
    /// So is the content type.
    ContentTypeConformance,
    /// The body is what the contract's schema says.
    ResponseSchemaConformance,
    /// The headers too.
    ResponseHeadersConformance,
    /// What breaks the schema is refused.
    NegativeDataRejection,
    /// What keeps to the schema is accepted.
    PositiveDataAcceptance,
    /// A method that the contract does not have is refused with 405.
    UnsupportedMethod,
    /// And that refusal's `Allow` header is true.
    AllowHeaderConformance,
    /// A created resource can be fetched.
    EnsureResourceAvailability,
    /// Without a credential, or with a wrong one, nothing is answered.
    IgnoredAuth,
}

impl Check {
    fn name(self) -> &'static str {
        match self {
            Self::NotAServerError => "not_a_server_error",
            Self::StatusCodeConformance => "status_code_conformance",
            Self::ContentTypeConformance => "content_type_conformance",
            Self::ResponseSchemaConformance => "response_schema_conformance",
            Self::ResponseHeadersConformance => "response_headers_conformance",
            Self::NegativeDataRejection => "negative_data_rejection",
            Self::PositiveDataAcceptance => "positive_data_acceptance",
            Self::UnsupportedMethod => "unsupported_method",
            Self::AllowHeaderConformance => "allow_header_conformance",
            Self::EnsureResourceAvailability => "ensure_resource_availability",
            Self::IgnoredAuth => "ignored_auth",
        }
    }
}

/// Why the tool could not judge.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// It could not be installed; the source names the cause.
    #[error("schemathesis could not be set up")]
    Setup(#[from] LocalError),
    /// It is installed and does not start.
    #[error("schemathesis could not be started")]
    Start(#[from] std::io::Error),
}

/// What the tool found.
#[derive(Debug)]
pub struct Report {
    /// Whether every answer passed every check.
    pub passed: bool,
    /// What it printed: each failure with the request that shows it.
    pub text: String,
}

/// The tool, installed, with a folder to work in.
#[derive(Debug)]
pub struct Schemathesis {
    environment: Environment,
    folder: PathBuf,
}

impl Schemathesis {
    /// Installs the pinned version where it is missing. `folder` takes what the tool leaves behind.
    ///
    /// # Errors
    /// The tool cannot be installed.
    pub fn install(folder: &Path) -> Result<Self, ToolError> {
        let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("requirements.txt");
        let environment = python::environment("schemathesis", &requirements)?;
        Ok(Self {
            environment,
            folder: folder.to_path_buf(),
        })
    }

    /// Holds the server at `url` against `contract`, the name of a file beside this crate's manifest. `header` is the
    /// credential, such as `X-Api-Key: k`.
    ///
    /// # Errors
    /// The tool does not run, or its report cannot be read.
    pub fn run(&self, contract: &str, url: &str, header: &str, checks: &[Check]) -> Result<Report, ToolError> {
        let names: Vec<_> = checks.iter().map(|check| check.name()).collect();
        let output = Command::new(self.environment.program("st"))
            .arg("run")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(contract))
            .args(["--url", url, "--header", header, "--checks", &names.join(",")])
            .args(["--generation-deterministic", "--max-examples", &EXAMPLES.to_string()])
            .args(["--continue-on-failure", "--no-color"])
            // A busy machine is slow; that says nothing about the server.
            .args(["--suppress-health-check", "all"])
            .current_dir(&self.folder)
            .output()?;
        let printed = [output.stdout, output.stderr].concat();
        Ok(Report {
            passed: output.status.success(),
            text: String::from_utf8_lossy(&printed).into_owned(),
        })
    }
}
