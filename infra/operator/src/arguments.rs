//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use habitsync_domain::job::Job;
use habitsync_domain::tenant::TenantId;
use habitsync_vendor_http::PrivateVendors;

use crate::courses::CoursesArguments;
use crate::history::HistoryArguments;
use crate::holds::HoldsCommand;
use crate::init::InitArguments;
use crate::links::LinkArguments;
use crate::results::ResultsCommand;
use crate::runs::RunsArguments;

/// Shown below the commands.
const AWS: &str = "AWS is found as the AWS command line finds it: AWS_REGION, AWS_PROFILE or credentials in the \
environment, and AWS_ENDPOINT_URL for a local stack.\n\nExits with 0 when done, 1 when it failed, 2 for wrong usage, and 3 when \
something is held or waits for somebody's word.";

/// Runs the managed integration between EmployeeConnect and Tribal Habits.
#[derive(Debug, Parser)]
#[command(name = "habitsync", version, arg_required_else_help = true, after_help = AWS)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the commands work.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Where")]
pub(crate) struct Place {
    /// The stage, as its stacks are named.
    #[arg(long, global = true, env = "HABITSYNC_STAGE", default_value = "prod")]
    pub(crate) stage: String,
    /// The AWS region; otherwise where the profile or the environment says.
    #[arg(long, global = true)]
    pub(crate) region: Option<String>,
    /// The AWS profile; otherwise the environment's, or the default one.
    #[arg(long, global = true)]
    pub(crate) profile: Option<String>,
    /// Comma-separated suffixes, one of which the host of a vendor's base URL must end with.
    #[arg(
        long,
        global = true,
        env = "HABITSYNC_VENDOR_HOSTS",
        default_value = "tribalhabits.com,employeeconnect.com"
    )]
    pub(crate) vendor_hosts: String,
    /// Whether vendors may be called over http and at private addresses (deny or allow). For simulators only.
    #[arg(long, global = true, env = "HABITSYNC_PRIVATE_VENDORS", default_value = "deny")]
    pub(crate) private_vendors: PrivateVendors,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    OnStage(StageCommand),
    /// Prints what a shell needs to complete these commands, e.g. `habitsync completions bash > …/bash-completion/habitsync`.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Writes the manual pages, one for each command, into a folder.
    Man {
        /// The folder; it is made where it is not there.
        folder: PathBuf,
    },
}

/// What is done to a stage, or asked of one.
#[derive(Debug, Subcommand)]
pub(crate) enum StageCommand {
    /// A customer's configuration and secrets.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Removals that wait for a word.
    #[command(subcommand)]
    Holds(HoldsCommand),
    /// What became of a customer's completions.
    #[command(subcommand)]
    Results(ResultsCommand),
    /// Lists what a customer's jobs did, the newest first.
    Runs(RunsArguments),
    /// Lists every topic that was seen, with its verdict and its course.
    Courses(CoursesArguments),
    /// One person's link between the two systems.
    #[command(subcommand)]
    Link(LinkCommand),
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
    /// Asks the kick-off call's questions and writes a new customer's configuration, letter and check-list.
    Init(InitArguments),
    /// Checks a configuration, stores it as a new version, and makes the customer's schedules what it says.
    Apply(ApplyArguments),
    /// Prints the configuration in force.
    Show {
        /// The customer.
        tenant: TenantId,
    },
    /// Lists every version of the configuration, or shows what one changed.
    History(HistoryArguments),
    /// Stops a customer's jobs and lets results wait; nothing is lost.
    Pause {
        /// The customer.
        tenant: TenantId,
    },
    /// Lets a paused customer go on as before.
    Resume {
        /// The customer.
        tenant: TenantId,
    },
    /// Puts an earlier version in force again, as a new one, once what it changes and whom it would remove is shown.
    Rollback(RollbackArguments),
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

#[derive(Debug, clap::Args)]
pub(crate) struct RollbackArguments {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// The version, as `tenant history` lists it.
    pub(crate) version: u64,
    /// Do it; otherwise what would be changed is shown.
    #[arg(long)]
    pub(crate) yes: bool,
    /// How many people the version may newly remove: the number that is told without it.
    #[arg(long, value_name = "N")]
    pub(crate) yes_remove: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LinkCommand {
    /// Shows the account, its names, what is known of its fields, and what was changed in the last 90 days.
    Show(LinkArguments),
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
    /// Makes a new webhook secret beside the live one, or ends the older of two.
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

impl From<JobName> for Job {
    fn from(name: JobName) -> Self {
        match name {
            JobName::Users => Self::Users,
            JobName::Courses => Self::Courses,
            JobName::Sweep => Self::ResultsSweep,
        }
    }
}

/// A customer's secrets.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SecretName {
    /// Both vendors' credentials.
    Vendors,
    /// The webhook's secrets, two while rotating.
    Webhook,
}
