//! `habitsync results list`: a customer's results, a line each.

use habitsync_domain::results::result::ResultRecord;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::result_list::ListResults;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::arguments::ListArguments;
use super::shown::{COLUMNS, row};
use super::{configuration, tell_unreadable};
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::{Answer, counted, zone_name};

/// Some results of a customer.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    pub(super) tenant: TenantId,
    pub(super) stage: String,
    pub(super) results: Vec<ResultRecord>,
    /// Those that cannot be read; they may be in any state.
    pub(super) unreadable: u64,
    /// `dead` where only such were looked for.
    #[serde(skip)]
    pub(super) kind: Option<&'static str>,
    #[serde(skip)]
    pub(super) zone: TimeZone,
}

/// Prints the results that the arguments select.
pub(super) async fn list(stage: &Stage, asked: &ListArguments) -> Result<(), CommandError> {
    let configuration = configuration(stage, &asked.tenant).await?;
    let status = asked.state.map(Into::into);
    let listed = stage.table().tenant(&asked.tenant).list_results(status).await?;
    tell_unreadable(listed.unreadable);
    stage.print(&Listed {
        tenant: configuration.tenant,
        stage: stage.name.clone(),
        results: listed.records,
        unreadable: listed.unreadable,
        kind: asked.state.map(super::arguments::State::name),
        zone: configuration.time_zone.zone().clone(),
    })
}

impl Answer for Listed {
    fn heading(&self) -> String {
        let kind = self.kind.map_or_else(String::new, |kind| format!("{kind} "));
        format!(
            "# {} of {} on stage {}, from the table; times in {}",
            counted(self.results.len(), &format!("{kind}result")),
            self.tenant,
            self.stage,
            zone_name(&self.zone)
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<String>> {
        self.results.iter().map(|record| row(record, &self.zone)).collect()
    }
}
