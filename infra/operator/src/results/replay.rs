//! `habitsync results replay`: dead results, tried again.

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::result_choice::ReplayChoice;
use habitsync_workflows::replay_results::{find_replayable, replay_results};

use super::arguments::ReplayArguments;
use super::list::show_all;
use super::{configuration, tell_progress, tell_unreadable};
use crate::failure::Failure;
use crate::stage::Stage;
use crate::terminal::{counted, zone_name};

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
    tell_unreadable(found.unreadable);
    let found = found.records;
    println!(
        "# {} of {tenant} on stage {}, from the table; times in {}",
        counted(found.len(), "dead result"),
        stage.name,
        zone_name(zone)
    );
    show_all(&found, zone);
    if found.is_empty() {
        return Ok(());
    }
    let question = format!("Have {} tried again?", counted(found.len(), "result"));
    if !asked.yes.is_said_to(&question)? {
        return Ok(());
    }
    let progress = |done| tell_progress("replayed", done, found.len());
    let report = replay_results(&table, &SystemClock, &found, progress).await?;
    println!(
        "{tenant}: {} due now, queued within a minute{}",
        counted(report.replayed, "result"),
        not_dead(report.moved_on)
    );
    Ok(())
}

/// What there is to say of those that somebody else was quicker with.
fn not_dead(results: u64) -> String {
    if results == 0 {
        return String::new();
    }
    format!("; {} not dead any more", counted(results, "result"))
}
