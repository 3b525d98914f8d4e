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
use habitsync_domain::trouble::Trouble;
use habitsync_domain::user_plan::{Next, PersonPlan};
use habitsync_vendor_http::take_traffic;
use habitsync_vendors::OpenTenant;
use habitsync_workflows::one_person::{OnePerson, look_at_person};
use habitsync_workflows::ports::vendors::{FindEmployee, FindUser, SaveUser};

use crate::customer::Customer;
use crate::failure::Failure;
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

/// Prints why somebody is treated as they are, and what is done next.
pub(crate) async fn explain(stage: &Stage, asked: &ExplainArguments) -> Result<ExitCode, Failure> {
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

/// 3 where something waits for somebody.
fn code(plan: &PersonPlan) -> ExitCode {
    match plan.next() {
        Next::Held(_) | Next::Waits(_) | Next::Suspended(_) | Next::SetAside(_) => {
            ExitCode::from(Trouble::Data.reaction().exit_code)
        }
        Next::Act(_) | Next::Kept | Next::Nothing => ExitCode::SUCCESS,
    }
}
