//! `result-sweep`: queues one customer's completions whose webhook was lost. Started by the customer's schedule.

mod job;

use habitsync_aws_adapters::Aws;
use habitsync_job_functions::{JobFunction, JobSettings};
use habitsync_lambda_support::{Environment, telemetry};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init(env!("CARGO_CRATE_NAME"));
    let mut environment = Environment::process();
    let (settings, queue_url) = (
        JobSettings::read(&mut environment),
        environment.text("HABITSYNC_RESULT_QUEUE_URL"),
    );
    let (settings, queue_url) = environment.finish(|| settings.zip(queue_url))?;
    let aws = Aws::connect().await?;
    let queue = aws.result_queue(&queue_url);
    let function = JobFunction::new("result-sweep", &aws, settings, &job::METRICS)?;
    function.serve(async |opened| job::sweep(&queue, opened).await).await
}
