//! The portal's state and its rules, without HTTP.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::custom_field::CustomField;
use crate::custom_field::DateStyle;
use crate::enrolment::{Enrolment, EnrolmentStatus, Knowledge, Learner, NotThere};
use crate::page::MAX_PER_PAGE;
use crate::settings::PortalSettings;
use crate::topic::Topic;
use crate::user::{Complaints, User, fill, fold};

/// Why a write is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    NotFound,
    Invalid(Complaints),
}

/// Everything one portal knows.
#[derive(Debug)]
pub(crate) struct Portal {
    pub(crate) topics: Vec<Topic>,
    pub(crate) enrolments: Vec<Enrolment>,
    pub(crate) page_size: usize,
    custom_fields: Vec<CustomField>,
    dates: DateStyle,
    users: Vec<User>,
    by_user_name: HashMap<String, usize>,
    by_email: HashMap<String, usize>,
}

impl Portal {
    pub(crate) fn new(settings: &PortalSettings) -> Self {
        Self {
            topics: Vec::new(),
            enrolments: Vec::new(),
            page_size: MAX_PER_PAGE,
            custom_fields: settings.custom_fields.clone(),
            dates: settings.dates,
            users: Vec::new(),
            by_user_name: HashMap::new(),
            by_email: HashMap::new(),
        }
    }

    pub(crate) fn custom_fields(&self) -> &[CustomField] {
        &self.custom_fields
    }

    /// Adds custom fields, empty for every user; one that is there already by that name stays as it is.
    pub(crate) fn add_custom_fields(&mut self, fields: impl IntoIterator<Item = CustomField>) {
        for field in fields {
            if self.custom_fields.iter().any(|known| known.name == field.name) {
                continue;
            }
            self.users
                .iter_mut()
                .for_each(|user| drop(user.custom.insert(field.key(), Value::Null)));
            self.custom_fields.push(field);
        }
    }

    /// Every user, in order of creation.
    pub(crate) fn users(&self) -> &[User] {
        &self.users
    }

    pub(crate) fn user(&self, user_name: &str) -> Option<&User> {
        self.by_user_name.get(&fold(user_name)).map(|index| &self.users[*index])
    }

    pub(crate) fn create_user(&mut self, body: &Map<String, Value>) -> Result<User, Refusal> {
        let custom = self
            .custom_fields
            .iter()
            .map(|field| (field.key(), Value::Null))
            .collect();
        let mut user = User {
            active: true,
            custom,
            ..User::default()
        };
        let mut complaints = fill(&mut user, body, &self.custom_fields, self.dates);
        for required in ["user_name", "first_name", "last_name", "email"] {
            if !body.contains_key(required) {
                complaints
                    .entry(required.to_owned())
                    .or_default()
                    .push("can't be blank");
            }
        }
        self.keep(self.users.len(), user, complaints)
    }

    /// Changes the fields sent; answers the user before and after.
    pub(crate) fn update_user(&mut self, name: &str, body: &Map<String, Value>) -> Result<(User, User), Refusal> {
        let index = *self.by_user_name.get(&fold(name)).ok_or(Refusal::NotFound)?;
        let before = self.users[index].clone();
        let mut user = before.clone();
        let complaints = fill(&mut user, body, &self.custom_fields, self.dates);
        Ok((before, self.keep(index, user, complaints)?))
    }

    /// Stores a user at `index`, unless the user is invalid or another one has the user name or the e-mail.
    fn keep(&mut self, index: usize, user: User, mut complaints: Complaints) -> Result<User, Refusal> {
        let taken = |found: Option<&usize>| found.is_some_and(|other| *other != index);
        if taken(self.by_user_name.get(&fold(&user.user_name))) {
            complaints
                .entry("user_name".to_owned())
                .or_default()
                .push("has already been taken");
        }
        if taken(self.by_email.get(&fold(&user.email))) {
            complaints
                .entry("email".to_owned())
                .or_default()
                .push("has already been taken");
        }
        if !complaints.is_empty() {
            return Err(Refusal::Invalid(complaints));
        }
        if let Some(before) = self.users.get(index) {
            self.by_user_name.remove(&fold(&before.user_name));
            self.by_email.remove(&fold(&before.email));
        }
        self.by_user_name.insert(fold(&user.user_name), index);
        self.by_email.insert(fold(&user.email), index);
        if index == self.users.len() {
            self.users.push(user.clone());
        } else {
            self.users[index] = user.clone();
        }
        Ok(user)
    }

    pub(crate) fn topic(&self, id: u64) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.id == id)
    }

    /// Adds a topic or an article, or puts it in the place of the one with its number.
    pub(crate) fn put_topic(&mut self, topic: Topic) {
        match self.topics.iter_mut().find(|known| known.id == topic.id) {
            Some(known) => *known = topic,
            None => self.topics.push(topic),
        }
    }

    /// Enrols a user in a topic or an article.
    pub(crate) fn enrol(&mut self, name: &str, topic_id: u64, at: Timestamp) -> Result<Enrolment, NotThere> {
        let learner = self.learner(name)?;
        let topic = self.topic(topic_id).ok_or(NotThere::Topic)?;
        let enrolment = Enrolment::begin(self.next_enrolment(), topic, learner, at);
        self.enrolments.push(enrolment.clone());
        Ok(enrolment)
    }

    /// Completes a topic or an article: the open enrolment if there is one, else a new one.
    pub(crate) fn complete(&mut self, name: &str, topic_id: u64, at: Timestamp) -> Result<Enrolment, NotThere> {
        let learner = self.learner(name)?;
        let minutes = self.topic(topic_id).ok_or(NotThere::Topic)?.estimated_minutes;
        let is_open = |enrolment: &Enrolment| {
            enrolment.is_open() && enrolment.knowledge_id == topic_id && enrolment.user.user_name == learner.user_name
        };
        if !self.enrolments.iter().any(is_open) {
            self.enrol(name, topic_id, at)?;
        }
        let enrolment = self
            .enrolments
            .iter_mut()
            .find(|found| is_open(found))
            .ok_or(NotThere::Topic)?;
        enrolment.conquer(at, minutes);
        Ok(enrolment.clone())
    }

    /// Completes a pathway, which the API does not list.
    pub(crate) fn complete_pathway(&mut self, name: &str, title: &str, at: Timestamp) -> Result<Enrolment, NotThere> {
        let id = self.next_enrolment();
        let enrolment = Enrolment {
            id,
            r#type: Knowledge::Pathway,
            knowledge_id: 70_000 + id,
            knowledge_code: format!("TH-9-{}", 70_000 + id),
            knowledge_title: title.to_owned(),
            status: EnrolmentStatus::Conquered,
            user: self.learner(name)?,
            enrolled_at: at,
            completed_at: Some(at),
            training_minutes: None,
        };
        self.enrolments.push(enrolment.clone());
        Ok(enrolment)
    }

    /// Enrolments completed at `since` or later, oldest first; without `since` all of them, by number.
    pub(crate) fn enrolments_since(&self, since: Option<Timestamp>) -> Vec<Enrolment> {
        let Some(since) = since else {
            return self.enrolments.clone();
        };
        let recent = |enrolment: &&Enrolment| enrolment.completed_at.is_some_and(|at| at >= since);
        let mut found: Vec<Enrolment> = self.enrolments.iter().filter(recent).cloned().collect();
        found.sort_by_key(|enrolment| (enrolment.completed_at, enrolment.id));
        found
    }

    fn learner(&self, name: &str) -> Result<Learner, NotThere> {
        let user = self.user(name).ok_or(NotThere::User)?;
        Ok(Learner {
            user_name: user.user_name.clone(),
            email: user.email.clone(),
        })
    }

    fn next_enrolment(&self) -> u64 {
        self.enrolments.last().map_or(9001, |last| last.id + 1)
    }
}
