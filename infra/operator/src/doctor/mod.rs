//! `habitsync doctor`: do both vendors' servers, which we had never seen, do what we assume, as far as this customer relies on
//! it? Reads only, in few requests.

pub(crate) mod shown;

use std::process::ExitCode;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::assumption::Verdict;
use habitsync_domain::trouble::Trouble;
use habitsync_workflows::examine_customer::{ExamineCustomer, examine_customer};

use shown::Shown;

use crate::customer::Customer;
use crate::failure::Failure;
use crate::stage::Stage;

/// Who is examined.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    customer: Customer,
}

/// Prints what was found out.
pub(crate) async fn examine(stage: &Stage, asked: &DoctorArguments) -> Result<ExitCode, Failure> {
    let tenant = asked.customer.open(stage).await?;
    let examine = ExamineCustomer {
        table: &tenant.table,
        hris: &tenant.vendors.employee_connect,
        portal: &tenant.vendors.tribal_habits,
        clock: &SystemClock,
        configuration: &tenant.configuration,
    };
    let examination = examine_customer(&examine).await?;
    let differs = examination.count(Verdict::Differs) > 0;
    stage.print(&Shown {
        tenant: tenant.configuration.tenant.clone(),
        stage: stage.name.clone(),
        configuration: asked.customer.called(tenant.version),
        examination,
    })?;
    // Somebody has to change something before the customer goes live.
    Ok(if differs {
        ExitCode::from(Trouble::Data.reaction().exit_code)
    } else {
        ExitCode::SUCCESS
    })
}
