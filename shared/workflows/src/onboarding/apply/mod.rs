//! Putting a customer's configuration in force: checked, planned beside the version in force, stored as a new version, and
//! its schedules made as it says. Doubtful values are shown and stop nothing; the number of new deactivations is shown and
//! has to be confirmed.

mod effect;

use std::collections::BTreeSet;

use habitsync_domain::approvals::{Agreement, ApprovalVerdict, ChangeKind, Decision, PendingPlan, PerChange};
use habitsync_domain::configuration::{
    ConfigurationFinding, InvalidConfiguration, Status, TenantConfiguration, unknown_custom_fields,
    unknown_portal_fields,
};
use habitsync_domain::jobs::job::Job;
use jiff::Timestamp;

use crate::ports::stores::PlanStore;

pub use effect::{Beside, Effect, NewDeactivation, NextRun, decides_since};

use crate::jobs::outcome::JobFailure;
use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::holds::{LoadDecisions, LoadHold};
use crate::ports::tenants::{
    JobSchedule, LoadConfiguration, RemoveSchedule, SaveConfiguration, SaveSchedule, StoredConfiguration, VersionTerms,
};
use crate::ports::vendors::{FindEmployee, ListEmployees, ListUsers};
use crate::user_sync::approvals::list_holds;
use crate::user_sync::preview::PreviewUsers;

/// What putting a configuration in force touches.
#[derive(Debug)]
pub struct ApplyTenant<'a, T, E, H, P, S, C> {
    /// Where configurations are kept.
    pub configurations: &'a T,
    /// Every customer's schedules.
    pub schedules: &'a E,
    /// What the next run would read, from the vendors as the new configuration has them.
    pub next_run: PreviewUsers<'a, H, P, S, C>,
}

/// The changes that the operator agrees to before a configuration is applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consent {
    /// That so many people are newly removed.
    pub yes_remove: Option<usize>,
    /// That so many accounts are created, renamed and updated without further approval, by kind.
    pub changes: PerChange<Option<usize>>,
    /// Deactivations of any number, where they cannot be foreseen.
    pub unchecked: bool,
}

/// A valid configuration, and what it would change. Nothing is stored yet.
pub struct Foreseen {
    /// What it says.
    pub configuration: TenantConfiguration,
    /// The text, comments included.
    pub source: String,
    /// The version in force; none for a new customer, or where it cannot be read and that was agreed to.
    pub in_force: Option<StoredConfiguration>,
    /// What the next user sync would do differently.
    pub effect: Effect,
    /// What waits for approval since the last run; none where nothing does.
    pub held: Option<PendingPlan>,
    /// How many approvals, which no run has followed yet, end with it.
    pub ends_approvals: usize,
    /// What may be a slip of the pen, in the order of the file.
    pub warnings: Vec<ConfigurationFinding>,
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
    pub warnings: Vec<ConfigurationFinding>,
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
        /// The employees, by employee id.
        people: Vec<NewDeactivation>,
        /// The number that was said.
        said: Option<usize>,
    },
    /// Another number of changes was agreed to than it would make; nothing was changed.
    #[error("the next run would make {planned} {}s, and {said} were agreed to", kind.noun())]
    OtherChanges {
        /// Of which kind.
        kind: ChangeKind,
        /// How many the next run would make or hold.
        planned: usize,
        /// How many were agreed to.
        said: usize,
    },
    /// It changes who has an account, and what the next run would do cannot be foreseen; nothing was changed.
    #[error("whom it would remove cannot be told: {0}")]
    Unchecked(JobFailure),
    /// A vendor cannot be called at the address that it gives, and no flag agrees to that; nothing was changed.
    #[error("a vendor cannot be called under it: {0}")]
    Unusable(JobFailure),
    /// The table or the scheduler failed. Applying the same file again completes it.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
}

/// Puts the configuration in `source`, a TOML text, in force, where every confirmation that it needs was given.
///
/// # Errors
/// The text is no valid configuration, it would remove people, or it could not be stored or scheduled.
pub async fn apply_tenant<T, E, H, P, S, C>(
    apply: &ApplyTenant<'_, T, E, H, P, S, C>,
    source: &str,
    consent: Consent,
) -> Result<AppliedConfiguration, NotApplied>
where
    T: LoadConfiguration + SaveConfiguration,
    E: SaveSchedule + RemoveSchedule,
    H: ListEmployees + FindEmployee,
    P: ListUsers,
    S: PlanStore + LoadHold,
    C: Now,
{
    let foreseen = foresee(apply, source, consent).await?;
    foreseen.must_be_agreed(consent)?;
    put_in_force(apply, foreseen, consent).await
}

/// Checks the configuration, and plans the next user sync under it beside the version in force: against one fresh read.
///
/// # Errors
/// The text is no valid configuration, or the version in force cannot be read.
pub async fn foresee<T, E, H, P, S, C>(
    apply: &ApplyTenant<'_, T, E, H, P, S, C>,
    source: &str,
    consent: Consent,
) -> Result<Foreseen, NotApplied>
where
    T: LoadConfiguration,
    H: ListEmployees + FindEmployee,
    P: ListUsers,
    S: PlanStore + LoadHold,
    C: Now,
{
    let configuration: TenantConfiguration = source.parse()?;
    let in_force = match apply.configurations.load_configuration(&configuration.tenant).await {
        // A version in force that cannot be read must not keep one that can out for ever.
        Err(_) if consent.unchecked => None,
        stored => stored?,
    };
    let effect = Effect::foresee(&apply.next_run, &configuration, in_force.as_ref(), consent).await;
    let store = apply.next_run.store;
    Ok(Foreseen {
        held: list_holds(store).await?,
        ends_approvals: ends_approvals(store, in_force.as_ref(), &configuration).await?,
        warnings: warnings(source, &configuration, &effect),
        source: source.to_owned(),
        in_force,
        effect,
        configuration,
    })
}

/// How many approvals stand under the version in force and under `new` no more.
async fn ends_approvals<S: LoadDecisions>(
    store: &S,
    in_force: Option<&StoredConfiguration>,
    new: &TenantConfiguration,
) -> Result<usize, ServiceFailure> {
    let Some(stored) = in_force.filter(|_| decides_since(in_force, new).is_none()) else {
        return Ok(0);
    };
    let stands =
        |made: &&Decision| made.made.verdict == ApprovalVerdict::Approved && made.version == stored.decides_since;
    Ok(store.load_decisions().await?.decisions.iter().filter(stands).count())
}

/// Stores the foreseen configuration as a new version, with the changes that were agreed to, and makes the schedules as it
/// says. The text that is in force already is no new version.
///
/// # Errors
/// The table or the scheduler failed.
pub async fn put_in_force<T, E, H, P, S, C>(
    apply: &ApplyTenant<'_, T, E, H, P, S, C>,
    foreseen: Foreseen,
    consent: Consent,
) -> Result<AppliedConfiguration, NotApplied>
where
    T: SaveConfiguration,
    E: SaveSchedule + RemoveSchedule,
    C: Now,
{
    let now = apply.next_run.clock.now();
    let stays = foreseen.stays(consent);
    let terms = foreseen.terms(consent, now);
    let Foreseen {
        configuration,
        source,
        warnings,
        ..
    } = foreseen;
    let version = if let Some(version) = stays {
        version
    } else {
        let saved = apply
            .configurations
            .save_configuration(&configuration, &source, now, Some(&terms));
        saved.await?
    };
    Ok(AppliedConfiguration {
        version,
        schedules: schedule(apply.schedules, &configuration).await?,
        configuration,
        warnings,
    })
}

/// Makes a customer's schedules as the configuration says; a schedule that is right already is written again.
///
/// # Errors
/// The scheduler failed.
pub async fn schedule<E: SaveSchedule + RemoveSchedule>(
    schedules: &E,
    configuration: &TenantConfiguration,
) -> Result<Vec<JobSchedule>, ServiceFailure> {
    let mut applied = Vec::new();
    for job in Job::ALL {
        match schedule_of(configuration, job) {
            Some(schedule) => {
                schedules.save_schedule(&schedule).await?;
                applied.push(schedule);
            }
            None => schedules.remove_schedule(&configuration.tenant, job).await?,
        }
    }
    Ok(applied)
}

impl Foreseen {
    /// Checks that the confirmations that it needs were given.
    ///
    /// # Errors
    /// Its number of new deactivations was not confirmed, or its effect on linked employees cannot be foreseen.
    pub fn must_be_agreed(&self, consent: Consent) -> Result<(), NotApplied> {
        match &self.effect {
            Effect::Unknown { failure, .. } if failure.is_of_configuration() => {
                Err(NotApplied::Unusable(failure.clone()))
            }
            Effect::Unknown { failure, may_remove }
                if (*may_remove || consent.gives_numbers()) && !consent.unchecked =>
            {
                Err(NotApplied::Unchecked(failure.clone()))
            }
            Effect::None | Effect::Unknown { .. } => Ok(()),
            Effect::NextRun(next) => {
                next.must_plan(consent.changes)?;
                let people = next.new_removals();
                match consent.yes_remove {
                    None if people.is_empty() => Ok(()),
                    Some(said) if said == people.len() => Ok(()),
                    said => Err(NotApplied::Removes { people, said }),
                }
            }
        }
    }
}

impl Foreseen {
    /// The version that stays in force, where this is its text and no number of changes is agreed to beside it.
    #[must_use]
    pub fn stays(&self, consent: Consent) -> Option<u64> {
        let same = self.in_force.as_ref().filter(|stored| stored.source == self.source);
        same.filter(|_| !consent.agrees_to_changes())
            .map(|stored| stored.version)
    }

    /// Returns the terms that are stored with the version. A version that decides about employees as the one before keeps
    /// its approvals and agreements, so that a first load outlives a pause.
    fn terms(&self, consent: Consent, at: Timestamp) -> VersionTerms {
        let decides_since = decides_since(self.in_force.as_ref(), &self.configuration);
        let before = self.in_force.as_ref().filter(|_| decides_since.is_some());
        VersionTerms {
            decides_since,
            agreed: consent.agreement(at).or_else(|| before?.agreed),
        }
    }
}

impl Consent {
    /// Whether a number of changes was agreed to.
    #[must_use]
    pub fn agrees_to_changes(&self) -> bool {
        self.changes != PerChange::default()
    }

    /// Whether any number was given: of changes, or of deactivations.
    #[must_use]
    pub fn gives_numbers(&self) -> bool {
        self.agrees_to_changes() || self.yes_remove.is_some()
    }

    /// Returns the agreement of this moment; none where no number was confirmed.
    fn agreement(self, at: Timestamp) -> Option<Agreement> {
        let number = |kind| u64::try_from(self.changes.get(kind).unwrap_or_default()).unwrap_or(u64::MAX);
        let changes = PerChange {
            created: number(ChangeKind::Created),
            renamed: number(ChangeKind::Renamed),
            updated: number(ChangeKind::Updated),
        };
        self.agrees_to_changes().then_some(Agreement { at, changes })
    }
}

/// Returns a warning for each custom field that an expression names and no record has, and for each that is mapped and that no
/// user of the portal shows, by their lines in `source`. `shown` is none where the portal has no users, or was not read.
#[must_use]
pub fn unknown_fields(
    source: &str,
    configuration: &TenantConfiguration,
    of_records: &BTreeSet<String>,
    shown: Option<&BTreeSet<String>>,
) -> Vec<ConfigurationFinding> {
    let records = unknown_custom_fields(source, configuration, of_records);
    let portal = shown.map(|shown| unknown_portal_fields(source, configuration, shown));
    let mut warnings: Vec<_> = records.into_iter().chain(portal.into_iter().flatten()).collect();
    warnings.sort_by_key(|warning| warning.line);
    warnings
}

/// Custom fields that are named and that no employee has. Where no employee could be read, as before the customer's secrets
/// are set, that is a warning too.
fn warnings(source: &str, configuration: &TenantConfiguration, effect: &Effect) -> Vec<ConfigurationFinding> {
    match effect {
        Effect::NextRun(next) => {
            unknown_fields(source, configuration, &next.custom_fields, next.portal_fields.as_ref())
        }
        Effect::Unknown { failure, .. } if configuration.names_custom_fields() => vec![ConfigurationFinding {
            line: None,
            message: format!("custom fields were not checked: {failure}"),
        }],
        Effect::Unknown { .. } | Effect::None => Vec::new(),
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
