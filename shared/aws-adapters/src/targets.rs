//! The targets of a stage's schedules and their role, read from the stage itself: the template makes one schedule, the
//! watchdog's, whose role and function say both.

use aws_sdk_scheduler::Client;
use habitsync_workflows::ports::failure::ServiceFailure;

use crate::connection::Aws;
use crate::failure::{AwsError, AwsErrorKind};
use crate::schedules::JobTargets;

const SERVICE: &str = "EventBridge Scheduler";

impl Aws {
    /// The functions and the role of the stage's schedules.
    ///
    /// # Errors
    /// The stage is not deployed in this account and region, or may not be looked at.
    pub async fn find_job_targets(&self, stage: &str) -> Result<JobTargets, ServiceFailure> {
        let watchdog = Client::new(&self.config)
            .get_schedule()
            .group_name(format!("habitsync-{stage}"))
            .name(format!("{stage}-watchdog"))
            .send()
            .await
            .map_err(|error| AwsError::from_sdk(SERVICE, "GetSchedule", &error))?;
        let target = watchdog.target();
        let found = target.and_then(|target| targets(target.arn(), target.role_arn()));
        let unlike = || AwsErrorKind::Refused(format!("the watchdog of stage {stage} is not one of this product's"));
        Ok(found.ok_or_else(|| AwsError::new(SERVICE, "GetSchedule", unlike()))?)
    }
}

/// A stage's functions are named alike: `…:habitsync-{stage}-{function}`.
fn targets(watchdog_arn: &str, role_arn: &str) -> Option<JobTargets> {
    let prefix = watchdog_arn.strip_suffix("watchdog")?;
    Some(JobTargets {
        user_sync_arn: format!("{prefix}user-sync"),
        course_sync_arn: format!("{prefix}course-sync"),
        result_sweep_arn: format!("{prefix}result-sweep"),
        role_arn: role_arn.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_functions_are_named_like_the_watchdog() {
        let arn = "arn:aws:lambda:ap-southeast-2:1:function:habitsync-test-watchdog";
        let found = targets(arn, "arn:aws:iam::1:role/scheduler").expect("is one of ours");
        assert_eq!(
            found.user_sync_arn,
            "arn:aws:lambda:ap-southeast-2:1:function:habitsync-test-user-sync"
        );
        assert!(targets("arn:aws:lambda:ap-southeast-2:1:function:other", "r").is_none());
    }
}
