//! Pending approvals, and decisions about employees.

use habitsync_domain::approvals::{Decision, Matter, PendingPlan, PlanDecision, PlanId};
use habitsync_domain::identity::EmployeeId;
use jiff::Timestamp;

use crate::faults::Call;
use crate::fleet::{Fleet, at_most, put_off, readable};
use crate::table::Table;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::fleet::Due;
use habitsync_workflows::ports::holds::{
    DueHold, ForgetDecision, ListDueHolds, LoadDecisions, LoadHold, RecordPlanDecision, SaveDecisions, SaveHold,
    StoredDecisions,
};

fn about(decision: &Decision) -> (EmployeeId, Matter) {
    let (employee_id, matter) = decision.about();
    (employee_id.clone(), matter)
}

impl LoadDecisions for Table {
    async fn load_decisions(&self) -> Result<StoredDecisions, ServiceFailure> {
        let load = || {
            let state = self.state();
            let is_readable = |decision: &&Decision| !state.unreadable_decisions.contains(&about(decision));
            Ok(StoredDecisions {
                decisions: state.decisions.values().filter(is_readable).cloned().collect(),
                unreadable: state.unreadable_decisions.iter().cloned().collect(),
            })
        };
        self.faults.call(Call::LoadDecisions, load).await
    }
}

impl SaveDecisions for Table {
    async fn save_decisions(&self, decisions: &[Decision]) -> Result<(), ServiceFailure> {
        let save = || {
            let decided = decisions.iter().map(|decision| (about(decision), decision.clone()));
            let mut state = self.state();
            state
                .unreadable_decisions
                .retain(|known| !decisions.iter().any(|decision| about(decision) == *known));
            state.decisions.extend(decided);
            Ok(())
        };
        self.faults.call(Call::SaveDecisions, save).await
    }
}

impl ForgetDecision for Table {
    async fn forget_decision(&self, decision: &Decision) -> Result<(), ServiceFailure> {
        let forget = || {
            let decisions = &mut self.state().decisions;
            if decisions.get(&about(decision)) == Some(decision) {
                decisions.remove(&about(decision));
            }
            Ok(())
        };
        self.faults.call(Call::ForgetDecision, forget).await
    }
}

impl LoadHold for Table {
    async fn load_hold(&self, id: &PlanId) -> Result<Option<PendingPlan>, ServiceFailure> {
        let load = || Ok(self.state().holds.get(id).map(|(plan, _)| plan.clone()));
        self.faults.call(Call::LoadHold, load).await
    }
}

impl SaveHold for Table {
    async fn save_hold(&self, plan: &PendingPlan, remind_at: Timestamp) -> Result<(), ServiceFailure> {
        let save = || {
            let due_at = plan.conclusion().is_none().then_some(remind_at);
            let mut state = self.state();
            let known = state.holds.get(&plan.id);
            if known.is_none_or(|(known, _)| known.decisions.len() == plan.decisions.len()) {
                state.holds.insert(plan.id.clone(), (plan.clone(), due_at));
            }
            Ok(())
        };
        self.faults.call(Call::SaveHold, save).await
    }

    async fn close_hold(&self, id: &PlanId) -> Result<(), ServiceFailure> {
        let close = || {
            if let Some((_, due_at)) = self.state().holds.get_mut(id) {
                *due_at = None;
            }
            Ok(())
        };
        self.faults.call(Call::CloseHold, close).await
    }
}

impl RecordPlanDecision for Table {
    async fn note_decision(&self, id: &PlanId, word: &PlanDecision) -> Result<(), ServiceFailure> {
        let note = || {
            if let Some((plan, due_at)) = self.state().holds.get_mut(id) {
                plan.decisions.push(word.clone());
                if word.decides_all() {
                    *due_at = None;
                }
            }
            Ok(())
        };
        self.faults.call(Call::NoteWord, note).await
    }
}

impl ListDueHolds for Fleet<'_> {
    async fn list_due_holds(&self, now: Timestamp, limit: u32) -> Result<Due<DueHold>, ServiceFailure> {
        let list = || {
            let mut due = Vec::new();
            for (tenant, table) in self.tables() {
                let state = table.state();
                let holds = state.holds.values().filter_map(|(plan, due_at)| {
                    let due_at = due_at.filter(|due_at| *due_at <= now)?;
                    Some(DueHold {
                        tenant: tenant.clone(),
                        plan: plan.id.clone(),
                        people: plan.people.len() as u64,
                        since: plan.since,
                        due_at,
                    })
                });
                due.extend(holds);
            }
            due.sort_by_key(|hold| hold.due_at);
            Ok(at_most(limit, readable(due)))
        };
        self.faults.call(Call::ListDueHolds, list).await
    }

    async fn postpone_hold(&self, hold: &DueHold, until: Timestamp) -> Result<bool, ServiceFailure> {
        let postpone = || {
            let Some(table) = self.table(&hold.tenant) else {
                return Ok(false);
            };
            let mut state = table.state();
            let stored = state.holds.get_mut(&hold.plan);
            Ok(stored.is_some_and(|(_, due_at)| put_off(due_at, |due_at| due_at == hold.due_at, until)))
        };
        self.call_of(&hold.tenant, Call::PostponeHold, postpone).await
    }
}
