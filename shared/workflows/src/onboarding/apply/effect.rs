//! The next user sync under another version of a configuration, and the deactivations that are new with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use habitsync_domain::approvals::{ActionCounts, ChangeKind, PerChange};
use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::user_plan::{Action, PlannedAction, Step, UserPlan};
use jiff::Timestamp;

use super::{Consent, NotApplied};
use crate::jobs::outcome::JobFailure;
use crate::ports::clock::Now;
use crate::ports::people::LoadPeople;
use crate::ports::stores::PlanStore;
use crate::ports::tenants::StoredConfiguration;
use crate::ports::vendors::{FindEmployee, ListEmployees, ListUsers};
use crate::user_sync::InForce;
use crate::user_sync::preview::{Portal, Preview, PreviewUsers, preview_users};

/// What a version would change about people.
pub enum Effect {
    /// Nothing: it decides about people as the version in force does, or no run follows.
    None,
    /// The next run would be another.
    NextRun(Box<NextRun>),
    /// It cannot be foreseen.
    Unknown {
        /// Why.
        failure: JobFailure,
        /// Whether any employee is linked, who could be deactivated.
        may_remove: bool,
    },
}

/// The next run, under the new version and beside it under the one in force.
pub struct NextRun {
    /// What it would do under the new version.
    pub plan: UserPlan,
    /// What it would do under the version in force; none for a new customer.
    pub before: Option<UserPlan>,
    /// The moment that both are for.
    pub at: Timestamp,
    /// Whether the portal was read for it, as the first run of a day does.
    pub has_read_portal: bool,
    /// The custom fields that any employee has in EmployeeConnect.
    pub custom_fields: BTreeSet<String>,
    /// The custom fields that the portal's users show; none where it has no users, or was not read.
    pub portal_fields: Option<BTreeSet<String>>,
}

/// An employee about whom the two versions differ.
pub struct Beside {
    /// Who.
    pub employee_id: EmployeeId,
    /// What the version in force would do or hold; empty where nothing.
    pub before: Vec<PlannedAction>,
    /// What the new one would.
    pub after: Vec<PlannedAction>,
}

/// An employee with an account that the version in force keeps active and a new one would deactivate. Holds a name; `Debug`
/// withholds it.
#[derive(Clone, PartialEq, Eq)]
pub struct NewDeactivation {
    /// Who.
    pub employee_id: EmployeeId,
    /// Their name as the customer knows it.
    pub person: String,
    /// Why.
    pub reason: String,
}

impl Effect {
    pub(super) async fn foresee<H, P, S, C>(
        next_run: &PreviewUsers<'_, H, P, S, C>,
        new: &TenantConfiguration,
        in_force: Option<&StoredConfiguration>,
        consent: Consent,
    ) -> Self
    where
        H: ListEmployees + FindEmployee,
        P: ListUsers,
        S: PlanStore,
        C: Now,
    {
        let before = in_force.map(|stored| &stored.configuration);
        // A number can only be agreed to beside the plan that it is the number of.
        if decides_since(in_force, new).is_some() && !consent.gives_numbers() {
            return Self::None;
        }
        let version = next_version(in_force, new);
        let foreseen = match preview_users(next_run, version, before, Portal::AsTheNextRun).await {
            Ok(preview) => NextRun::of(&preview, new, in_force, consent),
            Err(failure) => Err(failure),
        };
        match foreseen {
            Ok(next) => Self::NextRun(Box::new(next)),
            Err(failure) => Self::Unknown {
                may_remove: in_force.is_some() && may_be_linked(next_run.store).await,
                failure,
            },
        }
    }
}

/// Where the links cannot be read either, an employee may be linked.
async fn may_be_linked<S: LoadPeople>(store: &S) -> bool {
    store.load_people().await.map_or(true, |stored| {
        !stored.people.is_empty() || !stored.unreadable.is_empty()
    })
}

/// The version since which employees are decided about as by `new`; none where that begins with it. What operators approved, and
/// what they agreed to, stands since that version.
#[must_use]
pub fn decides_since(in_force: Option<&StoredConfiguration>, new: &TenantConfiguration) -> Option<u64> {
    let alike = in_force.filter(|stored| decides_alike(&stored.configuration, new));
    alike.map(|stored| stored.decides_since)
}

/// The version that `new` would be.
fn next_version<'a>(in_force: Option<&StoredConfiguration>, new: &'a TenantConfiguration) -> InForce<'a> {
    let version = InForce::version(in_force.map_or(1, |stored| stored.version + 1), new);
    version.deciding_since(decides_since(in_force, new).unwrap_or(version.version))
}

/// Whether both decide by the same rules about the same employees and users.
fn decides_alike(before: &TenantConfiguration, new: &TenantConfiguration) -> bool {
    let begins_to_write = before.status == Status::Draft && new.status == Status::Live;
    let (hris, portal) = (&before.employee_connect, &before.tribal_habits);
    let is_same_hris = hris.base_url == new.employee_connect.base_url && hris.auth == new.employee_connect.auth;
    let is_same_portal = portal.base_url == new.tribal_habits.base_url;
    is_same_hris
        && is_same_portal
        && before.users == new.users
        && before.limits == new.limits
        && before.time_zone == new.time_zone
        && !begins_to_write
}

impl NextRun {
    fn of(
        preview: &Preview,
        new: &TenantConfiguration,
        in_force: Option<&StoredConfiguration>,
        consent: Consent,
    ) -> Result<Self, JobFailure> {
        let before = in_force.map(|stored| {
            InForce::version(stored.version, &stored.configuration)
                .deciding_since(stored.decides_since)
                .agreed_to(stored.agreed)
        });
        let version = next_version(in_force, new);
        Ok(Self {
            plan: preview.plan(version.agreed_to(consent.agreement(preview.at)))?,
            before: before.map(|before| preview.plan(before)).transpose()?,
            at: preview.at,
            has_read_portal: preview.has_read_portal(),
            custom_fields: preview.custom_fields().clone(),
            portal_fields: preview.portal_fields(),
        })
    }

    /// Returns the deactivations of the new version that the version in force does not make, or holds; by employee id. A
    /// first version has none.
    #[must_use]
    pub fn new_removals(&self) -> Vec<NewDeactivation> {
        let Some(before) = self.before.as_ref().map(removals) else {
            return Vec::new();
        };
        let after = removals(&self.plan);
        let is_new = |(id, after): &(&&EmployeeId, &Removal<'_>)| match before.get(*id) {
            None => true,
            Some(before) => before.is_held && !after.is_held,
        };
        let new = after.iter().filter(is_new);
        let mut people: Vec<_> = new.map(|(_, removal)| removal.named()).collect();
        people.sort_by(|one, other| one.employee_id.cmp(&other.employee_id));
        people
    }

    /// How many changes of each kind the next run would make, or hold: the number that an operator agrees to.
    #[must_use]
    pub fn changes(&self) -> PerChange<usize> {
        self.plan.undecided
    }

    /// The changes that would wait for approval, of each kind of which the next run would make more than the limits admit; of a
    /// draft, whose runs make none, those that would wait if it were live.
    #[must_use]
    pub fn waiting(&self, status: Status) -> ActionCounts {
        let mut waiting = ActionCounts::default();
        for kind in ChangeKind::ALL {
            let waits = status == Status::Draft || self.plan.held_of(kind) > 0;
            *waiting.changes.get_mut(kind) = if waits { *self.plan.beyond_limits.get(kind) } else { 0 };
        }
        waiting
    }

    /// Whether the numbers that were agreed to are those of the plan.
    pub(super) fn must_plan(&self, said: PerChange<Option<usize>>) -> Result<(), NotApplied> {
        for kind in ChangeKind::ALL {
            let planned = *self.changes().get(kind);
            match *said.get(kind) {
                Some(said) if said != planned => return Err(NotApplied::OtherChanges { kind, planned, said }),
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    /// Returns the employees about whom the two versions differ, by employee id.
    #[must_use]
    pub fn differences(&self) -> Vec<Beside> {
        let planned = |plan: &UserPlan| {
            let mut people: BTreeMap<EmployeeId, Vec<PlannedAction>> = BTreeMap::new();
            for planned in plan.planned(self.at) {
                people.entry(planned.employee_id.clone()).or_default().push(planned);
            }
            people
        };
        let mut before = self.before.as_ref().map(planned).unwrap_or_default();
        let mut after = planned(&self.plan);
        let everybody: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
        let beside = everybody.into_iter().map(|employee_id| Beside {
            before: before.remove(&employee_id).unwrap_or_default(),
            after: after.remove(&employee_id).unwrap_or_default(),
            employee_id,
        });
        beside.filter(|beside| beside.before != beside.after).collect()
    }
}

/// A deactivation of a plan.
struct Removal<'p> {
    action: &'p Action,
    is_held: bool,
}

impl Removal<'_> {
    fn named(&self) -> NewDeactivation {
        NewDeactivation {
            employee_id: self.action.employee_id.clone(),
            person: self.action.person.clone(),
            reason: self.action.reason.clone(),
        }
    }
}

fn removals(plan: &UserPlan) -> HashMap<&EmployeeId, Removal<'_>> {
    let go = plan.actions.iter().map(|action| (action, false));
    let held = plan.held.iter().map(|held| (&held.action, true));
    go.chain(held)
        .filter(|(action, _)| matches!(action.step, Step::Deactivate { .. }))
        .map(|(action, is_held)| (&action.employee_id, Removal { action, is_held }))
        .collect()
}

impl std::fmt::Debug for NewDeactivation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewRemoval")
            .field("employee_id", &self.employee_id)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
