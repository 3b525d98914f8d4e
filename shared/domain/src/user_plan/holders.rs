//! Who has the user names and e-mails that others would take.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::disputes::Unique;
use super::names::Key;
use super::placement::Placement;
use super::{Planner, Step};
use crate::identity::EmployeeId;
use crate::person::Person;
use crate::user::{FieldName, PortalUser};

/// Who has a user name or an e-mail.
pub(super) enum Holder {
    /// An account that no employee has.
    Stranger,
    /// The account of somebody who works there, or may.
    Linked(Person),
    /// The deactivated account of somebody who does not, which may be made to give it up.
    Former(Person),
}

pub(super) type Holders = HashMap<Key, Holder>;

impl Person {
    /// What nobody else may have, as it is compared.
    pub(super) fn unique(&self, what: Unique) -> Option<String> {
        match what {
            Unique::UserName => Some(self.user_name.key()),
            Unique::Email => self
                .field(FieldName::EMAIL)
                .map(str::to_lowercase)
                .filter(|email| !email.is_empty()),
        }
    }
}

impl Planner<'_> {
    /// Who has what is taken; none where nothing is.
    pub(super) fn holders(&self, taken: &BTreeSet<Key>, placements: &[Placement]) -> Option<Holders> {
        if taken.is_empty() {
            return None;
        }
        let mut holders = Holders::new();
        let seen = self.seen();
        let people = self
            .situation
            .people
            .iter()
            .map(|person| *seen.get(&person.employee_id).unwrap_or(&person));
        let adopted = seen
            .values()
            .copied()
            .filter(|person| self.accounts.link(&person.employee_id).is_none());
        for person in people.chain(adopted) {
            for what in Unique::BOTH {
                let key = person.unique(what).map(|key| (what, key));
                if let Some(key) = key.filter(|key| taken.contains(key)) {
                    holders.insert(key, self.holder(person, placements));
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

    fn holder(&self, person: &Person, placements: &[Placement]) -> Holder {
        let position = self.organisation.position(&person.employee_id);
        let has_left = position.is_none_or(|position| placements.get(position) == Some(&Placement::Left))
            && !self.unreadable.contains_key(&person.employee_id);
        let is_inactive = !person.active || self.is_being_deactivated(&person.employee_id);
        if has_left && is_inactive && !self.accounts.is_protected(&person.user_name) {
            Holder::Former(person.clone())
        } else {
            Holder::Linked(person.clone())
        }
    }

    fn is_being_deactivated(&self, id: &EmployeeId) -> bool {
        let mut actions = self.plan.actions.iter();
        actions.any(|action| matches!(action.step, Step::Deactivate { .. }) && action.employee_id == *id)
    }

    /// Accounts of the portal, when this run reads it, that are nobody's.
    fn add_strangers(&self, taken: &BTreeSet<Key>, holders: &mut Holders) {
        let linked = self.situation.people.iter().chain(self.seen().into_values());
        let linked: HashSet<String> = match self.situation.portal {
            Some(_) => linked.map(|person| person.user_name.key()).collect(),
            None => return,
        };
        let strangers = self.situation.portal.unwrap_or_default().iter();
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
