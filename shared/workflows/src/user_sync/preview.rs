//! Preview of the next user sync: the same reads and the same planner as a run's, without any write. Several
//! configurations can be planned on one read, side by side.

use std::collections::BTreeSet;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::user_plan::{UserPlan, plan_users};
use jiff::Timestamp;

use crate::jobs::outcome::JobFailure;
use crate::ports::clock::Now;
use crate::ports::stores::PlanStore;
use crate::ports::vendors::{FindEmployee, ListEmployees, ListUsers};
use crate::user_sync::read::{Read, Sources};
use crate::user_sync::{InForce, must_add_up};

/// Ports of a preview.
#[derive(Debug)]
pub struct PreviewUsers<'a, H, P, S, C> {
    /// Client of EmployeeConnect.
    pub employee_connect: &'a H,
    /// Client of Tribal Habits.
    pub tribal_habits: &'a P,
    /// The customer's part of the table.
    pub store: &'a S,
    /// Source of the current time.
    pub clock: &'a C,
}

/// Whether the portal's users are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Portal {
    /// As in the next run: the first run of the customer's day reads them, the others use the table.
    AsTheNextRun,
    /// Shows everything that the next run would do.
    Read,
}

/// The records that were read, ready for the planner.
pub struct Preview {
    read: Read,
    remembered: JobState,
    /// The moment that plans are made for.
    pub at: Timestamp,
}

/// Reads the input of a run under this version, or under another configuration `beside` it.
///
/// # Errors
/// What a run could not go on without.
pub async fn preview_users<H, P, S, C>(
    preview: &PreviewUsers<'_, H, P, S, C>,
    in_force: InForce<'_>,
    beside: Option<&TenantConfiguration>,
    portal: Portal,
) -> Result<Preview, JobFailure>
where
    H: ListEmployees + FindEmployee,
    P: ListUsers,
    S: PlanStore,
    C: Now,
{
    let configuration = in_force.configuration;
    let mut needed = FieldsNeeded::from_rules(&configuration.users);
    if let Some(beside) = beside {
        needed = needed.and(&FieldsNeeded::from_rules(&beside.users));
    }
    let at = preview.clock.now();
    let today = at.to_zoned(configuration.time_zone.zone().clone()).date();
    let mut remembered = preview.store.load_job(Job::UserSync).await?;
    remembered.begin(in_force.planned_under(), false, at);
    if portal == Portal::Read {
        remembered.last_verified_on = None;
    }
    let sources = Sources {
        employee_connect: preview.employee_connect,
        tribal_habits: preview.tribal_habits,
        store: preview.store,
    };
    Ok(Preview {
        read: sources.read(&needed, &remembered, today).await?,
        remembered,
        at,
    })
}

impl Preview {
    /// Returns the plan that a run under this configuration would make now.
    ///
    /// # Errors
    /// The plan's numbers do not add up: a run would have failed.
    pub fn plan(&self, in_force: InForce<'_>) -> Result<UserPlan, JobFailure> {
        let plan = plan_users(&self.read.situation(in_force, &self.remembered, self.at));
        must_add_up(plan.counts.adds_up(), &plan)?;
        Ok(plan)
    }

    /// Returns whether the portal was read; otherwise accounts are known from the table only.
    #[must_use]
    pub fn has_read_portal(&self) -> bool {
        self.read.verifies()
    }

    /// The custom fields that the portal's users show; none where it has no users, or was not read.
    #[must_use]
    pub fn portal_fields(&self) -> Option<BTreeSet<String>> {
        self.read.portal_fields()
    }

    /// Returns the custom fields that any employee has.
    #[must_use]
    pub fn custom_fields(&self) -> &BTreeSet<String> {
        self.read.custom_fields()
    }
}
