//! `habitsync run TENANT user-sync --only PERSON`: one person is looked at, what would be done is shown and asked about, and it is done
//! and read back, step by step.

use std::process::ExitCode;
use std::time::Instant;

use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::user_plan::{NextAction, Step};
use habitsync_workflows::one_employee::{
    DraftRule, PersonFailure, SeenPerson, Synced, look_at_person_afresh, sync_person,
};
use serde::Serialize;

use super::explained::{Explained, Rules};
use super::trace::{Step as Traced, Trace};
use super::{code, one_person};
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::ask::{Yes, is_agreed_number};
use crate::terminal::out;
use crate::terminal::{Output, local, zone_name};

/// Arguments of a run for one employee.
#[derive(Debug, clap::Args)]
pub(crate) struct OnlyArguments {
    /// Sync only this person, here and now: an employee number, or a user name in Tribal Habits.
    #[arg(long = "only", value_name = "PERSON")]
    pub(crate) person: Option<String>,
    #[command(flatten)]
    yes: Yes,
    /// Agree that so many accounts are deactivated: 1, where it is this one.
    #[arg(long, alias = "yes-remove", value_name = "NUMBER", requires = "person")]
    yes_deactivate: Option<usize>,
    /// Write although the customer is a draft: the call that sets a customer up tries one person before they go live.
    #[arg(long, requires = "person")]
    although_draft: bool,
}

/// The run's outcome as JSON.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    explained: Explained,
    steps: Vec<Traced>,
    carried_out: bool,
    /// Whether everything was written; none where nothing was to be written, or was not agreed to.
    done: Option<bool>,
    read_back: Option<habitsync_workflows::one_employee::ReadBack>,
}

/// Syncs one person.
pub(crate) async fn sync_only(
    stage: &Stage,
    tenant: &TenantId,
    asked: &OnlyArguments,
) -> Result<ExitCode, CommandError> {
    let began = Instant::now();
    let open = stage.open(stage.in_force(tenant).await?).await?;
    let draft = may_write(open.configuration.status, asked)?;
    let in_force = open.in_force();
    let trace = Trace::new(&open.configuration, stage.output, began);
    trace.connected(&stage.name, open.version);
    let one = one_person(&open);
    let person = asked.person.as_deref().unwrap_or_default();
    let shown = look_at_person_afresh(&one, in_force, person, &trace).await?;
    let synced = if is_agreed(&shown, asked, stage.output)? {
        trace.resume();
        let synced = Box::pin(sync_person(&one, in_force, &shown, draft, &trace)).await;
        Some(synced.map_err(|failure| in_local_time(failure, &open.configuration))?)
    } else {
        None
    };
    let exit = exit_code(&shown, synced.as_ref());
    let rules = Rules {
        stage: &stage.name,
        called: format!("version {}", open.version),
        configuration: &open.configuration,
        requests: trace.requests(),
    };
    conclude(Explained::of(shown, &rules), synced, trace, stage.output)?;
    Ok(exit)
}

/// Whether a draft is written; the command refuses a draft customer, whose runs write no one, before it asks a
/// question.
fn may_write(status: Status, asked: &OnlyArguments) -> Result<DraftRule, CommandError> {
    match status {
        Status::Paused => Err(PersonFailure::Paused.into()),
        Status::Draft if !asked.although_draft => Err(CommandError::DraftNotSaid),
        Status::Draft => Ok(DraftRule::Write),
        Status::Live => Ok(DraftRule::LeaveAlone),
    }
}

/// Whether there is something to do and it is to be done. The operator agrees to a deactivation by typing the employee
/// number.
fn is_agreed(shown: &SeenPerson, asked: &OnlyArguments, output: Output) -> Result<bool, CommandError> {
    match shown.plan.next() {
        NextAction::Act(Step::Deactivate { .. }) => {
            let is_said = match asked.yes_deactivate {
                Some(number) => number == 1,
                None => is_agreed_number(1),
            };
            if is_said {
                Ok(true)
            } else {
                Err(CommandError::RemovalNotSaid)
            }
        }
        NextAction::Act(_) if asked.yes.yes => Ok(true),
        // With JSON output, no question is asked.
        NextAction::Act(_) if output == Output::Json => Ok(false),
        NextAction::Act(_) => asked.yes.is_confirmed("Do this now?"),
        NextAction::Held(_)
        | NextAction::Kept
        | NextAction::Waits(_)
        | NextAction::Suspended(_)
        | NextAction::SetAside(_)
        | NextAction::Nothing => Ok(false),
    }
}

fn in_local_time(failure: PersonFailure, configuration: &TenantConfiguration) -> CommandError {
    match failure {
        PersonFailure::Running { until } => {
            let zone = configuration.time_zone.zone();
            CommandError::RunGoesOn(format!("{} ({})", local(until, zone), zone_name(zone)))
        }
        failure => failure.into(),
    }
}

fn exit_code(shown: &SeenPerson, synced: Option<&Synced>) -> ExitCode {
    match synced {
        Some(synced) if !synced.done => ExitCode::FAILURE,
        Some(synced) if synced.read_back.as_ref().is_some_and(|read| !read.is_as_expected()) => ExitCode::FAILURE,
        Some(_) => ExitCode::SUCCESS,
        None => code(&shown.plan),
    }
}

fn conclude(
    explained: Explained,
    synced: Option<Synced>,
    trace: Trace<'_>,
    output: Output,
) -> Result<(), CommandError> {
    if output == Output::Json {
        let told = Told {
            explained,
            steps: trace.into_steps(),
            carried_out: synced.is_some(),
            done: synced.as_ref().map(|synced| synced.done),
            read_back: synced.and_then(|synced| synced.read_back),
        };
        out::write_unchanged(out::json(&told)?.as_bytes());
        return Ok(());
    }
    for next in &explained.go_on {
        out::print_line(next);
    }
    trace.sum_up();
    Ok(())
}
