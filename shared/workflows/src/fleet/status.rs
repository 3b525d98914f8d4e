//! How every customer is, for an operator: the fleet's summary and what waits, in seven questions however many customers there
//! are.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{try_join, try_join3};
use habitsync_domain::fleet::failure_streak::VendorFault;
use habitsync_domain::fleet::health::{CustomerHealth, PendingDeactivations, Waiting};
use habitsync_domain::fleet::incident::Incident;
use habitsync_domain::tenant::TenantId;
use habitsync_domain::vendors::domain::VendorDomain;
use habitsync_domain::vendors::vendor::Vendor;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::ports::failure::ServiceFailure;
use crate::ports::holds::{DueHold, ListDueHolds};
use crate::ports::incidents::ListIncidents;
use crate::ports::stores::FleetCounts;
use crate::ports::summary::{CountByCustomer, CountWaiting, ListSummaries};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Status of the fleet.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetStatus {
    /// Every customer whose row can be read: the worst first, and customers of equal health by identifier.
    pub customers: Vec<CustomerHealth>,
    /// Incidents that are open.
    pub incidents: Vec<OpenIncident>,
    /// Rows that cannot be read; the state of those customers is unknown.
    pub unreadable: u64,
}

/// An incident that is open, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenIncident {
    /// The vendor that fails many customers alike.
    pub vendor: Vendor,
    /// The domain at which it does.
    pub domain: VendorDomain,
    /// Faults of the vendor in this incident.
    pub kinds: BTreeSet<VendorFault>,
    /// Time at which the incident was opened.
    pub opened_at: Timestamp,
    /// Number of customers that have failed by it so far.
    pub customers: u64,
}

impl From<&Incident> for OpenIncident {
    fn from(incident: &Incident) -> Self {
        Self {
            vendor: incident.vendor,
            domain: incident.domain.clone(),
            kinds: incident.kinds.clone(),
            opened_at: incident.opened_at,
            customers: u64::try_from(incident.affected.len()).unwrap_or(u64::MAX),
        }
    }
}

/// Returns the status of the fleet.
///
/// # Errors
/// The table failed.
pub async fn fleet_status<F>(fleet: &F, now: Timestamp) -> Result<FleetStatus, ServiceFailure>
where
    F: FleetCounts + ListSummaries,
{
    let (summaries, (incidents, mut waiting)) = try_join(fleet.list_summaries(), whatever_waits(fleet, now)).await?;
    let health = summaries.items.iter().map(|summary| {
        let waiting = waiting.remove(&summary.tenant).unwrap_or_default();
        CustomerHealth::new(summary, waiting, &incidents, now)
    });
    let mut customers: Vec<_> = health.collect();
    customers.sort_by(|one, other| (one.health, &one.tenant).cmp(&(other.health, &other.tenant)));
    Ok(FleetStatus {
        customers,
        incidents: incidents.iter().map(OpenIncident::from).collect(),
        unreadable: summaries.unreadable,
    })
}

/// The incidents that are open, and what waits of each customer.
pub(crate) async fn whatever_waits<F>(
    fleet: &F,
    now: Timestamp,
) -> Result<(Vec<Incident>, BTreeMap<TenantId, Waiting>), ServiceFailure>
where
    F: ListIncidents + CountWaiting + CountByCustomer + ListDueHolds,
{
    let a_day_ago = now.checked_sub(DAY).unwrap_or(Timestamp::MIN);
    let results = try_join3(
        fleet.count_unsent_by_customer(),
        fleet.count_dead_by_customer(a_day_ago),
        fleet.list_open_breakers(),
    );
    let others = try_join3(
        fleet.list_incidents(),
        fleet.list_open_runs(),
        fleet.list_due_holds(Timestamp::MAX, u32::MAX),
    );
    let ((unsent, dead, breakers), (incidents, runs, holds)) = try_join(results, others).await?;
    let mut waiting: BTreeMap<TenantId, Waiting> = BTreeMap::new();
    for (tenant, unsent) in unsent {
        let waiting = waiting.entry(tenant).or_default();
        (waiting.unsent, waiting.unsent_since) = (unsent.count, unsent.oldest_since);
    }
    for (tenant, dead) in dead {
        let waiting = waiting.entry(tenant).or_default();
        (waiting.dead, waiting.dead_lately) = (dead.count, dead.lately);
    }
    for tenant in breakers {
        waiting.entry(tenant).or_default().breaker_open = true;
    }
    for run in runs.items {
        let waiting = waiting.entry(run.tenant).or_default();
        waiting.open_runs.push((run.job, run.lease_until));
    }
    for hold in holds.items {
        let held = &mut waiting.entry(hold.tenant.clone()).or_default().held;
        *held = Some(newer(held.take(), hold));
    }
    let open = incidents.into_iter().filter(Incident::is_open);
    Ok((open.collect(), waiting))
}

/// Returns the newer of both plans: the index may still list the plan before the current one.
fn newer(known: Option<PendingDeactivations>, hold: DueHold) -> PendingDeactivations {
    let hold = PendingDeactivations {
        plan: hold.plan,
        people: hold.people,
        since: hold.since,
    };
    match known {
        Some(known) if known.since > hold.since => known,
        Some(_) | None => hold,
    }
}
