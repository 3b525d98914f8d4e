//! How a command fails, in words for whoever typed it.

use std::path::PathBuf;

use habitsync_aws_adapters::ConnectError;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::apply_tenant::NotApplied;
use habitsync_workflows::ports::failure::ServiceFailure;

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The AWS client cannot be built.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// An AWS service did not do what was asked.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A configuration was not put in force.
    #[error("{}: {source}", path.display())]
    NotApplied {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NotApplied,
    },
    /// A secret's file is not what that secret holds.
    #[error("{} is not {expected}", path.display())]
    NotASecret {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
    },
    /// There is no such customer.
    #[error("there is no customer {0} on this stage")]
    NoSuchTenant(TenantId),
}
