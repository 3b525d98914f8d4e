//! `watchdog`: every minute, whatever is due anywhere in the fleet is queued, started again or reminded of.

mod handler;
mod mail;
mod settings;

use habitsync_aws_adapters::{Aws, SystemClock};
use habitsync_domain::job::Job;
use habitsync_lambda_support::{Environment, telemetry};
use habitsync_workflows::watch_fleet::WatchFleet;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

use mail::MailRounds;
use settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init(env!("CARGO_CRATE_NAME"));
    let settings = Settings::read(Environment::process())?;
    let aws = Aws::connect().await?;
    let table = aws.table(&settings.table);
    let rounds = MailRounds::of(&aws, &table, &settings);
    let functions = [
        (Job::Users, settings.user_sync_function),
        (Job::Courses, settings.course_sync_function),
        (Job::ResultsSweep, settings.result_sweep_function),
    ];
    let watch = WatchFleet {
        fleet: &table,
        queue: &aws.result_queue(&settings.result_queue_url),
        jobs: &aws.job_starter(functions),
        clock: &SystemClock,
    };
    run(service_fn(|event: LambdaEvent<_>| {
        handler::handle(&watch, async |deadline| rounds.make(deadline).await, event)
    }))
    .await
}
