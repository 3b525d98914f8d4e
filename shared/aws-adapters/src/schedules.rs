//! The schedules of every customer's jobs: EventBridge Scheduler, one group per stage, made and changed by the operator.

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, ScheduleState, Target};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::tenants::{JobSchedule, RemoveSchedule, SaveSchedule};

use crate::connection::Aws;
use crate::failure::{AwsError, AwsErrorKind};
use crate::jobs::event;

const SERVICE: &str = "EventBridge Scheduler";
/// Attempts to hand an event to Lambda, should Lambda refuse it; a job that runs twice is stopped by its lease.
const DELIVERY_RETRIES: i32 = 3;
/// An event that could not be handed over for this long is dropped; the watchdog reports the customer as late.
const OLDEST_EVENT_SECONDS: i32 = 3600;

/// The schedules' targets and their role: outputs of the application's stack.
#[derive(Debug, Clone)]
pub struct JobTargets {
    /// ARN of the `user-sync` function.
    pub user_sync_arn: String,
    /// ARN of the `course-sync` function.
    pub course_sync_arn: String,
    /// ARN of the `result-sweep` function.
    pub result_sweep_arn: String,
    /// The role under which the schedules start them.
    pub role_arn: String,
}

/// Creates and changes the schedules of one stage.
#[derive(Debug, Clone)]
pub struct Schedules {
    client: Client,
    stage: String,
    targets: JobTargets,
}

impl Aws {
    /// The schedules of a stage, in its group `habitsync-{stage}`.
    #[must_use]
    pub fn schedules(&self, stage: &str, targets: JobTargets) -> Schedules {
        Schedules {
            client: Client::new(&self.config),
            stage: stage.to_owned(),
            targets,
        }
    }
}

impl Schedules {
    fn group(&self) -> String {
        format!("habitsync-{}", self.stage)
    }

    fn name(&self, tenant: &TenantId, job: Job) -> String {
        format!("{}-{tenant}-{}", self.stage, job.key())
    }

    fn target(&self, tenant: &TenantId, job: Job) -> Result<Target, BuildError> {
        let arn = match job {
            Job::UserSync => &self.targets.user_sync_arn,
            Job::CourseSync => &self.targets.course_sync_arn,
            Job::ResultSweep => &self.targets.result_sweep_arn,
        };
        let retries = RetryPolicy::builder()
            .maximum_retry_attempts(DELIVERY_RETRIES)
            .maximum_event_age_in_seconds(OLDEST_EVENT_SECONDS)
            .build();
        Target::builder()
            .arn(arn)
            .role_arn(&self.targets.role_arn)
            .input(event(tenant))
            .retry_policy(retries)
            .build()
    }
}

impl SaveSchedule for Schedules {
    async fn save_schedule(&self, schedule: &JobSchedule) -> Result<(), ServiceFailure> {
        let unreadable =
            |error: BuildError| AwsError::new(SERVICE, "Target", AwsErrorKind::Unreadable(error.to_string()));
        let target = self.target(&schedule.tenant, schedule.job).map_err(unreadable)?;
        let window = window(schedule.jitter_minutes).map_err(unreadable)?;
        let update = self
            .client
            .update_schedule()
            .group_name(self.group())
            .name(self.name(&schedule.tenant, schedule.job))
            .schedule_expression(&schedule.expression)
            .schedule_expression_timezone(&schedule.time_zone)
            .state(state(schedule.enabled))
            .flexible_time_window(window.clone())
            .target(target.clone());
        match update.send().await {
            Err(SdkError::ServiceError(answer)) if answer.err().code() == Some("ResourceNotFoundException") => {}
            outcome => {
                return outcome
                    .map(drop)
                    .map_err(|error| AwsError::from_sdk(SERVICE, "UpdateSchedule", &error).into());
            }
        }
        let create = self
            .client
            .create_schedule()
            .group_name(self.group())
            .name(self.name(&schedule.tenant, schedule.job))
            .schedule_expression(&schedule.expression)
            .schedule_expression_timezone(&schedule.time_zone)
            .state(state(schedule.enabled))
            .flexible_time_window(window)
            .target(target);
        create
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::from_sdk(SERVICE, "CreateSchedule", &error).into())
    }
}

impl RemoveSchedule for Schedules {
    async fn remove_schedule(&self, tenant: &TenantId, job: Job) -> Result<(), ServiceFailure> {
        let delete = self
            .client
            .delete_schedule()
            .group_name(self.group())
            .name(self.name(tenant, job));
        match delete.send().await {
            Err(SdkError::ServiceError(answer)) if answer.err().is_resource_not_found_exception() => Ok(()),
            outcome => outcome
                .map(drop)
                .map_err(|error| AwsError::from_sdk(SERVICE, "DeleteSchedule", &error).into()),
        }
    }
}

fn state(enabled: bool) -> ScheduleState {
    if enabled {
        ScheduleState::Enabled
    } else {
        ScheduleState::Disabled
    }
}

/// The window over which customers with the same expression are spread; no jitter is no window.
fn window(jitter_minutes: u32) -> Result<FlexibleTimeWindow, BuildError> {
    let window = FlexibleTimeWindow::builder();
    match i32::try_from(jitter_minutes) {
        Ok(0) => window.mode(FlexibleTimeWindowMode::Off).build(),
        minutes => {
            let minutes = minutes.unwrap_or(i32::MAX);
            window
                .mode(FlexibleTimeWindowMode::Flexible)
                .maximum_window_in_minutes(minutes)
                .build()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_jitter_is_no_window() {
        let off = window(0).expect("complete");
        assert_eq!(
            (off.mode(), off.maximum_window_in_minutes()),
            (&FlexibleTimeWindowMode::Off, None)
        );
        let ten = window(10).expect("complete");
        assert_eq!(
            (ten.mode(), ten.maximum_window_in_minutes()),
            (&FlexibleTimeWindowMode::Flexible, Some(10))
        );
    }

    #[test]
    fn a_paused_customer_s_schedule_stays_disabled() {
        assert_eq!(state(false), ScheduleState::Disabled);
        assert_eq!(state(true), ScheduleState::Enabled);
    }
}
