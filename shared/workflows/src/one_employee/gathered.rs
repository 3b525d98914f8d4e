//! The records of one employee and of the others that matter, and the plan made from them.

use std::collections::{BTreeSet, HashMap};

use crate::ports::holds::StoredDecisions;
use habitsync_domain::approvals::PendingPlan;
use habitsync_domain::configuration::{MatchKey, TenantConfiguration, UsersConfiguration};
use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::link::{Person, PersonChange};
use habitsync_domain::people::mapping::map_user;
use habitsync_domain::people::rejected_writes::RejectedWrites;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::people::user::{FieldName, PortalUser};
use habitsync_domain::user_plan::{
    Action, LimitInput, Missing, NextAction, PersonPlan, PlanInput, Step, Unreadable, plan_person,
};
use jiff::Timestamp;

use super::{Match, SeenPerson, Unknown};

/// The count of the last run that says whether it held fields.
const FIELDS_HELD: &str = "fields_held";

/// What the table has that does not grow with the customer.
pub(super) struct Stored {
    pub(super) parked: Vec<RejectedWrites>,
    pub(super) last_days: Vec<LastDaySeen>,
    pub(super) decisions: StoredDecisions,
    pub(super) job: JobState,
    pub(super) held: Option<PendingPlan>,
}

/// One employee, and the others that matter to the plan, as far as they have been read.
pub(super) struct Gathered<'a> {
    pub(super) configuration: &'a TenantConfiguration,
    pub(super) version: u64,
    pub(super) now: Timestamp,
    /// Since when rejected writes are tried again, where they are.
    pub(super) retries_from: Option<Timestamp>,
    pub(super) employee_id: EmployeeId,
    pub(super) table: Stored,
    /// The links that matter, or all links.
    pub(super) people: Vec<Person>,
    /// Whether these are all links.
    pub(super) is_everybody: bool,
    pub(super) roster: Roster,
    pub(super) missing: Vec<Missing>,
    pub(super) accounts: Vec<PortalUser>,
}

impl Gathered<'_> {
    fn users(&self) -> &UsersConfiguration {
        &self.configuration.users
    }

    pub(super) fn link(&self, employee: &EmployeeId) -> Option<&Person> {
        self.people.iter().find(|person| person.employee_id == *employee)
    }

    fn own_link(&self) -> Option<&Person> {
        self.link(&self.employee_id)
    }

    /// Adds all links; those that are known here already are newer.
    pub(super) fn know_everybody(&mut self, everybody: Vec<Person>) {
        let newer: HashMap<_, _> = std::mem::take(&mut self.people)
            .into_iter()
            .map(|person| (person.employee_id.clone(), person))
            .collect();
        let others = everybody
            .into_iter()
            .filter(|person| !newer.contains_key(&person.employee_id));
        self.people = others.collect();
        self.people.extend(newer.into_values());
        self.is_everybody = true;
    }

    /// Whether the plan depends on links that are not known here: the limits count all employees, and only a link names the
    /// owner of an e-mail.
    pub(super) fn needs_everybody(&self, plan: &PersonPlan) -> bool {
        let takes_email = |action: &Action| {
            let fields = action.fields();
            fields.is_some_and(|fields| fields.0.keys().any(FieldName::is_email))
        };
        let matters = |action: &Action| match &action.step {
            Step::Deactivate { approved, .. } => !approved,
            Step::Create(_) | Step::Change { .. } => takes_email(action),
            Step::GiveUp { .. } | Step::Remember { .. } => false,
        };
        !self.is_everybody && (!plan.plan.held.is_empty() || plan.plan.actions.iter().any(matters))
    }

    /// The user names that the person has and would have.
    pub(super) fn own_names(&self) -> Vec<UserName> {
        let own = self.own_link().map(|link| link.user_name.clone());
        let wanted = self
            .wanted()
            .map(|(name, _)| name)
            .filter(|wanted| Some(wanted) != own.as_ref());
        own.into_iter().chain(wanted).collect()
    }

    pub(super) fn record(&self, employee: &EmployeeId) -> Option<&Employee> {
        let mut employees = self.roster.employees.iter();
        employees.find(|record| record.id() == employee)
    }

    pub(super) fn manager(&self) -> Option<&Employee> {
        let manager = self.record(&self.employee_id)?.manager_id()?;
        let mut employees = self.roster.employees.iter();
        employees.find(|record| record.id().as_str() == manager.as_ref() && *record.id() != self.employee_id)
    }

    /// Then the manager's own manager decides whether the manager is in scope. Asking once too often does no harm.
    pub(super) fn filter_asks_for_managers(&self) -> bool {
        let filter = self.users().filter.as_ref();
        filter.is_some_and(|filter| filter.source().contains("manager"))
    }

    pub(super) fn add(&mut self, record: Employee) {
        let custom = record.fields().all_custom().map(|(name, _)| name.to_owned());
        let custom: Vec<_> = custom.collect();
        self.roster.custom_fields.extend(custom);
        self.roster.employees.push(record);
    }

    /// EmployeeConnect has no such employee: of a link, that is what confirms that they vanished.
    pub(super) fn note_missing(&mut self, employee_id: EmployeeId) {
        let is_active = self.link(&employee_id).is_some_and(|link| link.active);
        if is_active && !self.missing.iter().any(|missing| missing.employee_id == employee_id) {
            self.missing.push(Missing {
                employee_id,
                confirmed: true,
            });
        }
    }

    /// The user name and the e-mail that the person would have.
    fn wanted(&self) -> Option<(UserName, Option<String>)> {
        let employee = self.record(&self.employee_id)?;
        let custom = self.roster.custom_fields.iter().map(String::as_str);
        let evaluator = self.configuration.evaluator(custom);
        let user = map_user(self.users(), employee, &evaluator.scope(employee, self.manager())).ok()?;
        Some((user.user_name.clone(), user.email().map(str::to_owned)))
    }

    /// Others who are linked and have the user name or the e-mail that the person has or would have.
    pub(super) fn holders(&self) -> Vec<EmployeeId> {
        let (name, email) = self.wanted().map_or((None, None), |(name, email)| (Some(name), email));
        let own = self.own_link().map(|link| &link.user_name);
        let has_email = |person: &Person| {
            let held = person.field(FieldName::EMAIL).map(str::to_lowercase);
            email.is_some() && held == email.as_ref().map(|email| email.to_lowercase())
        };
        let has = |person: &&Person| {
            let has_name = Some(&person.user_name) == name.as_ref() || Some(&person.user_name) == own;
            person.employee_id != self.employee_id && (has_name || has_email(person))
        };
        let holders = self.people.iter().filter(has);
        holders.map(|person| person.employee_id.clone()).collect()
    }

    /// The user names of the accounts that matter.
    pub(super) fn names(&self) -> Vec<UserName> {
        let wanted = self.wanted();
        let by_email = wanted
            .as_ref()
            .filter(|_| self.own_link().is_none() && self.users().match_existing.contains(&MatchKey::Email))
            .and_then(|(_, email)| email.as_ref()?.parse().ok());
        let holders = self.holders().into_iter();
        let holders = holders.filter_map(|holder| Some(self.link(&holder)?.user_name.clone()));
        let own = self.own_link().map(|link| link.user_name.clone()).into_iter();
        let wanted = wanted.into_iter().map(|(name, _)| name);
        let mut known = BTreeSet::new();
        own.chain(wanted)
            .chain(by_email)
            .chain(holders)
            .filter(|name| known.insert(name.key()))
            .collect()
    }

    /// What the portal refuses of those who were looked at: of others nothing is forgotten.
    fn parked(&self) -> Vec<RejectedWrites> {
        let is_here = |parked: &&RejectedWrites| self.record(&parked.employee_id).is_some();
        self.table.parked.iter().filter(is_here).cloned().collect()
    }

    /// The last days of those who were looked at: of others nothing is forgotten.
    fn last_days(&self) -> Vec<LastDaySeen> {
        let is_here = |seen: &&LastDaySeen| self.record(&seen.employee_id).is_some();
        self.table.last_days.iter().filter(is_here).cloned().collect()
    }

    /// Plans for the employee as a run would, as far as the records show.
    pub(super) fn plan(&self) -> PersonPlan {
        let (parked, last_days) = (self.parked(), self.last_days());
        // A read of a few employees cannot have shrunk: it counts as large as the baseline read. Actions that are held
        // because of that read stay held.
        let last_good_read = self.table.job.last_good_read;
        let input = PlanInput {
            configuration: self.configuration,
            roster: &self.roster,
            people: &self.people,
            missing: &self.missing,
            rejected_writes: &parked,
            last_days: &last_days,
            portal: Some(&self.accounts),
            unreadable: Unreadable {
                decisions: &self.table.decisions.unreadable,
                ..Unreadable::default()
            },
            limit_input: LimitInput {
                version: self.version,
                decisions: &self.table.decisions.decisions,
                listed: last_good_read.map_or(0, |read| read.people),
                last_good_read,
                baseline: None,
                lost_sources: &self.table.job.lost_sources,
                holds_fields: self.table.job.counts.get(FIELDS_HELD).is_some_and(|count| *count > 0),
                verified_at: self.table.job.last_verified_at,
                agreed: None,
                unsaved_write: false,
            },
            now: self.now,
        };
        let held = self.table.held.as_ref();
        let held = held.map(|held| held.people.as_slice()).unwrap_or_default();
        plan_person(&input, &self.employee_id, held)
    }

    /// Everything that was found.
    pub(super) fn seen(self, plan: PersonPlan, changes: Vec<PersonChange>) -> SeenPerson {
        let unknown = self.unknown(plan.next());
        let own = |employee: &EmployeeId| *employee == self.employee_id;
        SeenPerson {
            employee: self.record(&self.employee_id).cloned(),
            manager: self.manager().cloned(),
            found: self.found(),
            link: self.own_link().cloned(),
            unknown,
            plan,
            decision: self
                .table
                .decisions
                .decisions
                .iter()
                .filter(|made| own(&made.employee_id))
                .max_by_key(|made| made.made.at)
                .cloned(),
            parked: self
                .table
                .parked
                .iter()
                .find(|parked| own(&parked.employee_id))
                .cloned(),
            changes,
            last_days: self.last_days(),
            at: self.now,
            retries_from: self.retries_from,
            employee_id: self.employee_id,
            accounts: self.accounts,
            held: self.table.held,
            job: self.table.job,
            everybody: self.is_everybody.then_some(self.people),
        }
    }

    fn found(&self) -> Match {
        if let Some(link) = self.own_link() {
            return Match::Linked(link.user_name.clone());
        }
        let Some((name, email)) = self.wanted() else {
            return Match::None;
        };
        let is_linked = |user: &PortalUser| self.people.iter().any(|person| person.user_name == user.user_name);
        let free = || self.accounts.iter().filter(|user| !is_linked(user));
        let lower = |text: Option<&String>| text.map(|text| text.to_lowercase());
        let found = self.users().match_existing.iter().find_map(|key| {
            let user = free().find(|user| match key {
                MatchKey::UserName => user.user_name == name,
                MatchKey::Email => {
                    email.is_some() && lower(user.fields.0.get(&FieldName::email())) == lower(email.as_ref())
                }
            })?;
            Some(Match::By(*key, user.user_name.clone()))
        });
        found.unwrap_or(Match::None)
    }

    /// Returns the facts that a run, which reads all employees, may see differently.
    fn unknown(&self, next: NextAction<'_>) -> Vec<Unknown> {
        let users = self.users();
        let writes = matches!(
            next,
            NextAction::Act(Step::Create(_) | Step::Change { .. } | Step::Remember { .. })
        );
        let removes = matches!(next, NextAction::Act(Step::Deactivate { approved: false, .. }));
        let by_email = self.own_link().is_none() && writes && users.match_existing.contains(&MatchKey::Email);
        let has_manager = self.manager().is_some_and(|manager| manager.manager_id().is_some());
        let maps_manager = users.fields.keys().any(FieldName::is_manager_email);
        let is_computed = users.expressions().any(|expression| expression.named_fields().whole);
        [
            (writes, Unknown::OtherClaims),
            (by_email, Unknown::AccountByEmail),
            (writes && has_manager && maps_manager, Unknown::LoopOfManagers),
            (removes, Unknown::OtherRemovals),
            (
                is_computed && self.record(&self.employee_id).is_some(),
                Unknown::FieldsOfOthers,
            ),
        ]
        .into_iter()
        .filter_map(|(is_unknown, what)| is_unknown.then_some(what))
        .collect()
    }
}
