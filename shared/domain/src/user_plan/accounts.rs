//! Which account is whose: by the stored link, else (when verifying) by what the customer says accounts are recognised by.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Situation;
use crate::configuration::MatchKey;
use crate::identity::{EmployeeId, UserName};
use crate::mapping::MappedUser;
use crate::person::Person;
use crate::problem::Cause;
use crate::user::{FieldName, PortalUser, UserFields};

/// The account of one person, as far as it is known.
pub(super) enum Account {
    /// There is none.
    None,
    /// The stored link, and nothing new about it.
    Linked(Person),
    /// As the portal has it, which the table does not hold yet: an account to adopt, or one that drifted.
    Seen(Person),
    /// An account that is never touched.
    Protected,
    /// It cannot be told, or must not be touched; why.
    Unclear(Cause),
}

pub(super) struct Accounts<'a> {
    situation: &'a Situation<'a>,
    links: HashMap<&'a EmployeeId, &'a Person>,
    linked_names: BTreeSet<String>,
    protected: BTreeSet<String>,
    by_name: ByKey<'a, PortalUser>,
    by_email: ByKey<'a, PortalUser>,
    /// How many people would adopt an account, by its user name.
    claims: HashMap<String, usize>,
}

impl<'a> Accounts<'a> {
    pub(super) fn new(situation: &'a Situation<'a>) -> Self {
        let portal = situation.portal.unwrap_or_default();
        Self {
            situation,
            links: situation
                .people
                .iter()
                .map(|person| (&person.employee_id, person))
                .collect(),
            linked_names: situation.people.iter().map(|person| person.user_name.key()).collect(),
            protected: situation.configuration.protected(),
            by_name: by_key(portal, |user| Some(user.user_name.key())),
            by_email: by_key(portal, |user| {
                user.fields.0.get(&FieldName::email()).map(|email| email.to_lowercase())
            }),
            claims: HashMap::new(),
        }
    }

    pub(super) fn is_protected(&self, name: &UserName) -> bool {
        self.protected.contains(&name.key())
    }

    /// The stored link of an employee.
    pub(super) fn link(&self, employee: &EmployeeId) -> Option<&'a Person> {
        self.links.get(employee).copied()
    }

    /// Counts who would adopt which account: one that two people would take is neither's.
    pub(super) fn count_claims<'w>(&mut self, wanted: impl IntoIterator<Item = (&'w EmployeeId, &'w MappedUser)>) {
        for (employee, user) in wanted {
            if self.link(employee).is_none()
                && let Some([account]) = self.found(user)
            {
                *self.claims.entry(account.user_name.key()).or_default() += 1;
            }
        }
    }

    pub(super) fn of(&self, employee: &EmployeeId, wanted: &MappedUser) -> Account {
        match self.link(employee) {
            Some(person) if self.is_protected(&person.user_name) => Account::Protected,
            Some(person) => self.linked(person),
            None => self.unlinked(employee, wanted),
        }
    }

    /// The linked account, as the portal has it when this run verifies.
    fn linked(&self, person: &Person) -> Account {
        if self.situation.portal.is_none() {
            return Account::Linked(person.clone());
        }
        let Some(user) = self
            .by_name
            .get(&person.user_name.key())
            .and_then(|users| users.first())
        else {
            return Account::Unclear(Cause::AccountMissing);
        };
        if person.active && !user.active {
            return Account::Unclear(Cause::DeactivatedByHand);
        }
        let seen = Person {
            active: user.active,
            fields: self.mapped_fields(user),
            ..person.clone()
        };
        if seen == *person {
            Account::Linked(seen)
        } else {
            Account::Seen(seen)
        }
    }

    /// An account that nobody is linked to; two candidates, or two people for one, are never guessed between.
    fn unlinked(&self, employee: &EmployeeId, wanted: &MappedUser) -> Account {
        match self.found(wanted) {
            None => Account::None,
            Some([user]) if self.is_protected(&user.user_name) => Account::Protected,
            Some([user]) if self.is_free_for_one(&user.user_name) => Account::Seen(self.adopt(employee, user)),
            Some(_) => Account::Unclear(Cause::SeveralAccounts),
        }
    }

    fn is_free_for_one(&self, name: &UserName) -> bool {
        let is_linked = self.linked_names.contains(&name.key());
        let is_claimed_twice = self.claims.get(&name.key()).is_some_and(|claims| *claims > 1);
        !is_linked && !is_claimed_twice
    }

    /// The accounts that the first key to find any finds.
    fn found(&self, wanted: &MappedUser) -> Option<&[&'a PortalUser]> {
        let keys = &self.situation.configuration.users.match_existing;
        keys.iter().find_map(|key| self.candidates(*key, wanted))
    }

    fn candidates(&self, key: MatchKey, wanted: &MappedUser) -> Option<&[&'a PortalUser]> {
        let candidates = match key {
            MatchKey::UserName => self.by_name.get(&wanted.user_name.key()),
            MatchKey::Email => {
                let email = wanted
                    .fields
                    .get(&FieldName::email())
                    .and_then(|field| field.value.as_ref());
                email.and_then(|email| self.by_email.get(&email.to_lowercase()))
            }
        };
        candidates.map(Vec::as_slice)
    }

    fn adopt(&self, employee: &EmployeeId, user: &PortalUser) -> Person {
        Person {
            employee_id: employee.clone(),
            user_name: user.user_name.clone(),
            former_names: Vec::new(),
            active: user.active,
            fields: self.mapped_fields(user),
            last_change: None,
        }
    }

    /// Only the fields the customer maps are kept: the rest of the account is none of our business.
    fn mapped_fields(&self, user: &PortalUser) -> UserFields {
        let mapped = self.situation.configuration.users.fields.keys();
        UserFields(
            mapped
                .map(|field| (field.clone(), user.fields.0.get(field).cloned().unwrap_or_default()))
                .collect(),
        )
    }
}

/// Accounts by the compared form of a name or an address.
type ByKey<'a, T> = BTreeMap<String, Vec<&'a T>>;

fn by_key<T>(items: &[T], key: impl Fn(&T) -> Option<String>) -> ByKey<'_, T> {
    let mut index = ByKey::new();
    for item in items {
        if let Some(key) = key(item) {
            index.entry(key).or_default().push(item);
        }
    }
    index
}
