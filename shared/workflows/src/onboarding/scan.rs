//! Checks a customer's data before it goes live: both systems and the links are read in full; nothing is written.
//!
//! A scan is made while a customer is being set up, so that any part may be missing: a part that cannot be read is named,
//! and the others are reported all the same.

use habitsync_domain::approvals::Agreement;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::onboarding::data_quality::{DataQuality, assess};
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::link::Person;
use habitsync_domain::people::rejected_writes::RejectedWrites;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::people::user::PortalUser;
use habitsync_domain::user_plan::{LimitInput, Missing, PlanInput, Unreadable};
use habitsync_domain::vendors::list::VendorList;

use crate::ports::clock::Now;
use crate::ports::failure::{ServiceFailure, VendorFailure};
use crate::ports::people::{LoadLastDays, LoadPeople, LoadRejectedWrites, StoredPeople};
use crate::ports::vendors::{ListEmployees, ListUsers};

/// What a scan reads.
#[derive(Debug)]
pub struct ScanCustomer<'a, H, P, S, C> {
    /// Where people work.
    pub employee_connect: &'a H,
    /// Where their accounts are.
    pub tribal_habits: &'a P,
    /// The customer's part of the table.
    pub store: &'a S,
    /// The time.
    pub clock: &'a C,
}

/// The parts that were read, and the findings.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// How many people EmployeeConnect has, or why it could not be read.
    pub employees: Result<usize, VendorFailure>,
    /// How many accounts the portal has, or why it could not be read.
    pub accounts: Result<usize, VendorFailure>,
    /// How many people are linked; none before the first run.
    pub links: usize,
    /// The findings; none where EmployeeConnect was not read. Without the portal, it says nothing of accounts.
    pub quality: Option<DataQuality>,
}

/// Scans a customer as this configuration has it, in force or not.
///
/// # Errors
/// The table failed. A vendor that cannot be read is part of the answer.
pub async fn scan_customer<H, P, S, C>(
    scan: &ScanCustomer<'_, H, P, S, C>,
    configuration: &TenantConfiguration,
) -> Result<Scan, ServiceFailure>
where
    H: ListEmployees,
    P: ListUsers,
    S: LoadPeople + LoadRejectedWrites + LoadLastDays,
    C: Now,
{
    let StoredPeople { people, unreadable } = scan.store.load_people().await?;
    let parked = scan.store.load_parked().await?;
    let last_days = scan.store.load_last_days().await?;
    let needed = FieldsNeeded::from_rules(&configuration.users);
    let roster = scan.employee_connect.list_employees(&needed).await;
    let portal = scan.tribal_habits.list_users().await;
    let known = Known {
        people: &people,
        parked: &parked,
        last_days: &last_days,
        unreadable_links: &unreadable,
        portal: portal.as_ref().ok(),
    };
    Ok(Scan {
        quality: roster
            .as_ref()
            .ok()
            .map(|roster| known.assess(configuration, roster, scan.clock)),
        employees: roster.map(|roster| roster.len()),
        accounts: portal.map(|portal| portal.len()),
        links: people.len(),
    })
}

/// The records beside the employees.
struct Known<'a> {
    people: &'a [Person],
    parked: &'a [RejectedWrites],
    last_days: &'a [LastDaySeen],
    unreadable_links: &'a [EmployeeId],
    portal: Option<&'a VendorList<PortalUser>>,
}

impl Known<'_> {
    /// A linked employee who was not read counts as missing; EmployeeConnect is not asked about each.
    fn assess(&self, configuration: &TenantConfiguration, roster: &Roster, clock: &impl Now) -> DataQuality {
        let absent = roster.absent(self.people).map(|employee_id| Missing {
            employee_id: employee_id.clone(),
            confirmed: false,
        });
        let missing: Vec<_> = absent.collect();
        let now = clock.now();
        assess(&PlanInput {
            configuration,
            roster,
            people: self.people,
            missing: &missing,
            rejected_writes: self.parked,
            last_days: self.last_days,
            portal: self.portal.map(|portal| portal.records.as_slice()),
            unreadable: Unreadable {
                accounts: self.portal.map_or(&[], |portal| portal.unusable.as_slice()),
                links: self.unreadable_links,
                decisions: &[],
            },
            limit_input: LimitInput {
                // A scan shows everything that the rules ask for, approved or not.
                agreed: Some(Agreement::to_any_number(now)),
                ..LimitInput::default()
            },
            now,
        })
    }
}

impl Scan {
    /// The vendors that could not be read.
    pub fn unread(&self) -> impl Iterator<Item = &VendorFailure> {
        self.employees
            .as_ref()
            .err()
            .into_iter()
            .chain(self.accounts.as_ref().err())
    }
}
