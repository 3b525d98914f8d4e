//! What can be typed after `habitsync tenant`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use habitsync_domain::tenant::TenantId;

use super::history::HistoryArguments;
use super::init::InitArguments;
use crate::terminal::Numbers;
use crate::terminal::ask::Yes;

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Asks the kick-off call's questions and writes a new customer's configuration, letter and check-list.
    Init(InitArguments),
    /// Checks a configuration, shows what it would change, stores it as a new version, and makes the schedules what it says.
    ///
    /// Shown is what the file says differently, line by line, and what the next user sync would do differently, person by
    /// person. Accounts that it would newly deactivate have to be agreed to by their number. Creates, renames and updates beyond
    /// the change limits wait for approval after it, unless their number is agreed to here, as that of the first load.
    Apply(ApplyArguments),
    /// Lists every customer, with what of it is on and when it runs.
    List,
    /// Prints the configuration in force.
    Show {
        /// The customer.
        tenant: TenantId,
    },
    /// Lists every version of the configuration, or shows what one changed.
    History(HistoryArguments),
    /// Stops a customer's jobs and lets results wait; nothing is lost.
    Pause(PauseArguments),
    /// Lets a paused customer go on as before.
    Resume(PauseArguments),
    /// Puts an earlier version in force again, as a new one, once its changes and its deactivations are shown.
    Rollback(RollbackArguments),
    /// A customer's secrets, which are never in the configuration.
    #[command(subcommand)]
    Secrets(SecretsCommand),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ApplyArguments {
    /// The customer's TOML file.
    #[arg(required_unless_present = "all")]
    pub(crate) file: Option<PathBuf>,
    /// Write every customer's schedules again, as their configurations in force say, instead of applying a file.
    #[arg(long, conflicts_with_all = ["file", "deactivate", "create", "rename", "update", "unchecked"])]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) numbers: Numbers,
    /// Put it in force although EmployeeConnect cannot be read, so that its deactivations cannot be foreseen.
    #[arg(long)]
    pub(crate) unchecked: bool,
    #[command(flatten)]
    pub(crate) yes: Yes,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PauseArguments {
    /// The customer.
    pub(crate) tenant: TenantId,
    #[command(flatten)]
    pub(crate) yes: Yes,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RollbackArguments {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// The version, as `tenant history` lists it.
    pub(crate) version: u64,
    #[command(flatten)]
    pub(crate) yes: Yes,
    #[command(flatten)]
    pub(crate) numbers: Numbers,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Stores a secret from a JSON file, in place of the one that is there.
    Set {
        /// The customer.
        tenant: TenantId,
        /// Which of the two.
        kind: SecretName,
        /// The file; `-` reads standard input, so that the secret need not be on disk.
        file: PathBuf,
    },
    /// Makes a webhook secret, the first or a new one beside the live one, or ends the older of two.
    Rotate {
        /// The customer.
        tenant: TenantId,
        /// Where the new secret is written, for the portal; the file must not be there yet.
        #[arg(long, required_unless_present = "retire", conflicts_with = "retire")]
        to: Option<PathBuf>,
        /// Ends the older of two live secrets.
        #[arg(long)]
        retire: bool,
    },
}

/// A customer's secrets.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SecretName {
    /// Both vendors' credentials.
    Vendors,
    /// The webhook's secrets, two while rotating.
    Webhook,
}
