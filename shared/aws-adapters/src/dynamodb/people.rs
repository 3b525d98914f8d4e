//! Linked people, the holders of user names, and changes by employee.
//!
//! A person is one item. Each user name the person has or had is one more, under the name and the employee together, so
//! that a name which passes from one person to another finds both, each for the time they had it.

use std::collections::BTreeMap;

use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::link::{Person, PersonChange};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::SaveFailure;
use habitsync_workflows::ports::people::{
    FindPersonByUserName, LoadChanges, LoadPeople, LoadPerson, ReplaceLink, SavePerson, StoredPeople,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::{Attributes, Item, Retention, read_value};
use super::keys::{BODY, Key, Prefix};
use super::{SERVICE, TenantTable};
use crate::failure::{AwsError, AwsErrorKind};

/// An employee who has this user name, or had it until a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NameHolder {
    user_name: UserName,
    employee_id: EmployeeId,
    until: Option<Timestamp>,
}

impl LoadPeople for TenantTable {
    async fn load_people(&self) -> Result<StoredPeople, ServiceFailure> {
        let (people, unreadable) = self.all_named(Prefix::Person).await?;
        let employee = |key: String| key.parse().ok();
        Ok(StoredPeople {
            people,
            unreadable: unreadable.into_iter().filter_map(employee).collect(),
        })
    }
}

impl LoadPerson for TenantTable {
    async fn load_person(&self, employee: &EmployeeId) -> Result<Option<Person>, ServiceFailure> {
        Ok(self.table.get_body(&Key::person(&self.tenant, employee)).await?)
    }
}

impl SavePerson for TenantTable {
    async fn save_person(&self, person: &Person, change: &PersonChange) -> Result<(), SaveFailure> {
        let items = self.link(person).into_iter().chain([self.change(change)]).collect();
        self.write_under_lease(Job::UserSync, items, &[]).await
    }
}

impl ReplaceLink for TenantTable {
    async fn replace_link(
        &self,
        before: &Person,
        after: Option<&Person>,
        change: &PersonChange,
    ) -> Result<(), SaveFailure> {
        let stays: Vec<_> = after.into_iter().flat_map(|after| self.link_keys(after)).collect();
        let mut goes = self.link_keys(before);
        goes.retain(|key| !stays.contains(key));
        let link = after.into_iter().flat_map(|after| self.link(after));
        let items = link.chain([self.change(change)]).collect();
        self.write_under_lease(Job::UserSync, items, &goes).await
    }
}

impl TenantTable {
    /// The items of a link: the person's, and one for each of their names.
    fn link(&self, person: &Person) -> Vec<Result<Item, AwsErrorKind>> {
        let names = holders(person).into_values().map(|holder| {
            let key = Key::user(&self.tenant, &holder.user_name, &holder.employee_id);
            Item::new(&key).with_body(&holder).map(|item| kept(item, person))
        });
        let key = Key::person(&self.tenant, &person.employee_id);
        let link = Item::new(&key).with_body(person).map(|item| kept(item, person));
        names.chain([link]).collect()
    }

    fn link_keys(&self, person: &Person) -> Vec<Key> {
        let names = holders(person).into_values();
        let names = names.map(|holder| Key::user(&self.tenant, &holder.user_name, &holder.employee_id));
        names.chain([Key::person(&self.tenant, &person.employee_id)]).collect()
    }

    fn change(&self, change: &PersonChange) -> Result<Item, AwsErrorKind> {
        let key = Key::change(&self.tenant, &change.employee_id, change.at);
        Item::new(&key).kept(Retention::NinetyDays).with_body(change)
    }
}

impl LoadChanges for TenantTable {
    async fn load_changes(&self, employee: &EmployeeId) -> Result<Vec<PersonChange>, ServiceFailure> {
        let read = |mut attributes| read_value::<PersonChange>(&mut attributes, BODY);
        let pk = Key::configuration(&self.tenant).pk;
        let mut changes = self.table.query(pk, &Key::changes(employee), read).await?;
        changes.reverse();
        Ok(changes)
    }
}

impl FindPersonByUserName for TenantTable {
    async fn find_person(&self, name: &UserName, at: Timestamp) -> Result<Option<EmployeeId>, ServiceFailure> {
        let pk = Key::configuration(&self.tenant).pk;
        let mut found = Vec::new();
        // A holder that cannot be decoded fails the look-up: without it the name may seem to be another employee's.
        let take = |item: Result<Attributes, AwsErrorKind>| {
            let holder = item.and_then(|mut attributes| read_value::<NameHolder>(&mut attributes, BODY));
            found.push(holder.map_err(|kind| AwsError::new(SERVICE, "Query", kind))?);
            Ok(())
        };
        self.table.query_each(pk, &Key::users(name), take).await?;
        Ok(holder_at(name, at, found))
    }
}

/// Everything that is to be known of the person's names, by the name as it is compared: of one that was given up twice, the
/// later time.
fn holders(person: &Person) -> BTreeMap<String, NameHolder> {
    let holder = |user_name: &UserName, until| NameHolder {
        user_name: user_name.clone(),
        employee_id: person.employee_id.clone(),
        until,
    };
    let former = person
        .former_names
        .iter()
        .filter(|former| former.user_name != person.user_name);
    former
        .map(|former| holder(&former.user_name, Some(former.until)))
        .chain([holder(&person.user_name, None)])
        .map(|holder| (holder.user_name.key(), holder))
        .collect()
}

/// Who had the name at that moment: of those who gave it up later, the first to do so; else who has it now. (The sort key's
/// prefix may also match a longer name, hence the comparison.)
fn holder_at(name: &UserName, at: Timestamp, holders: Vec<NameHolder>) -> Option<EmployeeId> {
    let had = |holder: &NameHolder| holder.user_name == *name && holder.until.is_none_or(|until| until > at);
    let holders = holders.into_iter().filter(had);
    holders
        .min_by_key(|holder| holder.until.unwrap_or(Timestamp::MAX))
        .map(|holder| holder.employee_id)
}

/// Links live as long as the account is active, and thirteen months more.
fn kept(item: Item, person: &Person) -> Item {
    if person.active {
        item
    } else {
        item.kept(Retention::ThirteenMonths)
    }
}

#[cfg(test)]
mod tests {
    use habitsync_domain::people::link::FormerName;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    fn name(text: &str) -> UserName {
        text.parse().expect("a user name")
    }

    fn holder(user_name: &str, employee: &str, until: Option<&str>) -> NameHolder {
        let employee_id = employee.parse().expect("an employee");
        NameHolder {
            user_name: name(user_name),
            employee_id,
            until: until.map(at),
        }
    }

    #[test]
    fn a_name_that_passed_on_finds_whoever_had_it_then() {
        let holders = [
            holder("jo@acme.example", "E2", None),
            holder("jo@acme.example", "E1", Some("2026-03-01T00:00:00Z")),
        ];
        let found = |then| holder_at(&name("JO@acme.example"), at(then), holders.to_vec()).map(String::from);
        assert_eq!(found("2026-02-28T23:59:59Z").as_deref(), Some("E1"));
        assert_eq!(found("2026-03-01T00:00:00Z").as_deref(), Some("E2"));
    }

    #[test]
    fn a_name_that_only_begins_the_same_is_another_name() {
        let holders = vec![holder("jo#2", "E2", None)];
        assert_eq!(holder_at(&name("jo"), at("2026-03-01T00:00:00Z"), holders), None);
    }

    #[test]
    fn a_name_that_was_given_up_and_taken_back_is_the_present_one() {
        let person = Person {
            employee_id: "E1".parse().expect("an employee"),
            user_name: name("jo"),
            former_names: vec![
                FormerName {
                    user_name: name("Jo"),
                    until: at("2026-01-01T00:00:00Z"),
                },
                FormerName {
                    user_name: name("jo.old"),
                    until: at("2026-02-01T00:00:00Z"),
                },
            ],
            active: true,
            fields: habitsync_domain::people::user::UserFields::default(),
            last_change: None,
            removed: None,
            marks: habitsync_domain::approvals::ChangeMarks::default(),
            rewrites: BTreeMap::new(),
        };
        let holders: Vec<_> = holders(&person).into_values().collect();
        assert_eq!(
            holders,
            [
                holder("jo", "E1", None),
                holder("jo.old", "E1", Some("2026-02-01T00:00:00Z"))
            ]
        );
    }
}
