//! Finds the employee that an operator names by number, or by a user name that a link holds or held.

use std::collections::BTreeSet;

use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::link::Person;

use super::{OnePerson, PersonFailure};
use crate::ports::clock::Now;
use crate::ports::people::{FindPersonByUserName, LoadPeople, LoadPerson};
use crate::ports::vendors::FindEmployee;

/// The employee that was named.
pub(super) struct Meant {
    pub(super) employee_id: EmployeeId,
    /// Their record, where it had to be asked for to know whether there is such a person.
    pub(super) record: Option<Employee>,
}

impl Meant {
    pub(super) const fn by(employee_id: EmployeeId) -> Self {
        Self {
            employee_id,
            record: None,
        }
    }
}

impl<H, P, S, C> OnePerson<'_, H, P, S, C>
where
    H: FindEmployee,
    S: LoadPeople + LoadPerson + FindPersonByUserName,
    C: Now,
{
    /// Looks by number among the links first, since an employee may have another's number for a user name; then by today's
    /// user name; then by the number of an employee without a link; at last by a former user name. `EmployeeConnect` is not
    /// searched by its `UserID`: it identifies an employee only where it is their user name.
    pub(super) async fn find(&self, asked: &str) -> Result<Meant, PersonFailure> {
        let number = asked.parse::<EmployeeId>().ok();
        let name = asked.parse::<UserName>().ok();
        if let Some(number) = &number
            && self.store.load_person(number).await?.is_some()
        {
            return Ok(Meant::by(number.clone()));
        }
        if let Some(name) = &name
            && let Some(holder) = self.store.find_person(name, self.clock.now()).await?
        {
            return Ok(Meant::by(holder));
        }
        if let Some(number) = number
            && let Some(record) = self.employee_connect.find_employee(&number).await?
        {
            return Ok(Meant {
                employee_id: number,
                record: Some(record),
            });
        }
        let name = name.ok_or(PersonFailure::Nobody)?;
        former_holder(&self.store.load_people().await?.people, &name).map(Meant::by)
    }
}

/// The only one who had this user name once.
fn former_holder(people: &[Person], name: &UserName) -> Result<EmployeeId, PersonFailure> {
    let had = |person: &&Person| person.former_names.iter().any(|former| former.user_name == *name);
    let found: BTreeSet<_> = people.iter().filter(had).map(|person| &person.employee_id).collect();
    match (found.len(), found.first()) {
        (1, Some(found)) => Ok((*found).clone()),
        (0, _) | (_, None) => Err(PersonFailure::Nobody),
        _ => Err(PersonFailure::Ambiguous),
    }
}
