//! `habitsync tenant apply`.

use std::path::Path;

use habitsync_aws_adapters::SystemClock;
use habitsync_workflows::apply_tenant::{AppliedConfiguration, ApplyTenant, Consent, apply_tenant};

use super::arguments::ApplyArguments;
use super::file::ConfigurationFile;
use super::{findings, hris};
use crate::failure::Failure;
use crate::stage::Stage;

/// Puts a configuration in force and says what that made of the customer.
pub(super) async fn apply(stage: &Stage, asked: &ApplyArguments) -> Result<(), Failure> {
    let file = ConfigurationFile::read(&asked.file)?;
    let consent = Consent {
        yes_remove: asked.yes_remove,
        unchecked: asked.unchecked,
    };
    put_in_force(stage, &file, consent).await
}

/// Puts it in force.
pub(super) async fn put_in_force(stage: &Stage, file: &ConfigurationFile, consent: Consent) -> Result<(), Failure> {
    let schedules = stage.schedules().await?;
    let table = stage.table();
    let people = table.tenant(&file.configuration.tenant);
    let hris = hris::open(stage, file).await;
    let apply = ApplyTenant {
        configurations: &table,
        people: &people,
        schedules: &schedules,
        clock: &SystemClock,
        hris: &hris,
    };
    let applied = apply_tenant(&apply, &file.source, consent)
        .await
        .map_err(|error| Failure::of_applying(&file.path, error))?;
    tell(stage, &file.path, &applied);
    Ok(())
}

fn tell(stage: &Stage, file: &Path, applied: &AppliedConfiguration) {
    if !applied.warnings.is_empty() {
        eprintln!("{}", findings::warnings(file, &applied.warnings));
    }
    let (tenant, version) = (&applied.configuration.tenant, applied.version);
    println!("{tenant}: version {version} is in force on stage {}", stage.name);
    for schedule in &applied.schedules {
        let paused = if schedule.enabled { "" } else { ", paused" };
        println!(
            "  {:<13} {} in {}{paused}",
            schedule.job.as_str(),
            schedule.expression,
            schedule.time_zone
        );
    }
}
