//! `habitsync results replay`: dead or ignored results, tried again.

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::results::choice::ReplayChoice;
use habitsync_domain::results::result::ResultRecord;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::results::replay::{ReplayReport, find_replayable, replay_results};
use serde::Serialize;

use super::arguments::ReplayArguments;
use super::list::Listed;
use super::{configuration, tell_unreadable};
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::progress::Progress;
use crate::terminal::stop::Stop;
use crate::terminal::{Answer, Output, counted};

/// The outcomes of the chosen results.
#[derive(Debug, Serialize)]
struct Outcome {
    tenant: TenantId,
    stage: String,
    /// They wait, due now.
    replayed: u64,
    /// They were no longer dead or ignored.
    moved_on: u64,
    /// They are still dead or ignored: the operator did not agree, or stopped the command.
    left: u64,
}

/// Shows the chosen results and, where the operator agrees, queues them again.
pub(super) async fn replay(stage: &Stage, asked: &ReplayArguments) -> Result<(), CommandError> {
    let configuration = configuration(stage, &asked.tenant).await?;
    let table = stage.table().tenant(&asked.tenant);
    let found = find_replayable(&table, &choice(asked, &configuration)?).await?;
    tell_unreadable(found.unreadable);
    let found = found.records;
    if !is_agreed(stage, asked, &configuration, &found)? {
        return Ok(());
    }
    let (progress, stop) = (Progress::new("replayed", stage.output), Stop::on_ctrl_c());
    let tell = |done| {
        progress.reach(done, found.len());
        stop.go_on()
    };
    let report = replay_results(&table, &SystemClock, &found, tell).await?;
    drop(progress);
    tell_report(stage, asked, report)
}

fn choice(asked: &ReplayArguments, configuration: &TenantConfiguration) -> Result<ReplayChoice, CommandError> {
    let zone = configuration.time_zone.zone();
    Ok(ReplayChoice {
        state: asked.replayable()?,
        enrolments: asked.enrolment.clone(),
        cause: asked.cause.clone(),
        from: asked.from.map(|from| from.in_zone(zone)),
        until: asked.until.map(|until| until.in_zone(zone)),
    })
}

/// Whether they are to be tried again. People are shown which, and asked; a program that did not agree gets an error
/// with their number.
fn is_agreed(
    stage: &Stage,
    asked: &ReplayArguments,
    configuration: &TenantConfiguration,
    found: &[ResultRecord],
) -> Result<bool, CommandError> {
    if stage.output != Output::Table {
        if asked.yes.yes {
            return Ok(true);
        }
        let left = u64::try_from(found.len()).unwrap_or(u64::MAX);
        let nothing = ReplayReport {
            left,
            ..ReplayReport::default()
        };
        return stage.print(&replayed(stage, asked, nothing)).map(|()| false);
    }
    stage.print(&Listed {
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        results: found.to_vec(),
        unreadable: 0,
        kind: Some(asked.replayable()?.status().as_str()),
        zone: configuration.time_zone.zone().clone(),
    })?;
    let question = format!("Have {} tried again?", counted(found.len(), "result"));
    Ok(!found.is_empty() && asked.yes.is_confirmed(&question)?)
}

fn tell_report(stage: &Stage, asked: &ReplayArguments, report: ReplayReport) -> Result<(), CommandError> {
    if report.left == 0 || stage.output != Output::Table {
        stage.print(&replayed(stage, asked, report))?;
    }
    match report.left {
        0 => Ok(()),
        left => Err(CommandError::Stopped {
            what: "due now",
            done: report.replayed,
            left,
        }),
    }
}

fn replayed(stage: &Stage, asked: &ReplayArguments, report: ReplayReport) -> Outcome {
    Outcome {
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        replayed: report.replayed,
        moved_on: report.moved_on,
        left: report.left,
    }
}

impl Answer for Outcome {
    fn heading(&self) -> String {
        let replayed = counted(self.replayed, "result");
        let moved_on = match self.moved_on {
            0 => String::new(),
            results => format!("; {} moved on meanwhile", counted(results, "result")),
        };
        format!("{}: {replayed} due now, queued within a minute{moved_on}", self.tenant)
    }

    fn columns(&self) -> &'static [&'static str] {
        &["replayed", "moved on", "left"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        vec![
            [self.replayed, self.moved_on, self.left]
                .map(|count| count.to_string())
                .into(),
        ]
    }

    /// One line: what it did.
    fn text(&self, _: u16) -> String {
        format!("{}\n", self.heading())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        let replayed = Outcome {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            replayed: 2,
            moved_on: 1,
            left: 0,
        };
        assert_eq!(
            replayed.text(100),
            "acme: 2 results due now, queued within a minute; 1 result moved on meanwhile\n"
        );
        vec![serde_json::to_value(replayed).expect("JSON")]
    }
}
