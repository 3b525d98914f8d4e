//! `habitsync run --wait`: follows a run in the table until it has ended, including the runs that continue it. One
//! question every two seconds for half a minute, then one every five: some 370 in half an hour.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use habitsync_aws_adapters::{SystemClock, TenantTable};
use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::jobs::followed_run::Followed;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{RunRecord, RunState};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::runs::ListRuns;

use super::{RunArguments, start};
use crate::error::{CommandError, NotFollowed};
use crate::runs::{Runs, done};
use crate::stage::Stage;
use crate::terminal::age;
use crate::terminal::out;
use crate::terminal::progress::Progress;
use crate::terminal::stop::Stop;

/// A function that is not warm begins within seconds; one that never does has nothing to do.
const BEGINS_WITHIN: Duration = Duration::from_mins(1);

/// The newest runs of a job that are looked at; a run of more slices takes hours.
const LOOKED_AT: usize = 20;

/// Follows the job's run in progress, or starts one and follows it.
pub(super) async fn run(stage: &Stage, asked: &RunArguments) -> Result<ExitCode, CommandError> {
    let stored = stage.in_force(&asked.tenant).await?;
    let (configuration, job) = (stored.configuration, Job::from(asked.job));
    must_run(&configuration, job)?;
    let table = stage.table().tenant(&asked.tenant);
    let before = table.list_runs(Some(job), 2).await?;
    let after = match before.first() {
        Some(newest) if goes_on(newest) => {
            out::print_error(format!(
                "{}: a run of {job} goes on already, and is followed",
                asked.tenant
            ));
            before.get(1)
        }
        newest => {
            start(stage, asked).await?;
            newest
        }
    };
    let following = Following {
        stage,
        asked,
        job,
        table,
        after: after.map(|run| run.id.clone()),
    };
    let mut slices = following.to_its_end().await?;
    let code = exit_code(slices.last());
    slices.reverse();
    stage.print(&Runs {
        listed: slices,
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        zone: configuration.time_zone.zone().clone(),
    })?;
    Ok(code)
}

/// A run that would end at once without a trace cannot be followed.
fn must_run(configuration: &TenantConfiguration, job: Job) -> Result<(), CommandError> {
    let status = match job {
        _ if configuration.status == Status::Paused => "paused",
        Job::CourseSync if !configuration.courses.enabled => "without courses",
        Job::ResultSweep if !configuration.results.enabled => "without results",
        Job::UserSync | Job::CourseSync | Job::ResultSweep => return Ok(()),
    };
    Err(CommandError::NothingTo {
        tenant: configuration.tenant.clone(),
        status,
        what: "run",
    })
}

fn goes_on(run: &RunRecord) -> bool {
    matches!(run.state, RunState::Unfinished { lease_until } if lease_until > SystemClock.now())
}

struct Following<'a> {
    stage: &'a Stage,
    asked: &'a RunArguments,
    job: Job,
    table: TenantTable,
    /// The newest run that is not of it.
    after: Option<String>,
}

impl Following<'_> {
    /// All of its slices, the newest last.
    async fn to_its_end(&self) -> Result<Vec<RunRecord>, CommandError> {
        let (stop, progress) = (Stop::on_ctrl_c(), Progress::without_end(self.stage.output));
        let (began, longest) = (Instant::now(), Duration::from_secs(60 * self.asked.timeout));
        loop {
            let runs = self.table.list_runs(Some(self.job), LOOKED_AT).await?;
            match Followed::from_runs(&runs, self.after.as_deref()) {
                Followed::Ended(slices) => return Ok(slices),
                Followed::GoesOn(slices) => progress.show_message(&self.so_far(&slices)),
                Followed::NotBegun if began.elapsed() > BEGINS_WITHIN => {
                    return Err(NotFollowed::NotBegun(self.asked.tenant.clone()).into());
                }
                Followed::NotBegun => progress.show_message(&format!("{} begins", self.job)),
            }
            let tenant = self.asked.tenant.clone();
            if began.elapsed() >= longest {
                let minutes = self.asked.timeout;
                return Err(NotFollowed::TakesLong { tenant, minutes }.into());
            }
            tokio::select! {
                () = stop.asked() => return Err(NotFollowed::Stopped(tenant).into()),
                () = tokio::time::sleep(pause(began.elapsed())) => {}
            }
        }
    }

    /// What its slices did that have ended, and since when the last one runs.
    fn so_far(&self, slices: &[RunRecord]) -> String {
        let counts: Vec<_> = slices.iter().map(done).filter(|done| !done.is_empty()).collect();
        let last = slices
            .last()
            .map(|slice| SystemClock.now().duration_since(slice.started_at));
        let running = last.map(age).unwrap_or_default();
        let slice = slices.len();
        match counts.last() {
            None => format!("{} runs, for {running}", self.job),
            Some(counts) => format!("{} runs, slice {slice}, for {running}; before it: {counts}", self.job),
        }
    }
}

/// How long until the next look.
fn pause(followed: Duration) -> Duration {
    if followed < Duration::from_secs(30) {
        Duration::from_secs(2)
    } else {
        Duration::from_secs(5)
    }
}

/// 0 where it ended well, 1 where it failed, 3 where it holds changes for approval.
fn exit_code(last: Option<&RunRecord>) -> ExitCode {
    match last.map(|run| (&run.state, run.counts.get("held"))) {
        Some((RunState::Succeeded { .. }, held)) if held.is_none_or(|held| *held == 0) => ExitCode::SUCCESS,
        Some((RunState::Succeeded { .. }, _)) => ExitCode::from(FailureClass::Data.policy().exit_code),
        Some((RunState::Failed { .. } | RunState::Unfinished { .. }, _)) | None => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::*;

    const ACME: &str = include_str!("../../../../shared/domain/src/configuration/acme.toml");

    fn run(state: RunState, held: u64) -> RunRecord {
        RunRecord {
            id: "0190".to_owned(),
            job: Job::UserSync,
            started_at: Timestamp::UNIX_EPOCH,
            state,
            counts: BTreeMap::from([("held".to_owned(), held)]),
        }
    }

    #[test]
    fn the_command_exits_as_the_run_ended() {
        let at = Timestamp::UNIX_EPOCH;
        let failed = RunState::Failed {
            at,
            cause: "status 401".into(),
        };
        let code = |state, held| format!("{:?}", exit_code(Some(&run(state, held))));
        let codes = [
            code(RunState::Succeeded { at }, 0),
            code(failed, 0),
            code(RunState::Succeeded { at }, 8),
        ];
        assert_eq!(codes, [0, 1, 3].map(|code| format!("{:?}", ExitCode::from(code))));
    }

    #[test]
    fn half_an_hour_takes_fewer_than_four_hundred_questions() {
        let (mut followed, mut questions) = (Duration::ZERO, 0);
        while followed < Duration::from_mins(30) {
            followed += pause(followed);
            questions += 1;
        }
        assert_eq!(questions, 369);
    }

    #[test]
    fn what_would_end_without_a_trace_is_not_waited_for() {
        let configuration = |source: String| source.parse::<TenantConfiguration>().expect("valid");
        let paused = configuration(ACME.replace("status = \"live\"", "status = \"paused\""));
        let refused = must_run(&paused, Job::UserSync).expect_err("it is paused").to_string();
        assert_eq!(refused, "acme is paused: nothing to run");
        assert!(must_run(&configuration(ACME.to_owned()), Job::CourseSync).is_ok());
    }
}
