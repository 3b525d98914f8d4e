//! `habitsync run`: a customer's job, now.

use habitsync_domain::job::Job;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::queue::StartJob;

use crate::failure::Failure;
use crate::stage::Stage;
use clap::ValueEnum;

/// Which job is started.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArguments {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// The job.
    pub(crate) job: JobName,
}

/// A customer's jobs.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum JobName {
    /// Employees become users.
    Users,
    /// Topics become courses.
    Courses,
    /// Completions whose webhook was lost become results.
    Sweep,
}

impl From<JobName> for Job {
    fn from(name: JobName) -> Self {
        match name {
            JobName::Users => Self::Users,
            JobName::Courses => Self::Courses,
            JobName::Sweep => Self::ResultsSweep,
        }
    }
}

/// Starts the job's function with the event its schedule would send, and says so.
pub(crate) async fn run(stage: &Stage, asked: &RunArguments) -> Result<(), Failure> {
    stage.in_force(&asked.tenant).await?;
    let (tenant, (job, function)) = (
        &asked.tenant,
        match asked.job {
            JobName::Users => (Job::Users, "user-sync"),
            JobName::Courses => (Job::Courses, "course-sync"),
            JobName::Sweep => (Job::ResultsSweep, "result-sweep"),
        },
    );
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
