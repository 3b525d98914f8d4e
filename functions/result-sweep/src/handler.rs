//! One event, one sweep of one customer's completions.

use std::time::Duration;

use habitsync_aws_adapters::{ResultQueue, SystemClock};
use habitsync_lambda_support::{Deadline, FunctionError, JobAnswer, JobEvent, Metric, Metrics};
use habitsync_vendor_http::take_traffic;
use habitsync_vendors::OpenTenants;
use habitsync_workflows::ports::clock::Now;
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
        let outcome = sweep_results(&sweep, event.start(deadline.killed_at())).await?;
        Ok(JobAnswer::of(&outcome, SweepReport::counts).logged())
    }
}
