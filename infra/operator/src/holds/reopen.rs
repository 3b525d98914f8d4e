//! `habitsync holds reopen`: withdraws decisions about employees, so that the next run asks again.

use std::process::ExitCode;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::approvals::Decision;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::user_sync::approvals::reopen as withdraw;
use serde::Serialize;

use super::arguments::ReopenArguments;
use super::list::{DECISION_COLUMNS, decision_row};
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::{Answer, counted};

/// Decisions that were withdrawn.
#[derive(Debug, Serialize)]
struct Reopened {
    tenant: TenantId,
    stage: String,
    by: String,
    decisions: Vec<Decision>,
}

/// Withdraws the decisions.
pub(super) async fn reopen(stage: &Stage, asked: &ReopenArguments) -> Result<ExitCode, CommandError> {
    let by = asked.by.name()?;
    stage.in_force(&asked.tenant).await?;
    let table = stage.table().tenant(&asked.tenant);
    let decisions = withdraw(&table, &SystemClock, &asked.employees, by).await?;
    stage.print(&Reopened {
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        by: by.to_owned(),
        decisions,
    })?;
    Ok(ExitCode::SUCCESS)
}

impl Answer for Reopened {
    fn heading(&self) -> String {
        let Self {
            tenant, by, decisions, ..
        } = self;
        let decisions = counted(decisions.len(), "decision");
        format!(
            "{tenant}: {decisions} withdrawn by {by}\n\
             the next run asks again about what it would still do\n\
             now: habitsync run {tenant} user-sync --wait"
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &DECISION_COLUMNS
    }

    fn rows(&self) -> Vec<Vec<String>> {
        self.decisions.iter().map(decision_row).collect()
    }

    /// What it did, and what follows.
    fn text(&self, _: u16) -> String {
        format!("{}\n", self.heading())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::holds::list;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn reopened() -> Reopened {
        Reopened {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            by: "ana".to_owned(),
            decisions: list::tests::decisions(),
        }
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        vec![serde_json::to_value(reopened()).expect("JSON")]
    }

    #[test]
    fn what_was_withdrawn_is_counted_and_what_follows_is_said() {
        let text = written(&reopened(), Output::Table, 100).expect("written");
        assert!(text.starts_with("acme: 9 decisions withdrawn by ana\n"), "{text}");
    }
}
