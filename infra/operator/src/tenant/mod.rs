//! `habitsync tenant`: a customer's configuration and secrets. One file per command.

mod apply;
mod arguments;
pub(crate) mod file;
mod foreseen;
pub(crate) mod history;
mod init;
pub(crate) mod list;
mod pause;
mod rollback;
mod rotation;
mod schedules;
mod secrets;
pub(crate) mod show;
mod vendors;

use arguments::SecretsCommand;
pub(crate) use arguments::TenantCommand;

use crate::error::CommandError;
use crate::stage::Stage;

/// Runs one of the commands.
pub(crate) async fn run(stage: &Stage, command: TenantCommand) -> Result<(), CommandError> {
    match command {
        TenantCommand::Init(asked) => init::init(&asked),
        TenantCommand::Apply(asked) => Box::pin(apply::apply(stage, &asked)).await,
        TenantCommand::List => list::list(stage).await,
        TenantCommand::Show { tenant } => show::show(stage, &tenant).await,
        TenantCommand::History(asked) => history::show(stage, &asked).await,
        TenantCommand::Pause(asked) => Box::pin(pause::pause(stage, &asked)).await,
        TenantCommand::Resume(asked) => Box::pin(pause::resume(stage, &asked)).await,
        TenantCommand::Rollback(asked) => Box::pin(rollback::roll_back(stage, &asked)).await,
        TenantCommand::Secrets(SecretsCommand::Set { tenant, kind, file }) => {
            secrets::set(stage, &tenant, kind, &file).await
        }
        TenantCommand::Secrets(SecretsCommand::Rotate { tenant, to, .. }) => match to {
            Some(file) => rotation::rotate(stage, &tenant, &file).await,
            None => rotation::retire(stage, &tenant).await,
        },
    }
}
