//! `habitsync results replay`: dead results, tried again.

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::result_choice::ReplayChoice;
use habitsync_workflows::replay_results::{find_replayable, replay_results};

use super::arguments::ReplayArguments;
use super::{NOT_CHANGED, configuration, list, tell_progress};
use crate::failure::Failure;
use crate::stage::Stage;

/// Shows what is chosen and, where that was said, has it tried again.
pub(super) async fn replay(stage: &Stage, asked: &ReplayArguments) -> Result<(), Failure> {
    let configuration = configuration(stage, &asked.tenant).await?;
    let (tenant, zone) = (configuration.tenant, configuration.time_zone.zone());
    let choice = ReplayChoice {
        enrolments: asked.enrolment.clone(),
        cause: asked.cause.clone(),
        from: asked.from.map(|from| from.in_zone(zone)),
        until: asked.until.map(|until| until.in_zone(zone)),
    };
    let table = stage.table().tenant(&tenant);
    let found = find_replayable(&table, &choice).await?;
    println!(
        "# {} dead results of {tenant} on stage {}, from the table",
        found.len(),
        stage.name
    );
    for record in &found {
        println!("{}", list::line(record));
    }
    if !asked.yes {
        println!("{NOT_CHANGED}");
        return Ok(());
    }
    let progress = |done| tell_progress("replayed", done, found.len());
    let report = replay_results(&table, &SystemClock, &found, progress).await?;
    println!(
        "{tenant}: {} are due now and queued within a minute; {} were not dead any more",
        report.replayed, report.moved_on
    );
    Ok(())
}
