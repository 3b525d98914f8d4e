//! Which account is whose: by the stored link, else (when verifying) by what the customer says accounts are recognised by.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::compare::is_same;
use super::{PlanInput, rewrites};
use crate::approvals::ChangeMarks;
use crate::configuration::{MatchKey, OnUserNameChange, UsersConfiguration, WriteMode};
use crate::identity::{EmployeeId, UserName};
use crate::people::link::{Person, Rewrite};
use crate::people::mapping::DesiredUser;
use crate::people::problem::Cause;
use crate::people::user::{FieldName, PortalUser, UserFields};
use crate::vendors::list::UnusableRecord;

/// The account of one employee, as far as it is known.
pub(super) enum Account<'a> {
    /// There is none.
    None,
    /// The stored link, and nothing new about it.
    Known(Cow<'a, Person>),
    /// As the portal has it, which the table does not hold yet: an account to adopt, or one that drifted.
    Seen(Person),
    /// An account that is never touched.
    Protected,
    /// It cannot be determined, or must not be touched; the cause.
    Unclear(Cause),
}

pub(crate) struct Accounts<'a> {
    input: &'a PlanInput<'a>,
    links: HashMap<&'a EmployeeId, &'a Person>,
    linked_names: HashSet<String>,
    /// User names that several links have, each with the employee whose account really has it.
    owners: HashMap<String, &'a EmployeeId>,
    protected: BTreeSet<String>,
    by_name: ByKey<'a, PortalUser>,
    by_email: ByKey<'a, PortalUser>,
    /// User names and e-mails of accounts that cannot be read.
    unreadable: HashSet<String>,
}

/// Which accounts employees without a link may adopt.
#[derive(Default)]
pub(crate) struct Adoptions {
    /// Accounts that have their employee's new user name already.
    renamed: HashSet<String>,
    /// How many employees would adopt an account, by its user name.
    claims: HashMap<String, usize>,
}

impl<'a> Accounts<'a> {
    pub(super) fn new(input: &'a PlanInput<'a>) -> Self {
        let portal = input.portal.unwrap_or_default();
        Self {
            input,
            links: input
                .people
                .iter()
                .map(|person| (&person.employee_id, person))
                .collect(),
            linked_names: if input.portal.is_some() {
                input.people.iter().map(|person| person.user_name.key()).collect()
            } else {
                HashSet::new()
            },
            owners: owners(input.people),
            protected: input.configuration.protected(),
            by_name: by_key(portal, |user| Some(user.user_name.key())),
            by_email: by_key(portal, |user| {
                user.fields.0.get(&FieldName::email()).map(|email| email.to_lowercase())
            }),
            unreadable: input.unreadable.accounts.iter().filter_map(account_key).collect(),
        }
    }

    pub(crate) fn is_protected(&self, name: &UserName) -> bool {
        !self.protected.is_empty() && self.protected.contains(&name.key())
    }

    /// The stored link of an employee.
    pub(crate) fn link(&self, employee: &EmployeeId) -> Option<&'a Person> {
        self.links.get(employee).copied()
    }

    /// Whether the account of this name belongs to this link. An account that was deleted in the portal frees its name,
    /// which another employee may have by now: the old link must never change that account.
    pub(crate) fn owns(&self, person: &Person) -> bool {
        let owner = if self.owners.is_empty() {
            None
        } else {
            self.owners.get(&person.user_name.key())
        };
        owner.is_none_or(|owner| **owner == person.employee_id)
    }

    /// Returns the linked account, as the portal has it when this run verifies; `wanted` is the desired user name.
    pub(super) fn of_linked(&self, person: &'a Person, wanted: &UserName) -> Account<'a> {
        if self.is_protected(&person.user_name) {
            return Account::Protected;
        }
        if !self.owns(person) {
            return Account::Unclear(Cause::AccountMissing);
        }
        if self.input.portal.is_none() {
            return Account::Known(Cow::Borrowed(person));
        }
        if self.unreadable.contains(&person.user_name.key()) {
            return Account::Unclear(Cause::UnusableAccount);
        }
        let Ok(named) = self.only_one_named(&person.user_name) else {
            return Account::Unclear(Cause::SeveralAccounts);
        };
        let found = named.or_else(|| self.renamed(wanted));
        let Some(user) = found else {
            return Account::Unclear(Cause::AccountMissing);
        };
        if person.active && !user.active {
            return Account::Unclear(Cause::DeactivatedByHand);
        }
        let fields = self.seen_fields(user, person);
        let seen = Person {
            active: user.active,
            rewrites: self.rewrites_after(person, &fields),
            fields,
            ..person.renamed(&user.user_name, self.input.now)
        };
        if self.is_as_stored(person, &seen) {
            Account::Known(Cow::Borrowed(person))
        } else {
            Account::Seen(seen)
        }
    }

    /// Whether the account can log in: as the portal has it when this run verifies, else as last written or seen.
    pub(crate) fn is_active(&self, person: &Person) -> bool {
        self.named(&person.user_name).map_or(person.active, |user| user.active)
    }

    /// Returns the portal's account of this name: of several whose names differ in letter case, the one with this
    /// spelling. It is unclear where none has it, or where an account of this name cannot be read.
    fn only_one_named(&self, name: &UserName) -> Result<Option<&'a PortalUser>, Unclear> {
        let users = self.by_name.get(&name.key()).map(Vec::as_slice).unwrap_or_default();
        let spelled_so = users.iter().find(|user| user.user_name.as_str() == name.as_str());
        match (users, spelled_so) {
            _ if self.unreadable.contains(&name.key()) => Err(Unclear),
            (_, Some(user)) | ([user], None) => Ok(Some(user)),
            ([], None) => Ok(None),
            _ => Err(Unclear),
        }
    }

    /// The portal's account of this name, as far as the portal was read.
    fn named(&self, name: &UserName) -> Option<&'a PortalUser> {
        let users = self.by_name.get(&name.key())?;
        let spelled_so = users.iter().find(|user| user.user_name.as_str() == name.as_str());
        spelled_so.or_else(|| users.first()).copied()
    }

    /// The account that has its new name already, where the old one is gone: a run was killed before it could save the rename.
    fn renamed(&self, wanted: &UserName) -> Option<&'a PortalUser> {
        let renames = self.input.configuration.users.on_user_name_change == OnUserNameChange::Rename;
        let found = self.named(wanted).filter(|_| renames);
        found.filter(|user| !self.linked_names.contains(&user.user_name.key()))
    }

    /// Whether the table holds the account as it was seen. A field that was never written is empty, unless that is just what
    /// has to be seen before it may be written.
    fn is_as_stored(&self, stored: &Person, seen: &Person) -> bool {
        let mut mapped = self.input.configuration.users.fields.iter();
        let is_same = |field, write| {
            let seen = seen.fields.0.get(field).map(String::as_str).unwrap_or_default();
            match stored.fields.0.get(field) {
                Some(stored) => stored == seen,
                None => seen.is_empty() && write != WriteMode::IfEmpty,
            }
        };
        stored.user_name == seen.user_name
            && stored.active == seen.active
            && mapped.all(|(field, mapping)| is_same(field, mapping.write))
    }

    /// Returns the account to adopt, which no employee is linked to; the planner never guesses between two candidates,
    /// or between two employees for one.
    pub(super) fn of_unlinked(
        &self,
        employee: &EmployeeId,
        wanted: &DesiredUser<'_>,
        adoptions: &Adoptions,
    ) -> Account<'a> {
        if self.may_be_unreadable(wanted) {
            return Account::Unclear(Cause::UnusableAccount);
        }
        match adoptions.recognised(self, wanted).as_slice() {
            [] => Account::None,
            [(_, user)] if self.is_protected(&user.user_name) => Account::Protected,
            [(_, user)] if adoptions.claims.get(&user.user_name.key()) == Some(&1) => {
                Account::Seen(self.adopt(employee, user))
            }
            [_] | [_, ..] => Account::Unclear(Cause::SeveralAccounts),
        }
    }

    /// Whether an account that cannot be read has this employee's user name or e-mail: a second one must not be
    /// created.
    fn may_be_unreadable(&self, wanted: &DesiredUser<'_>) -> bool {
        let email = wanted.email().map(str::to_lowercase);
        self.unreadable.contains(&wanted.user_name.key()) || email.is_some_and(|email| self.unreadable.contains(&email))
    }

    /// Returns the unlinked accounts that match this employee, each with the first key that finds it.
    fn recognised(&self, wanted: &DesiredUser<'_>) -> Vec<(MatchKey, &'a PortalUser)> {
        let keys = &self.input.configuration.users.match_existing;
        let found = keys.iter().filter_map(|key| {
            let users = match key {
                MatchKey::UserName => self.by_name.get(&wanted.user_name.key()),
                MatchKey::Email => self.by_email.get(&wanted.email()?.to_lowercase()),
            };
            Some(users?.iter().map(|user| (*key, *user)))
        });
        let mut recognised: Vec<(MatchKey, &'a PortalUser)> = Vec::new();
        for (key, user) in found.flatten() {
            let is_known = recognised.iter().any(|(_, known)| std::ptr::eq(*known, user));
            if !is_known && !self.linked_names.contains(&user.user_name.key()) {
                recognised.push((key, user));
            }
        }
        recognised
    }

    /// Returns how the portal rewrites the written values, where this is the first read after the write: a later
    /// difference may be a change by hand.
    fn rewrites_after(&self, person: &Person, seen: &UserFields) -> BTreeMap<FieldName, Rewrite> {
        let written_at = person.last_change.as_ref().map(|change| change.at);
        if self
            .input
            .limit_input
            .verified_at
            .is_none_or(|verified| written_at >= Some(verified))
        {
            rewrites::after_sight(&self.input.configuration.users, person, seen)
        } else {
            person.rewrites.clone()
        }
    }

    fn adopt(&self, employee: &EmployeeId, user: &PortalUser) -> Person {
        adopted(&self.input.configuration.users, employee, user)
    }

    /// The mapped fields as the portal has them; a date or an address that it only spells otherwise is as it is stored,
    /// since it has not been changed.
    fn seen_fields(&self, user: &PortalUser, stored: &Person) -> UserFields {
        let mut seen = mapped_fields(&self.input.configuration.users, user);
        for (field, mapping) in &self.input.configuration.users.fields {
            if let (Some(seen), Some(stored)) = (seen.0.get_mut(field), stored.fields.0.get(field))
                && is_same(field, mapping.kind, stored, seen)
            {
                seen.clone_from(stored);
            }
        }
        seen
    }
}

impl Adoptions {
    /// Leaves out accounts that already have their employee's new user name.
    pub(super) fn beside_renamed(renamed: impl Iterator<Item = String>) -> Self {
        Self {
            renamed: renamed.collect(),
            claims: HashMap::new(),
        }
    }

    /// Counts who would adopt which account: one that two employees would take goes to neither.
    pub(super) fn count_claims<'w>(
        &mut self,
        accounts: &Accounts<'_>,
        unlinked: impl Iterator<Item = &'w DesiredUser<'w>>,
    ) {
        for user in unlinked {
            for (_, account) in self.recognised(accounts, user) {
                *self.claims.entry(account.user_name.key()).or_default() += 1;
            }
        }
    }

    /// Returns the accounts that the employee may adopt, each with the first key that finds it.
    pub(super) fn recognised<'a>(
        &self,
        accounts: &Accounts<'a>,
        wanted: &DesiredUser<'_>,
    ) -> Vec<(MatchKey, &'a PortalUser)> {
        let mut recognised = accounts.recognised(wanted);
        recognised.retain(|(_, user)| !self.renamed.contains(&user.user_name.key()));
        recognised
    }
}

/// Several accounts are possible, or the account cannot be read.
struct Unclear;

fn account_key(account: &UnusableRecord) -> Option<String> {
    account.id.as_ref().map(|id| id.trim().to_lowercase())
}

/// An account that was there already, as it is linked to an employee: with the fields that it was seen with.
#[must_use]
pub fn adopted(users: &UsersConfiguration, employee: &EmployeeId, user: &PortalUser) -> Person {
    Person {
        employee_id: employee.clone(),
        user_name: user.user_name.clone(),
        former_names: Vec::new(),
        active: user.active,
        fields: mapped_fields(users, user),
        last_change: None,
        removed: None,
        marks: ChangeMarks::default(),
        rewrites: BTreeMap::new(),
    }
}

/// Returns the mapped fields only: HabitSync ignores the account's other fields.
fn mapped_fields(users: &UsersConfiguration, user: &PortalUser) -> UserFields {
    let seen = |field| user.fields.0.get(field).cloned().unwrap_or_default();
    UserFields(users.fields.keys().map(|field| (field.clone(), seen(field))).collect())
}

/// Returns the owner of each user name that several links have: the employee whose account was written last, since the
/// portal gave it the name.
fn owners(people: &[Person]) -> HashMap<String, &EmployeeId> {
    let written = |person: &Person| (person.last_change.as_ref().map(|change| change.at), person.active);
    let mut holders: HashMap<String, &Person> = HashMap::with_capacity(people.len());
    let mut shared = HashMap::new();
    for person in people {
        if let Some(other) = holders.insert(person.user_name.key(), person) {
            let latest = if written(other) > written(person) {
                other
            } else {
                person
            };
            holders.insert(person.user_name.key(), latest);
            shared.insert(person.user_name.key(), &latest.employee_id);
        }
    }
    shared
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
