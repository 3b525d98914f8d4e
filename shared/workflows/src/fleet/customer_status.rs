//! How one customer is, in full, for an operator: what the fleet's summary says, and what waits of theirs, by its cause.

use std::collections::BTreeMap;

use futures_util::future::{try_join, try_join3};
use habitsync_domain::fleet::alert_log::AlertLog;
use habitsync_domain::fleet::health::CustomerHealth;
use habitsync_domain::identity::EmailAddress;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{RunRecord, Undelivered};
use habitsync_domain::results::breaker::Breaker;
use habitsync_domain::results::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState};
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;
use serde::Serialize;

use crate::fleet::status::{OpenIncident, whatever_waits};
use crate::ports::failure::ServiceFailure;
use crate::ports::fleet::{ListParked, ParkedResult};
use crate::ports::runs::ListRuns;
use crate::ports::stores::{CustomerRecords, FleetCounts};
use crate::ports::summary::FindSummary;

/// Number of results of a kind whose causes are counted; there may be more.
const LOOKED_AT: u32 = 5_000;

/// Full status of one customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerStatus {
    /// Health of the customer.
    #[serde(flatten)]
    pub health: CustomerHealth,
    /// The number of the configuration in force.
    pub version: u64,
    /// Time at which the version was applied; none for versions older than this field.
    pub applied_at: Option<Timestamp>,
    /// Each job's last run.
    pub last_runs: Vec<RunRecord>,
    /// Events that the parked results wait for.
    pub parked_on: Vec<Counted<ParkedKind>>,
    /// Reasons of the ignored results.
    pub ignored_because: Vec<Counted<IgnoredBecause>>,
    /// Reasons why results that could be recorded have not been yet.
    pub waiting_because: Vec<Counted<String>>,
    /// Causes of the dead results.
    pub dead_because: Vec<Counted<String>>,
    /// Breaker of the customer's EmployeeConnect.
    pub breaker: Breaker,
    /// Open incidents by which the customer has failed.
    pub incidents: Vec<OpenIncident>,
    /// Completions in a row that no webhook delivered, where they are too many for chance.
    pub without_webhooks: Option<Undelivered>,
    /// Addresses that mails to the customer do not go to any more: they bounced, or were called spam.
    pub mails_stopped: Vec<EmailAddress>,
    /// The alerts that operators have been sent.
    #[serde(rename = "told")]
    pub alert_log: AlertLog,
}

/// Number of items of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted<What> {
    /// Kind of the items that are counted.
    pub what: What,
    /// Number of items.
    pub count: u64,
}

/// Kind of event that a parked result waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkedKind {
    /// A topic that is no course yet.
    Course,
    /// An employee: the account has no known employee yet, or EmployeeConnect does not know the employee.
    Employee,
    /// The customer, who is paused or records no results.
    Customer,
    /// An answer of EmployeeConnect.
    EmployeeConnect,
}

impl From<&ParkedOn> for ParkedKind {
    fn from(on: &ParkedOn) -> Self {
        match on {
            ParkedOn::Topic(_) => Self::Course,
            ParkedOn::User(_) | ParkedOn::Employee(_) => Self::Employee,
            ParkedOn::Customer => Self::Customer,
            ParkedOn::EmployeeConnect => Self::EmployeeConnect,
        }
    }
}

/// Returns the status of one customer: `fleet` is the whole table, `table` the customer's part of it. None where there
/// is no such customer.
///
/// # Errors
/// The table failed.
pub async fn customer_status<F, T>(
    fleet: &F,
    table: &T,
    tenant: &TenantId,
    now: Timestamp,
) -> Result<Option<CustomerStatus>, ServiceFailure>
where
    F: FleetCounts + FindSummary + ListParked,
    T: CustomerRecords,
{
    let Some(summary) = fleet.find_summary(tenant).await? else {
        return Ok(None);
    };
    let ever = (Timestamp::MIN, Timestamp::MAX);
    let results = try_join3(
        table.list_waiting(LOOKED_AT),
        table.list_dead(LOOKED_AT),
        fleet.list_parked(tenant, ever, LOOKED_AT),
    );
    let ignored = fleet.count_ignored(tenant).await?;
    let others = try_join3(table.load_breaker(), table.list_stopped(), last_runs(table));
    let ((waiting, dead, parked), (breaker, mails_stopped, last_runs)) = try_join(results, others).await?;
    let (incidents, mut all) = whatever_waits(fleet, now).await?;
    let waits = all.remove(tenant).unwrap_or_default();
    let meeting = incidents.iter().filter(|incident| incident.affected.contains(tenant));
    let mut health = CustomerHealth::new(&summary, waits, &incidents, now);
    // The number on the row is up to an hour old.
    health.parked = u64::try_from(parked.items.len()).unwrap_or(u64::MAX);
    health.ignored = ignored.values().sum();
    Ok(Some(CustomerStatus {
        version: summary.version,
        applied_at: summary.timetable.as_ref().map(|timetable| timetable.applied_at),
        last_runs,
        parked_on: counted(parked.items.iter().map(|ParkedResult { on, .. }| on.into())),
        ignored_because: most_first(ignored),
        waiting_because: counted(waiting.iter().map(cause)),
        dead_because: counted(dead.iter().map(cause)),
        breaker: breaker.breaker,
        incidents: meeting.map(OpenIncident::from).collect(),
        without_webhooks: summary.without_webhooks(),
        mails_stopped,
        alert_log: summary.alert_log,
        health,
    }))
}

async fn last_runs<T: ListRuns>(table: &T) -> Result<Vec<RunRecord>, ServiceFailure> {
    let [users, courses, sweep] = Job::ALL.map(|job| table.list_runs(Some(job), 1));
    let (users, courses, sweep) = try_join3(users, courses, sweep).await?;
    Ok([users, courses, sweep].concat())
}

fn cause(record: &ResultRecord) -> String {
    match &record.state {
        ResultState::Waiting { cause, .. }
        | ResultState::Unconfirmed { cause, .. }
        | ResultState::Dead { cause, .. } => cause.clone(),
        ResultState::Claimed { .. } => "being recorded".to_owned(),
        ResultState::Parked { .. } | ResultState::Recorded { .. } | ResultState::Ignored { .. } => {
            record.state.status().to_string()
        }
    }
}

/// Counts equal items, the most frequent first.
fn counted<What: Ord>(all: impl Iterator<Item = What>) -> Vec<Counted<What>> {
    let mut counts: BTreeMap<What, u64> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    most_first(counts)
}

fn most_first<What>(counts: BTreeMap<What, u64>) -> Vec<Counted<What>> {
    let mut counted: Vec<_> = counts
        .into_iter()
        .map(|(what, count)| Counted { what, count })
        .collect();
    counted.sort_by_key(|counted| std::cmp::Reverse(counted.count));
    counted
}
