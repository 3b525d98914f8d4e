//! `habitsync link set`: an operator links an employee to an account.

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::user_sync::link::{LinkPerson, LinkRequest, link_person, propose_link};

use super::proposal::Proposal;
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::ask::Yes;
use crate::terminal::out;
use crate::terminal::{Actor, Output};

/// Who is linked to what.
#[derive(Debug, clap::Args)]
pub(crate) struct SetArguments {
    /// The customer.
    tenant: TenantId,
    /// The employee number, as EmployeeConnect has it.
    employee: EmployeeId,
    /// The account's user name in Tribal Habits.
    user_name: UserName,
    /// Give up the link that the employee has to another account. The names of that account find no employee any more.
    #[arg(long)]
    rebind: bool,
    #[command(flatten)]
    by: Actor,
    #[command(flatten)]
    yes: Yes,
}

/// Shows what would follow, asks, and links.
pub(super) async fn set(stage: &Stage, asked: &SetArguments) -> Result<(), CommandError> {
    let by = asked.by.name()?;
    let tenant = stage.open(stage.in_force(&asked.tenant).await?).await?;
    let linking = LinkPerson {
        employee_connect: &tenant.vendors.employee_connect,
        tribal_habits: &tenant.vendors.tribal_habits,
        store: &tenant.table,
        clock: &SystemClock,
    };
    let wish = LinkRequest {
        employee_id: asked.employee.clone(),
        user_name: asked.user_name.clone(),
        rebind: asked.rebind,
    };
    let mut proposal = Proposal {
        proposed: propose_link(&linking, &tenant.configuration, &wish).await?,
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        employee_id: asked.employee.clone(),
        linked: None,
    };
    let is_json = stage.output == Output::Json;
    if !is_json {
        stage.print(&proposal)?;
    }
    // A program is asked nothing, and gets one answer.
    let agreed = if is_json {
        asked.yes.yes
    } else {
        asked.yes.is_confirmed("Link them?")?
    };
    if agreed {
        let linked = link_person(&linking, &proposal.proposed, by).await?;
        proposal.linked = Some(linked);
        if !is_json {
            out::print_line(proposal.done(linked, by));
        }
    }
    if is_json {
        stage.print(&proposal)?;
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
