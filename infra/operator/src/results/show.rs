//! `habitsync results show`: one result, with whose it is.

use habitsync_domain::result::ResultRecord;
use habitsync_workflows::ports::results::{KnownResult, LookUpResult};
use jiff::tz::TimeZone;

use super::arguments::ShowArguments;
use super::configuration;
use super::shown::{detail, wrapped};
use crate::failure::Failure;
use crate::stage::Stage;
use crate::terminal::{Output, local, zone_name};

/// Prints the result of the enrolment.
pub(super) async fn show(stage: &Stage, asked: &ShowArguments) -> Result<(), Failure> {
    let configuration = configuration(stage, &asked.tenant).await?;
    let (tenant, zone) = (configuration.tenant.clone(), configuration.time_zone.zone());
    let enrolment = asked.enrolment;
    let record = match stage.table().tenant(&tenant).look_up_result(enrolment).await? {
        KnownResult::Record(record) => record,
        KnownResult::Nothing => return Err(Failure::NoSuchResult { tenant, enrolment }),
        KnownResult::Unreadable => return Err(Failure::UnreadableResult { tenant, enrolment }),
    };
    if stage.output == Output::Json {
        println!("{}", serde_json::to_string_pretty(&record)?);
        return Ok(());
    }
    println!(
        "# enrolment {enrolment} of {tenant} on stage {}, from the table; times in {}",
        stage.name,
        zone_name(zone)
    );
    for (name, value) in rows(&record, zone) {
        println!("{}", wrapped(&format!("{name:<10} "), &value));
    }
    Ok(())
}

fn rows(record: &ResultRecord, zone: &TimeZone) -> [(&'static str, String); 6] {
    let completion = &record.completion;
    [
        ("user name", completion.user_name.as_str().to_owned()),
        ("topic", completion.topic.to_string()),
        ("completed", local(completion.completed_at, zone)),
        ("known as", completion.idempotency_key()),
        ("attempts", record.attempts.to_string()),
        ("state", format!("{} {}", record.state.status(), detail(record, zone))),
    ]
}
