//! `habitsync holds`: changes that wait for approval, and the word. One file per command.

mod arguments;
pub(crate) mod decide;
pub(crate) mod list;

pub(crate) use arguments::HoldsCommand;

use std::process::ExitCode;

use habitsync_aws_adapters::TenantTable;
use habitsync_domain::tenant::TenantId;

use crate::failure::Failure;
use crate::stage::Stage;

/// Runs one of the commands.
pub(crate) async fn run(stage: &Stage, command: HoldsCommand) -> Result<ExitCode, Failure> {
    match command {
        HoldsCommand::List(asked) => list::list(stage, &asked).await,
        HoldsCommand::Approve(asked) => decide::approve(stage, &asked).await,
        HoldsCommand::Reject(asked) => decide::reject(stage, &asked).await,
    }
}

async fn table(stage: &Stage, tenant: &TenantId) -> Result<TenantTable, Failure> {
    stage.in_force(tenant).await?;
    Ok(stage.table().tenant(tenant))
}
