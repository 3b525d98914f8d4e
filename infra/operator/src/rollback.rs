//! `habitsync tenant rollback`: an earlier version in force again. Peers that roll back without a look disable people; here what
//! changes is shown first, and removals have to be agreed to by their number, as with every version.

use std::path::Path;

use habitsync_workflows::apply_tenant::Consent;
use habitsync_workflows::ports::tenants::ListVersions;

use crate::arguments::RollbackArguments;
use crate::failure::Failure;
use crate::history::difference;
use crate::stage::Stage;
use crate::tenants::put_in_force;

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
    if !asked.yes {
        println!("nothing was changed; add --yes to do it");
        return Ok(());
    }
    let consent = Consent {
        yes_remove: asked.yes_remove,
        unchecked: false,
    };
    let name = format!("{tenant}.toml");
    put_in_force(stage, Path::new(&name), &earlier.source, consent).await
}
