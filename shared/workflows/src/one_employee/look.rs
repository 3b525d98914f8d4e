//! Reads one employee: the record and the manager's, the few employees with the same user name or e-mail, and the accounts
//! that may be the employee's. The planner of every run makes its plan from these. All links are read only where the plan
//! depends on them.

use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::user_plan::PersonPlan;
use jiff::Timestamp;

use super::find::Meant;
use super::gathered::{Gathered, Stored};
use super::{OnePerson, PersonFailure, PersonObserver, Reached, SeenPerson};
use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::stores::PersonStore;
use crate::ports::vendors::{FindEmployee, FindUser};
use crate::user_sync::InForce;
use crate::user_sync::read::rejected_writes;
use crate::user_sync::rekey::load_history;

/// Looks at the employee that `asked` names, an employee number or a user name. Nothing is written.
///
/// # Errors
/// No employee has this number or name, a vendor did not answer, or the table failed: an employee is shown in full or not at
/// all.
pub async fn look_at_person<H, P, S, C>(
    one: &OnePerson<'_, H, P, S, C>,
    in_force: InForce<'_>,
    asked: &str,
    follow: &impl PersonObserver,
) -> Result<SeenPerson, PersonFailure>
where
    H: FindEmployee,
    P: FindUser,
    S: PersonStore,
    C: Now,
{
    let meant = one.find(asked).await?;
    one.look_at(in_force, meant, Look::AsTheNextRun, follow).await
}

/// Looks at one person as [`look_at_person`] does, for a sync that an operator asks for: no rejected write of theirs backs off.
///
/// # Errors
/// Those of [`look_at_person`].
pub async fn look_at_person_afresh<H, P, S, C>(
    one: &OnePerson<'_, H, P, S, C>,
    in_force: InForce<'_>,
    asked: &str,
    follow: &impl PersonObserver,
) -> Result<SeenPerson, PersonFailure>
where
    H: FindEmployee,
    P: FindUser,
    S: PersonStore,
    C: Now,
{
    let meant = one.find(asked).await?;
    one.look_at(in_force, meant, Look::Afresh, follow).await
}

/// How a person is looked at.
#[derive(Clone, Copy)]
pub(super) enum Look<'a> {
    /// What the next run would do.
    AsTheNextRun,
    /// What a run that is asked for would do: rejected writes are tried again.
    Afresh,
    /// Once more, before the shown plan is carried out.
    Again(&'a SeenPerson),
}

impl<'a> Look<'a> {
    const fn before(self) -> Option<&'a SeenPerson> {
        match self {
            Self::Again(before) => Some(before),
            Self::AsTheNextRun | Self::Afresh => None,
        }
    }

    /// Since when rejected writes are tried again, where they are.
    fn retries_from(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::AsTheNextRun => None,
            Self::Afresh => Some(now),
            Self::Again(before) => before.retries_from,
        }
    }
}

impl<H, P, S, C> OnePerson<'_, H, P, S, C>
where
    H: FindEmployee,
    P: FindUser,
    S: PersonStore,
    C: Now,
{
    /// Looks at an employee, perhaps for the second time: all links need not be read again where no run has begun since.
    pub(super) async fn look_at(
        &self,
        in_force: InForce<'_>,
        meant: Meant,
        how: Look<'_>,
        follow: &impl PersonObserver,
    ) -> Result<SeenPerson, PersonFailure> {
        let (now, before) = (self.clock.now(), how.before());
        let retries_from = how.retries_from(now);
        follow.reached(Reached::Known {
            employee: &meant.employee_id,
        });
        let mut look = Gathered {
            configuration: in_force.configuration,
            version: in_force.decides_since,
            now,
            retries_from,
            table: self.read_table(retries_from).await?,
            people: Vec::new(),
            is_everybody: false,
            employee_id: meant.employee_id,
            roster: Roster::default(),
            missing: Vec::new(),
            accounts: Vec::new(),
        };
        if let Some(record) = meant.record {
            look.add(record);
        }
        self.read_records(&mut look).await?;
        follow.reached(Reached::Read {
            employee: look.record(&look.employee_id),
            manager: look.manager(),
            last_days: &look.table.last_days,
        });
        self.read_accounts(&mut look).await?;
        follow.reached(Reached::Matched {
            accounts: &look.accounts,
        });
        let plan = self.plan(&mut look, before).await?;
        // A second look has shown them already.
        let changes = match before {
            Some(before) => before.changes.clone(),
            None => load_history(self.store, &look.employee_id).await?,
        };
        let seen = look.seen(plan, changes);
        follow.reached(Reached::Planned(&seen));
        Ok(seen)
    }

    /// Plans from the records read so far, and again from all links where the plan depends on them.
    async fn plan(&self, look: &mut Gathered<'_>, before: Option<&SeenPerson>) -> Result<PersonPlan, PersonFailure> {
        let plan = look.plan();
        if !look.needs_everybody(&plan) {
            return Ok(plan);
        }
        let known = before.filter(|before| before.job == look.table.job);
        let everybody = match known.and_then(|before| before.everybody.clone()) {
            Some(everybody) => everybody,
            None => self.store.load_people().await?.people,
        };
        look.know_everybody(everybody);
        self.read_records(look).await?;
        self.read_accounts(look).await?;
        Ok(look.plan())
    }

    async fn read_table(&self, retries_from: Option<Timestamp>) -> Result<Stored, ServiceFailure> {
        let job = self.store.load_job(Job::UserSync).await?;
        let held = match &job.held_plan {
            Some(id) => self.store.load_hold(id).await?,
            None => None,
        };
        Ok(Stored {
            last_days: self.store.load_last_days().await?,
            parked: rejected_writes(self.store.load_parked().await?, retries_from.or(job.retry_from)),
            decisions: self.store.load_decisions().await?,
            job,
            held,
        })
    }

    /// Reads the employee, the manager, and the linked employees with the user name or e-mail that the employee would have.
    async fn read_records(&self, look: &mut Gathered<'_>) -> Result<(), PersonFailure> {
        let employee = look.employee_id.clone();
        self.add(look, &employee).await?;
        if look.record(&employee).is_none() && look.link(&employee).is_none() {
            return Err(PersonFailure::Nobody);
        }
        for name in look.own_names() {
            self.learn_holder(look, &name).await?;
        }
        for holder in look.holders() {
            self.add(look, &holder).await?;
        }
        Ok(())
    }

    /// Adds an employee's record and the manager's. The manager's own is asked for where the filter speaks of managers.
    async fn add(&self, look: &mut Gathered<'_>, employee: &EmployeeId) -> Result<(), PersonFailure> {
        let is_meant = *employee == look.employee_id;
        let asks_for_managers = look.filter_asks_for_managers();
        let levels = 1 + usize::from(is_meant || asks_for_managers) + usize::from(is_meant && asks_for_managers);
        let mut next = Some(employee.clone());
        for _ in 0..levels {
            let Some(id) = next.take() else { break };
            self.learn(look, &id).await?;
            let manager = |record: &Employee| record.manager_id().and_then(|manager| manager.parse().ok());
            if let Some(record) = look.record(&id) {
                next = manager(record);
            } else if let Some(record) = self.employee_connect.find_employee(&id).await? {
                next = manager(&record);
                look.add(record);
            } else {
                look.note_missing(id);
            }
        }
        Ok(())
    }

    /// Reads an employee's link, where it is not known yet.
    async fn learn(&self, look: &mut Gathered<'_>, employee: &EmployeeId) -> Result<(), ServiceFailure> {
        if !look.is_everybody && look.link(employee).is_none() {
            look.people.extend(self.store.load_person(employee).await?);
        }
        Ok(())
    }

    /// Reads the link of the employee with this user name.
    async fn learn_holder(&self, look: &mut Gathered<'_>, name: &UserName) -> Result<(), ServiceFailure> {
        if !look.is_everybody
            && let Some(holder) = self.store.find_person(name, look.now).await?
        {
            self.learn(look, &holder).await?;
        }
        Ok(())
    }

    /// The linked account, the one that has the name they would have, and one that has their e-mail for its name; and those
    /// of the employees with the same user name or e-mail. The owner of each is known.
    async fn read_accounts(&self, look: &mut Gathered<'_>) -> Result<(), PersonFailure> {
        for name in look.names() {
            if look.accounts.iter().any(|user| user.user_name == name) {
                continue;
            }
            let found = self.tribal_habits.find_user(&name).await?;
            if found.is_some() && !look.people.iter().any(|person| person.user_name == name) {
                self.learn_holder(look, &name).await?;
            }
            look.accounts.extend(found);
        }
        Ok(())
    }
}
