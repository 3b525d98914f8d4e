//! `habitsync scan`: the quality of a customer's data before go-live. Reads everything, and writes nothing.

mod shown;

use std::process::ExitCode;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::onboarding::data_quality::{DataQuality, Kind, Severity};
use habitsync_workflows::onboarding::scan::{Scan, ScanCustomer, scan_customer};
use habitsync_workflows::ports::failure::VendorFailure;

use crate::customer::Customer;
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::while_reading;
use shown::Shown;

/// Arguments that select and limit the scan's findings.
#[derive(Debug, clap::Args)]
pub(crate) struct ScanArguments {
    #[command(flatten)]
    customer: Customer,
    /// Only findings of this kind, as the summary names it; for instance email-missing.
    #[arg(long, value_name = "KIND")]
    only: Option<Kind>,
    /// At most so many people of each kind in the table; 0 for all of them.
    #[arg(long, default_value = "10", value_name = "N")]
    limit: usize,
}

/// Prints the findings.
pub(crate) async fn scan(stage: &Stage, asked: &ScanArguments) -> Result<ExitCode, CommandError> {
    let tenant = asked.customer.open(stage).await?;
    let sources = ScanCustomer {
        employee_connect: &tenant.vendors.employee_connect,
        tribal_habits: &tenant.vendors.tribal_habits,
        store: &tenant.table,
        clock: &SystemClock,
    };
    let reading = scan_customer(&sources, &tenant.configuration);
    let scan = while_reading(stage.output, reading).await?;
    let code = exit_code(&scan);
    let shown = Shown {
        tenant: tenant.configuration.tenant,
        stage: stage.name.clone(),
        configuration: asked.customer.called(tenant.version),
        scan,
        only: asked.only,
        limit: Some(asked.limit).filter(|limit| *limit > 0),
    };
    stage.print(&shown)?;
    Ok(code)
}

/// A vendor that could not be read decides the exit code, before any finding.
fn exit_code(scan: &Scan) -> ExitCode {
    let keeps_out = scan.quality.as_ref().is_some_and(DataQuality::keeps_people_out);
    let trouble = scan.unread().map(VendorFailure::class).next();
    let trouble = trouble.or(keeps_out.then_some(FailureClass::Data));
    trouble.map_or(ExitCode::SUCCESS, |trouble| ExitCode::from(trouble.policy().exit_code))
}

/// What the command exits with, for its help.
pub(crate) fn exit_codes() -> String {
    let kinds = Kind::ALL.iter().filter(|kind| kind.severity() == Severity::KeepsOut);
    let kinds: Vec<_> = kinds.map(|kind| kind.as_str()).collect();
    let words = format!(
        "Exits with 3 where something keeps people from being synced, which is one of these kinds: {}. Exits with 0 where nothing \
         does, whatever else is found, and with 1 where EmployeeConnect or Tribal Habits could not be read.",
        kinds.join(", ")
    );
    textwrap::fill(&words, usize::from(crate::terminal::PAGE))
}

#[cfg(test)]
pub(crate) mod tests;
