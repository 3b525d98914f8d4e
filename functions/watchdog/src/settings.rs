//! Configuration that the template passes to this function.

use habitsync_domain::jobs::job::Job;
use habitsync_lambda_support::{Environment, EnvironmentError};
use habitsync_workflows::notifications::MailSettings;

/// The function's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Part of every metric.
    pub(crate) stage: String,
    /// The table's name.
    pub(crate) table: String,
    /// Sender and recipients of mails.
    pub(crate) mail: MailSettings,
    /// Under which SES configuration set.
    pub(crate) mail_configuration: String,
    /// URL of the queue for SES's reports of mails.
    pub(crate) mail_feedback_queue_url: String,
    /// URL of the queue for completions.
    pub(crate) result_queue_url: String,
    /// Function that continues an unfinished user sync.
    pub(crate) user_sync_function: String,
    /// Function that continues an unfinished course sync.
    pub(crate) course_sync_function: String,
    /// Function that continues an unfinished sweep.
    pub(crate) result_sweep_function: String,
}

impl Settings {
    /// Reads all of them, or names every one that is wrong.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, EnvironmentError> {
        let stage = environment.text("HABITSYNC_STAGE");
        let table = environment.text("HABITSYNC_TABLE");
        let mail = environment.mail_settings();
        let mail_configuration = environment.text("HABITSYNC_MAIL_CONFIGURATION");
        let mail_feedback_queue_url = environment.text("HABITSYNC_MAIL_FEEDBACK_QUEUE_URL");
        let result_queue_url = environment.text("HABITSYNC_RESULT_QUEUE_URL");
        let user_sync_function = environment.text("HABITSYNC_USER_SYNC_FUNCTION");
        let course_sync_function = environment.text("HABITSYNC_COURSE_SYNC_FUNCTION");
        let result_sweep_function = environment.text("HABITSYNC_RESULT_SWEEP_FUNCTION");
        environment.finish(|| {
            Some(Self {
                stage: stage?,
                table: table?,
                mail: mail?,
                mail_configuration: mail_configuration?,
                mail_feedback_queue_url: mail_feedback_queue_url?,
                result_queue_url: result_queue_url?,
                user_sync_function: user_sync_function?,
                course_sync_function: course_sync_function?,
                result_sweep_function: result_sweep_function?,
            })
        })
    }

    /// The function of each job.
    pub(crate) fn job_functions(&self) -> [(Job, String); 3] {
        [
            (Job::UserSync, self.user_sync_function.clone()),
            (Job::CourseSync, self.course_sync_function.clone()),
            (Job::ResultSweep, self.result_sweep_function.clone()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_missing_is_named() {
        let error = Settings::read(Environment::from_pairs::<&str, &str>([]))
            .expect_err("nothing is set")
            .to_string();
        for name in [
            "HABITSYNC_STAGE",
            "HABITSYNC_TABLE",
            "HABITSYNC_MAIL_SENDER",
            "HABITSYNC_MAIL_CONFIGURATION",
            "HABITSYNC_MAIL_FEEDBACK_QUEUE_URL",
            "HABITSYNC_RESULT_QUEUE_URL",
            "HABITSYNC_USER_SYNC_FUNCTION",
            "HABITSYNC_COURSE_SYNC_FUNCTION",
            "HABITSYNC_RESULT_SWEEP_FUNCTION",
        ] {
            assert!(error.contains(name), "{error}");
        }
    }
}
