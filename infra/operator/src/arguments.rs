//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::courses::CoursesArguments;
use crate::doctor::DoctorArguments;
use crate::explain::ExplainArguments;
use crate::holds::HoldsCommand;
use crate::link::LinkCommand;
use crate::plan::PlanArguments;
use crate::rehearse::RehearseArguments;
use crate::results::ResultsCommand;
use crate::run::RunArguments;
use crate::runs::RunsArguments;
use crate::scan::ScanArguments;
use crate::stage::StageOptions;
use crate::status::StatusArguments;
use crate::tenant::TenantCommand;

/// The commands as a newcomer meets them, with an example each. A test holds it to the commands that there are.
const GROUPS: &str = "\
Setting up
  tenant     a customer's configuration and secrets      habitsync tenant init
  doctor     whether both vendors answer as we rely on   habitsync doctor acme
  scan       what in the data keeps people out           habitsync scan acme
  plan       what the next user sync would do            habitsync plan acme
  rehearse   the set-up call's test on people you name   habitsync rehearse acme
  run        starts a job now, and may wait for its end  habitsync run acme user-sync --wait

Every day
  status     how every customer is, on one screen        habitsync status
  holds      changes that wait for approval              habitsync holds list acme
  runs       what a customer's jobs did                  habitsync runs acme --limit 5

When something is wrong
  status     one customer in full, and what to type      habitsync status acme
  explain    why somebody has an account, or has none    habitsync explain acme E1042
  results    what became of completions; tries again     habitsync results list acme --state dead
  courses    why a topic is a course, or what it lacks   habitsync courses acme --near
  link       one person's link between both systems      habitsync link show acme E1001

For your shell
  completions  what a shell needs to complete these      habitsync completions bash
  man          manual pages, one for each command          habitsync man ~/.local/share/man";

/// The groups in the place of clap's list.
const TEMPLATE: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}Options:\n{options}{after-help}";

/// Shown below the options.
const AFTER: &str = "\
AWS is found as the AWS command line finds it: AWS_REGION, AWS_PROFILE or credentials in the
environment, and AWS_ENDPOINT_URL for a local stack.

Answers are tables to read; --output json is for programs (docs/OUTPUT.md names its fields), and
--output csv for spreadsheets.

Exits with 0 when done, 1 when it failed, 2 for wrong usage, and 3 when something is held or
somebody is unwell.";

/// Runs the managed integration between EmployeeConnect and Tribal Habits.
#[derive(Debug, Parser)]
#[command(
    name = "habitsync",
    version,
    arg_required_else_help = true,
    max_term_width = 100,
    help_template = TEMPLATE,
    before_help = GROUPS,
    after_help = AFTER
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) stage: StageOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
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

/// A command on a stage.
#[derive(Debug, Subcommand)]
pub(crate) enum StageCommand {
    /// Shows how every customer is, on one screen, or one of them in full. Exits with 3 where a customer is unhealthy.
    Status(StatusArguments),
    /// A customer's configuration and secrets.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Changes that wait for approval.
    #[command(subcommand)]
    Holds(HoldsCommand),
    /// Shows, replays and adds a customer's results.
    #[command(subcommand)]
    Results(ResultsCommand),
    /// Lists what a customer's jobs did, the newest first.
    Runs(RunsArguments),
    /// Lists every topic that was seen, with its verdict and its course.
    Courses(CoursesArguments),
    /// One person's link between the two systems.
    #[command(subcommand)]
    Link(LinkCommand),
    /// Asks both vendors whether they do what this product assumes, as far as the customer relies on it; reads only.
    ///
    /// Neither vendor documents its API whole. Each assumption gets a verdict (ok, differs, cannot tell), the evidence, in
    /// counts and shapes, and what to do: the key of the configuration that copes, or the file of ours that would have to
    /// change. What only a write shows is left to a rehearsal. It takes about thirty requests of the customer's budget. With
    /// --config, it is about a configuration that is not applied yet; the secrets are those that are stored. Exits with 3
    /// where something differs.
    Doctor(DoctorArguments),
    /// Shows what the next user sync would do, person by person and field by field, and writes nothing.
    ///
    /// The plan is made by the rules and under the limits of a run, from a fresh read. With --config, it is that of a
    /// configuration that is not applied yet. Exits with 3 where changes would be held.
    Plan(PlanArguments),
    /// Rehearses the set-up call's test on people you name, step by step, and writes a dated sign-off with the evidence.
    ///
    /// Employees who are new, updated, terminated, rehired, filtered out: each is read, the plan is compared with the
    /// expected one, written once you agree, and read back. In a terminal, whoever is not named is asked for, one after the
    /// other, so that EmployeeConnect can be changed in between. Exits with 0 where everything came as it had to.
    Rehearse(RehearseArguments),
    /// Lists a customer's data problems before it goes live, employee by employee, and writes nothing.
    ///
    /// Reads EmployeeConnect, the portal's users and the links, and finds what keeps people from being synced, what stays wrong
    /// about those who are, and whose the portal's accounts are. What is missing yet, such as the secrets, is said. The list
    /// for the customer: habitsync scan TENANT --output csv > scan.csv
    #[command(after_long_help = crate::scan::exit_codes())]
    Scan(ScanArguments),
    /// Explains one person: why they have an account or have none, the next run's actions, and the changes that would alter
    /// that.
    ///
    /// Looks at the person alone, in a handful of requests, and writes nothing: the record in EmployeeConnect, each clause of the
    /// filter, each mapped field, the account in Tribal Habits, and what is held, refused and on record. With --config, by a
    /// configuration that is not applied yet. Exits with 3 where something is held or in the way.
    ///
    /// For example: habitsync explain acme E1042
    Explain(ExplainArguments),
    /// Starts a customer's job now, as its schedule would; with --only, syncs one person here, step by step.
    ///
    /// With --only, the employee is read as `explain` does, the plan is shown and confirmed, and it is carried out under the
    /// job's lease, by the rules, limits and holds of a run: whatever is held stays held. Then the account is read back. It
    /// is no run: the person's record of changes names it, and the job's freshness stays as it is.
    ///
    /// For example: habitsync run acme user-sync --only E1042
    Run(RunArguments),
}
