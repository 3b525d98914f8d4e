//! One sweep of one customer's completions.

use habitsync_aws_adapters::ResultQueue;
use habitsync_job_functions::Opened;
use habitsync_lambda_support::{FunctionError, JobAnswer, Metric};
use habitsync_workflows::results::sweep::{SweepReport, SweepResults, sweep_results};

/// The metrics of what a sweep counts.
pub(crate) const METRICS: [(&str, Metric); 1] = [("queued", Metric::CompletionsFound)];

/// Runs the sweep; `queue` takes the completions that it finds.
pub(crate) async fn sweep(queue: &ResultQueue, opened: Opened<'_>) -> Result<JobAnswer, FunctionError> {
    let tenant = &opened.tenant;
    let sweep = SweepResults {
        table: &tenant.table,
        portal: &tenant.vendors.tribal_habits,
        queue,
        mail: opened.mailer,
        mail_settings: opened.mail_settings,
        clock: opened.clock,
        configuration: &tenant.configuration,
    };
    let outcome = sweep_results(&sweep, opened.start).await?;
    Ok(JobAnswer::new(&outcome, SweepReport::counts))
}
