//! Employees whose records came back under another number: the account of the old number and the record of the new one are a
//! pair. It is reported, and nothing is done about either until an operator relinks them.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::compare::portal_date;
use super::eligibility::Eligibility;
use super::stage::{Desired, DesiredAccount, Facts, Intent, Stage};
use super::unique::Unique;
use super::{RekeyedPair, Shared};
use crate::approvals::HoldReason;
use crate::configuration::UsersConfiguration;
use crate::people::dates::DateRules;
use crate::people::employee::Employee;
use crate::people::link::Person;
use crate::people::mapping::DesiredUser;
use crate::people::problem::{Cause, Problem};
use crate::people::user::FieldName;

/// The traits of a person apart from the employee number and the unique identifiers.
#[derive(PartialEq, Eq, Hash)]
struct Traits {
    first_name: String,
    last_name: String,
    start: Option<Date>,
}

/// A linked account whose employee is gone.
struct Gone<'a> {
    person: &'a Person,
    traits: Traits,
    is_active: bool,
}

/// The former employee whose account a desired user may have already.
struct Aside<'a> {
    former: &'a Person,
    is_pair: bool,
}

/// The positions of a gone employee and of a desired user who may be one person.
type Edges = Vec<(usize, usize, Shared)>;

impl<'a> Stage<'a, Desired<'a>> {
    /// Sets aside each desired user who may be an employee who is gone: pairs, and those who may be one of several.
    pub(super) fn set_rekeyed_aside(&mut self, wanted: Vec<DesiredAccount<'a>>) -> Vec<DesiredAccount<'a>> {
        let gone = self.gone();
        if gone.is_empty() {
            return wanted;
        }
        let edges = edges(&gone, &wanted, self.facts.evaluator.dates());
        let degrees = Degrees::of(&edges);
        let mut aside: HashMap<usize, Aside<'a>> = HashMap::new();
        for (old, new, shared) in &edges {
            let is_pair = degrees.are_each_others_only(*old, *new);
            let former = gone[*old].person;
            aside.entry(*new).or_insert(Aside { former, is_pair });
            if is_pair {
                self.plan.rekeyed.push(pair(former, &wanted[*new], *shared));
            }
            let because = if is_pair {
                HoldReason::Rekeyed
            } else {
                HoldReason::Claimed
            };
            self.found.same_person.insert(former.employee_id.clone(), because);
        }
        self.plan.rekeyed.sort();
        self.set_aside(wanted, &aside)
    }

    fn set_aside(
        &mut self,
        wanted: Vec<DesiredAccount<'a>>,
        aside: &HashMap<usize, Aside<'a>>,
    ) -> Vec<DesiredAccount<'a>> {
        let mut rest = Vec::with_capacity(wanted.len());
        for (position, wanted) in wanted.into_iter().enumerate() {
            match aside.get(&position) {
                Some(aside) => self.report_rekeyed(&wanted, aside),
                None => rest.push(wanted),
            }
        }
        rest
    }

    fn report_rekeyed(&mut self, wanted: &DesiredAccount<'a>, aside: &Aside<'a>) {
        self.plan.counts.set_aside += 1;
        let former = aside.former.employee_id.clone();
        let cause = if aside.is_pair {
            Cause::Rekeyed { former }
        } else {
            Cause::FormerEmployee { former }
        };
        let seen = wanted.unique(Unique::UserName).map(str::to_owned);
        let problem = Problem::about(wanted.employee, cause, seen);
        self.report(problem);
    }

    /// Linked accounts that are to be deactivated, or are deactivated already, of employees who no longer work there; and those of
    /// employees whose last day has passed although the status is an active one.
    fn gone(&self) -> Vec<Gone<'a>> {
        let candidates = self.found.classified.leaving.iter();
        let leaving = candidates.map(|candidate| &candidate.person.employee_id);
        let problems = self.plan.problems.iter();
        let contradicted = problems.filter(|problem| matches!(problem.cause, Cause::ActiveAfterLastDay { .. }));
        let contradicted = contradicted.filter_map(|problem| self.facts.accounts.link(&problem.employee_id));
        let contradicted = contradicted
            .filter(|person| person.active)
            .map(|person| &person.employee_id);
        let leaving: HashSet<_> = leaving.chain(contradicted).collect();
        let is_gone = |person: &&Person| {
            let position = self.facts.organisation.position(&person.employee_id);
            let has_left = position
                .is_none_or(|position| self.found.classified.eligibility.get(position) == Some(&Eligibility::Left));
            leaving.contains(&person.employee_id) || (!person.active && has_left)
        };
        let people = self.facts.input.people.iter().filter(is_gone);
        people
            .filter(|person| self.facts.accounts.owns(person) && !self.facts.accounts.is_protected(&person.user_name))
            .map(|person| Gone {
                traits: self.facts.traits_of_linked(person),
                is_active: leaving.contains(&person.employee_id),
                person,
            })
            .collect()
    }
}

impl Facts<'_> {
    /// As the account has them, and as the record has what the account does not.
    fn traits_of_linked(&self, person: &Person) -> Traits {
        let position = self.organisation.position(&person.employee_id);
        let record = position.and_then(|position| self.organisation.employee(position));
        let name = |field: &str, named: &str| {
            let held = person.field(field).filter(|name| !name.is_empty());
            compared(held.or_else(|| record?.text(named)).unwrap_or_default())
        };
        let mut starts = self.input.configuration.users.start_fields();
        let held = starts.find_map(|field| portal_date(person.field(field.as_str())?));
        Traits {
            first_name: name(FieldName::FIRST_NAME, "firstName"),
            last_name: name(FieldName::LAST_NAME, "lastName"),
            start: held.or_else(|| start_of(record?, self.evaluator.dates())),
        }
    }
}

impl Traits {
    fn of_desired(employee: &Employee, user: &DesiredUser<'_>, dates: &DateRules) -> Self {
        let name =
            |field: &str, named: &str| compared(user.value(field).or_else(|| employee.text(named)).unwrap_or_default());
        Self {
            first_name: name(FieldName::FIRST_NAME, "firstName"),
            last_name: name(FieldName::LAST_NAME, "lastName"),
            start: start_of(employee, dates),
        }
    }

    /// Whether both may describe one person: in addition to the last name, the first name or the first day is the same.
    fn resemble(&self, other: &Self) -> bool {
        let is_first =
            self.first_name == other.first_name || self.start.is_some_and(|start| other.start == Some(start));
        !self.last_name.is_empty() && self.last_name == other.last_name && is_first
    }

    /// Whether these say who it is without anything else that is the same.
    fn are_telling(&self) -> bool {
        self.start.is_some() && !self.first_name.is_empty() && !self.last_name.is_empty()
    }
}

impl UsersConfiguration {
    /// The portal's fields that hold the first day.
    pub(super) fn start_fields(&self) -> impl Iterator<Item = &FieldName> {
        let mapped = self.fields.iter();
        mapped
            .filter(|(_, mapping)| mapping.value.source() == "employee.startDate")
            .map(|(field, _)| field)
    }
}

pub(super) fn start_of(employee: &Employee, dates: &DateRules) -> Option<Date> {
    employee.start_date(dates).ok().flatten()
}

fn compared(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Every desired user without a link who may be a gone employee. A desired user who matches by user name or e-mail is not looked
/// for by name.
fn edges(gone: &[Gone<'_>], wanted: &[DesiredAccount<'_>], dates: &DateRules) -> Edges {
    let by_key = by_key(gone);
    let (mut edges, mut unmatched) = (Edges::new(), Vec::new());
    for (new, wanted) in wanted.iter().enumerate() {
        let Intent::Unlinked(user) = &wanted.intent else {
            continue;
        };
        let traits = Traits::of_desired(wanted.employee, user, dates);
        let before = edges.len();
        for (what, shared) in [(Unique::UserName, Shared::UserName), (Unique::Email, Shared::Email)] {
            let key = wanted.unique(what).map(|value| (what, compared(value)));
            for old in key.and_then(|key| by_key.get(&key)).into_iter().flatten() {
                let is_known = edges[before..].iter().any(|(known, ..)| known == old);
                if !is_known && gone[*old].traits.resemble(&traits) {
                    edges.push((*old, new, shared));
                }
            }
        }
        if edges.len() == before {
            unmatched.push((new, traits));
        }
    }
    let matched: HashSet<_> = edges.iter().map(|(old, ..)| *old).collect();
    let left = gone
        .iter()
        .enumerate()
        .filter(|(old, gone)| gone.is_active && !matched.contains(old));
    let named = by_traits(left.map(|(old, gone)| (old, &gone.traits)));
    let unmatched = by_traits(unmatched.iter().map(|(new, traits)| (*new, traits)));
    let alone = unmatched
        .iter()
        .filter_map(|(traits, new)| match (named.get(traits)?, new) {
            (Alone::Yes(old), Alone::Yes(new)) => Some((*old, *new, Shared::NameAndStart)),
            _ => None,
        });
    edges.extend(alone);
    edges
}

/// Whether one employee alone has these traits.
enum Alone {
    Yes(usize),
    No,
}

/// Returns the records by their traits, without namesakes that share one first day, since these cannot be
/// distinguished.
fn by_traits<'t>(people: impl Iterator<Item = (usize, &'t Traits)>) -> HashMap<&'t Traits, Alone> {
    let mut alone = HashMap::new();
    for (position, traits) in people.filter(|(_, traits)| traits.are_telling()) {
        let entry = alone.entry(traits);
        entry
            .and_modify(|alone| *alone = Alone::No)
            .or_insert(Alone::Yes(position));
    }
    alone
}

fn by_key(gone: &[Gone<'_>]) -> HashMap<(Unique, String), Vec<usize>> {
    let mut index: HashMap<_, Vec<usize>> = HashMap::new();
    for (position, gone) in gone.iter().enumerate() {
        for what in Unique::BOTH {
            if let Some(key) = gone.person.unique(what) {
                index.entry((what, compared(&key))).or_default().push(position);
            }
        }
    }
    index
}

/// The number of others that each may be one person with.
struct Degrees {
    old: HashMap<usize, usize>,
    new: HashMap<usize, usize>,
}

impl Degrees {
    fn of(edges: &Edges) -> Self {
        let mut degrees = Self {
            old: HashMap::new(),
            new: HashMap::new(),
        };
        for (old, new, _) in edges {
            *degrees.old.entry(*old).or_default() += 1;
            *degrees.new.entry(*new).or_default() += 1;
        }
        degrees
    }

    fn are_each_others_only(&self, old: usize, new: usize) -> bool {
        self.old.get(&old) == Some(&1) && self.new.get(&new) == Some(&1)
    }
}

fn pair(former: &Person, current: &DesiredAccount<'_>, shared: Shared) -> RekeyedPair {
    RekeyedPair {
        former: former.employee_id.clone(),
        current: current.employee.id().clone(),
        person: current.employee.display_name(),
        user_name: former.user_name.clone(),
        shared,
    }
}
