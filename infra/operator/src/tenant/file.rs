//! A customer's configuration in a file.

use std::path::{Path, PathBuf};

use habitsync_domain::configuration::{InvalidConfiguration, TenantConfiguration};

use crate::error::CommandError;
use crate::stage::Stage;

/// A file that is a valid configuration.
pub(crate) struct ConfigurationFile {
    /// What the file is called where something is wrong with it.
    pub(crate) path: PathBuf,
    /// The text, comments included.
    pub(crate) source: String,
    /// What it says.
    pub(crate) configuration: TenantConfiguration,
    /// Whether it can be read again by its name; a stored version cannot.
    pub(crate) is_on_disk: bool,
}

impl ConfigurationFile {
    /// Reads it. All errors are reported, each with its line, before a call of AWS or of a vendor.
    pub(crate) fn read(path: &Path) -> Result<Self, CommandError> {
        let source = std::fs::read_to_string(path).map_err(|source| CommandError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            is_on_disk: true,
            ..Self::from_source(path, source)?
        })
    }

    /// Refuses base URLs whose hosts may not be called from this stage, each with its line.
    pub(crate) fn must_be_callable(&self, stage: &Stage) -> Result<(), CommandError> {
        let findings = stage.unusable_base_urls(&self.source, &self.configuration);
        if findings.is_empty() {
            return Ok(());
        }
        Err(CommandError::Invalid {
            path: self.path.clone(),
            invalid: InvalidConfiguration { findings },
        })
    }

    /// The text of a version, which is called `path` where something is wrong with it.
    pub(crate) fn from_source(path: &Path, source: String) -> Result<Self, CommandError> {
        let configuration = source.parse().map_err(|invalid| CommandError::Invalid {
            path: path.to_owned(),
            invalid,
        })?;
        Ok(Self {
            path: path.to_owned(),
            source,
            configuration,
            is_on_disk: false,
        })
    }
}
