//! `habitsync run`: a customer's job, now.

use habitsync_domain::job::Job;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::queue::StartJob;
use habitsync_workflows::ports::tenants::LoadConfiguration;

use crate::arguments::JobName;
use crate::failure::Failure;
use crate::stage::Stage;

/// Starts the job's function with the event its schedule would send, and says so.
pub(crate) async fn run(stage: &Stage, tenant: &TenantId, name: JobName) -> Result<(), Failure> {
    let known = stage.table().load_configuration(tenant).await?;
    known.ok_or_else(|| Failure::NoSuchTenant(tenant.clone()))?;
    let (job, function) = match name {
        JobName::Users => (Job::Users, "user-sync"),
        JobName::Courses => (Job::Courses, "course-sync"),
        JobName::Sweep => (Job::ResultsSweep, "result-sweep"),
    };
    let function = format!("habitsync-{}-{function}", stage.name);
    stage
        .aws
        .job_starter([(job, function.clone())])
        .asked_for()
        .start_job(tenant, job)
        .await?;
    println!("{tenant}: started {function}; it runs there, not here");
    Ok(())
}
