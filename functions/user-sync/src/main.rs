//! `user-sync`: synchronises one customer's employees with the users of Tribal Habits. Started by the customer's schedule, and by the
//! watchdog for a run that has work left.

mod job;

use habitsync_aws_adapters::Aws;
use habitsync_job_functions::{JobFunction, JobSettings};
use habitsync_lambda_support::telemetry;
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init(env!("CARGO_CRATE_NAME"));
    let settings = JobSettings::of_process()?;
    let aws = Aws::connect().await?;
    let function = JobFunction::new("user-sync", &aws, settings, &job::METRICS)?;
    function.serve(job::sync).await
}
