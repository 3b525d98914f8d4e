//! One user sync of one customer.

use habitsync_job_functions::Opened;
use habitsync_lambda_support::{FunctionError, JobAnswer, Metric};
use habitsync_workflows::user_sync::{UserSync, UserSyncSummary, sync_users};

/// The metrics of what a user sync counts.
pub(crate) const METRICS: [(&str, Metric); 6] = [
    ("created", Metric::PeopleCreated),
    ("changed", Metric::PeopleChanged),
    ("reactivated", Metric::PeopleReactivated),
    ("deactivated", Metric::PeopleDeactivated),
    ("held", Metric::PeopleHeld),
    ("problems", Metric::PeopleProblems),
];

/// Runs the user sync.
pub(crate) async fn sync(opened: Opened<'_>) -> Result<JobAnswer, FunctionError> {
    let tenant = &opened.tenant;
    let sync = UserSync {
        employee_connect: &tenant.vendors.employee_connect,
        tribal_habits: &tenant.vendors.tribal_habits,
        store: &tenant.table,
        mail: opened.mailer,
        mail_settings: opened.mail_settings,
        clock: opened.clock,
    };
    let in_force = tenant.in_force();
    let outcome = sync_users(&sync, in_force, opened.start).await?;
    Ok(JobAnswer::new(&outcome, UserSyncSummary::counts))
}
