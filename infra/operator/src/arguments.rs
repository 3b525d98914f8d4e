//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;
use habitsync_vendor_http::PrivateVendors;

use crate::courses::CoursesArguments;
use crate::holds::HoldsCommand;
use crate::link::LinkCommand;
use crate::person::ExplainArguments;
use crate::plan::PlanArguments;
use crate::results::ResultsCommand;
use crate::run::RunArguments;
use crate::runs::RunsArguments;
use crate::tenant::TenantCommand;
use crate::terminal::Output;

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
    /// How what was found is written.
    #[arg(long, global = true, value_enum, default_value = "table", help_heading = "Answers")]
    pub(crate) output: Output,
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
    /// Shows what the next user sync would do, person by person and field by field, and writes nothing.
    ///
    /// The plan is made by the rules and under the limits of a run, from a fresh read. With --config, it is that of a
    /// configuration that is not applied yet. Exits with 3 where a removal would be held.
    Plan(PlanArguments),
    /// Explains one person: why they have an account or have none, what the next run would do, and what would change that.
    ///
    /// Looks at the person alone, in a handful of requests, and writes nothing: the record in EmployeeConnect, each clause of the
    /// filter, each mapped field, the account in Tribal Habits, and what is held, refused and on record. With --config, by a
    /// configuration that is not applied yet. Exits with 3 where something is held or in the way.
    ///
    /// For example: habitsync explain acme E1042
    Explain(ExplainArguments),
    /// Starts a customer's job now, as its schedule would; with --only, syncs one person here, step by step.
    ///
    /// With --only, the person is looked at as `explain` does, what would be done is shown and asked about, and it is done under
    /// the job's lease, by the rules, limits and holds of a run: whatever is held stays held. Then the account is read back. It
    /// is no run: the person's record of changes names it, and the job's freshness stays as it is.
    ///
    /// For example: habitsync run acme users --only E1042
    Run(RunArguments),
}
