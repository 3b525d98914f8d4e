//! A customer that a command looks at: as the configuration in force has them, or as a file that is not applied yet would.

use std::path::PathBuf;

use habitsync_domain::tenant::TenantId;
use habitsync_vendors::OpenTenant;
use habitsync_workflows::onboarding::apply::decides_since;
use habitsync_workflows::ports::tenants::StoredConfiguration;

use crate::error::CommandError;
use crate::stage::Stage;
use crate::tenant::file::ConfigurationFile;

/// Which customer, and which of their configurations.
#[derive(Debug, clap::Args)]
pub(crate) struct Customer {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// Look at this configuration, which need not be applied, in place of the one in force.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl Customer {
    /// The configuration. A file's number is that which it would get.
    pub(crate) async fn configuration(&self, stage: &Stage) -> Result<StoredConfiguration, CommandError> {
        let Some(path) = &self.config else {
            return stage.in_force(&self.tenant).await;
        };
        let file = ConfigurationFile::read(path)?;
        file.must_be_callable(stage)?;
        let said = &file.configuration.tenant;
        if *said != self.tenant {
            return Err(CommandError::OtherTenant {
                path: path.clone(),
                said: said.clone(),
                asked: self.tenant.clone(),
            });
        }
        let in_force = match stage.in_force(&self.tenant).await {
            Ok(stored) => Some(stored),
            Err(CommandError::NoSuchTenant(_)) => None,
            Err(failure) => return Err(failure),
        };
        let version = in_force.as_ref().map_or(1, |stored| stored.version + 1);
        Ok(StoredConfiguration {
            version,
            decides_since: decides_since(in_force.as_ref(), &file.configuration).unwrap_or(version),
            source: file.source,
            configuration: file.configuration,
            agreed: None,
        })
    }

    /// The customer, with both vendors ready to be called.
    pub(crate) async fn open(&self, stage: &Stage) -> Result<OpenTenant, CommandError> {
        stage.open(self.configuration(stage).await?).await
    }

    /// What the configuration is called in a heading: `version 3`, or the file's name.
    pub(crate) fn called(&self, version: u64) -> String {
        match &self.config {
            Some(path) => path.display().to_string(),
            None => format!("version {version}"),
        }
    }
}
