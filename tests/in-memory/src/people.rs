//! The links and mirrors of one customer's people.

use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::link::{Person, PersonChange};
use habitsync_domain::people::rejected_writes::RejectedWrites;
use jiff::Timestamp;

use crate::faults::Call;
use crate::table::{Table, TableState};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::SaveFailure;
use habitsync_workflows::ports::people::{
    FindPersonByUserName, LoadChanges, LoadLastDays, LoadPeople, LoadPerson, LoadRejectedWrites, ReplaceLink,
    SaveLastDay, SavePerson, SaveRejectedWrites, StoredPeople,
};

impl LoadPeople for Table {
    async fn load_people(&self) -> Result<StoredPeople, ServiceFailure> {
        let load = || {
            let state = self.state();
            let is_readable = |person: &&Person| !state.unreadable_people.contains(&person.employee_id);
            Ok(StoredPeople {
                people: state.people.values().filter(is_readable).cloned().collect(),
                unreadable: state.unreadable_people.iter().cloned().collect(),
            })
        };
        self.faults.call(Call::LoadPeople, load).await
    }
}

impl LoadPerson for Table {
    async fn load_person(&self, employee: &EmployeeId) -> Result<Option<Person>, ServiceFailure> {
        let load = || Ok(self.state().people.get(employee).cloned());
        self.faults.call(Call::LoadPerson, load).await
    }
}

impl SavePerson for Table {
    async fn save_person(&self, person: &Person, change: &PersonChange) -> Result<(), SaveFailure> {
        let save = || {
            let id = person.employee_id.clone();
            let mut state = self.under_lease(Job::UserSync)?;
            if state.refused_people.contains(&id) {
                return Err(Self::refuse_item());
            }
            state.unreadable_people.remove(&id);
            state.people.insert(id, person.clone());
            state.changes.push(change.clone());
            Ok(())
        };
        self.faults.call(Call::SavePerson, save).await
    }
}

impl ReplaceLink for Table {
    async fn replace_link(
        &self,
        before: &Person,
        after: Option<&Person>,
        change: &PersonChange,
    ) -> Result<(), SaveFailure> {
        let replace = || {
            let mut state = self.under_lease(Job::UserSync)?;
            state.people.remove(&before.employee_id);
            let after = after.map(|after| (after.employee_id.clone(), after.clone()));
            state.people.extend(after);
            state.changes.push(change.clone());
            Ok(())
        };
        self.faults.call(Call::ReplaceLink, replace).await
    }
}

impl LoadChanges for Table {
    async fn load_changes(&self, employee: &EmployeeId) -> Result<Vec<PersonChange>, ServiceFailure> {
        let load = || {
            let state = self.state();
            let changes = state
                .changes
                .iter()
                .rev()
                .filter(|change| change.employee_id == *employee);
            Ok(changes.cloned().collect())
        };
        self.faults.call(Call::LoadChanges, load).await
    }
}

impl LoadRejectedWrites for Table {
    async fn load_parked(&self) -> Result<Vec<RejectedWrites>, ServiceFailure> {
        let load = || Ok(self.state().parked.values().cloned().collect());
        self.faults.call(Call::LoadParked, load).await
    }
}

impl SaveRejectedWrites for Table {
    async fn save_parked(&self, parked: &RejectedWrites) -> Result<(), SaveFailure> {
        let save = || {
            let mut state = self.under_lease(Job::UserSync)?;
            let all = &mut state.parked;
            if parked.writes.is_empty() {
                all.remove(&parked.employee_id);
            } else {
                all.insert(parked.employee_id.clone(), parked.clone());
            }
            Ok(())
        };
        self.faults.call(Call::SaveParked, save).await
    }
}

impl LoadLastDays for Table {
    async fn load_last_days(&self) -> Result<Vec<LastDaySeen>, ServiceFailure> {
        let load = || Ok(self.state().last_days.values().cloned().collect());
        self.faults.call(Call::LoadLastDays, load).await
    }
}

impl SaveLastDay for Table {
    async fn save_last_day(&self, seen: &LastDaySeen) -> Result<(), SaveFailure> {
        let save = || {
            let mut state = self.under_lease(Job::UserSync)?;
            state.last_days.insert(seen.employee_id.clone(), seen.clone());
            Ok(())
        };
        self.faults.call(Call::SaveLastDay, save).await
    }

    async fn forget_last_day(&self, employee: &EmployeeId) -> Result<(), SaveFailure> {
        let forget = || {
            self.under_lease(Job::UserSync)?.last_days.remove(employee);
            Ok(())
        };
        self.faults.call(Call::ForgetLastDay, forget).await
    }
}

impl FindPersonByUserName for Table {
    async fn find_person(&self, name: &UserName, at: Timestamp) -> Result<Option<EmployeeId>, ServiceFailure> {
        let find = || Ok(self.state().holder_of(name, at));
        self.faults.call(Call::FindPerson, find).await
    }
}

impl TableState {
    /// Of those who gave the name up later, the first to do so; else who has it now.
    fn holder_of(&self, name: &UserName, at: Timestamp) -> Option<EmployeeId> {
        let former = self.people.values().flat_map(|person| {
            let gave_up = person.former_names.iter().filter(|former| former.user_name == *name);
            gave_up.map(move |former| (former.until, &person.employee_id))
        });
        let former = former.filter(|(until, _)| *until > at).min();
        let current = self.people.values().find(|person| person.user_name == *name);
        former
            .map(|(_, id)| id)
            .or_else(|| current.map(|person| &person.employee_id))
            .cloned()
    }
}
