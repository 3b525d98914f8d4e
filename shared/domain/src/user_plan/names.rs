//! User names and e-mails that pass from one account to another. A value that one account takes must be free by then:
//! given up by a change that comes first, or by a former employee's account, which then gets a name that no other
//! employee needs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use petgraph::algo::kosaraju_scc;
use petgraph::graphmap::DiGraphMap;

use super::eligibility::Eligibility;
use super::stage::{Compared, Holder, Holders, Limited, Stage};
use super::unique::{Key, Unique};
use super::{Action, Permission, Step, digest, former_account};
use crate::identity::EmployeeId;
use crate::people::link::Person;
use crate::people::problem::Cause;
use crate::people::rejected_writes::RejectedPart;
use crate::people::user::{FieldName, PortalUser, UserChange, UserFields};

/// An obstacle between an action and a name that it takes.
struct Conflict {
    action: usize,
    what: Unique,
    cause: Cause,
    /// Whether the whole employee is left out; otherwise only the name is.
    is_about_person: bool,
}

impl<'a> Stage<'a, Compared<'a>> {
    /// Returns the accounts that have the user names and e-mails that the plan takes.
    fn holders_of_taken(&self) -> Holders {
        let taken = takers(&self.plan.actions).into_keys().collect();
        self.holders(&taken).unwrap_or_default()
    }

    /// Makes sure that every user name and e-mail that an action takes is free by then; it reports and leaves out those
    /// that are not, and the actions that waited for them. Returns the accounts that have the values taken in the end.
    pub(super) fn settle_conflicts(&mut self) -> Holders {
        let mut holders = self.holders_of_taken();
        loop {
            let mut conflicts = conflicts(&self.plan.actions, &holders);
            if conflicts.is_empty() {
                conflicts = swaps(&self.plan.actions, &holders);
            }
            if conflicts.is_empty() {
                return holders;
            }
            self.leave_out(conflicts);
            // An employee who was left out may be one whose account is about to go: then that stays, and so do its names.
            if self.hold_claimed() {
                holders = self.holders_of_taken();
            }
        }
    }

    fn leave_out(&mut self, conflicts: Vec<Conflict>) {
        let mut withdrawn = BTreeSet::new();
        for conflict in conflicts {
            if withdrawn.contains(&conflict.action) {
                continue;
            }
            let action = &mut self.plan.actions[conflict.action];
            let seen = value(action, conflict.what).map(str::to_owned);
            let problem = action.problem(conflict.cause, seen);
            let refused = match conflict.what {
                _ if conflict.is_about_person || matches!(action.step, Step::Create(_)) => RejectedPart::Person,
                Unique::UserName => RejectedPart::UserName,
                Unique::Email => RejectedPart::Field(FieldName::email()),
            };
            let digest = match (&refused, takes(action, conflict.what)) {
                (RejectedPart::UserName | RejectedPart::Field(_), Some(_)) => value_digest(action, conflict.what),
                _ => action.digest.clone(),
            };
            if !action.step.leave_out(&refused) {
                withdrawn.insert(conflict.action);
            }
            self.plan.rest(refused, digest, problem.clone());
            self.report(problem);
        }
        self.plan.counts.set_aside += withdrawn.len();
        let mut index = 0..;
        self.plan
            .actions
            .retain(|_| index.next().is_none_or(|index| !withdrawn.contains(&index)));
    }
}

impl Stage<'_, Limited> {
    /// Lets the accounts of former employees give up what others take.
    pub(super) fn give_up_former_names(&mut self) {
        let mut given_up: BTreeMap<EmployeeId, UserChange> = BTreeMap::new();
        for ((what, key), _) in takers(&self.plan.actions) {
            if let Some(Holder::Former(person)) = self.found.holders.get(&(what, key)) {
                let change = given_up.entry(person.employee_id.clone()).or_default();
                let tenant = &self.facts.input.configuration.tenant;
                match what {
                    Unique::UserName => change.user_name = former_account::user_name(&person.employee_id),
                    Unique::Email => {
                        let address = former_account::email(&person.employee_id, tenant);
                        change.fields.0.insert(FieldName::email(), address);
                    }
                }
            }
        }
        for (employee, change) in given_up {
            self.give_up(&employee, change);
        }
    }

    /// Adds this to the account's deactivation, or makes it a step of its own.
    fn give_up(&mut self, employee: &EmployeeId, given_up: UserChange) {
        for action in &mut self.plan.actions {
            if let Step::Deactivate { change, .. } = &mut action.step
                && action.employee_id == *employee
            {
                *change = UserChange {
                    active: Some(false),
                    ..given_up
                };
                return;
            }
        }
        let found = self.plan.actions.iter().find_map(|action| match &action.step {
            Step::Remember { seen, .. } if action.employee_id == *employee => Some(seen.as_ref().clone()),
            _ => None,
        });
        if let Some(before) = found.or_else(|| self.facts.accounts.link(employee).cloned()) {
            self.plan.actions.push(Action {
                employee_id: employee.clone(),
                person: before.display_name(),
                reason: "gives its name up to somebody else".to_owned(),
                step: Step::GiveUp {
                    before,
                    change: given_up,
                },
                digest: String::new(),
                permission: Permission::NotNeeded,
            });
        }
    }
}

/// Returns the values that actions take, with the action's position.
fn takers(actions: &[Action]) -> BTreeMap<Key, usize> {
    let taken = actions.iter().enumerate().flat_map(|(index, action)| {
        let keys = Unique::BOTH.map(|what| Some((what, takes(action, what)?)));
        keys.into_iter().flatten().map(move |key| (key, index))
    });
    taken.collect()
}

/// Takers of what others have and will still have.
fn conflicts(actions: &[Action], holders: &Holders) -> Vec<Conflict> {
    let given_up = givers(actions);
    let taken = takers(actions).into_iter();
    let conflicts = taken.filter_map(|(key, action)| {
        let cause = obstacle(&actions[action], key.0, holders.get(&key)?, given_up.contains_key(&key))?;
        Some(Conflict {
            action,
            what: key.0,
            is_about_person: matches!(cause, Cause::FormerEmployee { .. }),
            cause,
        })
    });
    conflicts.collect()
}

fn obstacle(action: &Action, what: Unique, holder: &Holder, is_given_up: bool) -> Option<Cause> {
    let taken_by = |by: Option<&EmployeeId>| Cause::Taken {
        what: what.name().to_owned(),
        by: by.cloned(),
    };
    match holder {
        Holder::Linked(person) | Holder::Former(person) if person.employee_id == action.employee_id => None,
        Holder::Linked(_) | Holder::Former(_) if is_given_up => None,
        Holder::Former(person) if is_namesake(action, &person.fields) => Some(Cause::FormerEmployee {
            former: person.employee_id.clone(),
        }),
        Holder::Former(_) => None,
        Holder::Linked(person) => Some(taken_by(Some(&person.employee_id))),
        Holder::Stranger => Some(taken_by(None)),
    }
}

/// Whether a new account would be for an employee of the same first and last name: perhaps the same person.
fn is_namesake(action: &Action, former: &UserFields) -> bool {
    let Step::Create(user) = &action.step else { return false };
    let name = |fields: &UserFields, field: &str| {
        let field: FieldName = field.parse().ok()?;
        fields.0.get(&field).map(|value| value.to_lowercase())
    };
    [FieldName::FIRST_NAME, FieldName::LAST_NAME]
        .iter()
        .all(|field| name(&user.fields, field).is_some_and(|value| name(former, field) == Some(value)))
}

/// Returns the actions in a cycle: two employees who swap names, or three who pass them round.
fn swaps(actions: &[Action], holders: &Holders) -> Vec<Conflict> {
    let given_up = givers(actions);
    let mut graph = DiGraphMap::<usize, Unique>::new();
    for (key, taker) in takers(actions) {
        if let Some(giver) = given_up
            .get(&key)
            .filter(|giver| **giver != taker && holders.get(&key).is_some())
        {
            graph.add_edge(*giver, taker, key.0);
        }
    }
    let cycles = kosaraju_scc(&graph).into_iter().filter(|members| members.len() > 1);
    let conflicts = cycles.flat_map(|mut members| {
        members.sort_unstable();
        let is_member = |index: usize| members.binary_search(&index).is_ok();
        let what = graph
            .all_edges()
            .find(|(giver, taker, _)| is_member(*giver) && is_member(*taker));
        let what = what.map_or(Unique::UserName, |(_, _, what)| *what);
        let mut numbers: Vec<_> = members.iter().map(|index| &actions[*index].employee_id).collect();
        numbers.sort_unstable();
        let conflict = |index: &usize| Conflict {
            action: *index,
            what,
            cause: Cause::disputed(what.name(), &numbers, &actions[*index].employee_id),
            is_about_person: true,
        };
        members.iter().map(conflict).collect::<Vec<_>>()
    });
    conflicts.collect()
}

/// Returns the values that actions give up, with the action's position.
fn givers(actions: &[Action]) -> BTreeMap<Key, usize> {
    let given = actions.iter().enumerate().flat_map(|(index, action)| {
        let keys = Unique::BOTH.map(|what| Some((what, gives_up(action, what)?)));
        keys.into_iter().flatten().map(move |key| (key, index))
    });
    given.collect()
}

fn value_digest(action: &Action, what: Unique) -> String {
    let key = match what {
        Unique::UserName => takes(action, what),
        Unique::Email => value(action, what).map(str::to_owned),
    };
    digest::of_value(key.as_deref().unwrap_or_default())
}

/// Returns the user name or e-mail that the action writes, as written.
fn value(action: &Action, what: Unique) -> Option<&str> {
    match (what, &action.step) {
        (Unique::UserName, Step::Create(user)) => Some(user.user_name.as_str()),
        (Unique::UserName, Step::Change { change, .. }) => Some(change.user_name.as_ref()?.as_str()),
        (Unique::Email, Step::Create(_) | Step::Change { .. }) => {
            let email = action.fields()?.0.get(&FieldName::email())?;
            Some(email.as_str()).filter(|email| !email.is_empty())
        }
        (_, Step::Deactivate { .. } | Step::GiveUp { .. } | Step::Remember { .. }) => None,
    }
}

/// Returns the user name or e-mail that the action takes, in the form in which it is compared.
pub(super) fn takes(action: &Action, what: Unique) -> Option<String> {
    value(action, what).map(str::to_lowercase)
}

/// Returns the user name or e-mail that a change gives up, in the form in which it is compared.
pub(super) fn gives_up(action: &Action, what: Unique) -> Option<String> {
    let Step::Change { before, .. } = &action.step else {
        return None;
    };
    let taken = takes(action, what)?;
    before.unique(what).filter(|given| *given != taken)
}

impl<'a> Stage<'a, Compared<'a>> {
    /// Returns the accounts that have the values taken; none where no value is.
    pub(super) fn holders(&self, taken: &BTreeSet<Key>) -> Option<Holders> {
        if taken.is_empty() {
            return None;
        }
        let mut holders = Holders::new();
        let seen = self.seen();
        let people = self
            .facts
            .input
            .people
            .iter()
            .map(|person| *seen.get(&person.employee_id).unwrap_or(&person));
        let adopted = seen
            .values()
            .copied()
            .filter(|person| self.facts.accounts.link(&person.employee_id).is_none());
        for person in people.chain(adopted) {
            for what in Unique::BOTH {
                let key = person.unique(what).map(|key| (what, key));
                if let Some(key) = key.filter(|key| taken.contains(key)) {
                    holders.insert(key, self.holder(person));
                }
            }
        }
        self.add_strangers(taken, &mut holders);
        Some(holders)
    }

    /// Accounts as this run saw them, where the table does not hold them so.
    fn seen(&self) -> HashMap<&EmployeeId, &Person> {
        let actions = self.plan.actions.iter();
        let seen = actions.filter_map(|action| match &action.step {
            Step::Remember { seen, .. } => Some((&action.employee_id, seen.as_ref())),
            _ => None,
        });
        seen.collect()
    }

    fn holder(&self, person: &Person) -> Holder {
        let position = self.facts.organisation.position(&person.employee_id);
        let has_left = position.is_none_or(|position| self.found.eligibility.get(position) == Some(&Eligibility::Left))
            && !self.facts.unreadable.contains_key(&person.employee_id);
        let is_inactive = !person.active || self.is_being_deactivated(&person.employee_id);
        if has_left && is_inactive && !self.facts.accounts.is_protected(&person.user_name) {
            Holder::Former(person.clone())
        } else {
            Holder::Linked(person.clone())
        }
    }

    fn is_being_deactivated(&self, id: &EmployeeId) -> bool {
        let mut actions = self.plan.actions.iter();
        actions.any(|action| matches!(action.step, Step::Deactivate { .. }) && action.employee_id == *id)
    }

    /// Adds accounts of the portal without an employee, when this run reads it.
    fn add_strangers(&self, taken: &BTreeSet<Key>, holders: &mut Holders) {
        let linked = self.facts.input.people.iter().chain(self.seen().into_values());
        let linked: HashSet<String> = match self.facts.input.portal {
            Some(_) => linked.map(|person| person.user_name.key()).collect(),
            None => return,
        };
        let strangers = self.facts.input.portal.unwrap_or_default().iter();
        for user in strangers.filter(|user| !linked.contains(&user.user_name.key())) {
            for key in unique_of(user).into_iter().flatten() {
                if taken.contains(&key) {
                    holders.entry(key).or_insert(Holder::Stranger);
                }
            }
        }
    }
}

fn unique_of(user: &PortalUser) -> [Option<Key>; 2] {
    let email = user.fields.0.get(&FieldName::email());
    [
        Some((Unique::UserName, user.user_name.key())),
        email.map(|email| (Unique::Email, email.to_lowercase())),
    ]
}
