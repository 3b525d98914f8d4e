//! Reports the fleet's health as metrics, and in a log line that names the unhealthy customers.

use std::fmt::Display;

use habitsync_lambda_support::Metric;
use habitsync_workflows::fleet::measure::{FleetMeasures, ParkedMeasures};
use tracing::warn;

/// The measures as metrics; what could not be counted is left out.
pub(crate) fn metrics(measures: &FleetMeasures) -> Vec<(Metric, u64)> {
    let FleetMeasures { dead, stalled_runs, .. } = measures;
    let seconds = |age: jiff::SignedDuration| u64::try_from(age.as_secs()).unwrap_or_default();
    let known = [
        (Metric::LiveCustomers, measures.live),
        (Metric::StaleCustomers, count(measures.stale.len())),
        (Metric::CustomersInIncident, measures.in_incident),
        (Metric::OpenIncidents, measures.open_incidents),
        (Metric::StalledJobs, count(measures.stalled_jobs.len())),
        (Metric::CustomersWithoutWebhooks, count(measures.without_webhooks.len())),
        (Metric::UnreadableItems, measures.unreadable),
    ];
    let counted = [
        (Metric::UnsentResults, measures.unsent),
        (Metric::OldestUnsentResult, measures.oldest_unsent.map(seconds)),
        (Metric::DeadResults, dead.as_ref().map(|dead| dead.values().sum())),
        (Metric::OpenBreakers, measures.open_breakers),
        (Metric::StalledRuns, stalled_runs.as_ref().map(|runs| count(runs.len()))),
        (Metric::OldHolds, measures.old_holds),
    ];
    let counted = counted.into_iter().filter_map(|(metric, value)| Some((metric, value?)));
    known.into_iter().chain(counted).collect()
}

/// Returns the counts of parked and ignored results, as metrics.
pub(crate) fn of_parked(measures: &ParkedMeasures) -> [(Metric, u64); 3] {
    [
        (Metric::ParkedResults, measures.parked),
        (Metric::ParkedGrowth, measures.growth),
        (Metric::IgnoredResults, measures.ignored),
    ]
}

/// Logs the unhealthy customers in one line, if there are any.
pub(crate) fn log_who_is_unwell(measures: &FleetMeasures) {
    let is_well = measures.unwell().is_empty() && measures.without_webhooks.is_empty();
    if is_well && measures.without_timetable.is_empty() {
        return;
    }
    let late = measures.stale.iter().flat_map(|(tenant, jobs)| {
        jobs.iter()
            .map(move |late| format!("{tenant} {} since {}", late.job, late.due_since))
    });
    let stalled = measures.stalled_runs.iter().flatten().chain(&measures.stalled_jobs);
    warn!(
        customers.unwell = listed(measures.unwell()),
        customers.late = listed(late),
        customers.stalled = listed(stalled.map(|(tenant, job)| format!("{tenant} {job}"))),
        customers.without_webhooks = listed(&measures.without_webhooks),
        customers.without_timetable = listed(&measures.without_timetable),
        "customers are unwell"
    );
}

fn listed<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_counted_is_no_zero() {
        let names: Vec<_> = metrics(&FleetMeasures::default())
            .into_iter()
            .map(|(metric, _)| metric)
            .collect();
        assert!(names.contains(&Metric::StaleCustomers) && !names.contains(&Metric::DeadResults));
        let measures = FleetMeasures {
            oldest_unsent: Some(jiff::SignedDuration::from_secs(90)),
            ..FleetMeasures::default()
        };
        assert!(metrics(&measures).contains(&(Metric::OldestUnsentResult, 90)));
    }
}
