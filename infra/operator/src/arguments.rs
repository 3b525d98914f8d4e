//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use habitsync_domain::tenant::TenantId;
use habitsync_vendor_http::PrivateVendors;

use crate::holds::HoldsCommand;
use crate::results::ResultsCommand;

/// Shown below the commands.
const AWS: &str = "AWS is found as the AWS command line finds it: AWS_REGION, AWS_PROFILE or credentials in the \
environment, and AWS_ENDPOINT_URL for a local stack.";

/// Runs the managed integration between EmployeeConnect and Tribal Habits.
#[derive(Debug, Parser)]
#[command(name = "habitsync", version, arg_required_else_help = true, after_help = AWS)]
pub(crate) struct Arguments {
    /// The stage, as its stacks are named.
    #[arg(long, env = "HABITSYNC_STAGE", default_value = "prod")]
    pub(crate) stage: String,
    #[command(flatten)]
    pub(crate) vendors: Vendors,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where vendors may be called from here; like the parameters of the stack.
#[derive(Debug, clap::Args)]
pub(crate) struct Vendors {
    /// Comma-separated suffixes, one of which the host of a vendor's base URL must end with.
    #[arg(
        long,
        env = "HABITSYNC_VENDOR_HOSTS",
        default_value = "tribalhabits.com,employeeconnect.com"
    )]
    pub(crate) vendor_hosts: String,
    /// Whether vendors may be called over http and at private addresses (deny or allow). For simulators only.
    #[arg(long, env = "HABITSYNC_PRIVATE_VENDORS", default_value = "deny")]
    pub(crate) private_vendors: PrivateVendors,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A customer's configuration and secrets.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Removals that wait for a word.
    #[command(subcommand)]
    Holds(HoldsCommand),
    /// What became of a customer's completions.
    #[command(subcommand)]
    Results(ResultsCommand),
    /// Starts a customer's job now, as its schedule would.
    Run {
        /// The customer.
        tenant: TenantId,
        /// The job.
        job: JobName,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Checks a configuration, stores it as a new version, and makes the customer's schedules what it says.
    Apply(ApplyArguments),
    /// Prints the configuration in force.
    Show {
        /// The customer.
        tenant: TenantId,
    },
    /// A customer's secrets, which are never in the configuration.
    #[command(subcommand)]
    Secrets(SecretsCommand),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ApplyArguments {
    /// The customer's TOML file.
    pub(crate) file: PathBuf,
    /// How many people the new version may newly remove: the number that is told without it.
    #[arg(long, value_name = "N")]
    pub(crate) yes_remove: Option<usize>,
    /// Put it in force although EmployeeConnect cannot be read, so that nobody can say whom it would remove.
    #[arg(long)]
    pub(crate) unchecked: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Stores a secret from a JSON file, in place of the one that is there.
    Set {
        /// The customer.
        tenant: TenantId,
        /// Which of the two.
        kind: SecretName,
        /// The file; `-` reads what is piped in, so that the secret need not be on disk.
        file: PathBuf,
    },
}

/// A customer's jobs.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum JobName {
    /// Employees become users.
    Users,
    /// Topics become courses.
    Courses,
    /// Completions whose webhook was lost become results.
    Sweep,
}

/// A customer's secrets.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SecretName {
    /// Both vendors' credentials.
    Vendors,
    /// The webhook's secrets, two while rotating.
    Webhook,
}
