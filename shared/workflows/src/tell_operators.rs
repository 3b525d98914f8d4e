//! Every minute: what the operators have to hear of single customers, in one mail for all of it. When is decided in
//! [`habitsync_domain::outage`].

use std::collections::BTreeMap;

use habitsync_domain::failing::{Failing, Signature};
use habitsync_domain::incident::Incident;
use habitsync_domain::job::Job;
use habitsync_domain::outage::{News, Told};
use habitsync_domain::summary::CustomerSummary;
use habitsync_domain::tenant::TenantId;
use habitsync_domain::trouble::Trouble;
use jiff::Timestamp;

use crate::fleet_view::FleetView;
use crate::mail::{MailSettings, Notice, tell_operator};
use crate::ports::failure::ServiceFailure;
use crate::ports::mail::SendMail;
use crate::ports::summary::RememberTold;
use crate::tend_incidents::shown;

/// Tells the operators what is news of the fleet's customers, and returns how many pieces of news that were. `incidents` are the
/// vendors' outages as they are now, `dead` the results that died within a day, by customer.
///
/// # Errors
/// The mail could not be sent, or the table failed. What was told is remembered once it was sent.
pub async fn tell_operators<Fleet: RememberTold, Mail: SendMail>(
    fleet: &Fleet,
    mail: &Mail,
    settings: &MailSettings,
    view: &FleetView,
    incidents: &[Incident],
    dead: &BTreeMap<TenantId, u64>,
    now: Timestamp,
) -> Result<usize, ServiceFailure> {
    let is_explained = |signature: &Signature| incidents.iter().any(|incident| incident.explains(signature));
    let mut told = Vec::new();
    let mut lines = Vec::new();
    for customer in view.live() {
        let dead = dead.get(&customer.tenant).copied().unwrap_or_default();
        let (news, next) = customer
            .told
            .news(&failing(customer), dead, is_explained, customer.vigilance(now), now);
        lines.extend(news.iter().map(|news| line(customer, news)));
        if next != customer.told {
            told.push((&customer.tenant, next));
        }
    }
    if !lines.is_empty() {
        tell_operator(mail, settings, &notice(&lines), None).await?;
    }
    remember(fleet, told).await?;
    Ok(lines.len())
}

async fn remember<Fleet: RememberTold>(fleet: &Fleet, told: Vec<(&TenantId, Told)>) -> Result<(), ServiceFailure> {
    for (tenant, told) in told {
        fleet.save_told(tenant, &told).await?;
    }
    Ok(())
}

fn failing(customer: &CustomerSummary) -> Vec<(Job, Option<Failing>)> {
    Job::ALL.map(|job| (job, customer.job(job).failing)).to_vec()
}

fn notice(lines: &[String]) -> Notice {
    let title = match lines {
        [only] => format!("HabitSync: {only}"),
        several => format!("HabitSync: {} things to look at", several.len()),
    };
    let advice = ["", "What to do: docs/RUNBOOK.md, \"A mail about single customers\"."].map(str::to_owned);
    Notice {
        title,
        lines: lines.iter().cloned().chain(advice).collect(),
    }
}

/// What the job's last run failed with, in its own words: they name the setting.
fn cause_of(customer: &CustomerSummary, job: Job, failing: &Failing) -> String {
    let last = customer.job(job).last_failure;
    last.map_or_else(|| failing.signature.to_string(), |failure| failure.cause.to_string())
}

fn line(customer: &CustomerSummary, news: &News) -> String {
    let tenant = &customer.tenant;
    match news {
        News::Lasts { job, failing } => format!(
            "{tenant}: the job {job} has failed since {}: {}",
            shown(failing.since),
            failing.signature
        ),
        News::Over { job, failing } => format!(
            "{tenant}: the job {job} is over its trouble of {}",
            shown(failing.since)
        ),
        News::Ours { job, failing } if failing.signature.trouble() == Trouble::Config => {
            format!(
                "{tenant}: the configuration stops the job {job}: {}",
                cause_of(customer, *job, failing)
            )
        }
        News::Ours { job, failing } => format!(
            "{tenant}: the job {job} failed at {}, and it is ours to mend: {}",
            shown(failing.last_at),
            failing.signature
        ),
        News::Dead { count } => {
            format!("{tenant}: {count} results could not be recorded within a day, and are given up")
        }
    }
}
