//! One message: open its customer, push its completion.

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::results::completion::CompletionMessage;
use habitsync_domain::results::retry_ladder::RetryLadder;
use habitsync_lambda_support::{Deadline, FunctionError};
use habitsync_vendors::OpenTenants;
use habitsync_workflows::results::push::{PushOutcome, PushResult, push_result};

/// Clients that the function keeps between invocations.
#[derive(Debug)]
pub(crate) struct Pusher {
    pub(crate) tenants: OpenTenants,
    pub(crate) clock: SystemClock,
    pub(crate) ladder: RetryLadder,
}

impl Pusher {
    /// Pushes the completion, under a claim that lasts as long as this invocation.
    pub(crate) async fn push(
        &self,
        message: &CompletionMessage,
        deadline: Deadline,
    ) -> Result<PushOutcome, FunctionError> {
        let opened = self.tenants.open(&message.tenant, deadline.stop_at()).await?;
        let tenant = opened.ok_or_else(|| FunctionError::tenant_unknown(&message.tenant))?;
        let push = PushResult {
            table: &tenant.table,
            portal: &tenant.vendors.confirmer(),
            hris: &tenant.vendors.recorder(),
            clock: &self.clock,
            configuration: &tenant.configuration,
            ladder: &self.ladder,
        };
        Ok(push_result(&push, &message.completion, deadline.killed_at()).await?)
    }
}
