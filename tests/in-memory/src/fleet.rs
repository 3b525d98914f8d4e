//! What waits in the tables of all customers.

use std::collections::BTreeSet;
use std::sync::Arc;

use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease;
use habitsync_domain::jobs::state::RunState;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::parked::Window;
use habitsync_domain::results::result::ParkedOn;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;

use crate::board::IncidentBoard;
use crate::breakdown::Breakdowns;
use crate::faults::{Call, Faults, service_failure};
use crate::table::{Table, TableState};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::fleet::{
    Due, DueProbe, DueResult, ListDue, ListParked, ParkedResult, PostponeDue, UnfinishedRun,
};
use habitsync_workflows::ports::summary::OpenRun;

/// The customers and their tables.
#[derive(Debug)]
pub struct Fleet<'a> {
    /// Its failures and its journal.
    pub faults: Faults<ServiceFailure>,
    /// Customers about which every single-customer call fails.
    pub broken: BTreeSet<TenantId>,
    /// Calls that break for one customer.
    pub breakdowns: Breakdowns,
    tables: Vec<(TenantId, &'a Table)>,
}

impl<'a> Fleet<'a> {
    /// A fleet of these customers.
    #[must_use]
    pub fn of(tables: Vec<(TenantId, &'a Table)>) -> Self {
        Self {
            faults: Faults::default(),
            broken: BTreeSet::new(),
            breakdowns: Breakdowns::default(),
            tables,
        }
    }

    /// A call about one customer.
    pub(crate) async fn call_of<T>(
        &self,
        tenant: &TenantId,
        call: Call,
        effect: impl FnOnce() -> Result<T, ServiceFailure> + Send,
    ) -> Result<T, ServiceFailure> {
        self.breakdowns.meet(tenant, call).await?;
        let is_broken = self.broken.contains(tenant);
        let effect = || if is_broken { Err(service_failure()) } else { effect() };
        self.faults.call(call, effect).await
    }

    pub(crate) fn tables(&self) -> &[(TenantId, &'a Table)] {
        &self.tables
    }

    /// What all customers share; a fleet of none has nothing.
    pub(crate) fn board(&self) -> Arc<IncidentBoard> {
        let first = self.tables.first();
        first.map_or_else(Arc::default, |(_, table)| Arc::clone(&table.board))
    }

    pub(crate) fn open_runs(&self) -> Vec<OpenRun> {
        let mut open = Vec::new();
        for (tenant, table) in &self.tables {
            open.extend(table.state().runs.values().filter_map(|run| match run.record.state {
                RunState::Unfinished { lease_until } => Some(OpenRun {
                    tenant: tenant.clone(),
                    job: run.record.job,
                    lease_until,
                }),
                RunState::Succeeded { .. } | RunState::Failed { .. } => None,
            }));
        }
        open
    }

    pub(crate) fn table(&self, tenant: &TenantId) -> Option<&'a Table> {
        let found = self.tables.iter().find(|(id, _)| id == tenant);
        found.map(|(_, table)| *table)
    }

    fn due_results(&self, now: Timestamp) -> Due<DueResult> {
        let (mut due, mut unreadable) = (Vec::new(), 0);
        for (tenant, table) in &self.tables {
            let state = table.state();
            for stored in state.results.values() {
                if state.unreadable.contains(&stored.record.completion.enrolment) {
                    unreadable += u64::from(stored.due_at.is_some_and(|due_at| due_at <= now));
                    continue;
                }
                let due_at = stored.due_at.filter(|due_at| *due_at <= now);
                due.extend(due_at.map(|due_at| DueResult {
                    tenant: tenant.clone(),
                    completion: stored.record.completion.clone(),
                    due_at,
                }));
            }
        }
        due.sort_by_key(|result| result.due_at);
        Due { items: due, unreadable }
    }

    fn due_probes(&self, now: Timestamp) -> Vec<DueProbe> {
        let due = self.tables.iter().filter_map(|(tenant, table)| {
            let due_at = table.state().breaker.1.filter(|due_at| *due_at <= now)?;
            Some(DueProbe {
                tenant: tenant.clone(),
                due_at,
            })
        });
        due.collect()
    }

    fn unfinished_runs(&self, now: Timestamp) -> Vec<UnfinishedRun> {
        let mut due = Vec::new();
        for (tenant, table) in &self.tables {
            let state = table.state();
            let runs = state
                .runs
                .values()
                .filter(|run| run.due_at.is_some_and(|due_at| due_at <= now));
            due.extend(runs.map(|run| UnfinishedRun {
                tenant: tenant.clone(),
                job: run.record.job,
                id: run.record.id.clone(),
            }));
        }
        due
    }
}

impl ListDue for Fleet<'_> {
    async fn list_due_results(
        &self,
        now: Timestamp,
        limit: u32,
        except: &BTreeSet<TenantId>,
    ) -> Result<Due<DueResult>, ServiceFailure> {
        let list = || {
            let mut due = self.due_results(now);
            due.items.retain(|result| !except.contains(&result.tenant));
            Ok(at_most(limit, due))
        };
        self.faults.call(Call::ListDueResults, list).await
    }

    async fn list_unfinished_runs(&self, now: Timestamp, limit: u32) -> Result<Due<UnfinishedRun>, ServiceFailure> {
        let list = || Ok(at_most(limit, readable(self.unfinished_runs(now))));
        self.faults.call(Call::ListUnfinishedRuns, list).await
    }

    async fn has_stopped(&self, run: &UnfinishedRun, now: Timestamp) -> Result<bool, ServiceFailure> {
        let look = || {
            let table = self.table(&run.tenant);
            Ok(table.is_none_or(|table| has_stopped(&table.state(), run.job, now)))
        };
        self.call_of(&run.tenant, Call::HasStopped, look).await
    }

    async fn list_due_probes(&self, now: Timestamp, limit: u32) -> Result<Due<DueProbe>, ServiceFailure> {
        let list = || Ok(at_most(limit, readable(self.due_probes(now))));
        self.faults.call(Call::ListDueProbes, list).await
    }

    async fn find_held_back(&self, tenant: &TenantId) -> Result<Option<Completion>, ServiceFailure> {
        let find = || {
            let state = self.table(tenant).map(Table::state);
            Ok(state.and_then(|state| {
                let parked = state.parked();
                let held_back = parked.iter().find(|(_, on, _)| *on == ParkedOn::EmployeeConnect);
                held_back.map(|(enrolment, _, _)| state.results[enrolment].record.completion.clone())
            }))
        };
        self.call_of(tenant, Call::FindHeldBack, find).await
    }
}

impl ListParked for Fleet<'_> {
    async fn list_tenants(&self) -> Result<Vec<TenantId>, ServiceFailure> {
        let list = || Ok(self.tables.iter().map(|(tenant, _)| tenant.clone()).collect());
        self.faults.call(Call::ListTenants, list).await
    }

    async fn list_parked(
        &self,
        tenant: &TenantId,
        (from, until): Window,
        limit: u32,
    ) -> Result<Due<ParkedResult>, ServiceFailure> {
        let list = || {
            let Some(state) = self.table(tenant).map(Table::state) else {
                return Ok(readable(Vec::new()));
            };
            let parked = state.parked().into_iter();
            let meant = parked.filter(|(_, _, since)| (from..=until).contains(since));
            let meant = meant.map(|(enrolment, on, since)| ParkedResult {
                completion: state.results[&enrolment].record.completion.clone(),
                on,
                since,
            });
            Ok(at_most(limit, readable(meant.collect())))
        };
        self.call_of(tenant, Call::ListParked, list).await
    }
}

/// Whether the job's lease is free, or has missed a renewal.
fn has_stopped(state: &TableState, job: Job, now: Timestamp) -> bool {
    let held = state.leases.get(&job).and_then(|lease| lease.held.as_ref());
    held.is_none_or(|(_, until)| lease::has_missed_renewal(*until, now))
}

pub(crate) fn readable<T>(items: Vec<T>) -> Due<T> {
    Due { items, unreadable: 0 }
}

pub(crate) fn at_most<T>(limit: u32, mut due: Due<T>) -> Due<T> {
    due.items.truncate(limit as usize);
    due
}

impl PostponeDue for Fleet<'_> {
    async fn postpone_result(&self, due: &DueResult, until: Timestamp) -> Result<bool, ServiceFailure> {
        let postpone = || {
            let Some(table) = self.table(&due.tenant) else {
                return Ok(false);
            };
            let mut state = table.state();
            let stored = state.results.get_mut(&due.completion.enrolment);
            Ok(stored.is_some_and(|stored| put_off(&mut stored.due_at, |due_at| due_at == due.due_at, until)))
        };
        self.call_of(&due.tenant, Call::PostponeResult, postpone).await
    }

    async fn postpone_probe(&self, probe: &DueProbe, until: Timestamp) -> Result<bool, ServiceFailure> {
        let postpone = || {
            let Some(table) = self.table(&probe.tenant) else {
                return Ok(false);
            };
            let mut state = table.state();
            Ok(put_off(&mut state.breaker.1, |due_at| due_at == probe.due_at, until))
        };
        self.call_of(&probe.tenant, Call::PostponeProbe, postpone).await
    }

    async fn postpone_run(&self, run: &UnfinishedRun, until: Timestamp) -> Result<bool, ServiceFailure> {
        let postpone = || {
            let Some(table) = self.table(&run.tenant) else {
                return Ok(false);
            };
            let mut state = table.state();
            let stored = state.runs.get_mut(&run.id);
            Ok(stored.is_some_and(|stored| put_off(&mut stored.due_at, |due_at| due_at < until, until)))
        };
        self.call_of(&run.tenant, Call::PostponeRun, postpone).await
    }
}

pub(crate) fn put_off(
    due_at: &mut Option<Timestamp>,
    is_as_seen: impl FnOnce(Timestamp) -> bool,
    until: Timestamp,
) -> bool {
    let is_still_due = due_at.is_some_and(is_as_seen);
    if is_still_due {
        *due_at = Some(until);
    }
    is_still_due
}
