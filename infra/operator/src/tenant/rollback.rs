//! `habitsync tenant rollback`: an earlier version in force again. Peers that roll back without a look disable people;
//! Other products deactivate accounts when an operator rolls back unseen changes; here the command first shows the
//! changes, and the operator agrees to deactivations by their number, as with every version.

use std::path::Path;

use habitsync_workflows::onboarding::apply::Consent;
use habitsync_workflows::ports::tenants::ListVersions;

use super::apply::{Way, apply_file};
use super::arguments::RollbackArguments;
use super::file::ConfigurationFile;
use crate::error::CommandError;
use crate::stage::Stage;

/// Shows what the version would change, and puts it in force where that is agreed to.
pub(super) async fn roll_back(stage: &Stage, asked: &RollbackArguments) -> Result<(), CommandError> {
    let tenant = &asked.tenant;
    let versions = stage.table().list_versions(tenant).await?;
    if versions.is_empty() {
        return Err(CommandError::NoSuchTenant(tenant.clone()));
    }
    let earlier = versions.into_iter().find(|version| version.version == asked.version);
    let earlier = earlier.ok_or_else(|| CommandError::NoSuchVersion {
        tenant: tenant.clone(),
        version: asked.version,
    })?;
    let consent = Consent {
        yes_remove: asked.numbers.deactivate,
        changes: asked.numbers.changes(),
        unchecked: false,
    };
    let name = format!("version {} of {tenant}", asked.version);
    let file = ConfigurationFile::from_source(Path::new(&name), earlier.source)?;
    Box::pin(apply_file(stage, &file, consent, Way::Asking(asked.yes))).await
}
