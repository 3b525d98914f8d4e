//! One customer's Tribal Habits portal.

use habitsync_domain::completion::Completion;
use habitsync_domain::identity::{EnrolmentId, UserName};
use habitsync_domain::topic::Topic;
use habitsync_domain::user::{FieldName, NewUser, PortalUser, UserChange};
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::faults::{Call, Faults, vendor_failure};
use habitsync_workflows::ports::failure::{Missing, RefusedField, Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{FindCompletion, FindUser, ListCompletions, ListTopics, ListUsers, SaveUser};

/// A portal.
#[derive(Debug, Default)]
pub struct Portal {
    /// Its failures and its journal.
    pub faults: Faults<VendorFailure>,
    /// Its users.
    pub users: Mutex<Vec<PortalUser>>,
    /// Its topics and articles.
    pub topics: Mutex<Vec<Topic>>,
    /// Its completed topic enrolments.
    pub completions: Mutex<Vec<Completion>>,
}

impl ListUsers for Portal {
    async fn list_users(&self) -> Result<Vec<PortalUser>, VendorFailure> {
        let list = || Ok(self.users.lock().clone());
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
    fn create(&self, user: &NewUser) -> Result<(), VendorFailure> {
        let mut users = self.users.lock();
        if users.iter().any(|existing| existing.user_name == user.user_name) {
            return Err(refused("user_name"));
        }
        let email = user.fields.0.get(&FieldName::email());
        if users
            .iter()
            .any(|existing| existing.fields.0.get(&FieldName::email()) == email)
        {
            return Err(refused("email"));
        }
        users.push(PortalUser {
            user_name: user.user_name.clone(),
            active: true,
            fields: user.fields.clone(),
        });
        Ok(())
    }

    fn change(&self, name: &UserName, change: &UserChange) -> Result<(), VendorFailure> {
        let mut users = self.users.lock();
        let Some(user) = users.iter_mut().find(|user| user.user_name == *name) else {
            let kind = VendorFailureKind::NotFound(Missing::User);
            return Err(vendor_failure(Vendor::TribalHabits, kind));
        };
        user.user_name = change.user_name.clone().unwrap_or_else(|| user.user_name.clone());
        user.active = change.active.unwrap_or(user.active);
        user.fields.0.extend(change.fields.0.clone());
        Ok(())
    }
}

fn refused(field: &str) -> VendorFailure {
    let refused = RefusedField {
        field: field.to_owned(),
        reason: "has already been taken".to_owned(),
    };
    vendor_failure(Vendor::TribalHabits, VendorFailureKind::Refused(vec![refused]))
}

impl ListTopics for Portal {
    async fn list_topics(&self) -> Result<Vec<Topic>, VendorFailure> {
        let list = || Ok(self.topics.lock().clone());
        self.faults.call(Call::ListTopics, list).await
    }
}

impl ListCompletions for Portal {
    async fn list_completions(&self, since: Timestamp) -> Result<Vec<Completion>, VendorFailure> {
        let list = || {
            let mut found = self.completions.lock().clone();
            found.retain(|completion| completion.completed_at >= since);
            found.sort_by_key(|completion| completion.completed_at);
            Ok(found)
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
                .cloned())
        };
        self.faults.call(Call::FindCompletion, find).await
    }
}
