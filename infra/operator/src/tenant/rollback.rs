//! `habitsync tenant rollback`: an earlier version in force again. Peers that roll back without a look disable people; here what
//! changes is shown first, and removals have to be agreed to by their number, as with every version.

use std::path::Path;

use habitsync_workflows::apply_tenant::Consent;
use habitsync_workflows::ports::tenants::ListVersions;

use super::apply::put_in_force;
use super::arguments::RollbackArguments;
use super::file::ConfigurationFile;
use super::history::difference;
use crate::failure::Failure;
use crate::stage::Stage;

/// Shows what the version would change, and puts it in force where that is agreed to.
pub(crate) async fn roll_back(stage: &Stage, asked: &RollbackArguments) -> Result<(), Failure> {
    let tenant = &asked.tenant;
    let versions = stage.table().list_versions(tenant).await?;
    let in_force = versions.first().ok_or_else(|| Failure::NoSuchTenant(tenant.clone()))?;
    let earlier = versions.iter().find(|version| version.version == asked.version);
    let earlier = earlier.ok_or_else(|| Failure::NoSuchVersion {
        tenant: tenant.clone(),
        version: asked.version,
    })?;
    print!("{}", difference(Some(in_force), earlier));
    if !asked
        .yes
        .is_said_to(&format!("Put version {} of {tenant} in force again?", asked.version))?
    {
        return Ok(());
    }
    let consent = Consent {
        yes_remove: asked.yes_remove,
        unchecked: false,
    };
    let name = format!("{tenant}.toml");
    let file = ConfigurationFile::of(Path::new(&name), earlier.source.clone())?;
    put_in_force(stage, &file, consent).await
}
