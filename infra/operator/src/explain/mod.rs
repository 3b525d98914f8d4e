//! One person: `habitsync explain`, and `habitsync run … users --only`.

mod explained;
mod next;
mod only;
mod page;
#[cfg(test)]
pub(crate) mod tests;
mod trace;
mod words;

use std::process::ExitCode;

use habitsync_aws_adapters::{SystemClock, TenantTable};
use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::user_plan::{NextAction, PersonPlan};
use habitsync_vendor_http::take_traffic;
use habitsync_vendors::OpenTenant;
use habitsync_workflows::one_employee::{OnePerson, look_at_person};
use habitsync_workflows::ports::vendors::{FindEmployee, FindUser, SaveUser};

use crate::customer::Customer;
use crate::error::CommandError;
use crate::stage::Stage;
use explained::{Explained, Rules};
pub(crate) use only::{OnlyArguments, sync_only};

/// Who is explained.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArguments {
    #[command(flatten)]
    customer: Customer,
    /// The person: an employee number, or a user name in Tribal Habits, today's or a former one.
    #[arg(value_name = "PERSON")]
    person: String,
}

/// Prints the explanation of an employee's state and the next run's action.
pub(crate) async fn explain(stage: &Stage, asked: &ExplainArguments) -> Result<ExitCode, CommandError> {
    let tenant = asked.customer.open(stage).await?;
    let in_force = tenant.in_force();
    take_traffic();
    let seen = look_at_person(&one_person(&tenant), in_force, &asked.person, &()).await?;
    let rules = Rules {
        stage: &stage.name,
        called: asked.customer.called(tenant.version),
        configuration: &tenant.configuration,
        requests: take_traffic().requests,
    };
    let explained = Explained::of(seen, &rules);
    stage.print(&explained)?;
    Ok(code(&explained.plan))
}

fn one_person(
    tenant: &OpenTenant,
) -> OnePerson<'_, impl FindEmployee, impl FindUser + SaveUser, TenantTable, SystemClock> {
    OnePerson {
        employee_connect: &tenant.vendors.employee_connect,
        tribal_habits: &tenant.vendors.tribal_habits,
        store: &tenant.table,
        clock: &SystemClock,
    }
}

/// Returns 3 where an action waits for an operator or a correction.
fn code(plan: &PersonPlan) -> ExitCode {
    match plan.next() {
        NextAction::Held(_) | NextAction::Waits(_) | NextAction::Suspended(_) | NextAction::SetAside(_) => {
            ExitCode::from(FailureClass::Data.policy().exit_code)
        }
        NextAction::Act(_) | NextAction::Kept | NextAction::Nothing => ExitCode::SUCCESS,
    }
}
