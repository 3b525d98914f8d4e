//! `habitsync results`: what became of a customer's completions, and what can be done about it. One file per command.

mod arguments;
mod backfill;
mod list;
mod moment;
mod replay;
mod show;
mod shown;

pub(crate) use arguments::ResultsCommand;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::tenants::LoadConfiguration;

use crate::failure::Failure;
use crate::stage::Stage;

/// Said instead of changing anything.
const NOT_CHANGED: &str = "nothing was changed; add --yes to do it";

/// Runs one of the commands.
pub(crate) async fn run(stage: &Stage, command: ResultsCommand) -> Result<(), Failure> {
    match command {
        ResultsCommand::List(asked) => list::list(stage, &asked).await,
        ResultsCommand::Show(asked) => show::show(stage, &asked).await,
        ResultsCommand::Replay(asked) => replay::replay(stage, &asked).await,
        ResultsCommand::Backfill(asked) => backfill::backfill(stage, &asked).await,
    }
}

async fn configuration(stage: &Stage, tenant: &TenantId) -> Result<TenantConfiguration, Failure> {
    let stored = stage.table().load_configuration(tenant).await?;
    let stored = stored.ok_or_else(|| Failure::NoSuchTenant(tenant.clone()))?;
    Ok(stored.configuration)
}

/// Says, apart from the answer, that it is not the whole.
fn tell_unreadable(results: u64) {
    if results > 0 {
        let what = shown::counted(results, "result");
        eprintln!("habitsync: {what} cannot be read, and may be in any state; a newer version may have written them");
    }
}

/// Says how far long work has come, now and then.
fn tell_progress(what: &str, done: usize, of: usize) {
    if done.is_multiple_of(500) || (done == of && of >= 500) {
        eprintln!("{what} {done} of {of}");
    }
}
