//! `habitsync results backfill`: completions from before the go-live.

use habitsync_aws_adapters::{SystemClock, TenantTable};
use habitsync_domain::job::Job;
use habitsync_vendors::OpenTenant;
use habitsync_workflows::backfill_results::{BackfillPlan, BackfillResults, BackfillWindow};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::runs::RememberJob;
use habitsync_workflows::ports::tenants::FindGoLive;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::arguments::BackfillArguments;
use super::{tell_progress, tell_unreadable};
use crate::failure::Failure;
use crate::stage::Stage;
use crate::terminal::{counted, local, zone_name};

/// Counts what the table does not know and, where that was said, adds it.
pub(super) async fn backfill(stage: &Stage, asked: &BackfillArguments) -> Result<(), Failure> {
    let opened = stage.open(stage.in_force(&asked.tenant).await?).await?;
    let window = window(&opened, asked).await?;
    let backfill = BackfillResults {
        table: &opened.table,
        portal: &opened.vendors.tribal_habits,
        clock: &SystemClock,
        configuration: &opened.configuration,
    };
    let plan = backfill
        .plan(window, |done, of| tell_progress("looked up", done, of))
        .await?;
    let zone = opened.configuration.time_zone.zone();
    tell_unreadable(plan.unreadable);
    tell(asked, window, &plan, zone);
    if plan.missing.is_empty() {
        return Ok(());
    }
    let total = plan.missing.len();
    if !asked
        .yes
        .is_said_to(&format!("Add {}?", counted(total, "completion")))?
    {
        return Ok(());
    }
    let report = backfill
        .apply(&plan, |done| tell_progress("added", done, total))
        .await?;
    let last_due_at = report
        .last_due_at
        .map_or_else(String::new, |at| format!("; the last is due {}", local(at, zone)));
    let known = match report.known {
        0 => String::new(),
        known => format!("; {known} had come another way meanwhile"),
    };
    println!(
        "{}: {} added{last_due_at}{known}",
        asked.tenant,
        counted(report.added, "completion")
    );
    Ok(())
}

async fn window(opened: &OpenTenant, asked: &BackfillArguments) -> Result<BackfillWindow, Failure> {
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
    if let Some(swept_from) = table.load_job(Job::ResultsSweep).await?.swept_from {
        return Ok(swept_from);
    }
    let live_since = table.find_go_live().await?;
    Ok(live_since.unwrap_or_else(|| SystemClock.now()))
}

fn tell(asked: &BackfillArguments, window: BackfillWindow, plan: &BackfillPlan, zone: &TimeZone) {
    println!(
        "# {} of {}, from Tribal Habits; times in {}",
        counted(plan.listed, "completion"),
        asked.tenant,
        zone_name(zone)
    );
    let (from, until) = (local(window.from, zone), local(window.until, zone));
    println!("completed         from {from} to before {until}");
    println!("without a result  {}", plan.missing.len());
}
