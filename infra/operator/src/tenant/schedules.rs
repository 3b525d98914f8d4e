//! `habitsync tenant apply --all`: every customer's schedules made what their configuration in force says, as after a stage was
//! put back.

use habitsync_domain::tenant::TenantId;
use habitsync_workflows::onboarding::apply::schedule;
use habitsync_workflows::ports::summary::ListSummaries;

use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::ask::Yes;
use crate::terminal::counted;
use crate::terminal::out;

/// Writes them all. The command names a customer whose configuration cannot be read, and continues with the others.
pub(super) async fn rebuild_all(stage: &Stage, yes: Yes) -> Result<(), CommandError> {
    let summaries = stage.table().list_summaries().await?;
    let customers: Vec<_> = summaries.items.into_iter().map(|customer| customer.tenant).collect();
    let whose = counted(customers.len(), "customer");
    out::print_line(format!("# {whose} on stage {}, from the table", stage.name));
    if !yes.is_confirmed(&format!("Write the schedules of {whose} again?"))? {
        return Ok(());
    }
    let schedules = stage.schedules().await?;
    let mut written = 0;
    let mut failed = Vec::new();
    for tenant in customers {
        match rebuild(stage, &schedules, &tenant).await {
            Ok(jobs) => written += jobs,
            Err(failure) => failed.push((tenant, failure)),
        }
    }
    out::print_line(format!("{} written", counted(written, "schedule")));
    for (tenant, failure) in &failed {
        out::print_error(format!("habitsync: {tenant}: {failure}"));
    }
    failed.pop().map_or(Ok(()), |(_, failure)| Err(failure))
}

async fn rebuild(
    stage: &Stage,
    schedules: &habitsync_aws_adapters::Schedules,
    tenant: &TenantId,
) -> Result<usize, CommandError> {
    let stored = stage.in_force(tenant).await?;
    Ok(schedule(schedules, &stored.configuration).await?.len())
}
