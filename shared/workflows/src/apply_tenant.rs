//! Putting a customer's configuration in force: checked, stored as a new version, and its schedules made what it says.
//! What is doubtful about it is told and keeps nothing back; whom it would newly remove is told and has to be said.

use std::collections::HashMap;

use habitsync_domain::configuration::{
    Finding, InvalidConfiguration, Status, TenantConfiguration, unknown_custom_fields,
};
use habitsync_domain::employee_fields::FieldsNeeded;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::job::Job;
use habitsync_domain::person::Person;
use habitsync_domain::roster::Roster;
use habitsync_domain::user_plan::{Brakes, Missing, Situation, Step, UserPlan, plan_users};

use crate::ports::clock::Now;
use crate::ports::failure::{ServiceFailure, VendorFailure};
use crate::ports::people::LoadPeople;
use crate::ports::tenants::{JobSchedule, LoadConfiguration, RemoveSchedule, SaveConfiguration, SaveSchedule};
use crate::ports::vendors::ListEmployees;

/// What putting a configuration in force touches.
#[derive(Debug)]
pub struct ApplyTenant<'a, S, P, E, C, H> {
    /// Where configurations are kept.
    pub configurations: &'a S,
    /// The customer's part of the table.
    pub people: &'a P,
    /// Every customer's schedules.
    pub schedules: &'a E,
    /// The time.
    pub clock: &'a C,
    /// The customer's EmployeeConnect, as the new configuration has it.
    pub hris: &'a H,
}

/// What whoever applies a configuration has agreed to beforehand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consent {
    /// That so many people are newly removed.
    pub yes_remove: Option<usize>,
    /// That nobody can say whom it removes, where EmployeeConnect cannot be read.
    pub unchecked: bool,
}

/// Somebody whom the version in force keeps and a new one would remove. Holds a name; `Debug` withholds it.
#[derive(Clone, PartialEq, Eq)]
pub struct NewRemoval {
    /// Who.
    pub employee_id: EmployeeId,
    /// Their name as the customer knows it.
    pub person: String,
    /// Why.
    pub reason: String,
}

/// A configuration that is in force now.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedConfiguration {
    /// Its number.
    pub version: u64,
    /// What it says.
    pub configuration: TenantConfiguration,
    /// The schedules as they now are.
    pub schedules: Vec<JobSchedule>,
    /// What may be a slip of the pen, in the order of the file.
    pub warnings: Vec<Finding>,
}

/// Why a configuration was not put in force.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotApplied {
    /// The file is wrong; nothing was changed.
    #[error(transparent)]
    Invalid(#[from] InvalidConfiguration),
    /// It would newly remove people, and their number was not said; nothing was changed.
    #[error("it would newly remove {} people", people.len())]
    Removes {
        /// Whom, by employee id.
        people: Vec<NewRemoval>,
        /// The number that was said.
        said: Option<usize>,
    },
    /// It changes who has an account, and EmployeeConnect could not be read to tell whom it would remove; nothing was changed.
    #[error("whom it would remove cannot be told: {0}")]
    Unchecked(VendorFailure),
    /// The table or the scheduler failed. Applying the same file again completes what is missing.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
}

/// Puts the configuration in `source`, a TOML text, in force.
///
/// One that changes who has an account is planned first, against a fresh read and the links, beside the version in force:
/// deactivations that only the new one brings are told, and stop it unless their exact number was said. A first version, and
/// one of a customer without links, has nobody to remove.
///
/// # Errors
/// The text is no valid configuration, it would remove people, or it could not be stored or scheduled.
pub async fn apply_tenant<S, P, E, C, H>(
    apply: &ApplyTenant<'_, S, P, E, C, H>,
    source: &str,
    consent: Consent,
) -> Result<AppliedConfiguration, NotApplied>
where
    S: LoadConfiguration + SaveConfiguration,
    P: LoadPeople,
    E: SaveSchedule + RemoveSchedule,
    C: Now,
    H: ListEmployees,
{
    let configuration: TenantConfiguration = source.parse()?;
    let removable = apply.who_may_be_removed(&configuration, consent).await?;
    let read = apply.read(&configuration, removable.as_ref()).await;
    if let Some(removable) = &removable {
        apply.must_be_agreed(&configuration, removable, read.as_ref(), consent)?;
    }
    let warnings = warnings(source, &configuration, read);
    let now = apply.clock.now();
    let version = apply
        .configurations
        .save_configuration(&configuration, source, now)
        .await?;
    Ok(AppliedConfiguration {
        version,
        schedules: apply.schedule(&configuration).await?,
        configuration,
        warnings,
    })
}

/// The version in force, and the linked people whom another one may remove.
struct Removable {
    in_force: TenantConfiguration,
    people: Vec<Person>,
}

type Read = Result<Roster, VendorFailure>;

impl<S, P, E, C, H> ApplyTenant<'_, S, P, E, C, H>
where
    S: LoadConfiguration + SaveConfiguration,
    P: LoadPeople,
    E: SaveSchedule + RemoveSchedule,
    C: Now,
    H: ListEmployees,
{
    /// None where the new version can remove nobody whom the one in force keeps.
    async fn who_may_be_removed(
        &self,
        new: &TenantConfiguration,
        consent: Consent,
    ) -> Result<Option<Removable>, ServiceFailure> {
        let stored = match self.configurations.load_configuration(&new.tenant).await {
            // A version in force that cannot be read must not keep one that can out for ever.
            Err(_) if consent.unchecked => None,
            stored => stored?,
        };
        let Some(stored) = stored else {
            return Ok(None);
        };
        let in_force = stored.configuration;
        let decides_alike =
            in_force.users == new.users && in_force.limits == new.limits && in_force.time_zone == new.time_zone;
        if decides_alike {
            return Ok(None);
        }
        let people = self.people.load_people().await?;
        Ok((!people.is_empty()).then_some(Removable { in_force, people }))
    }

    /// The employees, where anybody asks: for the sake of removals, or of custom fields that are named.
    async fn read(&self, configuration: &TenantConfiguration, removable: Option<&Removable>) -> Option<Read> {
        let needed = match removable {
            Some(removable) => FieldsNeeded::of(&configuration.users).and(&FieldsNeeded::of(&removable.in_force.users)),
            None if configuration.names_custom_fields() => FieldsNeeded::of(&configuration.users),
            None => return None,
        };
        Some(self.hris.list_employees(&needed).await)
    }

    fn must_be_agreed(
        &self,
        new: &TenantConfiguration,
        removable: &Removable,
        read: Option<&Read>,
        consent: Consent,
    ) -> Result<(), NotApplied> {
        let roster = match read {
            Some(Ok(roster)) => roster,
            Some(Err(failure)) if !consent.unchecked => return Err(NotApplied::Unchecked(failure.clone())),
            Some(Err(_)) | None => return Ok(()),
        };
        let people = new_removals(new, removable, roster, self.clock);
        if people.is_empty() || consent.yes_remove == Some(people.len()) {
            return Ok(());
        }
        let said = consent.yes_remove;
        Err(NotApplied::Removes { people, said })
    }

    async fn schedule(&self, configuration: &TenantConfiguration) -> Result<Vec<JobSchedule>, ServiceFailure> {
        let mut applied = Vec::new();
        for job in Job::ALL {
            match schedule_of(configuration, job) {
                Some(schedule) => {
                    self.schedules.save_schedule(&schedule).await?;
                    applied.push(schedule);
                }
                None => self.schedules.remove_schedule(&configuration.tenant, job).await?,
            }
        }
        Ok(applied)
    }
}

/// Whom the new version would remove and the one in force keeps, or holds. Whoever is not in the read is taken to be gone, as
/// far as either version minds: it is asked about by the run.
fn new_removals(
    new: &TenantConfiguration,
    removable: &Removable,
    roster: &Roster,
    clock: &impl Now,
) -> Vec<NewRemoval> {
    let missing = missing(roster, &removable.people);
    let plan = |configuration| {
        plan_users(&Situation {
            configuration,
            roster,
            people: &removable.people,
            missing: &missing,
            parked: &[],
            portal: None,
            brakes: Brakes::default(),
            now: clock.now(),
        })
    };
    let (before, after) = (removals(plan(&removable.in_force)), removals(plan(new)));
    let is_new = |(id, after): &(&EmployeeId, &Removal)| match before.get(*id) {
        None => true,
        Some(before) => before.is_held && !after.is_held,
    };
    let mut people: Vec<_> = after
        .iter()
        .filter(is_new)
        .map(|(id, removal)| NewRemoval {
            employee_id: id.clone(),
            person: removal.person.clone(),
            reason: removal.reason.clone(),
        })
        .collect();
    people.sort_by(|one, other| one.employee_id.cmp(&other.employee_id));
    people
}

/// A deactivation of a plan.
struct Removal {
    person: String,
    reason: String,
    is_held: bool,
}

fn removals(plan: UserPlan) -> HashMap<EmployeeId, Removal> {
    let go = plan.actions.into_iter().map(|action| (action, false));
    let held = plan.held.into_iter().map(|held| (held.action, true));
    go.chain(held)
        .filter(|(action, _)| matches!(action.step, Step::Deactivate { .. }))
        .map(|(action, is_held)| {
            let (person, reason) = (action.person, action.reason);
            let removal = Removal {
                person,
                reason,
                is_held,
            };
            (action.employee_id, removal)
        })
        .collect()
}

fn missing(roster: &Roster, people: &[Person]) -> Vec<Missing> {
    let absent = roster.absent(people);
    let missing = absent.map(|employee_id| Missing {
        employee_id: employee_id.clone(),
        confirmed: true,
    });
    missing.collect()
}

/// Custom fields that are named and that nobody has. Where nobody could be read, as before the customer's secrets are set, that
/// is a warning too.
fn warnings(source: &str, configuration: &TenantConfiguration, read: Option<Read>) -> Vec<Finding> {
    match read {
        Some(Ok(roster)) => unknown_custom_fields(source, configuration, &roster.custom_fields),
        Some(Err(failure)) if configuration.names_custom_fields() => vec![Finding {
            line: None,
            message: format!("custom fields were not checked: {failure}"),
        }],
        Some(Err(_)) | None => Vec::new(),
    }
}

/// A paused customer's schedules stay, disabled, so that they are seen and come back as they were.
fn schedule_of(configuration: &TenantConfiguration, job: Job) -> Option<JobSchedule> {
    Some(JobSchedule {
        tenant: configuration.tenant.clone(),
        job,
        expression: configuration.schedule(job)?.to_string(),
        time_zone: configuration.time_zone.as_str().to_owned(),
        jitter_minutes: configuration.schedules.jitter_minutes,
        enabled: configuration.status != Status::Paused,
    })
}

impl std::fmt::Debug for NewRemoval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewRemoval")
            .field("employee_id", &self.employee_id)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
