//! Starting a job's function, asynchronously, with the event its schedule would send.

use std::collections::BTreeMap;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::queue::StartJob;

use crate::connection::Aws;
use crate::failure::{AwsError, AwsErrorKind};

/// Starts the functions of the jobs that it was built with.
#[derive(Debug, Clone)]
pub struct JobStarter {
    client: Client,
    functions: BTreeMap<Job, String>,
    asked_for: bool,
}

impl Aws {
    /// A starter of these jobs, each with the name (or ARN) of its function.
    pub fn job_starter(&self, functions: impl IntoIterator<Item = (Job, String)>) -> JobStarter {
        JobStarter {
            client: Client::new(&self.config),
            functions: functions.into_iter().collect(),
            asked_for: false,
        }
    }
}

impl JobStarter {
    /// Marks the runs as requested by an operator: they ignore the job's back-off.
    #[must_use]
    pub fn asked_for(self) -> Self {
        Self {
            asked_for: true,
            ..self
        }
    }

    fn event(&self, tenant: &TenantId) -> String {
        if self.asked_for {
            serde_json::json!({ "tenant": tenant, "asked_for": true }).to_string()
        } else {
            event(tenant)
        }
    }
}

impl StartJob for JobStarter {
    async fn start_job(&self, tenant: &TenantId, job: Job) -> Result<(), ServiceFailure> {
        let Some(function) = self.functions.get(&job) else {
            let kind = AwsErrorKind::Refused(format!("no function is known for the job {job}"));
            return Err(AwsError::new("Lambda", "Invoke", kind).into());
        };
        let invoke = self
            .client
            .invoke()
            .function_name(function)
            .invocation_type(InvocationType::Event);
        let started = invoke.payload(Blob::new(self.event(tenant))).send().await;
        started.map_err(|error| AwsError::from_sdk("Lambda", "Invoke", &error))?;
        Ok(())
    }
}

/// The event of a job, the same from a schedule and from the watchdog: `{"tenant":"acme"}`.
pub(crate) fn event(tenant: &TenantId) -> String {
    serde_json::json!({ "tenant": tenant }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_names_the_tenant() {
        assert_eq!(event(&"acme".parse().expect("a tenant")), r#"{"tenant":"acme"}"#);
    }
}
