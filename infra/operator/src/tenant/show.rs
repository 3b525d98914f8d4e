//! `habitsync tenant show`: the configuration in force, as it was applied.

use habitsync_domain::tenant::TenantId;

use crate::failure::Failure;
use crate::stage::Stage;

/// Prints the file, comments included.
pub(crate) async fn show(stage: &Stage, tenant: &TenantId) -> Result<(), Failure> {
    let stored = stage.in_force(tenant).await?;
    println!(
        "# version {} of {tenant} on stage {}, from the table",
        stored.version, stage.name
    );
    print!("{}", stored.source);
    Ok(())
}
