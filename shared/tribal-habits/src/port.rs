//! The use cases' ports, and what each error of the client means to a use case.

use std::str::FromStr;

use habitsync_domain::courses::topic::{AutoEnrolLink, Folder, Topic, TopicKind};
use habitsync_domain::identity::{EnrolmentId, TopicCode, TopicId, UserName};
use habitsync_domain::people::user::{FieldName, NewUser, PortalUser, UserChange, UserFields};
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::text::excerpt::clip;
use habitsync_domain::vendors::list::{UnusableRecord, VendorList, WhyUnusable};
use habitsync_vendor_http::{CallError, vendor_failure};
use habitsync_workflows::ports::failure::{Missing, Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{FindCompletion, FindUser, ListCompletions, ListTopics, ListUsers, SaveUser};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::client::TribalHabits;
use crate::error::TribalHabitsError;
use crate::wire;

impl ListUsers for TribalHabits {
    async fn list_users(&self) -> Result<VendorList<PortalUser>, VendorFailure> {
        let listed = self.users(|user| portal_user(&user), |user| user.user_name.as_str().to_owned());
        listed.await.map_err(|error| failure(&error, Missing::Other))
    }
}

impl FindUser for TribalHabits {
    async fn find_user(&self, name: &UserName) -> Result<Option<PortalUser>, VendorFailure> {
        let user = self
            .user(name.as_str())
            .await
            .map_err(|error| failure(&error, Missing::User))?;
        let user = user.as_ref().map(portal_user).transpose();
        user.map_err(|unusable| unusable_record(&unusable))
    }
}

impl SaveUser for TribalHabits {
    async fn create_user(&self, user: &NewUser) -> Result<(), VendorFailure> {
        let body = wire::UserBody {
            user_name: Some(user.user_name.as_str().to_owned()),
            active: Some(true),
            fields: wire_fields(&user.fields),
        };
        self.post_user(&body)
            .await
            .map_err(|error| failure(&about_the_write(error), Missing::Other))
    }

    async fn change_user(&self, name: &UserName, change: &UserChange) -> Result<(), VendorFailure> {
        let body = wire::UserBody {
            user_name: change.user_name.as_ref().map(|name| name.as_str().to_owned()),
            active: change.active,
            fields: wire_fields(&change.fields),
        };
        self.put_user(name.as_str(), &body)
            .await
            .map_err(|error| failure(&about_the_write(error), Missing::User))
    }
}

/// A key that may not do this write is no key that was revoked: others may be done, and a revoked one fails the next read.
fn about_the_write(error: TribalHabitsError) -> TribalHabitsError {
    match error {
        TribalHabitsError::Call(CallError::Forbidden { .. }) => TribalHabitsError::Call(CallError::Refused {
            status: 403,
            fields: Vec::new(),
        }),
        error => error,
    }
}

impl ListTopics for TribalHabits {
    async fn list_topics(&self) -> Result<VendorList<Topic>, VendorFailure> {
        let topics = self.topics().await.map_err(|error| failure(&error, Missing::Other))?;
        Ok(topics.map(topic))
    }
}

impl ListCompletions for TribalHabits {
    async fn list_completions(&self, since: Timestamp) -> Result<VendorList<Completion>, VendorFailure> {
        let listed = self
            .enrolments_completed_since(since)
            .await
            .map_err(|error| failure(&error, Missing::Other))?;
        let completed = listed.records.into_iter().filter(wire::Enrolment::is_completed_topic);
        let completions = completed.map(completion);
        Ok(VendorList::from_records(
            completions.chain(listed.unusable.into_iter().map(Err)),
        ))
    }
}

impl FindCompletion for TribalHabits {
    async fn find_completion(&self, enrolment: EnrolmentId) -> Result<Option<Completion>, VendorFailure> {
        let enrolment = self
            .enrolment(enrolment.0)
            .await
            .map_err(|error| failure(&error, Missing::Other))?;
        let enrolment = enrolment.filter(wire::Enrolment::is_completed_topic);
        let completion = enrolment.map(completion).transpose();
        completion.map_err(|unusable| unusable_record(&unusable))
    }
}

/// A field that the portal does not let a customer map (its own ids, dates) is left out.
pub(crate) fn portal_user(user: &wire::User) -> Result<PortalUser, UnusableRecord> {
    let user_name = user
        .user_name
        .parse()
        .map_err(|_| UnusableRecord::new(Some(&user.user_name), WhyUnusable::NoId))?;
    let fields = user
        .fields
        .iter()
        .filter_map(|(name, value)| Some((FieldName::from_str(name).ok()?, text(value)?)));
    Ok(PortalUser {
        user_name,
        active: user.active.unwrap_or(true),
        fields: UserFields(fields.collect()),
    })
}

/// So much of a value of the portal is kept, in bytes. No value that is written is as long, so that a cut one differs from it.
const LONGEST_VALUE: usize = 4_100;

/// Text, number or null as text; none for what no field of the contract can be.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(clip(text, LONGEST_VALUE)),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// An empty custom field is cleared by an empty text, an empty manager by null (both assumed).
fn wire_fields(fields: &UserFields) -> Map<String, Value> {
    let value = |name: &FieldName, text: &String| {
        if text.is_empty() && !name.is_custom() {
            Value::Null
        } else {
            Value::String(text.clone())
        }
    };
    fields
        .0
        .iter()
        .map(|(name, text)| (name.as_str().to_owned(), value(name, text)))
        .collect()
}

fn topic(topic: wire::Topic) -> Topic {
    let links = topic.auto_enrol_links.into_iter();
    let link = |link: wire::AutoEnrolLink| AutoEnrolLink {
        reference: link.reference,
        url: link.url,
        active: link.active.unwrap_or(true),
    };
    Topic {
        id: TopicId(topic.id),
        code: TopicCode(topic.code),
        kind: topic.kind.map_or(TopicKind::Topic, |kind| {
            if kind == "topic" {
                TopicKind::Topic
            } else {
                TopicKind::Other
            }
        }),
        title: topic.title,
        description: topic.description,
        folder: folder(&topic.status),
        published_version: topic.published_version,
        links: links.map(link).collect(),
    }
}

fn folder(status: &str) -> Folder {
    match status {
        "active" => Folder::Active,
        "draft" => Folder::Draft,
        _ => Folder::Archived,
    }
}

fn completion(enrolment: wire::Enrolment) -> Result<Completion, UnusableRecord> {
    let id = enrolment.id.to_string();
    let lacks = || UnusableRecord::new(Some(&id), WhyUnusable::LacksAValue);
    let user_name = enrolment.user_name.as_deref().map(str::parse);
    Ok(Completion {
        enrolment: EnrolmentId(enrolment.id),
        topic: TopicId(enrolment.knowledge_id),
        topic_code: enrolment.knowledge_code.map(TopicCode),
        user_name: user_name.and_then(Result::ok).ok_or_else(lacks)?,
        completed_at: enrolment.completed_at.ok_or_else(lacks)?,
        training_minutes: enrolment.training_minutes.and_then(|minutes| minutes.try_into().ok()),
        source: CompletionSource::Portal,
    })
}

/// The one record that was asked for cannot be used.
fn unusable_record(unusable: &UnusableRecord) -> VendorFailure {
    let error = TribalHabitsError::Record { why: unusable.why };
    failure(&error, Missing::Other)
}

/// The failure as a use case sees it; `missing` is what a 404 of this call means.
fn failure(error: &TribalHabitsError, missing: Missing) -> VendorFailure {
    let kind = match error {
        TribalHabitsError::NotFound => VendorFailureKind::NotFound(missing),
        TribalHabitsError::NotFoundElsewhere => VendorFailureKind::NotFound(Missing::Other),
        TribalHabitsError::Record { .. } => VendorFailureKind::Unreadable,
        TribalHabitsError::Call(error) => error.into(),
    };
    vendor_failure(Vendor::TribalHabits, kind, error)
}
