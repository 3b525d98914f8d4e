//! `habitsync run`: a customer's job, now.

mod follow;

use std::process::ExitCode;

use habitsync_domain::job::Job;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::queue::StartJob;

pub(crate) use follow::NotFollowed;

use crate::failure::Failure;
use crate::stage::Stage;
use clap::ValueEnum;

/// Shown below the options.
const EXAMPLES: &str = "\
The run goes ahead where the job would stay away after failures, but not during a vendor's outage.

  habitsync run acme users                  starts it, and returns
  habitsync run acme users --wait           says what it did, and exits as it ended";

/// Which job is started.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RunArguments {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// The job.
    pub(crate) job: JobName,
    /// Follow the run until it has ended, and exit as it did: 0 well, 1 failed, 3 with removals held. Ctrl-C stops following, not
    /// the run.
    #[arg(long)]
    pub(crate) wait: bool,
    /// How many minutes a run is followed at most.
    #[arg(long, value_name = "MINUTES", default_value_t = 30, requires = "wait")]
    pub(crate) timeout: u64,
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

/// Starts the job's function with the event its schedule would send, and says so; or follows what it started.
pub(crate) async fn run(stage: &Stage, asked: &RunArguments) -> Result<ExitCode, Failure> {
    if asked.wait {
        return follow::run(stage, asked).await;
    }
    stage.in_force(&asked.tenant).await?;
    let function = start(stage, asked).await?;
    println!("{}: started {function}; it runs there, not here", asked.tenant);
    Ok(ExitCode::SUCCESS)
}

/// Starts the job's function, and tells its name.
async fn start(stage: &Stage, asked: &RunArguments) -> Result<String, Failure> {
    let job = Job::from(asked.job);
    let function = match job {
        Job::Users => "user-sync",
        Job::Courses => "course-sync",
        Job::ResultsSweep => "result-sweep",
    };
    let function = format!("habitsync-{}-{function}", stage.name);
    let starter = stage.aws.job_starter([(job, function.clone())]).asked_for();
    starter.start_job(&asked.tenant, job).await?;
    Ok(function)
}
