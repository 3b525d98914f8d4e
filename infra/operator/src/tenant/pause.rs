//! `habitsync tenant pause` and `resume`: a new version of the configuration in which the status alone is another. Comments and
//! order of the file stay as they are.

use std::path::Path;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::configuration::Status;
use habitsync_domain::results::result::ParkedOn;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::onboarding::apply::Consent;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::results::ReleaseResults;
use habitsync_workflows::ports::tenants::{AppliedVersion, ListVersions};
use toml_edit::{DocumentMut, value};

use super::apply::{Way, apply_file};
use super::arguments::PauseArguments;
use super::file::ConfigurationFile;
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::out;

/// Pauses a customer who is live, or a draft.
pub(super) async fn pause(stage: &Stage, asked: &PauseArguments) -> Result<(), CommandError> {
    let tenant = &asked.tenant;
    let versions = versions(stage, tenant).await?;
    let status = status_of(&versions[0].source);
    if status == Some(Status::Paused) {
        return Err(nothing_to(tenant, "paused", "pause"));
    }
    let question = format!("Stop every job of {tenant}, and let results wait?");
    if !asked.yes.is_confirmed(&question)? {
        return Ok(());
    }
    Box::pin(apply(stage, tenant, &versions[0].source, "paused")).await
}

/// Lets a paused customer go on as what they were before: live, or a draft.
pub(super) async fn resume(stage: &Stage, asked: &PauseArguments) -> Result<(), CommandError> {
    let tenant = &asked.tenant;
    let versions = versions(stage, tenant).await?;
    if status_of(&versions[0].source) != Some(Status::Paused) {
        return Err(nothing_to(tenant, "not paused", "resume"));
    }
    let status = before_the_pause(&versions);
    if !asked.yes.is_confirmed(&format!("Let {tenant} go on as {status}?"))? {
        return Ok(());
    }
    Box::pin(apply(stage, tenant, &versions[0].source, status)).await?;
    if status == "live" {
        let table = stage.table().tenant(tenant);
        // The next sweep would do it, too, some hours later.
        let released = table.release_results(&ParkedOn::Customer, SystemClock.now()).await?;
        out::print_line(due(released));
    }
    Ok(())
}

/// Describes when the waiting results continue.
fn due(released: u64) -> String {
    match released {
        0 => "no results waited".to_owned(),
        1 => "1 result that waited is due now, queued within a minute".to_owned(),
        many => format!("{many} results that waited are due now, queued within a minute"),
    }
}

/// Returns the stored versions, never empty.
async fn versions(stage: &Stage, tenant: &TenantId) -> Result<Vec<AppliedVersion>, CommandError> {
    let versions = stage.table().list_versions(tenant).await?;
    if versions.is_empty() {
        return Err(CommandError::NoSuchTenant(tenant.clone()));
    }
    Ok(versions)
}

async fn apply(stage: &Stage, tenant: &TenantId, source: &str, status: &str) -> Result<(), CommandError> {
    // The name stands in the place of a file's where the stored text is wrong.
    let name = format!("{tenant}.toml");
    let file = ConfigurationFile::from_source(Path::new(&name), with_status(source, status))?;
    Box::pin(apply_file(stage, &file, Consent::default(), Way::Agreed)).await
}

/// What the customer was when they were paused; live where that is not known any more.
fn before_the_pause(versions: &[AppliedVersion]) -> &'static str {
    let statuses = versions.iter().filter_map(|version| status_of(&version.source));
    let before = statuses.into_iter().find(|status| *status != Status::Paused);
    match before {
        Some(Status::Draft) => "draft",
        Some(Status::Live | Status::Paused) | None => "live",
    }
}

/// None where the text is none that this program reads.
fn status_of(source: &str) -> Option<Status> {
    let configuration: habitsync_domain::configuration::TenantConfiguration = source.parse().ok()?;
    Some(configuration.status)
}

/// The text with another status; unchanged where it is no TOML, an error that the reader reports with its line.
fn with_status(source: &str, status: &str) -> String {
    let Ok(mut document) = source.parse::<DocumentMut>() else {
        return source.to_owned();
    };
    // What follows the value on its line is the value's own.
    let decor = document
        .get("status")
        .and_then(|item| item.as_value())
        .map(|old| old.decor().clone());
    let mut new = value(status);
    if let (Some(decor), Some(value)) = (decor, new.as_value_mut()) {
        *value.decor_mut() = decor;
    }
    document["status"] = new;
    document.to_string()
}

fn nothing_to(tenant: &TenantId, status: &'static str, what: &'static str) -> CommandError {
    CommandError::NothingTo {
        tenant: tenant.clone(),
        status,
        what,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    /// The example of the documentation, whole.
    const ACME: &str = include_str!("../../../../shared/domain/src/configuration/acme.toml");

    fn version(version: u64, status: &str) -> AppliedVersion {
        AppliedVersion {
            version,
            applied_at: Timestamp::UNIX_EPOCH,
            source: with_status(ACME, status),
        }
    }

    #[test]
    fn nothing_but_the_status_is_another_and_comments_stay() {
        let paused = with_status(ACME, "paused");
        let differing: Vec<_> = ACME
            .lines()
            .zip(paused.lines())
            .filter(|(old, new)| old != new)
            .collect();
        assert_eq!(ACME.lines().count(), paused.lines().count());
        let [(old, new)] = differing.as_slice() else {
            panic!("one line differs: {differing:?}")
        };
        assert_eq!(old.replace("\"live\"", "\"paused\""), **new);
    }

    #[test]
    fn whoever_is_resumed_goes_on_as_what_they_were() {
        let versions = [
            version(4, "paused"),
            version(3, "paused"),
            version(2, "draft"),
            version(1, "live"),
        ];
        assert_eq!(before_the_pause(&versions), "draft");
        assert_eq!(before_the_pause(&versions[..1]), "live");
        assert_eq!(status_of(&versions[0].source), Some(Status::Paused));
    }
}
