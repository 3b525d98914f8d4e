//! `completion-webhook`: Tribal Habits reports that a user completed a topic or an article. Answers API Gateway (HTTP
//! API, payload 2.0).

mod handler;
mod settings;

use habitsync_aws_adapters::{Aws, SystemClock};
use habitsync_lambda_support::{Environment, Metrics, telemetry};
use habitsync_workflows::results::accept::AcceptCompletion;
use lambda_http::lambda_runtime::{LambdaEvent, run};
use lambda_http::{Error, service_fn};
use serde_json::value::RawValue;

use settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init(env!("CARGO_CRATE_NAME"));
    let settings = Settings::read(Environment::process())?;
    let aws = Aws::connect().await?;
    let metrics = Metrics::of_function(&settings.stage, "completion-webhook");
    let accept = AcceptCompletion {
        configurations: &aws.table(&settings.table).cached_configurations(),
        secrets: &aws.secrets(&settings.stage),
        queue: &aws.result_queue(&settings.result_queue_url),
        clock: &SystemClock,
    };
    run(service_fn(|event: LambdaEvent<Box<RawValue>>| {
        let (accept, metrics) = (&accept, &metrics);
        Box::pin(async move { handler::answer(accept, metrics, &event.payload).await })
    }))
    .await
}
