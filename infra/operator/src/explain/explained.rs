//! What an explanation of one person consists of; as JSON, a promise to programs.

use habitsync_domain::approvals::{Decision, PlanId};
use habitsync_domain::configuration::{MatchKey, Status, TenantConfiguration};
use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::next_run::{NextRun, next_run};
use habitsync_domain::onboarding::explanation::{EligibilityVerdict, Explanation, FieldOutcome, ValueSeen, outcome};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::fields_seen::{FieldSeen, record_seen};
use habitsync_domain::people::link::{Person, PersonChange};
use habitsync_domain::people::rejected_writes::RejectedWrite;
use habitsync_domain::people::user::{PortalUser, UserFields};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::user_plan::{PersonPlan, PlannedAction};
use habitsync_workflows::one_employee::{Match, SeenPerson, Unknown, explain_person};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::next::{self, Will};
use crate::plan::next_run_in_words;

/// The configuration by which the employee was examined, and the requests that this took.
pub(super) struct Rules<'a> {
    pub(super) stage: &'a str,
    /// `version 3`, or the file's name.
    pub(super) called: String,
    pub(super) configuration: &'a TenantConfiguration,
    pub(super) requests: u64,
}

/// Explanation of an employee's state, and the next run's action.
#[derive(Serialize)]
pub(super) struct Explained {
    pub(super) tenant: TenantId,
    pub(super) stage: String,
    pub(super) configuration: String,
    pub(super) status: Status,
    pub(super) at: Timestamp,
    /// Requests to the vendors that it took.
    pub(super) requests: u64,
    pub(super) employee_id: EmployeeId,
    /// Their name as the customer knows it.
    pub(super) person: String,
    /// What the rules look at of the record; empty where EmployeeConnect has none.
    pub(super) record: Vec<FieldSeen>,
    /// None where EmployeeConnect says that there is no such employee.
    pub(super) explanation: Option<Explanation>,
    pub(super) link: Option<Person>,
    pub(super) account: Account,
    pub(super) fields: Vec<Field>,
    pub(super) manager: Option<Manager>,
    pub(super) next: NextStep,
    pub(super) held_plan: Option<PlanId>,
    pub(super) decision: Option<Decision>,
    pub(super) refused: Vec<RejectedWrite>,
    pub(super) changes: Vec<PersonChange>,
    /// Facts that only a full run knows, which may change the outcome.
    pub(super) unknown: Vec<Unknown>,
    #[serde(skip)]
    pub(super) plan: PersonPlan,
    #[serde(skip)]
    pub(super) next_run: String,
    #[serde(skip)]
    pub(super) go_on: Vec<String>,
    #[serde(skip)]
    pub(super) zone: TimeZone,
}

/// The account, and how it was found.
#[derive(Serialize)]
pub(super) struct Account {
    /// `link`, or what it was recognised by; none where there is none.
    pub(super) found_by: Option<FoundBy>,
    pub(super) user_name: Option<UserName>,
    /// Whether it can log in; none where the portal has no such account.
    pub(super) active: Option<bool>,
    /// As the portal has it.
    pub(super) fields: UserFields,
}

/// How an account was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FoundBy {
    Link,
    UserName,
    Email,
}

/// One mapped field, and how its value is computed.
#[derive(Serialize)]
pub(super) struct Field {
    pub(super) old: Option<String>,
    #[serde(flatten)]
    pub(super) new: ValueSeen,
    pub(super) outcome: FieldOutcome,
}

/// The manager that the record names.
#[derive(Serialize)]
pub(super) struct Manager {
    pub(super) employee_id: String,
    /// Their name; none where EmployeeConnect has no such employee.
    pub(super) person: Option<String>,
    pub(super) verdict: Option<EligibilityVerdict>,
}

/// The next run's action.
#[derive(Serialize)]
pub(super) struct NextStep {
    pub(super) will: Will,
    pub(super) in_words: String,
    /// Planned or held actions, value by value.
    pub(super) actions: Vec<PlannedAction>,
    /// When; none where no run follows at a time that is known.
    pub(super) at: Option<Timestamp>,
}

impl Explained {
    pub(super) fn of(seen: SeenPerson, rules: &Rules<'_>) -> Self {
        let configuration = rules.configuration;
        let zone = configuration.time_zone.zone().clone();
        let explanation = seen.employee.as_ref().map(|employee| {
            let has_account = seen.link.is_some();
            let manager = seen.manager.as_ref();
            explain_person(configuration, employee, manager, seen.at, has_account, &seen.last_days)
        });
        let user = account_of(&seen, explanation.as_ref());
        let account = Account::of(&seen, user);
        let next = NextStep {
            will: Will::new(&seen.plan),
            in_words: next::in_words(&seen, explanation.as_ref(), &zone),
            actions: seen.plan.plan.planned(seen.at),
            at: match next_run(configuration, Job::UserSync, seen.at) {
                Some(NextRun::At(at)) if configuration.status != Status::Paused => Some(at),
                _ => None,
            },
        };
        let values = explanation.iter().flat_map(|explanation| {
            let fields = explanation.fields.iter();
            [&explanation.user_name].into_iter().chain(fields)
        });
        let fields = values.map(|value| Field::of(value, &seen, user)).collect();
        let employee = seen.employee.as_ref();
        Self {
            tenant: configuration.tenant.clone(),
            stage: rules.stage.to_owned(),
            configuration: rules.called.clone(),
            status: configuration.status,
            at: seen.at,
            requests: rules.requests,
            employee_id: seen.employee_id.clone(),
            person: person(&seen),
            record: employee.map_or_else(Vec::new, |employee| {
                record_seen(&configuration.users, employee, seen.manager.as_ref())
            }),
            manager: employee.and_then(|employee| Manager::of(employee, &seen, configuration)),
            account,
            fields,
            next,
            held_plan: seen
                .held
                .as_ref()
                .filter(|_| !seen.plan.plan.held.is_empty())
                .map(|held| held.id.clone()),
            next_run: next_run_in_words(configuration, seen.at),
            go_on: next::how_to_go_on(&seen, &configuration.tenant),
            explanation,
            link: seen.link,
            decision: seen.decision,
            refused: seen.parked.map(|parked| parked.writes).unwrap_or_default(),
            changes: seen.changes,
            unknown: seen.unknown,
            plan: seen.plan,
            zone,
        }
    }
}

/// Their name in EmployeeConnect; as the portal has it where EmployeeConnect has them no more.
fn person(seen: &SeenPerson) -> String {
    match (&seen.employee, &seen.link) {
        (Some(employee), _) => employee.display_name(),
        (None, Some(link)) => link.display_name(),
        (None, None) => format!("employee {}", seen.employee_id),
    }
}

/// The account as the portal has it: under the name that was found, or the new one where it was renamed already.
fn account_of<'s>(seen: &'s SeenPerson, explanation: Option<&Explanation>) -> Option<&'s PortalUser> {
    let named = |name: &UserName| seen.accounts.iter().find(|user| user.user_name == *name);
    let wanted = || explanation.and_then(|explanation| explanation.user_name.value.as_ref()?.parse().ok());
    match &seen.found {
        Match::Linked(name) => named(name).or_else(|| wanted().and_then(|name| named(&name))),
        Match::By(_, name) => named(name),
        Match::None => None,
    }
}

impl Account {
    fn of(seen: &SeenPerson, user: Option<&PortalUser>) -> Self {
        let (found_by, name) = match &seen.found {
            Match::Linked(name) => (Some(FoundBy::Link), Some(name)),
            Match::By(MatchKey::UserName, name) => (Some(FoundBy::UserName), Some(name)),
            Match::By(MatchKey::Email, name) => (Some(FoundBy::Email), Some(name)),
            Match::None => (None, None),
        };
        Self {
            found_by,
            user_name: user.map(|user| &user.user_name).or(name).cloned(),
            active: user.map(|user| user.active),
            fields: user.map(|user| user.fields.clone()).unwrap_or_default(),
        }
    }
}

impl Field {
    fn of(value: &ValueSeen, seen: &SeenPerson, user: Option<&PortalUser>) -> Self {
        let old = user.map(|user| match value.field.as_str() {
            "user_name" => user.user_name.as_str().to_owned(),
            field => {
                let value = field.parse().ok().and_then(|name| user.fields.0.get(&name).cloned());
                value.unwrap_or_default()
            }
        });
        Self {
            outcome: outcome(value, &seen.plan, old.as_deref()),
            new: value.clone(),
            old,
        }
    }
}

impl Manager {
    fn of(employee: &Employee, seen: &SeenPerson, configuration: &TenantConfiguration) -> Option<Self> {
        let employee_id = employee.manager_id()?.into_owned();
        let verdict =
            |manager: &Employee| explain_person(configuration, manager, None, seen.at, false, &seen.last_days).verdict;
        Some(Self {
            person: seen.manager.as_ref().map(Employee::display_name),
            verdict: seen.manager.as_ref().map(verdict),
            employee_id,
        })
    }
}
