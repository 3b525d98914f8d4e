//! Putting a customer's configuration in force: checked, stored as a new version, and its schedules made what it says.
//! What is doubtful about it is told and keeps nothing back.

use habitsync_domain::configuration::{
    Finding, InvalidConfiguration, Status, TenantConfiguration, unknown_custom_fields,
};
use habitsync_domain::employee_fields::FieldsNeeded;
use habitsync_domain::job::Job;

use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::tenants::{JobSchedule, RemoveSchedule, SaveConfiguration, SaveSchedule};
use crate::ports::vendors::ListEmployees;

/// A configuration that is in force now.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedConfiguration {
    /// Its number.
    pub version: u64,
    /// What it says.
    pub configuration: TenantConfiguration,
    /// The schedules as they now are.
    pub schedules: Vec<JobSchedule>,
    /// What may be a slip of the pen, in the order of the file.
    pub warnings: Vec<Finding>,
}

/// Why a configuration was not put in force.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotApplied {
    /// The file is wrong; nothing was changed.
    #[error(transparent)]
    Invalid(#[from] InvalidConfiguration),
    /// The table or the scheduler failed. Applying the same file again completes what is missing.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
}

/// Puts the configuration in `source`, a TOML text, in force. The customer's employees in `hris` are read for the sake of the
/// warnings alone: where that fails, as it does before the customer's secrets are set, this is a warning too.
///
/// # Errors
/// The text is no valid configuration, or it could not be stored or scheduled.
pub async fn apply_tenant<S, E, C, H>(
    store: &S,
    schedules: &E,
    clock: &C,
    hris: &H,
    source: &str,
) -> Result<AppliedConfiguration, NotApplied>
where
    S: SaveConfiguration,
    E: SaveSchedule + RemoveSchedule,
    C: Now,
    H: ListEmployees,
{
    let configuration: TenantConfiguration = source.parse()?;
    let warnings = warnings(hris, source, &configuration).await;
    let version = store.save_configuration(&configuration, source, clock.now()).await?;
    let mut applied = Vec::new();
    for job in Job::ALL {
        match schedule_of(&configuration, job) {
            Some(schedule) => {
                schedules.save_schedule(&schedule).await?;
                applied.push(schedule);
            }
            None => schedules.remove_schedule(&configuration.tenant, job).await?,
        }
    }
    Ok(AppliedConfiguration {
        version,
        configuration,
        schedules: applied,
        warnings,
    })
}

/// Custom fields that are named and that nobody has. Nobody is asked where none is named.
async fn warnings(hris: &impl ListEmployees, source: &str, configuration: &TenantConfiguration) -> Vec<Finding> {
    if !configuration.names_custom_fields() {
        return Vec::new();
    }
    match hris.list_employees(&FieldsNeeded::of(&configuration.users)).await {
        Ok(roster) => unknown_custom_fields(source, configuration, &roster.custom_fields),
        Err(failure) => vec![Finding {
            line: None,
            message: format!("custom fields were not checked: {failure}"),
        }],
    }
}

/// A paused customer's schedules stay, disabled, so that they are seen and come back as they were.
fn schedule_of(configuration: &TenantConfiguration, job: Job) -> Option<JobSchedule> {
    Some(JobSchedule {
        tenant: configuration.tenant.clone(),
        job,
        expression: configuration.schedule(job)?.to_string(),
        time_zone: configuration.time_zone.as_str().to_owned(),
        jitter_minutes: configuration.schedules.jitter_minutes,
        enabled: configuration.status != Status::Paused,
    })
}
