//! `habitsync results backfill`: completions from before the go-live.

use habitsync_aws_adapters::{SystemClock, TenantTable};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::tenant::TenantId;
use habitsync_vendors::OpenTenant;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::runs::SaveJobState;
use habitsync_workflows::ports::tenants::FindGoLive;
use habitsync_workflows::results::backfill::{
    BackfillFailure, BackfillPlan, BackfillReport, BackfillResults, BackfillWindow,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::arguments::BackfillArguments;
use super::tell_unreadable;
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::out;
use crate::terminal::progress::Progress;
use crate::terminal::stop::Stop;
use crate::terminal::{Answer, Output, counted, local, zone_name};

/// The completions that the command found, and the outcome.
#[derive(Debug, Serialize)]
struct Backfilled {
    tenant: TenantId,
    stage: String,
    from: Timestamp,
    until: Timestamp,
    /// Completions of that time.
    listed: u64,
    /// Those of them whose record cannot be read.
    unreadable: u64,
    /// Those of them that wait to be recorded now.
    added: u64,
    /// Those of them that had come another way meanwhile.
    known: u64,
    /// Those of them without a result still: the operator did not agree, or stopped the command.
    left: u64,
    last_due_at: Option<Timestamp>,
    #[serde(skip)]
    zone: TimeZone,
}

/// Counts what the table does not know and, where that was said, adds it.
pub(super) async fn backfill(stage: &Stage, asked: &BackfillArguments) -> Result<(), CommandError> {
    let opened = stage.open(stage.in_force(&asked.tenant).await?).await?;
    let window = window(&opened, asked).await?;
    let backfill = BackfillResults {
        table: &opened.table,
        portal: &opened.vendors.tribal_habits,
        clock: &SystemClock,
        configuration: &opened.configuration,
    };
    let stop = Stop::on_ctrl_c();
    let progress = Progress::new("looked up", stage.output);
    let tell = |done, of| {
        progress.reach(done, of);
        stop.go_on()
    };
    // Nothing is written until then: it can be left at any moment.
    let plan = tokio::select! {
        plan = backfill.plan(window, tell) => plan?,
        () = stop.asked() => return Err(BackfillFailure::Stopped.into()),
    };
    drop(progress);
    tell_unreadable(plan.unreadable);
    let mut answer = Backfilled::found(stage, asked, window, &plan, opened.configuration.time_zone.zone());
    if !is_agreed(stage, asked, &answer)? {
        return Ok(());
    }
    let progress = Progress::new("added", stage.output);
    let tell = |done| {
        progress.reach(done, plan.missing.len());
        stop.go_on()
    };
    let report = backfill.apply(&plan, tell).await?;
    drop(progress);
    answer.add(report);
    tell_report(stage, &answer)
}

async fn window(opened: &OpenTenant, asked: &BackfillArguments) -> Result<BackfillWindow, CommandError> {
    let zone = opened.configuration.time_zone.zone();
    let until = match asked.until {
        Some(until) => until.in_zone(zone),
        None => results_begin(&opened.table).await?,
    };
    Ok(BackfillWindow {
        from: asked.from.in_zone(zone),
        until,
    })
}

/// Where sweeps begin: everything from then on is theirs.
async fn results_begin(table: &TenantTable) -> Result<Timestamp, ServiceFailure> {
    if let Some(swept_from) = table.load_job(Job::ResultSweep).await?.swept_from {
        return Ok(swept_from);
    }
    let live_since = table.find_go_live().await?;
    Ok(live_since.unwrap_or_else(|| SystemClock.now()))
}

/// Returns whether the missing results are to be added. In a terminal the command shows them and asks; a program that
/// did not agree gets an error.
fn is_agreed(stage: &Stage, asked: &BackfillArguments, found: &Backfilled) -> Result<bool, CommandError> {
    if stage.output != Output::Table {
        if asked.yes.yes {
            return Ok(true);
        }
        return stage.print(found).map(|()| false);
    }
    out::print_line(found.shown().trim_end());
    let question = format!("Add {}?", counted(found.left, "completion"));
    Ok(found.left > 0 && asked.yes.is_confirmed(&question)?)
}

fn tell_report(stage: &Stage, answer: &Backfilled) -> Result<(), CommandError> {
    if answer.left == 0 || stage.output != Output::Table {
        stage.print(answer)?;
    }
    match answer.left {
        0 => Ok(()),
        left => Err(CommandError::Stopped {
            what: "added",
            done: answer.added,
            left,
        }),
    }
}

impl Backfilled {
    /// Nothing is added yet.
    fn found(
        stage: &Stage,
        asked: &BackfillArguments,
        window: BackfillWindow,
        plan: &BackfillPlan,
        zone: &TimeZone,
    ) -> Self {
        Self {
            tenant: asked.tenant.clone(),
            stage: stage.name.clone(),
            from: window.from,
            until: window.until,
            listed: plan.listed,
            unreadable: plan.unreadable,
            added: 0,
            known: 0,
            left: u64::try_from(plan.missing.len()).unwrap_or(u64::MAX),
            last_due_at: None,
            zone: zone.clone(),
        }
    }

    fn add(&mut self, report: BackfillReport) {
        (self.added, self.known, self.left) = (report.added, report.known, report.left);
        self.last_due_at = report.last_due_at;
    }

    /// What would be added.
    fn shown(&self) -> String {
        let (from, until) = (local(self.from, &self.zone), local(self.until, &self.zone));
        format!(
            "# {} of {}, from Tribal Habits; times in {}\n\
             completed         from {from} to before {until}\n\
             without a result  {}\n",
            counted(self.listed, "completion"),
            self.tenant,
            zone_name(&self.zone),
            self.left
        )
    }
}

impl Answer for Backfilled {
    fn heading(&self) -> String {
        let last_due_at = self.last_due_at;
        let last_due_at =
            last_due_at.map_or_else(String::new, |at| format!("; the last is due {}", local(at, &self.zone)));
        let known = match self.known {
            0 => String::new(),
            known => format!("; {known} had come another way meanwhile"),
        };
        let added = counted(self.added, "completion");
        format!("{}: {added} added{last_due_at}{known}", self.tenant)
    }

    fn columns(&self) -> &'static [&'static str] {
        &["from", "until", "listed", "unreadable", "added", "known", "left"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let counts = [self.listed, self.unreadable, self.added, self.known, self.left];
        let times = [self.from, self.until].map(|at| at.to_string());
        vec![times.into_iter().chain(counts.map(|count| count.to_string())).collect()]
    }

    /// One line: what it did.
    fn text(&self, _: u16) -> String {
        format!("{}\n", self.heading())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::terminal::answer::written;

    fn backfilled() -> Backfilled {
        let at = |text: &str| text.parse().expect("a time");
        Backfilled {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            from: at("2026-01-01T00:00:00Z"),
            until: at("2026-03-01T00:00:00Z"),
            listed: 420,
            unreadable: 0,
            added: 400,
            known: 3,
            left: 0,
            last_due_at: Some(at("2026-03-01T09:00:00Z")),
            zone: TimeZone::get("Australia/Sydney").expect("bundled"),
        }
    }

    #[test]
    fn what_would_be_added_is_shown_and_what_was_is_one_line() {
        let forms = [Output::Table, Output::Json, Output::Csv];
        let forms = forms.map(|form| written(&backfilled(), form, 100).expect("written"));
        assert_snapshot!(format!("{}----\n{}", backfilled().shown(), forms.join("----\n")));
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        vec![serde_json::to_value(backfilled()).expect("JSON")]
    }
}
