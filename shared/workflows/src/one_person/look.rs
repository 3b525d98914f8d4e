//! Looking at one person: their record and their manager's, the few who have what they would have, and the accounts that may be
//! theirs. From that the planner of every run makes its plan.

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::job::Job;
use habitsync_domain::roster::Roster;

use super::gathered::{Gathered, Stored};
use super::whom::whom;
use super::{FollowPerson, OnePerson, PersonFailure, Reached, SeenPerson};
use crate::ports::clock::Now;
use crate::ports::failure::{ServiceFailure, VendorFailure};
use crate::ports::holds::{LoadDecisions, LoadHold};
use crate::ports::people::{LoadChanges, LoadParked, LoadPeople};
use crate::ports::runs::RememberJob;
use crate::ports::vendors::{FindEmployee, FindUser};
use crate::sync_users::InForce;

/// Looks at whoever is meant by `asked`, an employee number or a user name. Nothing is written.
///
/// # Errors
/// Nobody is meant, a vendor did not answer, or the table failed: of part of a person nothing is told.
pub async fn look_at_person<H, P, S, C>(
    one: &OnePerson<'_, H, P, S, C>,
    in_force: InForce<'_>,
    asked: &str,
    follow: &impl FollowPerson,
) -> Result<SeenPerson, PersonFailure>
where
    H: FindEmployee,
    P: FindUser,
    S: LoadPeople + LoadParked + LoadDecisions + LoadHold + LoadChanges + RememberJob,
    C: Now,
{
    let table = one.read_table().await?;
    let employee_id = whom(&table.people, asked)?;
    follow.reached(Reached::Known {
        employee: &employee_id,
        linked: table.people.len(),
    });
    let mut look = Gathered {
        configuration: in_force.configuration,
        version: in_force.version,
        now: one.clock.now(),
        link: table.link(&employee_id).cloned(),
        table,
        employee_id,
        roster: Roster::default(),
        missing: Vec::new(),
        accounts: Vec::new(),
    };
    one.read_records(&mut look).await?;
    follow.reached(Reached::Read {
        employee: look.record(&look.employee_id),
        manager: look.manager(),
    });
    one.read_accounts(&mut look).await?;
    follow.reached(Reached::Matched {
        accounts: &look.accounts,
    });
    let changes = one.store.load_changes(&look.employee_id).await?;
    let seen = SeenPerson { changes, ..look.seen() };
    follow.reached(Reached::Planned(&seen));
    Ok(seen)
}

impl<H, P, S, C> OnePerson<'_, H, P, S, C>
where
    H: FindEmployee,
    P: FindUser,
    S: LoadPeople + LoadParked + LoadDecisions + LoadHold + RememberJob,
{
    async fn read_table(&self) -> Result<Stored, ServiceFailure> {
        let job = self.store.load_job(Job::Users).await?;
        let held = match &job.held_plan {
            Some(id) => self.store.load_hold(id).await?,
            None => None,
        };
        Ok(Stored {
            people: self.store.load_people().await?,
            parked: self.store.load_parked().await?,
            decisions: self.store.load_decisions().await?,
            job,
            held,
        })
    }

    /// The person, the manager, and whoever is linked and has what the person would have.
    async fn read_records(&self, look: &mut Gathered<'_>) -> Result<(), PersonFailure> {
        let employee = look.employee_id.clone();
        self.add(look, &employee).await?;
        if look.record(&employee).is_none() && look.link.is_none() {
            return Err(PersonFailure::Nobody);
        }
        for holder in look.holders() {
            self.add(look, &holder).await?;
        }
        Ok(())
    }

    /// Adds somebody's record and their manager's. The manager's own is asked for where the filter speaks of managers.
    async fn add(&self, look: &mut Gathered<'_>, employee: &EmployeeId) -> Result<(), VendorFailure> {
        let is_meant = *employee == look.employee_id;
        let asks_for_managers = look.filter_asks_for_managers();
        let levels = 1 + usize::from(is_meant || asks_for_managers) + usize::from(is_meant && asks_for_managers);
        let mut next = Some(employee.clone());
        for _ in 0..levels {
            let Some(id) = next.take().filter(|id| look.record(id).is_none()) else {
                break;
            };
            match self.employee_connect.find_employee(&id).await? {
                Some(record) => {
                    next = record.manager_id().and_then(|manager| manager.parse().ok());
                    look.add(record);
                }
                None => look.note_missing(id),
            }
        }
        Ok(())
    }

    /// The linked account, the one that has the name they would have, and one that has their e-mail for its name; and those of
    /// whoever has what they would have.
    async fn read_accounts(&self, look: &mut Gathered<'_>) -> Result<(), VendorFailure> {
        for name in look.names() {
            if look.accounts.iter().any(|user| user.user_name == name) {
                continue;
            }
            look.accounts.extend(self.tribal_habits.find_user(&name).await?);
        }
        Ok(())
    }
}
