//! `habitsync status`: how every customer is, on one screen, or one of them in full. From the table; no vendor is called.

mod advice;
mod customer;
pub(crate) mod fleet;
mod reason;

use std::process::ExitCode;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::fleet::customer_status::customer_status;
use habitsync_workflows::fleet::status::fleet_status;
use habitsync_workflows::ports::clock::Now;

use crate::error::CommandError;
use crate::stage::Stage;

/// Shown below the options.
const EXAMPLES: &str = "\
Reads the table only: seven questions for every customer together, no vendor is called.

  habitsync status              everybody; who needs somebody has a line, the worst first
  habitsync status --unwell     nobody else; nothing is unwell where it exits with 0
  habitsync status acme         one customer, and what to type for each thing that is wrong";

/// Whose status is shown.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct StatusArguments {
    /// The customer, in full; every customer in short, unless given.
    tenant: Option<TenantId>,
    /// Only customers that need attention.
    #[arg(long, conflicts_with = "tenant")]
    unwell: bool,
    /// A line for every customer, however many there are.
    #[arg(long, conflicts_with_all = ["tenant", "unwell"])]
    all: bool,
}

/// Prints it; exits with 3 where a customer is unhealthy.
pub(crate) async fn show(stage: &Stage, asked: &StatusArguments) -> Result<ExitCode, CommandError> {
    let (table, now) = (stage.table(), SystemClock.now());
    let is_unwell = if let Some(tenant) = &asked.tenant {
        let found = customer_status(&table, &table.tenant(tenant), tenant, now).await?;
        let status = found.ok_or_else(|| CommandError::NoSuchTenant(tenant.clone()))?;
        let is_unwell = status.health.health.is_unhealthy();
        stage.print(&customer::Customer::new(status, stage, now))?;
        is_unwell
    } else {
        let status = fleet_status(&table, now).await?;
        let is_unwell = status.customers.iter().any(|customer| customer.health.is_unhealthy());
        stage.print(&fleet::Fleet::new(status, asked.extent(), stage, now))?;
        is_unwell
    };
    Ok(if is_unwell {
        ExitCode::from(FailureClass::Data.policy().exit_code)
    } else {
        ExitCode::SUCCESS
    })
}

impl StatusArguments {
    fn extent(&self) -> fleet::Extent {
        match (self.unwell, self.all) {
            (true, _) => fleet::Extent::Unwell,
            (false, true) => fleet::Extent::All,
            (false, false) => fleet::Extent::Screen,
        }
    }
}
