//! Everything a plan is made from, read before anything is decided: completely, or not at all.

use std::collections::HashSet;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::employee_fields::FieldsNeeded;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::job::JobState;
use habitsync_domain::parking::Parked;
use habitsync_domain::person::Person;
use habitsync_domain::roster::Roster;
use habitsync_domain::user::PortalUser;
use habitsync_domain::user_plan::{Missing, Situation};
use jiff::Timestamp;

use super::UserSync;
use crate::job_run::JobFailure;
use crate::ports::failure::VendorFailureKind;
use crate::ports::people::{LoadParked, LoadPeople};
use crate::ports::vendors::{FindEmployee, ListEmployees, ListUsers};

/// So many missing people are asked about one by one; more of them at once are a fault of the read, and held unasked.
const MOST_ASKED: usize = 100;

/// What was read.
pub(super) struct Read {
    roster: Roster,
    people: Vec<Person>,
    missing: Vec<Missing>,
    parked: Vec<Parked>,
    /// The portal's users; none where this run does not verify.
    portal: Option<Vec<PortalUser>>,
}

impl Read {
    pub(super) fn verifies(&self) -> bool {
        self.portal.is_some()
    }

    pub(super) fn situation<'a>(&'a self, configuration: &'a TenantConfiguration, now: Timestamp) -> Situation<'a> {
        Situation {
            configuration,
            roster: &self.roster,
            people: &self.people,
            missing: &self.missing,
            parked: &self.parked,
            portal: self.portal.as_deref(),
            now,
        }
    }

    /// Records without an employee id: the vendor's fault, of which the operator hears.
    pub(super) fn records_without_id(&self) -> usize {
        self.roster.without_id
    }
}

impl<H, P, S, M, C> UserSync<'_, H, P, S, M, C>
where
    H: ListEmployees + FindEmployee,
    P: ListUsers,
    S: LoadPeople + LoadParked,
{
    pub(super) async fn read(
        &self,
        configuration: &TenantConfiguration,
        remembered: &JobState,
        today: jiff::civil::Date,
    ) -> Result<Read, JobFailure> {
        let needed = FieldsNeeded::of(&configuration.users);
        let mut roster = self.employee_connect.list_employees(&needed).await?;
        if roster.employees.is_empty() {
            let nobody = "EmployeeConnect listed no employees at all".to_owned();
            return Err(JobFailure::NotCredible(nobody));
        }
        let people = self.store.load_people().await?;
        let missing = self.ask_for_missing(&mut roster, &people).await?;
        let verifies = people.is_empty() || remembered.last_verified_on != Some(today);
        let portal = if verifies {
            Some(self.tribal_habits.list_users().await?)
        } else {
            None
        };
        Ok(Read {
            roster,
            people,
            missing,
            parked: self.store.load_parked().await?,
            portal,
        })
    }

    /// Asks for each linked, active person who was not read. Whoever is there after all joins the roster; whoever
    /// EmployeeConnect does not know is confirmed to be gone; anything else confirms nothing.
    async fn ask_for_missing(&self, roster: &mut Roster, people: &[Person]) -> Result<Vec<Missing>, JobFailure> {
        let absent = absent(roster, people);
        // A record that lost its id may be anybody's, and so many at once are no coincidence.
        let is_credible = roster.without_id == 0 && absent.len() <= MOST_ASKED;
        let mut missing = Vec::new();
        for employee_id in absent {
            let found = if is_credible {
                self.employee_connect.find_employee(&employee_id).await
            } else {
                missing.push(Missing {
                    employee_id,
                    confirmed: false,
                });
                continue;
            };
            match found {
                Ok(Some(employee)) => roster.employees.push(employee),
                Ok(None) => missing.push(Missing {
                    employee_id,
                    confirmed: true,
                }),
                Err(failure) if failure.kind == VendorFailureKind::Credentials => return Err(failure.into()),
                Err(_) => missing.push(Missing {
                    employee_id,
                    confirmed: false,
                }),
            }
        }
        Ok(missing)
    }
}

fn absent(roster: &Roster, people: &[Person]) -> Vec<EmployeeId> {
    let read: HashSet<&EmployeeId> = roster
        .employees
        .iter()
        .map(habitsync_domain::employee::Employee::id)
        .collect();
    let absent = people
        .iter()
        .filter(|person| person.active && !read.contains(&person.employee_id));
    absent.map(|person| person.employee_id.clone()).collect()
}
