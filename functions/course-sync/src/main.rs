//! `course-sync`: topics of one customer become courses. Started by the customer's schedule.

mod handler;
mod settings;

use habitsync_aws_adapters::{Aws, SystemClock};
use habitsync_lambda_support::{Environment, Metrics, telemetry};
use habitsync_vendors::OpenTenants;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

use handler::CourseSyncFunction;
use settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init(env!("CARGO_CRATE_NAME"));
    let settings = Settings::read(Environment::process())?;
    let aws = Aws::connect().await?;
    let table = aws.table(&settings.table);
    let function = CourseSyncFunction {
        tenants: OpenTenants::new(&aws, &table, &settings.stage, settings.vendor_hosts)?,
        mailer: aws.mailer(&settings.mail.sender, settings.mail_configuration),
        mail_settings: settings.mail,
        clock: SystemClock,
        metrics: Metrics::of_function(&settings.stage, "course-sync"),
    };
    run(service_fn(|event: LambdaEvent<_>| function.handle(event))).await
}
