//! One course sync of one customer.

use habitsync_job_functions::Opened;
use habitsync_lambda_support::{FunctionError, JobAnswer, Metric};
use habitsync_workflows::course_sync::sync::{SyncCourses, sync_courses};

/// The metrics of what a course sync counts.
pub(crate) const METRICS: [(&str, Metric); 4] = [
    ("created", Metric::CoursesCreated),
    ("adopted", Metric::CoursesCreated),
    ("changed", Metric::CoursesChanged),
    ("withdrawn", Metric::CoursesWithdrawn),
];

/// Runs the course sync.
pub(crate) async fn sync(opened: Opened<'_>) -> Result<JobAnswer, FunctionError> {
    let tenant = &opened.tenant;
    let sync = SyncCourses {
        table: &tenant.table,
        portal: &tenant.vendors.tribal_habits,
        hris: &tenant.vendors.employee_connect,
        mail: opened.mailer,
        mail_settings: opened.mail_settings,
        clock: opened.clock,
        configuration: &tenant.configuration,
    };
    let outcome = sync_courses(&sync, opened.start).await?;
    Ok(JobAnswer::new(&outcome, |report| report.counts.clone()))
}
