//! `habitsync results show`: one result, with whose it is.

use habitsync_domain::results::result::ResultRecord;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::results::{KnownResult, LookUpResult};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::arguments::ShowArguments;
use super::configuration;
use super::shown::detail;
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::{Answer, local, zone_name};

/// One result, as printed.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    pub(super) tenant: TenantId,
    pub(super) stage: String,
    #[serde(flatten)]
    pub(super) record: ResultRecord,
    #[serde(skip)]
    pub(super) zone: TimeZone,
}

/// Prints the result of the enrolment.
pub(super) async fn show(stage: &Stage, asked: &ShowArguments) -> Result<(), CommandError> {
    let configuration = configuration(stage, &asked.tenant).await?;
    let (tenant, enrolment) = (configuration.tenant.clone(), asked.enrolment);
    let record = match stage.table().tenant(&tenant).look_up_result(enrolment).await? {
        KnownResult::Record(record) => record,
        KnownResult::Nothing => return Err(CommandError::NoSuchResult { tenant, enrolment }),
        KnownResult::Unreadable => return Err(CommandError::UnreadableResult { tenant, enrolment }),
    };
    stage.print(&Shown {
        tenant,
        stage: stage.name.clone(),
        record,
        zone: configuration.time_zone.zone().clone(),
    })
}

impl Answer for Shown {
    fn heading(&self) -> String {
        format!(
            "# enrolment {} of {} on stage {}, from the table; times in {}",
            self.record.completion.enrolment,
            self.tenant,
            self.stage,
            zone_name(&self.zone)
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &["what", "value"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let (record, completion) = (&self.record, &self.record.completion);
        let state = format!("{} {}", record.state.status(), detail(record, &self.zone));
        let rows = [
            ("user name", completion.user_name.as_str().to_owned()),
            ("topic", completion.topic.to_string()),
            ("completed", local(completion.completed_at, &self.zone)),
            ("known as", completion.idempotency_key()),
            ("attempts", record.attempts.to_string()),
            ("state", state),
        ];
        rows.into_iter()
            .map(|(what, value)| vec![what.to_owned(), value])
            .collect()
    }
}
