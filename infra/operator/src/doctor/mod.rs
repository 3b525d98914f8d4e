//! `habitsync doctor`: do both vendors' servers, which we had never seen, do what we assume, as far as this customer relies on
//! it? Reads only, in few requests.

pub(crate) mod shown;

use std::process::ExitCode;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::onboarding::assumptions::AssumptionVerdict;
use habitsync_workflows::onboarding::probe::{Examination, ExamineCustomer, examine_customer};

use shown::Shown;

use crate::customer::Customer;
use crate::error::CommandError;
use crate::stage::Stage;

/// Who is examined.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    customer: Customer,
}

/// Prints the verdicts.
pub(crate) async fn examine(stage: &Stage, asked: &DoctorArguments) -> Result<ExitCode, CommandError> {
    let tenant = asked.customer.open(stage).await?;
    let examine = ExamineCustomer {
        table: &tenant.table,
        hris: &tenant.vendors.employee_connect,
        portal: &tenant.vendors.tribal_habits,
        clock: &SystemClock,
        configuration: &tenant.configuration,
    };
    let examination = examine_customer(&examine).await?;
    let exit_code = exit_code(&examination);
    stage.print(&Shown {
        tenant: tenant.configuration.tenant.clone(),
        stage: stage.name.clone(),
        configuration: asked.customer.called(tenant.version),
        examination,
    })?;
    Ok(ExitCode::from(exit_code))
}

/// Success only where nothing differs: else something has to change before the customer goes live.
fn exit_code(examination: &Examination) -> u8 {
    match examination.count(AssumptionVerdict::Differs) {
        0 => 0,
        _ => FailureClass::Data.policy().exit_code,
    }
}

#[cfg(test)]
mod tests {
    use habitsync_domain::onboarding::assumptions::tribal_habits::ADDRESS;

    use super::*;

    #[test]
    fn anything_that_differs_fails_the_command() {
        let examination = |findings| Examination {
            examined_at: "2026-11-25T21:05:00Z".parse().expect("a time"),
            requests: 1,
            findings,
            not_relied_on: Vec::new(),
        };
        let held = ADDRESS.holds("it answers there");
        assert_eq!(exit_code(&examination(vec![held.clone()])), 0);
        assert_ne!(
            exit_code(&examination(vec![held, ADDRESS.differs("status 503", Vec::new())])),
            0
        );
    }
}
