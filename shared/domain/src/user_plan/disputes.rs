//! Two people who would be active with one user name or e-mail: both are named, neither is guessed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::stage::{Desired, DesiredAccount, Facts, Stage};
use super::unique::Unique;
use crate::identity::EmployeeId;
use crate::people::problem::{Cause, Problem};
use crate::people::user::FieldName;

impl<'a> Stage<'a, Desired<'a>> {
    /// Reports the employees who share a user name or an e-mail with others, and returns the rest.
    pub(super) fn set_disputes_aside(&mut self, wanted: Vec<DesiredAccount<'a>>) -> Vec<DesiredAccount<'a>> {
        let mut disputed = BTreeSet::new();
        for what in Unique::BOTH {
            for group in shared(&wanted, what) {
                self.report_group(what, &group, &mut disputed);
            }
        }
        if disputed.is_empty() {
            return wanted;
        }
        let (aside, rest): (Vec<_>, Vec<_>) = wanted
            .into_iter()
            .partition(|wanted| disputed.contains(wanted.employee.id()));
        self.plan.counts.set_aside += aside.len();
        rest
    }

    /// Reports one line per employee: one who shares both gets the line about the user name. Where one of them has an
    /// active account with it already, only the others are disputed: their claim is no reason to stop syncing that
    /// account.
    fn report_group(&mut self, what: Unique, group: &[&DesiredAccount<'a>], disputed: &mut BTreeSet<EmployeeId>) {
        let mut numbers: Vec<_> = group.iter().map(|wanted| wanted.employee.id()).collect();
        numbers.sort_unstable();
        let mut holders = group.iter().filter(|wanted| self.facts.has_already(wanted, what));
        let holder = holders.next().filter(|_| holders.next().is_none());
        let holder = holder.map(|wanted| wanted.employee.id());
        for wanted in group {
            let id = wanted.employee.id();
            if holder != Some(id) && disputed.insert(id.clone()) {
                let cause = Cause::disputed(what.name(), &numbers, id);
                let seen = wanted.unique(what).map(str::to_owned);
                self.report(Problem::about(wanted.employee, cause, seen));
            }
        }
    }
}

impl Facts<'_> {
    /// Whether the employee's account is active, and has this already, as last written or seen.
    fn has_already(&self, wanted: &DesiredAccount<'_>, what: Unique) -> bool {
        let Some(link) = self.accounts.link(wanted.employee.id()) else {
            return false;
        };
        let has = match what {
            Unique::UserName => Some(link.user_name.as_str()),
            Unique::Email => link.field(FieldName::EMAIL),
        };
        let claimed = wanted.unique(what).map(str::to_lowercase);
        link.active && self.accounts.owns(link) && has.map(str::to_lowercase) == claimed
    }
}

/// The groups of people who would have the same, in the order of the first of each.
fn shared<'w, 'a>(wanted: &'w [DesiredAccount<'a>], what: Unique) -> Vec<Vec<&'w DesiredAccount<'a>>> {
    let mut first: HashMap<String, usize> = HashMap::with_capacity(wanted.len());
    let mut groups: BTreeMap<usize, Vec<&DesiredAccount<'a>>> = BTreeMap::new();
    for (index, person) in wanted.iter().enumerate() {
        let Some(key) = person.unique(what).map(str::to_lowercase) else {
            continue;
        };
        match first.entry(key) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(index);
            }
            std::collections::hash_map::Entry::Occupied(entry) => {
                let first = *entry.get();
                groups.entry(first).or_insert_with(|| vec![&wanted[first]]).push(person);
            }
        }
    }
    groups.into_values().collect()
}
