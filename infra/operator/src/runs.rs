//! `habitsync runs`: what a customer's jobs did lately, the newest first.

use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{RunRecord, RunState};
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::runs::ListRuns;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, SpanRound, Timestamp, Unit};
use serde::Serialize;

use crate::error::CommandError;
use crate::job_name::JobName;
use crate::stage::Stage;
use crate::terminal::{Answer, counted};

/// Which runs are listed.
#[derive(Debug, clap::Args)]
pub(crate) struct RunsArguments {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// Only this job's.
    #[arg(long, value_enum)]
    pub(crate) job: Option<JobName>,
    /// At most so many.
    #[arg(long, default_value = "20")]
    pub(crate) limit: usize,
}

/// A customer's runs.
#[derive(Debug, Serialize)]
pub(crate) struct Runs {
    pub(crate) tenant: TenantId,
    pub(crate) stage: String,
    #[serde(rename = "runs")]
    pub(crate) listed: Vec<RunRecord>,
    #[serde(skip)]
    pub(crate) zone: TimeZone,
}

/// Prints the runs that the arguments select.
pub(crate) async fn list(stage: &Stage, asked: &RunsArguments) -> Result<(), CommandError> {
    let stored = stage.in_force(&asked.tenant).await?;
    let table = stage.table().tenant(&asked.tenant);
    let runs = Runs {
        listed: table.list_runs(asked.job.map(Job::from), asked.limit).await?,
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        zone: stored.configuration.time_zone.zone().clone(),
    };
    stage.print(&runs)
}

impl Answer for Runs {
    fn heading(&self) -> String {
        let Self {
            tenant, stage, listed, ..
        } = self;
        format!(
            "# {} of {tenant} on stage {stage}, from the table; times of the customer",
            counted(listed.len(), "run")
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &["began", "job", "ended", "took", "what it did"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        self.listed.iter().map(|run| self.row(run).into()).collect()
    }

    /// Each count has a column of its own.
    fn spreadsheet(&self) -> (&'static [&'static str], Vec<Vec<String>>) {
        (&SPREADSHEET, self.listed.iter().map(|run| self.cells(run)).collect())
    }
}

impl Runs {
    fn cells(&self, run: &RunRecord) -> Vec<String> {
        let [began, job, ended, ..] = self.row(run);
        let (_, at, cause) = end(run);
        let seconds = at.map(|at| at.duration_since(run.started_at).as_secs().to_string());
        let counts = FIRST.map(|name| run.counts.get(name).map(u64::to_string));
        let rest = [seconds].into_iter().chain(counts).chain([cause]);
        [began, job, ended]
            .into_iter()
            .chain(rest.map(Option::unwrap_or_default))
            .collect()
    }

    fn row(&self, run: &RunRecord) -> [String; 5] {
        let (ended, at, cause) = end(run);
        let took = at.map(|at| duration(at.duration_since(run.started_at)));
        [
            self.local(run.started_at),
            run.job.to_string(),
            ended.to_owned(),
            took.unwrap_or_default(),
            cause.unwrap_or_else(|| done(run)),
        ]
    }

    fn local(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// Returns how the run ended, when, and why it failed.
fn end(run: &RunRecord) -> (&'static str, Option<Timestamp>, Option<String>) {
    match &run.state {
        RunState::Unfinished { .. } => ("unfinished", None, None),
        RunState::Succeeded { at } => ("well", Some(*at), None),
        RunState::Failed { at, cause } => ("failed", Some(*at), Some(cause.to_string())),
    }
}

const SPREADSHEET: [&str; 15] = [
    "began",
    "job",
    "ended",
    "seconds",
    "created",
    "changed",
    "reactivated",
    "deactivated",
    "queued",
    "failed",
    "left",
    "held",
    "problems",
    "read",
    "cause",
];

/// Counts that are printed first: the changes that were written, and those that were not.
const FIRST: [&str; 10] = [
    "created",
    "changed",
    "reactivated",
    "deactivated",
    "queued",
    "failed",
    "left",
    "held",
    "problems",
    "read",
];

/// Returns the counts above zero, the most important first. Only JSON shows how each count divides further, and the
/// planned counts of a run that carried them out.
pub(crate) fn done(run: &RunRecord) -> String {
    let is_done = FIRST[..5]
        .iter()
        .any(|done| run.counts.get(*done).is_some_and(|count| *count > 0));
    let is_told = |name: &str| !(is_detail(name) || is_done && is_planned(name));
    let mut counted: Vec<_> = run
        .counts
        .iter()
        .filter(|(name, count)| **count > 0 && is_told(name))
        .collect();
    counted.sort_by_key(|(name, _)| FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()));
    let counted: Vec<_> = counted.iter().map(|(name, count)| format!("{name} {count}")).collect();
    counted.join(", ").replace('_', " ")
}

fn is_detail(name: &str) -> bool {
    name.ends_with("_held") || name.ends_with("_settled")
}

fn is_planned(name: &str) -> bool {
    name.starts_with("to_") || name.contains("_to_")
}

/// To the second, or to the millisecond where it took less.
fn duration(took: SignedDuration) -> String {
    if took < SignedDuration::from_secs(1) {
        return format!("{} ms", took.as_millis());
    }
    let round = SpanRound::new().largest(Unit::Hour).smallest(Unit::Second);
    let span = jiff::Span::try_from(took).and_then(|span| span.round(round));
    span.map_or_else(|_| format!("{took:#}"), |span| format!("{span:#}"))
}

#[cfg(test)]
pub(crate) mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn at(time: &str) -> Timestamp {
        time.parse().expect("a time")
    }

    fn run(job: Job, state: RunState, counts: &[(&str, u64)]) -> RunRecord {
        let counts = counts.iter().map(|(name, count)| ((*name).to_owned(), *count));
        RunRecord {
            id: "0190".to_owned(),
            job,
            started_at: at("2026-03-01T20:30:00Z"),
            state,
            counts: counts.collect(),
        }
    }

    fn runs() -> Runs {
        Runs {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            listed: vec![
                run(
                    Job::UserSync,
                    RunState::Succeeded {
                        at: at("2026-03-01T20:31:12Z"),
                    },
                    &[("read", 400), ("unchanged", 396), ("changed", 4), ("held", 0)],
                ),
                run(
                    Job::CourseSync,
                    RunState::Failed {
                        at: at("2026-03-01T20:30:00.25Z"),
                        cause: "EmployeeConnect refused the credentials: status 401".into(),
                    },
                    &[],
                ),
                run(
                    Job::ResultSweep,
                    RunState::Unfinished {
                        lease_until: at("2026-03-01T20:44:00Z"),
                    },
                    &[("listed", 3000)],
                ),
            ],
            zone: TimeZone::get("Australia/Sydney").expect("a zone"),
        }
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        vec![serde_json::to_value(runs()).expect("JSON")]
    }

    #[test]
    fn a_run_says_when_where_the_customer_is_and_what_it_did() {
        assert_snapshot!(written(&runs(), Output::Table, 100).expect("written"));
        assert_snapshot!(written(&runs(), Output::Csv, 100).expect("written"));
    }

    #[test]
    fn what_was_done_comes_first_and_what_was_planned_is_told_where_nothing_was() {
        let done_of = |counts: &[(&str, u64)]| {
            done(&run(
                Job::UserSync,
                RunState::Succeeded {
                    at: at("2026-03-01T20:31:12Z"),
                },
                counts,
            ))
        };
        let counted = [
            ("excluded_settled", 4),
            ("in_scope", 25),
            ("read", 32),
            ("to_create", 22),
            ("leavers_held", 1),
        ];
        assert_eq!(done_of(&counted), "read 32, in scope 25, to create 22");
        let written = [&counted[..], &[("created", 22), ("held", 1)]].concat();
        assert_eq!(done_of(&written), "created 22, held 1, read 32, in scope 25");
    }
}
