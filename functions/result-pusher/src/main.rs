//! `result-pusher`: one completion from the result queue becomes one result in EmployeeConnect.

mod handler;
mod pusher;
mod settings;

use habitsync_aws_adapters::{Aws, SystemClock};
use habitsync_lambda_support::{Environment, Metrics, telemetry};
use habitsync_vendors::OpenTenants;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

use pusher::Pusher;
use settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init(env!("CARGO_CRATE_NAME"));
    let settings = Settings::read(Environment::process())?;
    let aws = Aws::connect().await?;
    let metrics = Metrics::of_function(&settings.stage, "result-pusher");
    let table = aws.table(&settings.table);
    let pusher = Pusher {
        tenants: OpenTenants::new(&aws, &table, &settings.stage, settings.vendor_hosts)?,
        clock: SystemClock,
        ladder: settings.retry_ladder,
    };
    let push = async |message: &_, deadline| pusher.push(message, deadline).await;
    run(service_fn(|event: LambdaEvent<_>| {
        handler::handle(event, push, &metrics)
    }))
    .await
}
