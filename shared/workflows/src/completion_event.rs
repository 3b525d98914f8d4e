//! The body of a webhook delivery, read into a completion, or into nothing where it is none of ours.

use habitsync_domain::completion::{Completion, CompletionSource};
use habitsync_domain::identity::{EnrolmentId, TopicCode, TopicId};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// The one event that is ours.
const COMPLETED: &str = "enrolment.completed";
/// The one kind of knowledge that becomes results: articles and pathways never do.
const TOPIC: &str = "topic";
/// The vendor's word for completed.
const CONQUERED: &str = "conquered";

/// What a readable event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletionEvent {
    /// A topic was completed.
    Completed(Completion),
    /// Another event, an article, a pathway, or an enrolment that is not completed.
    Other,
}

/// A body that is no readable event. Says where, never what: bodies hold personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableEvent {
    /// Not JSON, or without the fields that every event has.
    #[error("not an event (line {line}, column {column})")]
    NotAnEvent {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// A completed enrolment that does not say what the contract asks of it.
    #[error("the enrolment of the event is not one")]
    NotAnEnrolment,
    /// A completed enrolment without the moment of its completion.
    #[error("the enrolment of the event does not say when it was completed")]
    NoCompletionTime,
    /// A user name that nobody can have.
    #[error("the enrolment of the event names no possible user")]
    NoUser,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "event")]
    name: String,
    #[serde(default)]
    occurred_at: Option<Timestamp>,
    #[serde(default)]
    enrolment: Value,
}

/// What decides whether an enrolment is ours; the rest is read only then.
#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    knowledge: String,
    status: String,
}

#[derive(Deserialize)]
struct Enrolment {
    id: EnrolmentId,
    knowledge_id: TopicId,
    #[serde(default)]
    knowledge_code: Option<TopicCode>,
    user: User,
    #[serde(default)]
    completed_at: Option<Timestamp>,
    #[serde(default)]
    training_minutes: Option<u32>,
}

#[derive(Deserialize)]
struct User {
    user_name: String,
}

/// Reads a body.
///
/// # Errors
/// It is not an event, or a completed topic that lacks what a result needs.
pub fn read_event(body: &[u8]) -> Result<CompletionEvent, UnreadableEvent> {
    let event: Event = serde_json::from_slice(body).map_err(|error| UnreadableEvent::NotAnEvent {
        line: error.line(),
        column: error.column(),
    })?;
    if event.name != COMPLETED {
        return Ok(CompletionEvent::Other);
    }
    let kind = Kind::deserialize(&event.enrolment).map_err(|_| UnreadableEvent::NotAnEnrolment)?;
    if kind.knowledge != TOPIC || kind.status != CONQUERED {
        return Ok(CompletionEvent::Other);
    }
    let enrolment = Enrolment::deserialize(&event.enrolment).map_err(|_| UnreadableEvent::NotAnEnrolment)?;
    Ok(CompletionEvent::Completed(Completion {
        enrolment: enrolment.id,
        topic: enrolment.knowledge_id,
        topic_code: enrolment.knowledge_code,
        user_name: enrolment.user.user_name.parse().map_err(|_| UnreadableEvent::NoUser)?,
        // The contract does not promise the enrolment's own time; the event is then the completion.
        completed_at: enrolment
            .completed_at
            .or(event.occurred_at)
            .ok_or(UnreadableEvent::NoCompletionTime)?,
        training_minutes: enrolment.training_minutes,
        source: CompletionSource::default(),
    }))
}
