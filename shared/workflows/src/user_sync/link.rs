//! Sets or removes one employee's link at an operator's request, where matching does not find the account, or found the
//! wrong one.
//!
//! The consequences are worked out first, and shown. The change is made only if no record has changed since, and under
//! the lease of the user sync, so that no run plans with one link and writes with the other.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::link::{FieldChange, LastChange, Person, PersonChange};
use habitsync_domain::people::problem::Problem;
use habitsync_domain::people::rejected_writes::RejectedWrites;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::people::user::PortalUser;
use habitsync_domain::results::result::ParkedOn;
use habitsync_domain::user_plan::{
    Action, LimitInput, Permission, PlanInput, PlannedAction, Step, Unreadable, adopted, plan_users,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::jobs::held_lease::give_back;
use crate::ports::clock::Now;
use crate::ports::failure::{ServiceFailure, VendorFailure};
use crate::ports::lease::{HoldLease, Lease, SaveFailure};
use crate::ports::people::{FindPersonByUserName, LoadLastDays, LoadPerson, ReplaceLink, SaveRejectedWrites};
use crate::ports::results::ReleaseResults;
use crate::ports::stores::LinkStore;
use crate::ports::vendors::{FindEmployee, FindUser};

/// Ports of linking.
#[derive(Debug)]
pub struct LinkPerson<'a, H, P, S, C> {
    /// Client of EmployeeConnect.
    pub employee_connect: &'a H,
    /// Client of Tribal Habits.
    pub tribal_habits: &'a P,
    /// The customer's part of the table.
    pub store: &'a S,
    /// Source of the current time.
    pub clock: &'a C,
}

/// The link that an operator requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRequest {
    /// Employee to link.
    pub employee_id: EmployeeId,
    /// User name of the account to link.
    pub user_name: UserName,
    /// Whether an existing link of the employee to another account is replaced.
    pub rebind: bool,
}

/// A link as it would be, with the facts that the operator needs before confirming it. Holds personal data for the
/// operator; `Debug` withholds it.
#[derive(Clone, PartialEq)]
pub struct ProposedLink {
    /// The employee's name, as the customer's records have it.
    pub person: String,
    /// The account, as the portal has it.
    pub account: PortalUser,
    /// The link that is there; it may be just this one.
    pub before: Option<Person>,
    /// Actions that the next run would plan, as far as this employee's record alone shows them.
    pub next_run: Vec<PlannedAction>,
    /// Problems that would stop those actions.
    pub problems: Vec<Problem>,
    link: Person,
}

/// A link that is there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linked {
    /// Whether the link existed before.
    pub was_linked: bool,
    /// Completions that waited for it; they are recorded within minutes.
    pub released: u64,
}

/// Reasons why a link was neither set nor removed; nothing was changed. They contain no user name: the command shows it
/// to the operator elsewhere.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotLinked {
    /// EmployeeConnect does not know the employee.
    #[error("EmployeeConnect has no employee {0}")]
    NoEmployee(EmployeeId),
    /// The portal does not know the account.
    #[error("Tribal Habits has no account of this user name")]
    NoAccount,
    /// The configuration says that the account is never touched.
    #[error("the account is protected by the configuration, and never touched")]
    Protected,
    /// The account is linked to another employee.
    #[error("the account is linked to employee {to}; that link has to be removed first")]
    AccountLinked {
        /// Employee who has the account already.
        to: EmployeeId,
    },
    /// The employee is linked to another account.
    #[error("employee {0} is linked to another account; add --rebind to give that link up")]
    EmployeeLinked(EmployeeId),
    /// A run is going on.
    #[error("a user sync runs (its lease ends at {until}, unless it is renewed); try again after it")]
    Running {
        /// End of the job's lease, which a run renews while it is running.
        until: Timestamp,
    },
    /// A user sync took the lease over while this process was stopped.
    #[error("a user sync has taken over, since this command had stopped; look again")]
    LeaseLost,
    /// The stored link is no longer the one that was shown.
    #[error("something has changed since this was shown; look again")]
    Moved,
    /// A vendor did not answer.
    #[error(transparent)]
    Vendor(#[from] VendorFailure),
    /// The table failed. The same request, given again, completes the missing writes.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
}

impl From<SaveFailure> for NotLinked {
    fn from(failure: SaveFailure) -> Self {
        match failure {
            SaveFailure::LeaseLost => Self::LeaseLost,
            SaveFailure::ItemRefused(failure) | SaveFailure::Service(failure) => Self::Service(failure),
        }
    }
}

impl NotLinked {
    /// Returns the failure's class: every obstacle to a link is for the operator who asked to mend.
    #[must_use]
    pub fn class(&self) -> FailureClass {
        match self {
            Self::Vendor(failure) => failure.class(),
            Self::Service(_) => FailureClass::Internal,
            Self::NoEmployee(_)
            | Self::NoAccount
            | Self::Protected
            | Self::AccountLinked { .. }
            | Self::EmployeeLinked(_)
            | Self::Running { .. }
            | Self::LeaseLost
            | Self::Moved => FailureClass::Config,
        }
    }
}

/// Checks the request, and works out its consequences. Writes nothing.
///
/// # Errors
/// There is an obstacle, or a record could not be read.
pub async fn propose_link<H, P, S, C>(
    linking: &LinkPerson<'_, H, P, S, C>,
    configuration: &TenantConfiguration,
    wish: &LinkRequest,
) -> Result<ProposedLink, NotLinked>
where
    H: FindEmployee,
    P: FindUser,
    S: LoadPerson + FindPersonByUserName + LoadLastDays,
    C: Now,
{
    let employee = linking.employee_connect.find_employee(&wish.employee_id).await?;
    let employee = employee.ok_or_else(|| NotLinked::NoEmployee(wish.employee_id.clone()))?;
    if configuration.protected().contains(&wish.user_name.key()) {
        return Err(NotLinked::Protected);
    }
    let account = linking.tribal_habits.find_user(&wish.user_name).await?;
    let account = account.ok_or(NotLinked::NoAccount)?;
    let before = may_link(linking.store, wish, linking.clock.now()).await?;
    let link = adopted(&configuration.users, &wish.employee_id, &account);
    let manager = linking.manager_of(&employee).await?;
    let person = employee.display_name();
    let last_days = linking.store.load_last_days().await?;
    let (next_run, problems) = next_run(configuration, employee, manager, &link, &last_days, linking.clock.now());
    Ok(ProposedLink {
        person,
        account,
        before,
        next_run,
        problems,
        link,
    })
}

/// Sets the proposed link, in the name of `by`, and releases the results that waited for the user name. An employee who
/// has this link already keeps it as it is.
///
/// # Errors
/// A user sync runs, or a record has changed since the link was proposed.
pub async fn link_person<H, P, S, C>(
    linking: &LinkPerson<'_, H, P, S, C>,
    proposed: &ProposedLink,
    by: &str,
) -> Result<Linked, NotLinked>
where
    S: LinkStore + HoldLease + ReleaseResults,
    C: Now,
{
    let was_linked = proposed.is_there();
    let now = linking.clock.now();
    if !was_linked {
        let write = async |held: &S| store_link(held, proposed, by, now).await;
        under_lease(linking.store, linking.clock, write).await?;
    }
    let parked = ParkedOn::User(proposed.link.user_name.clone());
    let released = linking.store.release_results(&parked, now).await?;
    Ok(Linked { was_linked, released })
}

/// Removes an employee's link, as it was shown, in the name of `by`. The account stays as it is.
///
/// # Errors
/// A user sync runs, or the link is no longer the one that was shown.
pub async fn remove_link<S, C>(store: &S, clock: &C, shown: &Person, by: &str) -> Result<(), NotLinked>
where
    S: HoldLease + LoadPerson + ReplaceLink + SaveRejectedWrites,
    C: Now,
{
    let now = clock.now();
    let change = PersonChange {
        employee_id: shown.employee_id.clone(),
        at: now,
        reason: format!("link removed by {by}"),
        fields: vec![FieldChange {
            field: "user_name".to_owned(),
            before: Some(shown.user_name.as_str().to_owned()),
            after: String::new(),
        }],
    };
    under_lease(store, clock, async |held: &S| {
        if held.load_person(&shown.employee_id).await?.as_ref() != Some(shown) {
            return Err(NotLinked::Moved);
        }
        held.replace_link(shown, None, &change).await?;
        Ok(nothing_rests(held, &shown.employee_id).await?)
    })
    .await
}

/// Returns the employee's stored link, where neither that link nor the account's prevents the new one.
async fn may_link<S>(store: &S, wish: &LinkRequest, now: Timestamp) -> Result<Option<Person>, NotLinked>
where
    S: LoadPerson + FindPersonByUserName,
{
    let holder = store.find_person(&wish.user_name, now).await?;
    if let Some(to) = holder.filter(|holder| *holder != wish.employee_id) {
        return Err(NotLinked::AccountLinked { to });
    }
    let before = store.load_person(&wish.employee_id).await?;
    let is_elsewhere = before.as_ref().is_some_and(|before| before.user_name != wish.user_name);
    if is_elsewhere && !wish.rebind {
        return Err(NotLinked::EmployeeLinked(wish.employee_id.clone()));
    }
    Ok(before)
}

impl<H: FindEmployee, P, S, C> LinkPerson<'_, H, P, S, C> {
    /// The manager's record, which expressions may ask about.
    async fn manager_of(&self, employee: &Employee) -> Result<Option<Employee>, VendorFailure> {
        let id = employee.manager_id().and_then(|id| id.parse().ok());
        match id.filter(|id| id != employee.id()) {
            Some(id) => self.employee_connect.find_employee(&id).await,
            None => Ok(None),
        }
    }
}

async fn store_link<S>(store: &S, proposed: &ProposedLink, by: &str, now: Timestamp) -> Result<(), NotLinked>
where
    S: LinkStore,
{
    let wish = LinkRequest {
        employee_id: proposed.link.employee_id.clone(),
        user_name: proposed.link.user_name.clone(),
        rebind: true,
    };
    if may_link(store, &wish, now).await? != proposed.before {
        return Err(NotLinked::Moved);
    }
    let action = proposed.action(by, now);
    let (link, change) = (action.person_after(now), action.change(now));
    match &proposed.before {
        Some(before) => store.replace_link(before, Some(&link), &change).await?,
        None => store.save_person(&link, &change).await?,
    }
    Ok(nothing_rests(store, &link.employee_id).await?)
}

/// Clears the employee's rejected writes, which concerned another account: the next run tries all of them.
pub(crate) async fn nothing_rests<S: SaveRejectedWrites>(
    store: &S,
    employee_id: &EmployeeId,
) -> Result<(), SaveFailure> {
    let (employee_id, rejected_writes) = (employee_id.clone(), Vec::new());
    store
        .save_parked(&RejectedWrites {
            employee_id,
            writes: rejected_writes,
        })
        .await
}

/// Writes while no user sync can. A few writes take less time than the lease lasts: it is not renewed but by them.
pub(crate) async fn under_lease<S: HoldLease, C: Now>(
    store: &S,
    clock: &C,
    write: impl AsyncFnOnce(&S) -> Result<(), NotLinked>,
) -> Result<(), NotLinked> {
    let holder = format!("link-{}", Uuid::new_v4());
    let held = match store.acquire_lease(Job::UserSync, &holder, clock.now()).await? {
        Lease::Acquired(held) => held,
        Lease::HeldUntil(until) => return Err(NotLinked::Running { until }),
    };
    let written = write(&held).await;
    give_back(&held).await;
    written
}

/// Returns the actions that a run would plan for the employee under this link, and the obstacles to them.
fn next_run(
    configuration: &TenantConfiguration,
    employee: Employee,
    manager: Option<Employee>,
    link: &Person,
    last_days: &[LastDaySeen],
    now: Timestamp,
) -> (Vec<PlannedAction>, Vec<Problem>) {
    let id = employee.id().clone();
    let roster: Roster = [employee].into_iter().chain(manager).collect::<Vec<_>>().into();
    let plan = plan_users(&PlanInput {
        configuration,
        roster: &roster,
        people: std::slice::from_ref(link),
        missing: &[],
        rejected_writes: &[],
        last_days,
        portal: None,
        unreadable: Unreadable::default(),
        limit_input: LimitInput::default(),
        now,
    });
    let mut planned = plan.planned(now);
    planned.retain(|planned| planned.employee_id == id);
    let problems = plan.problems.into_iter().filter(|problem| problem.employee_id == id);
    (planned, problems.collect())
}

impl ProposedLink {
    /// Returns whether the link exists already.
    #[must_use]
    pub fn is_there(&self) -> bool {
        let before = self.before.as_ref();
        before.is_some_and(|before| before.user_name == self.link.user_name)
    }

    /// Returns the action that a sync would plan if it adopted the account.
    fn action(&self, by: &str, now: Timestamp) -> Action {
        let reason = format!("linked by {by}");
        let seen = Person {
            last_change: Some(LastChange {
                at: now,
                reason: reason.clone(),
                linked_by_hand: true,
            }),
            ..self.link.clone()
        };
        Action {
            employee_id: self.link.employee_id.clone(),
            person: self.person.clone(),
            step: Step::Remember {
                stored: self.before.clone(),
                seen: Box::new(seen),
            },
            reason,
            digest: String::new(),
            permission: Permission::NotNeeded,
        }
    }
}

impl std::fmt::Debug for ProposedLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProposedLink")
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}
