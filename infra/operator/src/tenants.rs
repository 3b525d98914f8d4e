//! `habitsync tenant apply` and `show`.

use std::path::Path;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::apply_tenant::{AppliedConfiguration, ApplyTenant, Consent, apply_tenant};
use habitsync_workflows::ports::tenants::LoadConfiguration;

use crate::arguments::ApplyArguments;
use crate::failure::Failure;
use crate::stage::Stage;
use crate::{findings, hris};

/// Puts a configuration in force and says what that made of the customer.
pub(crate) async fn apply(stage: &Stage, asked: &ApplyArguments) -> Result<(), Failure> {
    let file = asked.file.as_path();
    let source = std::fs::read_to_string(file).map_err(|source| Failure::File {
        path: file.to_owned(),
        source,
    })?;
    let consent = Consent {
        yes_remove: asked.yes_remove,
        unchecked: asked.unchecked,
    };
    put_in_force(stage, file, &source, consent).await
}

/// Puts a text in force; `file` is what it is called where something is wrong with it.
pub(crate) async fn put_in_force(stage: &Stage, file: &Path, source: &str, consent: Consent) -> Result<(), Failure> {
    // Whatever is wrong with the file is told before AWS or a vendor is asked for anything.
    let configuration: TenantConfiguration = source.parse().map_err(|invalid| Failure::Invalid {
        path: file.to_owned(),
        invalid,
    })?;
    let schedules = stage.schedules().await?;
    let table = stage.table();
    let people = table.tenant(&configuration.tenant);
    let hris = hris::open(stage, source, configuration).await;
    let apply = ApplyTenant {
        configurations: &table,
        people: &people,
        schedules: &schedules,
        clock: &SystemClock,
        hris: &hris,
    };
    let applied = apply_tenant(&apply, source, consent)
        .await
        .map_err(|error| Failure::of_applying(file, error))?;
    tell(stage, file, &applied);
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

/// Prints the configuration in force, as it was applied.
pub(crate) async fn show(stage: &Stage, tenant: &TenantId) -> Result<(), Failure> {
    let stored = stage.table().load_configuration(tenant).await?;
    let stored = stored.ok_or_else(|| Failure::NoSuchTenant(tenant.clone()))?;
    println!(
        "# version {} of {tenant} on stage {}, from the table",
        stored.version, stage.name
    );
    print!("{}", stored.source);
    Ok(())
}
