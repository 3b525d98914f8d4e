//! One event, one sweep of one customer's completions; and the customer hears of those that did not become results.

use std::time::Duration;

use habitsync_aws_adapters::{Mailer, ResultQueue, SystemClock};
use habitsync_domain::job::Job;
use habitsync_lambda_support::{Deadline, FunctionError, JobAnswer, JobEvent, Metric, Metrics};
use habitsync_vendor_http::take_traffic;
use habitsync_vendors::{OpenTenant, OpenTenants};
use habitsync_workflows::job_run::{JobFailure, RunOutcome};
use habitsync_workflows::mail::{
    MailSettings, News, Subject, Told, results_worklist, tell_after_run, tell_customer, tell_of_run,
};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::sweep_results::{SweepReport, SweepResults, sweep_results};
use lambda_runtime::LambdaEvent;
use tracing::{Instrument, info_span};

/// Kept free of calls at the end of an invocation, for recording how far it came.
const MARGIN: Duration = Duration::from_secs(10);

/// The metrics of what a sweep counts.
const METRICS: [(&str, Metric); 1] = [("queued", Metric::CompletionsFound)];

/// What the function holds on to between invocations.
#[derive(Debug)]
pub(crate) struct ResultSweepFunction {
    pub(crate) tenants: OpenTenants,
    pub(crate) queue: ResultQueue,
    pub(crate) mailer: Mailer,
    pub(crate) mail_settings: MailSettings,
    pub(crate) clock: SystemClock,
    pub(crate) metrics: Metrics,
}

impl ResultSweepFunction {
    /// Runs the sweep that the event asks for.
    pub(crate) async fn handle(&self, event: LambdaEvent<JobEvent>) -> Result<JobAnswer, FunctionError> {
        let deadline = Deadline::of(&event.context, MARGIN);
        let span = info_span!("result_sweep", tenant = %event.payload.tenant, request.id = event.context.request_id);
        let measured = self.metrics.measured();
        let ended = async {
            self.sweep(&event.payload, deadline)
                .await
                .inspect_err(FunctionError::log)
        };
        let ended = ended.instrument(span).await;
        let traffic = take_traffic();
        let sent = [
            (Metric::VendorRequests, traffic.requests),
            (Metric::VendorRefusals, traffic.refusals),
        ];
        measured.write(self.clock.now(), &ended, &METRICS, &sent);
        ended
    }

    async fn sweep(&self, event: &JobEvent, deadline: Deadline) -> Result<JobAnswer, FunctionError> {
        let opened = self.tenants.open(&event.tenant, deadline.stop_at()).await?;
        let tenant = opened.ok_or_else(|| FunctionError::tenant_unknown(&event.tenant))?;
        let sweep = SweepResults {
            table: &tenant.table,
            portal: &tenant.vendors.tribal_habits,
            queue: &self.queue,
            clock: &self.clock,
            configuration: &tenant.configuration,
        };
        let outcome = sweep_results(&sweep, event.start(deadline.killed_at())).await;
        let run = (&tenant.configuration, Job::ResultsSweep, self.clock.now());
        let of_run = tell_of_run(&tenant.table, &self.mailer, &self.mail_settings, run, &outcome);
        let told = tell_after_run(of_run).await;
        let told = tell_after_run(self.tell(&tenant, &outcome)).await.with(told);
        Ok(JobAnswer::of(&outcome?, SweepReport::counts).after_mail(told).logged())
    }

    async fn tell(
        &self,
        tenant: &OpenTenant,
        outcome: &Result<RunOutcome<SweepReport>, JobFailure>,
    ) -> Result<Told, ServiceFailure> {
        let (configuration, at) = (&tenant.configuration, self.clock.now());
        if !matches!(outcome, Ok(RunOutcome::Finished(_))) {
            return Ok(Told::Nothing);
        }
        let worklist = results_worklist(&tenant.table, configuration, at).await?;
        let news = News {
            configuration,
            subject: Subject::Results,
            worklist: &worklist,
            at,
            verified: true,
            job: Job::ResultsSweep,
        };
        tell_customer(&tenant.table, &self.mailer, &self.mail_settings, &news).await
    }
}
