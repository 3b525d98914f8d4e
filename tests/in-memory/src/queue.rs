//! The result queue, and the functions behind the jobs.

use std::collections::VecDeque;

use habitsync_domain::jobs::job::Job;
use habitsync_domain::results::completion::CompletionMessage;
use habitsync_domain::tenant::TenantId;
use parking_lot::Mutex;

use crate::breakdown::Breakdowns;
use crate::faults::{Call, Faults};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::queue::{QueueCompletion, StartJob};

/// The result queue.
#[derive(Debug, Default)]
pub struct Queue {
    /// Its failures and its journal.
    pub faults: Faults<ServiceFailure>,
    /// Calls that break for one customer.
    pub breakdowns: Breakdowns,
    messages: Mutex<VecDeque<CompletionMessage>>,
}

impl Queue {
    /// Returns the messages on the queue, oldest first.
    pub fn messages(&self) -> Vec<CompletionMessage> {
        self.messages.lock().iter().cloned().collect()
    }

    /// Takes the oldest message off the queue.
    pub fn receive(&self) -> Option<CompletionMessage> {
        self.messages.lock().pop_front()
    }

    /// Puts a message on the queue, as a redelivery does.
    pub fn deliver(&self, message: CompletionMessage) {
        self.messages.lock().push_back(message);
    }
}

impl QueueCompletion for Queue {
    async fn queue_completion(&self, message: &CompletionMessage) -> Result<(), ServiceFailure> {
        self.breakdowns.meet(&message.tenant, Call::QueueCompletion).await?;
        let queue = || {
            self.deliver(message.clone());
            Ok(())
        };
        self.faults.call(Call::QueueCompletion, queue).await
    }
}

/// The started jobs.
#[derive(Debug, Default)]
pub struct StartedJobs {
    /// Its failures and its journal.
    pub faults: Faults<ServiceFailure>,
    /// Calls that break for one customer.
    pub breakdowns: Breakdowns,
    started: Mutex<Vec<(TenantId, Job)>>,
}

impl StartedJobs {
    /// Every start, in order.
    pub fn started(&self) -> Vec<(TenantId, Job)> {
        self.started.lock().clone()
    }
}

impl StartJob for StartedJobs {
    async fn start_job(&self, tenant: &TenantId, job: Job) -> Result<(), ServiceFailure> {
        self.breakdowns.meet(tenant, Call::StartJob).await?;
        let start = || {
            self.started.lock().push((tenant.clone(), job));
            Ok(())
        };
        self.faults.call(Call::StartJob, start).await
    }
}
