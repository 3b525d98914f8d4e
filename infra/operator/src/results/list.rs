//! `habitsync results list`: a customer's results, a line each.

use habitsync_domain::result::ResultRecord;
use habitsync_workflows::ports::result_list::ListResults;
use jiff::tz::TimeZone;
use serde_json::json;

use super::arguments::ListArguments;
use super::shown::{HEADER, lines};
use super::{configuration, tell_unreadable};
use crate::failure::Failure;
use crate::stage::Stage;
use crate::terminal::{Output, counted, zone_name};

/// Prints what was asked for.
pub(super) async fn list(stage: &Stage, asked: &ListArguments) -> Result<(), Failure> {
    let configuration = configuration(stage, &asked.tenant).await?;
    let (tenant, zone) = (&configuration.tenant, configuration.time_zone.zone());
    let status = asked.state.map(Into::into);
    let listed = stage.table().tenant(tenant).list_results(status).await?;
    tell_unreadable(listed.unreadable);
    if stage.output == Output::Json {
        let answer = json!({ "results": listed.records, "unreadable": listed.unreadable });
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    let kind = asked
        .state
        .map_or_else(String::new, |state| format!("{} ", state.name()));
    println!(
        "# {} of {tenant} on stage {}, from the table; times in {}",
        counted(listed.records.len(), &format!("{kind}result")),
        stage.name,
        zone_name(zone)
    );
    show_all(&listed.records, zone);
    Ok(())
}

/// The results below each other.
pub(super) fn show_all(records: &[ResultRecord], zone: &TimeZone) {
    if !records.is_empty() {
        println!("{HEADER}");
    }
    for record in records {
        println!("{}", lines(record, zone));
    }
}
