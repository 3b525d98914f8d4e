//! One event, one user sync of one customer.

use std::time::Duration;

use habitsync_aws_adapters::{Mailer, SystemClock};
use habitsync_lambda_support::{Deadline, FunctionError, JobAnswer, JobEvent, Metric, Metrics};
use habitsync_vendor_http::take_traffic;
use habitsync_vendors::OpenTenants;
use habitsync_workflows::mail::MailSettings;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::sync_users::{InForce, UserSync, UserSyncSummary, sync_users};
use lambda_runtime::LambdaEvent;
use tracing::{Instrument, info_span};

/// Kept free of calls at the end of an invocation, for recording how far it came.
const MARGIN: Duration = Duration::from_secs(10);

/// The metrics of what a user sync counts.
const METRICS: [(&str, Metric); 6] = [
    ("created", Metric::PeopleCreated),
    ("changed", Metric::PeopleChanged),
    ("reactivated", Metric::PeopleReactivated),
    ("deactivated", Metric::PeopleDeactivated),
    ("held", Metric::PeopleHeld),
    ("problems", Metric::PeopleProblems),
];

/// What the function holds on to between invocations.
#[derive(Debug)]
pub(crate) struct UserSyncFunction {
    pub(crate) tenants: OpenTenants,
    pub(crate) mailer: Mailer,
    pub(crate) mail_settings: MailSettings,
    pub(crate) clock: SystemClock,
    pub(crate) metrics: Metrics,
}

impl UserSyncFunction {
    /// Runs the sync that the event asks for.
    pub(crate) async fn handle(&self, event: LambdaEvent<JobEvent>) -> Result<JobAnswer, FunctionError> {
        let deadline = Deadline::of(&event.context, MARGIN);
        let span = info_span!("user_sync", tenant = %event.payload.tenant, request.id = event.context.request_id);
        let measured = self.metrics.measured();
        let ended = async {
            self.sync(&event.payload, deadline)
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

    async fn sync(&self, event: &JobEvent, deadline: Deadline) -> Result<JobAnswer, FunctionError> {
        let opened = self.tenants.open(&event.tenant, deadline.stop_at()).await?;
        let tenant = opened.ok_or_else(|| FunctionError::tenant_unknown(&event.tenant))?;
        let sync = UserSync {
            employee_connect: &tenant.vendors.employee_connect,
            tribal_habits: &tenant.vendors.tribal_habits,
            store: &tenant.table,
            mail: &self.mailer,
            mail_settings: &self.mail_settings,
            clock: &self.clock,
        };
        let start = event.start(deadline.killed_at());
        let in_force = InForce::version(tenant.version, &tenant.configuration).agreed_to(tenant.agreed);
        let outcome = sync_users(&sync, in_force, start).await?;
        Ok(JobAnswer::of(&outcome, UserSyncSummary::counts).logged())
    }
}
