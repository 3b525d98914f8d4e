//! Every minute: the operators' mail about single customers, one for all of them. When a line is due is decided in
//! [`habitsync_domain::fleet::alert_log`].

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};
use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::fleet::alert_log::{AlertLog, OperatorAlert};
use habitsync_domain::fleet::failure_streak::FailureStreak;
use habitsync_domain::fleet::incident::Incident;
use habitsync_domain::fleet::summary::CustomerSummary;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;

use crate::fleet::incidents::shown;
use crate::fleet::view::FleetView;
use crate::jobs::contained::contained;
use crate::notifications::{MailSettings, OperatorMail, alert_operator};
use crate::ports::failure::ServiceFailure;
use crate::ports::mail::SendMail;
use crate::ports::summary::SaveAlertLog;

/// Number of saves under way at a time: a slow one does not delay the others.
const IN_FLIGHT: usize = 16;

/// Result of sending the operators' alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digest {
    /// Number of lines of the mail; none was sent where it is 0.
    pub lines: usize,
    /// Customers whose alert log could not be stored after their line was sent: that line is sent again in a minute, and
    /// no other is.
    pub failures: Vec<ServiceFailure>,
}

/// Sends the operators the alerts that are new. `incidents` holds the current incidents; `dead` counts the results that
/// died within a day, by customer.
///
/// # Errors
/// The mail could not be sent: nothing counts as sent.
pub async fn alert_operators<Fleet: SaveAlertLog, Mail: SendMail>(
    fleet: &Fleet,
    mail: &Mail,
    settings: &MailSettings,
    view: &FleetView,
    incidents: &[Incident],
    dead: &BTreeMap<TenantId, u64>,
    now: Timestamp,
) -> Result<Digest, ServiceFailure> {
    let mut told = Vec::new();
    let mut lines = Vec::new();
    for customer in view.live() {
        let dead = dead.get(&customer.tenant).copied().unwrap_or_default();
        let is_explained = |job| customer.is_explained(job, incidents);
        let (news, next) = customer.alert_log.due_alerts(
            &failing(customer),
            dead,
            is_explained,
            customer.alert_thresholds(now),
            now,
        );
        lines.extend(news.iter().map(|news| line(customer, news)));
        if next != customer.alert_log {
            told.push((&customer.tenant, next));
        }
    }
    if !lines.is_empty() {
        alert_operator(mail, settings, &notice(&lines), None).await?;
    }
    Ok(Digest {
        lines: lines.len(),
        failures: remember(fleet, told).await,
    })
}

async fn remember<Fleet: SaveAlertLog>(fleet: &Fleet, told: Vec<(&TenantId, AlertLog)>) -> Vec<ServiceFailure> {
    let saves = told
        .into_iter()
        .map(async |(tenant, told)| contained(fleet.save_told(tenant, &told)).await);
    let saves = stream::iter(saves).buffer_unordered(IN_FLIGHT);
    saves.filter_map(async |saved| saved.err()).collect().await
}

fn failing(customer: &CustomerSummary) -> Vec<(Job, Option<FailureStreak>)> {
    Job::ALL.map(|job| (job, customer.job(job).failing)).to_vec()
}

fn notice(lines: &[String]) -> OperatorMail {
    let title = match lines {
        [only] => format!("HabitSync: {only}"),
        several => format!("HabitSync: {} things to look at", several.len()),
    };
    let advice = ["", "What to do: docs/RUNBOOK.md, \"A mail about single customers\"."].map(str::to_owned);
    OperatorMail {
        title,
        lines: lines.iter().cloned().chain(advice).collect(),
    }
}

/// Returns the failure message of the job's last run, which names the setting.
fn cause_of(customer: &CustomerSummary, job: Job, failing: &FailureStreak) -> String {
    let last = customer.job(job).last_failure;
    last.map_or_else(|| failing.signature.to_string(), |failure| failure.cause.to_string())
}

fn line(customer: &CustomerSummary, news: &OperatorAlert) -> String {
    let tenant = &customer.tenant;
    match news {
        OperatorAlert::Lasts { job, failing } => format!(
            "{tenant}: the job {job} has failed since {}: {}",
            shown(failing.since),
            failing.signature
        ),
        OperatorAlert::Over { job, failing } => format!(
            "{tenant}: the job {job} is over its trouble of {}",
            shown(failing.since)
        ),
        OperatorAlert::Internal { job, failing } if failing.signature.class() == FailureClass::Config => {
            format!(
                "{tenant}: the configuration stops the job {job}: {}",
                cause_of(customer, *job, failing)
            )
        }
        OperatorAlert::Internal { job, failing } => format!(
            "{tenant}: the job {job} failed at {}, and it is ours to mend: {}",
            shown(failing.last_at),
            failing.signature
        ),
        OperatorAlert::Config { job, failing } => format!(
            "{tenant}: the job {job} failed at {}, and it is the customer's to mend: {}; the customer is notified",
            shown(failing.last_at),
            failing.signature
        ),
        OperatorAlert::Dead { count } => {
            format!("{tenant}: {count} results could not be recorded within a day, and are given up")
        }
    }
}
