//! `habitsync holds`: changes that wait for approval, and decisions about them. One file per command.

mod arguments;
pub(crate) mod decide;
pub(crate) mod list;
pub(crate) mod reopen;

pub(crate) use arguments::HoldsCommand;

use std::process::ExitCode;

use habitsync_aws_adapters::TenantTable;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::user_sync::approvals::{Holds, look_at_holds};

use crate::error::CommandError;
use crate::stage::Stage;

/// Runs one of the commands.
pub(crate) async fn run(stage: &Stage, command: HoldsCommand) -> Result<ExitCode, CommandError> {
    match command {
        HoldsCommand::List(asked) => list::list(stage, &asked).await,
        HoldsCommand::Approve(asked) => decide::approve(stage, &asked).await,
        HoldsCommand::Reject(asked) => decide::reject(stage, &asked).await,
        HoldsCommand::Reopen(asked) => reopen::reopen(stage, &asked).await,
    }
}

/// Opens the customer's table and reads its pending approvals.
async fn look(stage: &Stage, tenant: &TenantId) -> Result<(TenantTable, Holds), CommandError> {
    let in_force = stage.in_force(tenant).await?;
    let table = stage.table().tenant(tenant);
    let holds = look_at_holds(&table, &in_force).await?;
    Ok((table, holds))
}
