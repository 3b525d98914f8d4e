//! `habitsync results show`: one result, with whose it is.

use habitsync_workflows::ports::results::FindResult;

use super::arguments::{Output, ShowArguments};
use super::{configuration, list};
use crate::failure::Failure;
use crate::stage::Stage;

/// Prints the result of the enrolment.
pub(super) async fn show(stage: &Stage, asked: &ShowArguments) -> Result<(), Failure> {
    let configuration = configuration(stage, &asked.tenant).await?;
    let (tenant, enrolment) = (configuration.tenant, asked.enrolment);
    let found = stage.table().tenant(&tenant).find_result(enrolment).await?;
    let record = found.ok_or_else(|| Failure::NoSuchResult {
        tenant: tenant.clone(),
        enrolment,
    })?;
    if asked.output == Output::Json {
        println!("{}", serde_json::to_string_pretty(&record)?);
        return Ok(());
    }
    let completion = &record.completion;
    let day = completion.completed_on(configuration.time_zone.zone());
    println!(
        "# enrolment {enrolment} of {tenant} on stage {}, from the table",
        stage.name
    );
    println!("user name  {}", completion.user_name.as_str());
    println!("topic      {}", completion.topic);
    println!("completed  {} ({day} where the customer is)", completion.completed_at);
    println!("known as   {}", completion.idempotency_key());
    println!("state      {}, {}", record.state.status(), list::detail(&record));
    Ok(())
}
