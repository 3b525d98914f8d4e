//! One customer's Tribal Habits portal.

use std::sync::atomic::{AtomicBool, Ordering};

use habitsync_domain::courses::topic::Topic;
use habitsync_domain::identity::{EnrolmentId, UserName};
use habitsync_domain::people::user::{FieldName, NewUser, PortalUser, UserChange, UserFields};
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::vendors::list::{UnusableRecord, VendorList};
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::faults::{Call, Faults, vendor_failure};
use habitsync_workflows::ports::failure::{Missing, RefusedField, Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{FindCompletion, FindUser, ListCompletions, ListTopics, ListUsers, SaveUser};

/// Something that a portal refuses whenever it is asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refuses {
    /// A field that it does not have.
    Field(&'static str),
    /// A value that is not in a field's list; the reason quotes it.
    Value(&'static str, String),
    /// Every create and change of these user names, or of all, with this reason and without a field.
    Users(Option<Vec<String>>, &'static str),
}

/// A portal in memory.
#[derive(Debug, Default)]
pub struct Portal {
    /// What it refuses until that is taken off the list.
    pub refuses: Mutex<Vec<Refuses>>,
    /// Its failures and its journal.
    pub faults: Faults<VendorFailure>,
    /// Users of the portal.
    pub users: Mutex<Vec<PortalUser>>,
    /// Its topics and articles.
    pub topics: Mutex<Vec<Topic>>,
    /// Records of its lists that cannot be used: of each list the same ones.
    pub unusable: Mutex<Vec<UnusableRecord>>,
    /// Its completed topic enrolments.
    pub completions: Mutex<Vec<Completion>>,
    /// Whether it lists the newest completion first, which the contract only assumes it does not.
    pub newest_first: AtomicBool,
    /// Whether it lists every completion regardless of `since`, which the contract only assumes it does not.
    pub ignores_since: AtomicBool,
}

impl Portal {
    fn listed<T>(&self, records: Vec<T>) -> VendorList<T> {
        VendorList {
            records,
            unusable: self.unusable.lock().clone(),
        }
    }
}

impl ListUsers for Portal {
    async fn list_users(&self) -> Result<VendorList<PortalUser>, VendorFailure> {
        let list = || Ok(self.listed(self.users.lock().clone()));
        self.faults.call(Call::ListUsers, list).await
    }
}

impl FindUser for Portal {
    async fn find_user(&self, name: &UserName) -> Result<Option<PortalUser>, VendorFailure> {
        let find = || Ok(self.users.lock().iter().find(|user| user.user_name == *name).cloned());
        self.faults.call(Call::FindUser, find).await
    }
}

impl SaveUser for Portal {
    async fn create_user(&self, user: &NewUser) -> Result<(), VendorFailure> {
        self.faults.call(Call::CreateUser, || self.create(user)).await
    }

    async fn change_user(&self, name: &UserName, change: &UserChange) -> Result<(), VendorFailure> {
        self.faults.call(Call::ChangeUser, || self.change(name, change)).await
    }
}

impl Portal {
    fn must_accept(&self, name: &UserName, fields: &UserFields) -> Result<(), VendorFailure> {
        let rules = self.refuses.lock();
        let has = |field: &str, value: Option<&String>| {
            let held = fields.0.iter().find(|(name, _)| name.as_str() == field);
            held.is_some_and(|(_, held)| value.is_none_or(|value| held == value))
        };
        let refused = rules.iter().filter_map(|rule| match rule {
            Refuses::Field(field) => has(field, None).then(|| (*field, "is no field".to_owned())),
            Refuses::Value(field, value) => {
                has(field, Some(value)).then(|| (*field, format!("'{value}' is not in the list")))
            }
            Refuses::Users(names, reason) => {
                let is_meant = |names: &Vec<String>| names.iter().any(|meant| meant == name.as_str());
                names.as_ref().is_none_or(is_meant).then(|| ("", (*reason).to_owned()))
            }
        });
        let refused: Vec<_> = refused
            .map(|(field, reason)| RefusedField {
                field: field.to_owned(),
                reason,
            })
            .collect();
        if refused.is_empty() {
            return Ok(());
        }
        Err(vendor_failure(
            Vendor::TribalHabits,
            VendorFailureKind::Refused(refused),
        ))
    }

    fn create(&self, user: &NewUser) -> Result<(), VendorFailure> {
        self.must_accept(&user.user_name, &user.fields)?;
        let mut users = self.users.lock();
        must_be_free(&users, Some(&user.user_name), user.fields.0.get(&FieldName::email()))?;
        users.push(PortalUser {
            user_name: user.user_name.clone(),
            active: true,
            fields: user.fields.clone(),
        });
        Ok(())
    }

    fn change(&self, name: &UserName, change: &UserChange) -> Result<(), VendorFailure> {
        if change.active != Some(false) {
            self.must_accept(name, &change.fields)?;
        }
        let mut users = self.users.lock();
        let Some(index) = users.iter().position(|user| user.user_name == *name) else {
            let kind = VendorFailureKind::NotFound(Missing::User);
            return Err(vendor_failure(Vendor::TribalHabits, kind));
        };
        let (before, others) = users.split_at(index);
        let others = [before, others.get(1..).unwrap_or_default()].concat();
        must_be_free(
            &others,
            change.user_name.as_ref(),
            change.fields.0.get(&FieldName::email()),
        )?;
        let user = &mut users[index];
        user.user_name = change.user_name.clone().unwrap_or_else(|| user.user_name.clone());
        user.active = change.active.unwrap_or(user.active);
        user.fields.0.extend(change.fields.0.clone());
        Ok(())
    }
}

/// User names and e-mails are unique, regardless of letter case and deactivation.
fn must_be_free(users: &[PortalUser], name: Option<&UserName>, email: Option<&String>) -> Result<(), VendorFailure> {
    if users.iter().any(|user| Some(&user.user_name) == name) {
        return Err(refused("user_name"));
    }
    let lower = |email: Option<&String>| email.map(|email| email.to_lowercase());
    let has_email = |user: &PortalUser| lower(user.fields.0.get(&FieldName::email())) == lower(email);
    if email.is_some() && users.iter().any(has_email) {
        return Err(refused("email"));
    }
    Ok(())
}

fn refused(field: &str) -> VendorFailure {
    let refused = RefusedField {
        field: field.to_owned(),
        reason: "has already been taken".to_owned(),
    };
    vendor_failure(Vendor::TribalHabits, VendorFailureKind::Refused(vec![refused]))
}

impl ListTopics for Portal {
    async fn list_topics(&self) -> Result<VendorList<Topic>, VendorFailure> {
        let list = || Ok(self.listed(self.topics.lock().clone()));
        self.faults.call(Call::ListTopics, list).await
    }
}

impl ListCompletions for Portal {
    async fn list_completions(&self, since: Timestamp) -> Result<VendorList<Completion>, VendorFailure> {
        let list = || {
            let mut found: Vec<_> = self.completions.lock().iter().map(from_portal).collect();
            if !self.ignores_since.load(Ordering::Relaxed) {
                found.retain(|completion| completion.completed_at >= since);
            }
            found.sort_by_key(|completion| completion.completed_at);
            if self.newest_first.load(Ordering::Relaxed) {
                found.reverse();
            }
            Ok(self.listed(found))
        };
        self.faults.call(Call::ListCompletions, list).await
    }
}

impl FindCompletion for Portal {
    async fn find_completion(&self, enrolment: EnrolmentId) -> Result<Option<Completion>, VendorFailure> {
        let find = || {
            let completions = self.completions.lock();
            Ok(completions
                .iter()
                .find(|completion| completion.enrolment == enrolment)
                .map(from_portal))
        };
        self.faults.call(Call::FindCompletion, find).await
    }
}

fn from_portal(completion: &Completion) -> Completion {
    let source = CompletionSource::Portal;
    Completion {
        source,
        ..completion.clone()
    }
}
