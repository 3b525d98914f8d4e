//! `habitsync link`: one person's link between the two systems.

pub(crate) mod show;

use clap::Subcommand;

use crate::failure::Failure;
use crate::stage::Stage;

#[derive(Debug, Subcommand)]
pub(crate) enum LinkCommand {
    /// Shows the account, its names, what is known of its fields, and what was changed in the last 90 days.
    Show(show::LinkArguments),
}

/// Runs one of the commands.
pub(crate) async fn run(stage: &Stage, command: LinkCommand) -> Result<(), Failure> {
    match command {
        LinkCommand::Show(asked) => show::show(stage, &asked).await,
    }
}
