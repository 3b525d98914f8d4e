//! Customers' configurations, secrets and schedules.

use std::future::Future;

use habitsync_domain::approvals::Agreement;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;
use secrecy::SecretString;

use super::failure::ServiceFailure;

/// A customer's configuration as stored.
#[derive(Debug, Clone)]
pub struct StoredConfiguration {
    /// Number of the version: 1 for the first that was applied, and so on.
    pub version: u64,
    /// The file as it was applied, comments included.
    pub source: String,
    /// Configuration of this version.
    pub configuration: TenantConfiguration,
    /// The version since which every version decides about employees as this one does: approvals and agreements stand since then.
    pub decides_since: u64,
    /// Number of changes that an operator accepted with this version; none where there was no agreement.
    pub agreed: Option<Agreement>,
}

/// Facts that are stored with the text of a version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VersionTerms {
    /// The version since which employees are decided about as by this one; none where it begins with this one.
    pub decides_since: Option<u64>,
    /// Number of changes that an operator accepted with this version.
    pub agreed: Option<Agreement>,
}

/// Reads the configuration in force.
pub trait LoadConfiguration {
    /// Loads the newest version; none where there is no such customer.
    fn load_configuration(
        &self,
        tenant: &TenantId,
    ) -> impl Future<Output = Result<Option<StoredConfiguration>, ServiceFailure>> + Send;
}

/// A version of a customer's configuration, as it was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedVersion {
    /// Number of the configuration version.
    pub version: u64,
    /// When it was applied.
    pub applied_at: Timestamp,
    /// The file, comments included; this program may not be able to read what an earlier one wrote.
    pub source: String,
}

/// Reads every version of a configuration.
pub trait ListVersions {
    /// Lists the versions, the newest first; none where there is no such customer.
    fn list_versions(
        &self,
        tenant: &TenantId,
    ) -> impl Future<Output = Result<Vec<AppliedVersion>, ServiceFailure>> + Send;
}

/// Stores a configuration as a new version.
pub trait SaveConfiguration {
    /// Stores the file as the next version, with its terms, and returns its number; the customer's summary row is made
    /// where it is new. The first live version is the customer's go-live, at `now`, which is stored in the same write
    /// and never changed.
    fn save_configuration(
        &self,
        configuration: &TenantConfiguration,
        source: &str,
        now: Timestamp,
        terms: Option<&VersionTerms>,
    ) -> impl Future<Output = Result<u64, ServiceFailure>> + Send;
}

/// Reads when one customer went live.
pub trait FindGoLive {
    /// Finds the time of go-live; none for a customer that was never live, or that went live before this time was
    /// stored.
    fn find_go_live(&self) -> impl Future<Output = Result<Option<Timestamp>, ServiceFailure>> + Send;
}

/// Reads the webhook secrets of a customer: the function that faces the internet can read only these.
pub trait LoadWebhookSecrets {
    /// Loads the live secrets (one, or two while rotating); empty where there is no such customer.
    fn load_webhook_secrets(
        &self,
        tenant: &TenantId,
    ) -> impl Future<Output = Result<Vec<SecretString>, ServiceFailure>> + Send;

    /// Loads the live secrets again from their source (at most every five seconds per customer), after a check failed.
    fn reload_webhook_secrets(
        &self,
        tenant: &TenantId,
    ) -> impl Future<Output = Result<Vec<SecretString>, ServiceFailure>> + Send;
}

/// A secret of a customer, each readable by different functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// Credentials of both vendors.
    Vendors,
    /// The webhook's secrets.
    Webhook,
}

/// Stores a customer's secrets.
pub trait SaveSecret {
    /// Creates the secret or replaces its value, a JSON text.
    fn save_secret(
        &self,
        tenant: &TenantId,
        kind: SecretKind,
        value: &SecretString,
    ) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Schedule of one job of one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSchedule {
    /// Customer whose job is scheduled.
    pub tenant: TenantId,
    /// The scheduled job.
    pub job: Job,
    /// EventBridge Scheduler's `cron(…)` or `rate(…)`.
    pub expression: String,
    /// The IANA zone in which `cron` is read.
    pub time_zone: String,
    /// Width of the flexible window in minutes: it spreads hundreds of customers.
    pub jitter_minutes: u32,
    /// A paused customer's schedules stay, disabled.
    pub enabled: bool,
}

/// Creates and updates schedules.
pub trait SaveSchedule {
    /// Creates the schedule, or changes an existing one to match.
    fn save_schedule(&self, schedule: &JobSchedule) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Removes schedules of jobs.
pub trait RemoveSchedule {
    /// Removes the job's schedule; a schedule that does not exist is no error.
    fn remove_schedule(&self, tenant: &TenantId, job: Job) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}
