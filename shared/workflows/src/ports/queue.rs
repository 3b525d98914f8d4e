//! The result queue, and starting functions.

use std::future::Future;

use habitsync_domain::jobs::job::Job;
use habitsync_domain::results::completion::CompletionMessage;
use habitsync_domain::tenant::TenantId;

use super::failure::ServiceFailure;

/// Puts completions on the result queue.
pub trait QueueCompletion {
    /// Returns once the queue has stored it. The message's group is the customer.
    fn queue_completion(&self, message: &CompletionMessage) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Starts a customer's job now.
pub trait StartJob {
    /// Starts the job's function asynchronously.
    fn start_job(&self, tenant: &TenantId, job: Job) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}
