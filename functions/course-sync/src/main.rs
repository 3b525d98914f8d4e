//! `course-sync`: keeps one customer's courses in EmployeeConnect as the topics of Tribal Habits are. Started by the customer's schedule.

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
    let function = JobFunction::new("course-sync", &aws, settings, &job::METRICS)?;
    function.serve(job::sync).await
}
