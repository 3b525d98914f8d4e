//! `habitsync tenant apply`: shows what a configuration would change, asks, and puts it in force.

use std::path::Path;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::configuration::Status;
use habitsync_workflows::onboarding::apply::{
    AppliedConfiguration, ApplyTenant, Consent, Effect, Foreseen, NotApplied, foresee, put_in_force,
};
use habitsync_workflows::ports::tenants::JobSchedule;
use habitsync_workflows::user_sync::preview::PreviewUsers;

use super::arguments::ApplyArguments;
use super::file::ConfigurationFile;
use super::{foreseen, schedules, vendors};
use crate::error::CommandError;
use crate::findings;
use crate::stage::Stage;
use crate::terminal::ask::{self, Yes};
use crate::terminal::out;
use crate::terminal::{Numbers, while_reading};

/// How a version is put in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// What it would change is shown, and that it is to be done is asked.
    Asking(Yes),
    /// It was agreed to before.
    Agreed,
}

/// Puts a configuration in force, or every customer's schedules in order.
pub(super) async fn apply(stage: &Stage, asked: &ApplyArguments) -> Result<(), CommandError> {
    let Some(path) = &asked.file else {
        return schedules::rebuild_all(stage, asked.yes).await;
    };
    let consent = Consent {
        yes_remove: asked.numbers.deactivate,
        changes: asked.numbers.changes(),
        unchecked: asked.unchecked,
    };
    let file = ConfigurationFile::read(path)?;
    Box::pin(apply_file(stage, &file, consent, Way::Asking(asked.yes))).await
}

/// Puts a file in force.
pub(super) async fn apply_file(
    stage: &Stage,
    file: &ConfigurationFile,
    consent: Consent,
    way: Way,
) -> Result<(), CommandError> {
    must_be_callable(stage, file)?;
    let (table, schedules) = (stage.table(), stage.schedules().await?);
    let vendors = vendors::open(stage, file).await;
    let apply = ApplyTenant {
        configurations: &table,
        schedules: &schedules,
        next_run: PreviewUsers {
            employee_connect: &vendors.employee_connect,
            tribal_habits: &vendors.tribal_habits,
            store: &table.tenant(&file.configuration.tenant),
            clock: &SystemClock,
        },
    };
    let not_applied = |error| CommandError::of_applying(&file.path, error);
    let reading = Box::pin(foresee(&apply, &file.source, consent));
    let foreseen = while_reading(stage.output, reading).await.map_err(not_applied)?;
    let Some(consent) = agreed(file, &foreseen, consent, way)? else {
        return Ok(());
    };
    let applied = put_in_force(&apply, foreseen, consent).await.map_err(not_applied)?;
    tell(stage, &applied);
    Ok(())
}

/// Refuses hosts that may not be called, before anything is asked. A customer whose host is wrong can still be paused.
fn must_be_callable(stage: &Stage, file: &ConfigurationFile) -> Result<(), CommandError> {
    match file.configuration.status {
        Status::Paused => Ok(()),
        Status::Live | Status::Draft => file.must_be_callable(stage),
    }
}

/// Returns the changes that the operator agreed to; none where nothing is put in force.
fn agreed(
    file: &ConfigurationFile,
    foreseen: &Foreseen,
    consent: Consent,
    way: Way,
) -> Result<Option<Consent>, CommandError> {
    warn(&file.path, foreseen);
    if way == Way::Agreed {
        foreseen
            .must_be_agreed(consent)
            .map_err(|error| CommandError::of_applying(&file.path, error))?;
        return Ok(Some(consent));
    }
    out::print_line(foreseen::in_lines(file, foreseen));
    let consent = ask_for_changes(foreseen, consent);
    foreseen
        .must_be_agreed(consent)
        .or_else(|error| match error {
            NotApplied::Removes { ref people, said: None } if ask::is_agreed_number(people.len()) => Ok(()),
            error => Err(error),
        })
        .map_err(|error| CommandError::of_applying(&file.path, error))?;
    if foreseen.stays(consent).is_some() {
        // Nothing is stored: only the schedules are put in order.
        return Ok(Some(consent));
    }
    let version = foreseen.in_force.as_ref().map_or(1, |stored| stored.version + 1);
    let question = format!("Put it in force as version {version}?");
    let is_said = match way {
        Way::Asking(yes) => yes.is_confirmed(&question)?,
        Way::Agreed => true,
    };
    Ok(is_said.then_some(consent))
}

/// Asks for the number of each kind of changes that would wait for approval. Changes without agreement wait for
/// approval.
fn ask_for_changes(foreseen: &Foreseen, consent: Consent) -> Consent {
    let is_live = foreseen.configuration.status == Status::Live;
    let Effect::NextRun(next) = &foreseen.effect else {
        return consent;
    };
    if !is_live || consent.agrees_to_changes() {
        return consent;
    }
    let changes = Numbers::default().or_asked(&next.waiting(Status::Live)).changes();
    Consent { changes, ..consent }
}

fn warn(file: &Path, foreseen: &Foreseen) {
    if !foreseen.warnings.is_empty() {
        out::print_error(findings::warnings(file, &foreseen.warnings));
    }
}

fn tell(stage: &Stage, applied: &AppliedConfiguration) {
    let (tenant, version) = (&applied.configuration.tenant, applied.version);
    out::print_line(format!(
        "{tenant}: version {version} is in force on stage {}",
        stage.name
    ));
    for schedule in &applied.schedules {
        out::print_line(format!("  {}", schedule_line(schedule)));
    }
}

fn schedule_line(schedule: &JobSchedule) -> String {
    let paused = if schedule.enabled { "" } else { ", paused" };
    format!(
        "{:<13} {} in {}{paused}",
        schedule.job.key(),
        schedule.expression,
        schedule.time_zone
    )
}
