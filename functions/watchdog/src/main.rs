//! `watchdog`: every minute, it starts due work, measures the fleet, and alerts the operators about customers.

mod duties;
mod handler;
mod mail;
mod measured;
mod settings;

use habitsync_aws_adapters::{Aws, SystemClock};
use habitsync_lambda_support::{Environment, Metrics, telemetry};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

use handler::Watchdog;
use settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init(env!("CARGO_CRATE_NAME"));
    let settings = Settings::read(Environment::process())?;
    let aws = Aws::connect().await?;
    let table = aws.table(&settings.table);
    let rounds = mail::MailRounds::new(&aws, &table, &settings);
    let jobs = aws.job_starter(settings.job_functions());
    let watchdog = Watchdog {
        fleet: &table,
        queue: &aws.result_queue(&settings.result_queue_url),
        jobs: &jobs,
        mail: &aws.mailer(&settings.mail.sender, &settings.mail_configuration),
        mail_settings: &settings.mail,
        clock: &SystemClock,
        metrics: Metrics::of_stage(&settings.stage),
    };
    let look_after_mail = async |deadline| rounds.make(deadline).await;
    run(service_fn(|event: LambdaEvent<_>| {
        Box::pin(handler::handle(&watchdog, look_after_mail, event))
    }))
    .await
}
