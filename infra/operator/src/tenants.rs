//! `habitsync tenant apply` and `show`.

use std::path::Path;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::apply_tenant::apply_tenant;
use habitsync_workflows::ports::tenants::LoadConfiguration;

use crate::failure::Failure;
use crate::stage::Stage;

/// Puts a configuration in force and says what that made of the customer.
pub(crate) async fn apply(stage: &Stage, file: &Path) -> Result<(), Failure> {
    let source = std::fs::read_to_string(file).map_err(|source| Failure::File {
        path: file.to_owned(),
        source,
    })?;
    let schedules = stage.schedules().await?;
    let applied = apply_tenant(&stage.table(), &schedules, &SystemClock, &source)
        .await
        .map_err(|source| Failure::NotApplied {
            path: file.to_owned(),
            source,
        })?;
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
    Ok(())
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
