//! `habitsync rehearse`: the set-up call's test of new, updated, terminated, rehired and filtered-out, on people the
//! operator names. Each is looked at, judged and, where that is agreed to, written and read back; the observations
//! become the sign-off.

mod arguments;
pub(crate) mod shown;
mod sign_off;

use std::io::{ErrorKind, IsTerminal};
use std::process::ExitCode;

pub(crate) use arguments::RehearseArguments;
use habitsync_aws_adapters::SystemClock;
use habitsync_domain::configuration::Status;
use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::onboarding::rehearsal::{Judged, Scenario};
use habitsync_vendors::OpenTenant;
use habitsync_workflows::onboarding::rehearse::Rehearsed;
use habitsync_workflows::one_employee::{DraftRule, OnePerson, PersonFailure, look_at_person, sync_person};
use habitsync_workflows::ports::clock::Now;
use inquire::{InquireError, Text};
use shown::Rehearsal;
use sign_off::Occasion;

use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::Output;
use crate::terminal::out;

/// Rehearses the named scenarios, and writes the sign-off.
pub(crate) async fn rehearse(stage: &Stage, asked: &RehearseArguments) -> Result<ExitCode, CommandError> {
    let stored = stage.in_force(&asked.tenant).await?;
    may_be_rehearsed(stored.configuration.status, asked)?;
    let operator = asked.by.name()?;
    // Better now than once people were written and there is nowhere to put the evidence.
    if !asked.into.is_dir() {
        return Err(CommandError::NotWritten {
            path: asked.into.clone(),
            source: ErrorKind::NotADirectory.into(),
        });
    }
    let tenant = stage.open(stored).await?;
    let at = SystemClock.now();
    let mut steps = Vec::new();
    for scenario in Scenario::ALL {
        if let Some(person) = person_for(scenario, asked)? {
            steps.push(step(stage, &tenant, asked, (scenario, &person)).await?);
        }
    }
    if steps.is_empty() {
        return Err(CommandError::NobodyRehearsed);
    }
    let occasion = Occasion {
        configuration: &tenant.configuration,
        version: tenant.version,
        stage: &stage.name,
        at,
        operator,
        witness: asked.with.as_deref(),
    };
    let sign_off = sign_off::write(&asked.into, &occasion, &steps)?;
    let code = exit_code(&steps);
    stage.print(&Rehearsal::new(&occasion, sign_off, steps))?;
    Ok(code)
}

/// Refuses before the first question, so that the operator does not answer in vain.
fn may_be_rehearsed(status: Status, asked: &RehearseArguments) -> Result<(), CommandError> {
    match status {
        Status::Paused => Err(CommandError::Person(PersonFailure::Paused)),
        Status::Draft if !asked.although_draft => Err(CommandError::Person(PersonFailure::Draft)),
        Status::Draft | Status::Live => Ok(()),
    }
}

/// Who it is rehearsed with; none where it is left out.
fn person_for(scenario: Scenario, asked: &RehearseArguments) -> Result<Option<String>, CommandError> {
    if let Some(person) = asked.named(scenario) {
        return Ok(Some(person.to_owned()));
    }
    if asked.names_anybody() || !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let question = format!("{scenario}: who? (Enter leaves it out)");
    let help = format!("Beforehand, in EmployeeConnect: {}.", scenario.beforehand());
    match Text::new(&question).with_help_message(&help).prompt() {
        Ok(person) => Ok(Some(person.trim().to_owned()).filter(|person| !person.is_empty())),
        Err(InquireError::OperationCanceled) => Ok(None),
        Err(error) => Err(CommandError::NotAsked(error)),
    }
}

/// One scenario with one person. An unknown employee fails the scenario, and stops no other.
async fn step(
    stage: &Stage,
    tenant: &OpenTenant,
    asked: &RehearseArguments,
    (scenario, person): (Scenario, &str),
) -> Result<Rehearsed, CommandError> {
    let one = OnePerson {
        employee_connect: &tenant.vendors.employee_connect,
        tribal_habits: &tenant.vendors.tribal_habits,
        store: &tenant.table,
        clock: &SystemClock,
    };
    let in_force = tenant.in_force();
    let seen = look_at_person(&one, in_force, person, &()).await?;
    let rehearsed = Rehearsed::seen(scenario, &seen, &tenant.configuration);
    if stage.output == Output::Table {
        out::print_line(shown::step(&rehearsed));
    }
    let question = format!("Write this to {}'s account?", rehearsed.employee_id);
    if !rehearsed.is_to_be_done() || !asked.yes.is_confirmed(&question)? {
        return Ok(rehearsed);
    }
    let draft = if asked.although_draft {
        DraftRule::Write
    } else {
        DraftRule::LeaveAlone
    };
    let synced = Box::pin(sync_person(&one, in_force, &seen, draft, &())).await?;
    let rehearsed = rehearsed.synced(synced);
    if stage.output == Output::Table {
        out::print_line(format!("  {}\n", sign_off::outcome(&rehearsed)));
    }
    Ok(rehearsed)
}

/// 0 where everything is as expected, 3 where something is held, 1 otherwise.
fn exit_code(steps: &[Rehearsed]) -> ExitCode {
    let is_held = steps.iter().any(|step| step.judged == Judged::Held);
    if steps.iter().all(Rehearsed::has_passed) {
        ExitCode::SUCCESS
    } else if is_held {
        ExitCode::from(FailureClass::Data.policy().exit_code)
    } else {
        ExitCode::FAILURE
    }
}
