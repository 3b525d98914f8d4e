//! `habitsync results`: lists a customer's completions and acts on them. One file per command.

mod arguments;
pub(crate) mod backfill;
mod list;
mod moment;
pub(crate) mod replay;
mod show;
mod shown;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use arguments::ResultsCommand;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::tenant::TenantId;

use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::counted;
use crate::terminal::out;

/// Runs one of the commands.
pub(crate) async fn run(stage: &Stage, command: ResultsCommand) -> Result<(), CommandError> {
    match command {
        ResultsCommand::List(asked) => list::list(stage, &asked).await,
        ResultsCommand::Show(asked) => show::show(stage, &asked).await,
        ResultsCommand::Replay(asked) => replay::replay(stage, &asked).await,
        ResultsCommand::Backfill(asked) => backfill::backfill(stage, &asked).await,
    }
}

async fn configuration(stage: &Stage, tenant: &TenantId) -> Result<TenantConfiguration, CommandError> {
    Ok(stage.in_force(tenant).await?.configuration)
}

/// Says, apart from the answer, that it is not the whole.
fn tell_unreadable(results: u64) {
    if results > 0 {
        let what = counted(results, "result");
        out::print_error(format!(
            "habitsync: {what} cannot be read, and may be in any state; a newer version may have written them"
        ));
    }
}
