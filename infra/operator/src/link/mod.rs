//! `habitsync link`: one person's link between the two systems.

mod proposal;
pub(crate) mod rekey;
mod remove;
pub(crate) mod set;
pub(crate) mod show;

use clap::Subcommand;

use crate::error::CommandError;
use crate::stage::Stage;

#[derive(Debug, Subcommand)]
pub(crate) enum LinkCommand {
    /// Shows the account, its names and fields as last written or read, and the changes of the last 90 days.
    Show(show::LinkArguments),
    /// Links an employee to an account that matching does not find, once what follows is shown.
    ///
    /// Both have to be there, neither may be linked to another, and the account may not be protected. The link and who set it
    /// stay on record; results that wait for the user name are released. Nothing is written to Tribal Habits: the next user
    /// sync makes the account what the record says.
    ///
    /// For instance: habitsync link set acme E1042 jo.before.the.wedding@acme.com.au
    Set(set::SetArguments),
    /// Forgets an employee's link; the account stays as it is.
    ///
    /// A user sync that reads the portal, as the first of each day does, may match the account again by its user name or e-mail
    /// and adopt it. Without a link the account is no longer deactivated when the person leaves. Who removed the link stays on
    /// record for 90 days (link show).
    Remove(remove::RemoveArguments),
    /// Moves the accounts of re-keyed employees to their new employee numbers, once all of them are shown.
    ///
    /// An employee is re-keyed whose old number is gone, or has left, and whose record is there under a new number with the same
    /// user name or e-mail and name, or the same full name and first day. Only pairs that leave no choice are moved; mirrors,
    /// former names and history move along, and nothing is written to Tribal Habits. Until then no run deactivates such an
    /// account, or creates a second one. Who moved them stays on record for 90 days (link show).
    Rekey(rekey::RekeyArguments),
}

/// Runs one of the commands.
pub(crate) async fn run(stage: &Stage, command: LinkCommand) -> Result<(), CommandError> {
    match command {
        LinkCommand::Show(asked) => show::show(stage, &asked).await,
        LinkCommand::Set(asked) => set::set(stage, &asked).await,
        LinkCommand::Remove(asked) => remove::remove(stage, &asked).await,
        LinkCommand::Rekey(asked) => Box::pin(rekey::rekey(stage, &asked)).await,
    }
}
