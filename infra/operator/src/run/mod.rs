//! `habitsync run`: a customer's job, now; for one employee with `--only`, for all in the job's function otherwise.

mod follow;

use std::process::ExitCode;

use habitsync_domain::jobs::job::Job;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::queue::StartJob;

use crate::error::CommandError;
use crate::explain::{self, OnlyArguments};
use crate::job_name::JobName;
use crate::stage::Stage;
use crate::terminal::out;

/// Shown below the options.
const EXAMPLES: &str = "\
The run starts at once, also where the job's back-off after failures has not passed.

  habitsync run acme user-sync                  starts it, and returns
  habitsync run acme user-sync --wait           says what it did, and exits as it ended
  habitsync run acme user-sync --only E1042     syncs one person here, step by step";

/// Which job is started.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RunArguments {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// The job.
    pub(crate) job: JobName,
    /// Follow the run until it has ended, and exit as it did: 0 well, 1 failed, 3 with changes held. Ctrl-C stops following, not
    /// the run.
    #[arg(long, conflicts_with = "person")]
    pub(crate) wait: bool,
    /// How many minutes a run is followed at most.
    #[arg(long, value_name = "MINUTES", default_value_t = 30, requires = "wait")]
    pub(crate) timeout: u64,
    #[command(flatten)]
    pub(crate) only: OnlyArguments,
}

/// Starts the job, and follows it where that was asked for; or syncs one person.
pub(crate) async fn run(stage: &Stage, asked: &RunArguments) -> Result<ExitCode, CommandError> {
    match (&asked.only.person, asked.job) {
        (Some(_), JobName::UserSync) => Box::pin(explain::sync_only(stage, &asked.tenant, &asked.only)).await,
        (Some(_), JobName::CourseSync | JobName::ResultSweep) => Err(CommandError::Usage(
            "only the users job can be run for one person: --only",
        )),
        (None, _) if asked.wait => follow::run(stage, asked).await,
        (None, _) => start_and_say(stage, asked).await,
    }
}

/// Starts the job's function with the event its schedule would send, and says so.
async fn start_and_say(stage: &Stage, asked: &RunArguments) -> Result<ExitCode, CommandError> {
    stage.in_force(&asked.tenant).await?;
    let function = start(stage, asked).await?;
    out::print_line(format!("{}: started {function}; it runs there, not here", asked.tenant));
    Ok(ExitCode::SUCCESS)
}

/// Starts the job's function, and prints its name.
async fn start(stage: &Stage, asked: &RunArguments) -> Result<String, CommandError> {
    let job = Job::from(asked.job);
    let function = format!("habitsync-{}-{job}", stage.name);
    let starter = stage.aws.job_starter([(job, function.clone())]).asked_for();
    starter.start_job(&asked.tenant, job).await?;
    Ok(function)
}
