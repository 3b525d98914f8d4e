//! The fleet's summary, what waits in it by number, and the incidents that all customers share.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::configuration::Status;
use habitsync_domain::fleet::alert_log::AlertLog;
use habitsync_domain::fleet::incident::Incident;
use habitsync_domain::fleet::summary::CustomerSummary;
use habitsync_domain::results::result::{IgnoredBecause, ResultState};
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;

use crate::faults::Call;
use crate::fleet::Fleet;
use crate::table::Table;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::fleet::Due;
use habitsync_workflows::ports::incidents::{KeepIncident, ListIncidents};
use habitsync_workflows::ports::summary::{
    CountByCustomer, CountWaiting, Dead, FindSummary, IgnoredCounts, ListSummaries, OpenRun, SaveAlertLog, Unsent,
};

impl ListIncidents for Table {
    async fn list_incidents(&self) -> Result<Vec<Incident>, ServiceFailure> {
        self.faults.call(Call::ListIncidents, || Ok(self.board.all())).await
    }
}

impl ListIncidents for Fleet<'_> {
    async fn list_incidents(&self) -> Result<Vec<Incident>, ServiceFailure> {
        self.faults.call(Call::ListIncidents, || Ok(self.board().all())).await
    }
}

impl KeepIncident for Fleet<'_> {
    async fn change_incident(&self, seen: Option<&Incident>, next: &Incident) -> Result<bool, ServiceFailure> {
        let change = || {
            let board = self.board();
            let mut incidents = board.incidents.lock();
            let place = (next.vendor, next.domain.clone());
            let is_as_seen = incidents.get(&place).map(|incident| incident.revision) == seen.map(|seen| seen.revision);
            if is_as_seen {
                incidents.insert(place, next.clone());
            }
            Ok(is_as_seen)
        };
        self.faults.call(Call::ChangeIncident, change).await
    }
}

impl ListSummaries for Fleet<'_> {
    async fn list_summaries(&self) -> Result<Due<CustomerSummary>, ServiceFailure> {
        let list = || {
            let items = self
                .tables()
                .iter()
                .map(|(tenant, table)| summary(tenant, table))
                .collect();
            Ok(Due { items, unreadable: 0 })
        };
        self.faults.call(Call::ListSummaries, list).await
    }
}

impl FindSummary for Fleet<'_> {
    async fn find_summary(&self, tenant: &TenantId) -> Result<Option<CustomerSummary>, ServiceFailure> {
        let find = || Ok(self.table(tenant).map(|table| summary(tenant, table)));
        self.faults.call(Call::FindSummary, find).await
    }
}

fn summary(tenant: &TenantId, table: &Table) -> CustomerSummary {
    let state = table.state();
    CustomerSummary {
        tenant: tenant.clone(),
        name: tenant.to_string(),
        status: if state.row.is_paused {
            Status::Paused
        } else {
            Status::Live
        },
        version: state.version,
        live_since: state.live_since,
        timetable: state.row.timetable.clone(),
        jobs: state.jobs.clone(),
        parked: state.row.parked,
        ignored: state.row.ignored,
        alert_log: state.row.told.clone(),
    }
}

impl SaveAlertLog for Fleet<'_> {
    async fn save_told(&self, tenant: &TenantId, told: &AlertLog) -> Result<(), ServiceFailure> {
        let save = || {
            if let Some(table) = self.table(tenant) {
                table.state().row.told = told.clone();
            }
            Ok(())
        };
        self.call_of(tenant, Call::SaveTold, save).await
    }
}

impl CountWaiting for Fleet<'_> {
    async fn list_open_runs(&self) -> Result<Due<OpenRun>, ServiceFailure> {
        let list = || {
            Ok(Due {
                items: self.open_runs(),
                unreadable: 0,
            })
        };
        self.faults.call(Call::ListOpenRuns, list).await
    }

    async fn count_unsent(&self) -> Result<Unsent, ServiceFailure> {
        let count = || {
            let mut unsent = Unsent::default();
            for (_, table) in self.tables() {
                let of_one = unsent_of(table);
                unsent.count += of_one.count;
                unsent.oldest_since = unsent.oldest_since.into_iter().chain(of_one.oldest_since).min();
            }
            Ok(unsent)
        };
        self.faults.call(Call::CountUnsent, count).await
    }

    async fn count_dead(&self, since: Timestamp) -> Result<BTreeMap<TenantId, u64>, ServiceFailure> {
        let count = || {
            let dead = self.tables().iter().map(|(tenant, table)| {
                let state = table.state();
                let dead = state.row.dead_at.iter().filter(|at| **at > since).count();
                (tenant.clone(), dead as u64)
            });
            Ok(dead.filter(|(_, dead)| *dead > 0).collect())
        };
        self.faults.call(Call::CountDead, count).await
    }

    async fn count_open_breakers(&self) -> Result<u64, ServiceFailure> {
        let count = || {
            let open = self
                .tables()
                .iter()
                .filter(|(_, table)| table.state().breaker.1.is_some());
            Ok(open.count() as u64)
        };
        self.faults.call(Call::CountOpenBreakers, count).await
    }

    async fn count_holds(&self, before: Timestamp) -> Result<u64, ServiceFailure> {
        let count = || {
            let old = |table: &Table| table.state().row.holds.iter().filter(|since| **since <= before).count();
            Ok(self.tables().iter().map(|(_, table)| old(table) as u64).sum())
        };
        self.faults.call(Call::CountHolds, count).await
    }

    async fn count_set_aside(&self, tenant: &TenantId) -> Result<IgnoredCounts, ServiceFailure> {
        let count = || {
            let Some(table) = self.table(tenant) else {
                return Ok(IgnoredCounts::default());
            };
            let mut state = table.state();
            let is_parked = |state: &ResultState| matches!(state, ResultState::Parked { .. });
            let is_ignored = |state: &ResultState| matches!(state, ResultState::Ignored { .. });
            let count = |is_meant: fn(&ResultState) -> bool| {
                let meant = state.results.values().filter(|stored| is_meant(&stored.record.state));
                meant.count() as u64
            };
            let (parked, ignored) = (count(is_parked), count(is_ignored));
            (state.row.parked, state.row.ignored) = (parked, ignored);
            Ok(IgnoredCounts { parked, ignored })
        };
        self.call_of(tenant, Call::CountSetAside, count).await
    }
}

/// What of one customer could be recorded, and has not been.
fn unsent_of(table: &Table) -> Unsent {
    let state = table.state();
    let waiting = state.results.iter().filter(|(_, stored)| stored.due_at.is_some());
    let since = waiting.map(|(enrolment, stored)| state.unsent_since.get(enrolment).copied().or(stored.due_at));
    let since: Vec<_> = since.collect();
    Unsent {
        count: since.len() as u64,
        oldest_since: since.into_iter().flatten().min(),
    }
}

impl CountByCustomer for Fleet<'_> {
    async fn count_unsent_by_customer(&self) -> Result<BTreeMap<TenantId, Unsent>, ServiceFailure> {
        let count = || {
            let unsent = self
                .tables()
                .iter()
                .map(|(tenant, table)| (tenant.clone(), unsent_of(table)));
            Ok(unsent.filter(|(_, unsent)| unsent.count > 0).collect())
        };
        self.faults.call(Call::CountUnsent, count).await
    }

    async fn count_dead_by_customer(&self, lately: Timestamp) -> Result<BTreeMap<TenantId, Dead>, ServiceFailure> {
        let count = || {
            let dead = self.tables().iter().map(|(tenant, table)| {
                let state = table.state();
                let dead_at = &state.row.dead_at;
                let dead = Dead {
                    count: dead_at.len() as u64,
                    lately: dead_at.iter().filter(|at| **at > lately).count() as u64,
                };
                (tenant.clone(), dead)
            });
            Ok(dead.filter(|(_, dead)| dead.count > 0).collect())
        };
        self.faults.call(Call::CountDead, count).await
    }

    async fn count_ignored(&self, tenant: &TenantId) -> Result<BTreeMap<IgnoredBecause, u64>, ServiceFailure> {
        let mut ignored = BTreeMap::new();
        if let Some(table) = self.table(tenant) {
            for stored in table.state().results.values() {
                if let ResultState::Ignored { reason } = stored.record.state {
                    *ignored.entry(reason).or_default() += 1;
                }
            }
        }
        Ok(ignored)
    }

    async fn list_open_breakers(&self) -> Result<BTreeSet<TenantId>, ServiceFailure> {
        let list = || {
            let open = self
                .tables()
                .iter()
                .filter(|(_, table)| table.state().breaker.1.is_some());
            Ok(open.map(|(tenant, _)| tenant.clone()).collect())
        };
        self.faults.call(Call::CountOpenBreakers, list).await
    }
}
