//! `habitsync plan`: the dry run. Reads what the next user sync would read, plans what it would do by the same rules and limits,
//! and writes nothing.

mod counts;
pub(crate) mod shown;
mod words;

use std::path::Path;
use std::process::ExitCode;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::failure_class::FailureClass;
use habitsync_workflows::onboarding::apply::unknown_fields;
use habitsync_workflows::user_sync::preview::{Portal, Preview, PreviewUsers, preview_users};

pub(crate) use counts::{lines_beside, seats_in_words};
use shown::{Shown, ShownProblem};
pub(crate) use words::{in_words, next_run_in_words, what};

use crate::customer::Customer;
use crate::error::CommandError;
use crate::findings;
use crate::stage::Stage;
use crate::terminal::out;
use crate::terminal::while_reading;

/// Arguments that select and limit the shown plan.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    customer: Customer,
    /// Only this person: an employee number, or a user name in Tribal Habits.
    #[arg(long, value_name = "PERSON")]
    only: Option<String>,
    /// Read the portal's users although the next run would go by the table, as every run of a day but the first does.
    #[arg(long)]
    portal: bool,
    /// Show every value of the accounts that are created, too.
    #[arg(long)]
    values: bool,
    /// At most so many rows of the table; 0 for all of them.
    #[arg(long, default_value = "50", value_name = "N")]
    limit: usize,
}

/// Says which fields of a file the vendors do not know.
fn warn(file: &Path, source: &str, configuration: &TenantConfiguration, preview: &Preview) {
    let shown = preview.portal_fields();
    let warnings = unknown_fields(source, configuration, preview.custom_fields(), shown.as_ref());
    if !warnings.is_empty() {
        out::print_error(findings::warnings(file, &warnings));
    }
}

/// Prints what the next run would do.
pub(crate) async fn plan(stage: &Stage, asked: &PlanArguments) -> Result<ExitCode, CommandError> {
    let stored = asked.customer.configuration(stage).await?;
    let source = stored.source.clone();
    let tenant = stage.open(stored).await?;
    let next_run = PreviewUsers {
        employee_connect: &tenant.vendors.employee_connect,
        tribal_habits: &tenant.vendors.tribal_habits,
        store: &tenant.table,
        clock: &SystemClock,
    };
    let portal = if asked.portal {
        Portal::Read
    } else {
        Portal::AsTheNextRun
    };
    let in_force = tenant.in_force();
    let reading = preview_users(&next_run, in_force, None, portal);
    let preview = while_reading(stage.output, Box::pin(reading)).await?;
    if let Some(file) = &asked.customer.config {
        warn(file, &source, &tenant.configuration, &preview);
    }
    let plan = preview.plan(in_force)?;
    let configuration = &tenant.configuration;
    let mut shown = Shown {
        tenant: configuration.tenant.clone(),
        stage: stage.name.clone(),
        configuration: asked.customer.called(tenant.version),
        status: configuration.status,
        at: preview.at,
        has_read_portal: preview.has_read_portal(),
        counts: plan.counts,
        seats: plan.seats,
        actions: plan.planned(preview.at),
        lost_sources: plan.lost_sources,
        field_notices: plan.field_notices,
        beyond_limits: plan.beyond_limits,
        problems: plan.problems.into_iter().map(ShownProblem::new).collect(),
        next_run: next_run_in_words(configuration, preview.at),
        values: asked.values || asked.only.is_some(),
        limit: Some(asked.limit).filter(|limit| *limit > 0),
    };
    if let Some(person) = &asked.only {
        shown.keep_only(person)?;
    }
    stage.print(&shown)?;
    let is_held = shown.actions.iter().any(|planned| planned.held.is_some());
    Ok(if is_held {
        ExitCode::from(FailureClass::Data.policy().exit_code)
    } else {
        ExitCode::SUCCESS
    })
}
