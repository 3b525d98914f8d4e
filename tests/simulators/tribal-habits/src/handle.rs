//! The handle that tests, the demo and the admin interface hold: everything that a running portal can be asked or made to do.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use habitsync_fixtures::Company;
use habitsync_simulator_harness::Control;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Map, Value};

use crate::custom_field::CustomField;
use crate::deviation::Deviation;
use crate::enrolment::{Enrolment, NotThere};
use crate::page::MAX_PER_PAGE;
use crate::portal::Portal;
use crate::topic::Topic;
use crate::user::User;
use crate::webhook::{Delivery, SendError, Sender, WebhookTarget};

/// Everything a running portal can be asked or made to do. Clones reach the same portal.
#[derive(Debug, Clone)]
pub struct PortalHandle {
    pub(crate) control: Control,
    pub(crate) portal: Arc<Mutex<Portal>>,
    pub(crate) sender: Sender,
    pub(crate) target: Arc<Mutex<Option<WebhookTarget>>>,
    pub(crate) messages: Arc<AtomicU64>,
    pub(crate) deviations: Arc<Mutex<Vec<Deviation>>>,
}

/// The portal's records.
impl PortalHandle {
    /// Adds a company's topics and custom fields, its administrator and an outside trainer; no employee.
    pub fn seed_from(&self, company: &Company) {
        self.portal.lock().seed_from(company);
    }

    /// Every user, in order of creation.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.portal.lock().users().to_vec()
    }

    /// The user of this name, compared as the portal compares.
    #[must_use]
    pub fn user(&self, user_name: &str) -> Option<User> {
        self.portal.lock().user(user_name).cloned()
    }

    /// Creates a user by hand, under the API's rules but not through it; says whether they let it.
    #[must_use]
    pub fn add_user(&self, fields: &Map<String, Value>) -> bool {
        self.portal.lock().create_user(fields).is_ok()
    }

    /// Edits a user by hand, as an administrator would in the portal; says whether the rules let it.
    #[must_use]
    pub fn edit_user(&self, user_name: &str, fields: &Map<String, Value>) -> bool {
        self.portal.lock().update_user(user_name, fields).is_ok()
    }

    /// The portal's custom fields.
    #[must_use]
    pub fn custom_fields(&self) -> Vec<CustomField> {
        self.portal.lock().custom_fields().to_vec()
    }

    /// Every topic and article.
    #[must_use]
    pub fn topics(&self) -> Vec<Topic> {
        self.portal.lock().topics.clone()
    }

    /// Adds a topic, or puts it in the place of the one with its number.
    pub fn put_topic(&self, topic: Topic) {
        self.portal.lock().put_topic(topic);
    }

    /// Changes a topic; answers it as it now is, or nothing when there is none.
    pub fn change_topic(&self, id: u64, change: impl FnOnce(&mut Topic)) -> Option<Topic> {
        let now = self.control.clock().now();
        let mut portal = self.portal.lock();
        let topic = portal.topics.iter_mut().find(|topic| topic.id == id)?;
        change(topic);
        topic.updated_at = now;
        Some(topic.clone())
    }

    /// Every enrolment, by number.
    #[must_use]
    pub fn enrolments(&self) -> Vec<Enrolment> {
        self.portal.lock().enrolments.clone()
    }

    /// Enrols a user in a topic or an article, without completing it.
    ///
    /// # Errors
    /// There is no such user or topic.
    pub fn enrol(&self, user_name: &str, topic_id: u64) -> Result<Enrolment, NotThere> {
        self.portal
            .lock()
            .enrol(user_name, topic_id, self.control.clock().now())
    }

    /// Completes a topic or an article, on an open enrolment or a new one; again, it is a retake. Sends nothing.
    ///
    /// # Errors
    /// There is no such user or topic.
    pub fn complete(&self, user_name: &str, topic_id: u64, completed_at: Timestamp) -> Result<Enrolment, NotThere> {
        self.portal.lock().complete(user_name, topic_id, completed_at)
    }

    /// Completes a pathway. Sends nothing.
    ///
    /// # Errors
    /// There is no such user or pathway.
    pub fn complete_pathway(
        &self,
        user_name: &str,
        title: &str,
        completed_at: Timestamp,
    ) -> Result<Enrolment, NotThere> {
        self.portal.lock().complete_pathway(user_name, title, completed_at)
    }
}

/// Webhooks.
impl PortalHandle {
    /// Where [`PortalHandle::announce`] and the admin interface send to.
    pub fn set_webhook_target(&self, target: WebhookTarget) {
        *self.target.lock() = Some(target);
    }

    /// The target, if there is one.
    #[must_use]
    pub fn webhook_target(&self) -> Option<WebhookTarget> {
        self.target.lock().clone()
    }

    /// A new message about an enrolment, with an id of its own, as of now. Delivered twice, it is a duplicate.
    #[must_use]
    pub fn message(&self, enrolment: &Enrolment) -> Delivery {
        let number = self.messages.fetch_add(1, Ordering::Relaxed) + 1;
        Delivery::of(enrolment, &format!("evt_{number:04}"), self.control.clock().now())
    }

    /// Delivers a message once; answers the receiver's status.
    ///
    /// # Errors
    /// The receiver sent no answer.
    pub async fn deliver(&self, target: &WebhookTarget, delivery: &Delivery) -> Result<u16, SendError> {
        self.sender.send(target, delivery).await
    }

    /// Sends a new message about a completed enrolment; answers the receiver's status.
    ///
    /// # Errors
    /// The receiver sent no answer.
    pub async fn send_completion(&self, target: &WebhookTarget, enrolment: &Enrolment) -> Result<u16, SendError> {
        self.deliver(target, &self.message(enrolment)).await
    }

    /// Reports a completed enrolment to the portal's own target; answers the receiver's status.
    ///
    /// # Errors
    /// The portal has no target, or the receiver sent no answer.
    pub async fn announce(&self, enrolment: &Enrolment) -> Result<u16, SendError> {
        let target = self.webhook_target().ok_or(SendError::NoTarget)?;
        self.send_completion(&target, enrolment).await
    }
}

/// What tests watch and disturb.
impl PortalHandle {
    /// Makes the portal differ from the contract in these ways, and in no other.
    pub fn deviate(&self, deviations: impl IntoIterator<Item = Deviation>) {
        let deviations: Vec<_> = deviations.into_iter().collect();
        let size = deviations.iter().find_map(|deviation| match deviation {
            Deviation::PageSize(size) => Some(*size),
            _ => None,
        });
        self.portal.lock().page_size = size.unwrap_or(MAX_PER_PAGE);
        *self.deviations.lock() = deviations;
    }

    /// How the portal differs from the contract.
    #[must_use]
    pub fn deviations(&self) -> Vec<Deviation> {
        self.deviations.lock().clone()
    }
}

/// Journal, faults and clock.
impl Deref for PortalHandle {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}
