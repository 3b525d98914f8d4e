//! The frame around one run of a job: opens the customer, runs, logs, measures.

use std::time::Duration;

use habitsync_aws_adapters::{Aws, Mailer, SystemClock};
use habitsync_domain::tenant::TenantId;
use habitsync_lambda_support::{Deadline, FunctionError, JobAnswer, JobEvent, Metric, Metrics};
use habitsync_vendor_http::take_traffic;
use habitsync_vendors::{OpenTenant, OpenTenants};
use habitsync_workflows::jobs::outcome::Start;
use habitsync_workflows::notifications::MailSettings;
use habitsync_workflows::ports::clock::Now;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use tracing::{Instrument, info_span};

use crate::settings::JobSettings;

/// Kept free of calls at the end of an invocation, for recording how far it came.
const MARGIN: Duration = Duration::from_secs(10);

/// The adapters and settings that a job's function keeps between invocations.
#[derive(Debug)]
pub struct JobFunction {
    name: &'static str,
    tenants: OpenTenants,
    mailer: Mailer,
    mail_settings: MailSettings,
    clock: SystemClock,
    metrics: Metrics,
    /// The metric of each count of the job's answer that has one.
    counted: &'static [(&'static str, Metric)],
}

/// Clients and settings of one run.
#[derive(Debug)]
pub struct Opened<'f> {
    /// Customer that the job serves.
    pub tenant: OpenTenant,
    /// Sender of mail.
    pub mailer: &'f Mailer,
    /// Settings that all mails share.
    pub mail_settings: &'f MailSettings,
    /// Source of the current time.
    pub clock: &'f SystemClock,
    /// Start of the run, with its deadline.
    pub start: Start,
}

impl JobFunction {
    /// The function called `name` (its crate, for example `user-sync`), whose answers count what `counted` lists.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(
        name: &'static str,
        aws: &Aws,
        settings: JobSettings,
        counted: &'static [(&'static str, Metric)],
    ) -> Result<Self, Error> {
        let table = aws.table(&settings.table);
        Ok(Self {
            name,
            tenants: OpenTenants::new(aws, &table, &settings.stage, settings.vendor_hosts)?,
            mailer: aws.mailer(&settings.mail.sender, settings.mail_configuration),
            mail_settings: settings.mail,
            clock: SystemClock,
            metrics: Metrics::of_function(&settings.stage, name),
            counted,
        })
    }

    /// Serves the function's events until Lambda ends the process.
    ///
    /// # Errors
    /// The Lambda runtime failed.
    pub async fn serve(&self, job: impl AsyncFn(Opened<'_>) -> Result<JobAnswer, FunctionError>) -> Result<(), Error> {
        // Boxed: the layout of a whole sync is too deep for the compiler.
        run(service_fn(|event: LambdaEvent<JobEvent>| {
            Box::pin(self.handle(event, &job))
        }))
        .await
    }

    async fn handle(
        &self,
        event: LambdaEvent<JobEvent>,
        job: &impl AsyncFn(Opened<'_>) -> Result<JobAnswer, FunctionError>,
    ) -> Result<JobAnswer, FunctionError> {
        let measured = self.metrics.measured();
        let (request, tenant) = (&event.context.request_id, &event.payload.tenant);
        let span = info_span!("job", job.name = self.name, %tenant, request.id = request);
        let ended = self.run(&event, job).instrument(span).await;
        let traffic = take_traffic();
        let sent = [
            (Metric::VendorRequests, traffic.requests),
            (Metric::VendorRefusals, traffic.refusals),
        ];
        measured.write(self.clock.now(), &ended, self.counted, &sent);
        ended
    }

    async fn run(
        &self,
        event: &LambdaEvent<JobEvent>,
        job: &impl AsyncFn(Opened<'_>) -> Result<JobAnswer, FunctionError>,
    ) -> Result<JobAnswer, FunctionError> {
        let deadline = Deadline::new(&event.context, MARGIN);
        let ended = async {
            let opened = Opened {
                tenant: self.open(&event.payload.tenant, deadline).await?,
                mailer: &self.mailer,
                mail_settings: &self.mail_settings,
                clock: &self.clock,
                start: event.payload.start(deadline.killed_at()),
            };
            job(opened).await
        };
        ended.await.map(JobAnswer::logged).inspect_err(FunctionError::log)
    }

    async fn open(&self, tenant: &TenantId, deadline: Deadline) -> Result<OpenTenant, FunctionError> {
        let opened = self.tenants.open(tenant, deadline.stop_at()).await?;
        opened.ok_or_else(|| FunctionError::tenant_unknown(tenant))
    }
}
