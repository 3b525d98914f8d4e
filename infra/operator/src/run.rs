//! `habitsync run`: a customer's job, now; of one person here, of everybody where it always runs.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, ValueEnum};
use habitsync_domain::job::Job;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::queue::StartJob;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::person::{self, OnlyArguments};
use crate::stage::Stage;

/// Which job is started.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArguments {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// The job.
    pub(crate) job: JobName,
    #[command(flatten)]
    pub(crate) only: OnlyArguments,
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

/// Starts the job, or syncs one person.
pub(crate) async fn run(stage: &Stage, asked: &RunArguments) -> Result<ExitCode, Failure> {
    match (&asked.only.person, asked.job) {
        (Some(_), JobName::Users) => person::sync_only(stage, &asked.tenant, &asked.only).await,
        (Some(_), JobName::Courses | JobName::Sweep) => usage("only the users job can be run for one person: --only"),
        (None, _) => start(stage, asked).await.map(|()| ExitCode::SUCCESS),
    }
}

/// Says that the command cannot be meant so, as the parser of the arguments would, and ends the program.
fn usage(message: &str) -> ! {
    Arguments::command().error(ErrorKind::ArgumentConflict, message).exit()
}

/// Starts the job's function with the event its schedule would send, and says so.
async fn start(stage: &Stage, asked: &RunArguments) -> Result<(), Failure> {
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
