//! The body of a webhook delivery, read into a completion, or into nothing where it is none of ours.

use std::collections::HashMap;

use habitsync_domain::identity::{EnrolmentId, TopicCode, TopicId};
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::vendors::json_text::{mended, readable};
use habitsync_domain::vendors::record::{JsonRecord, instant};
use jiff::Timestamp;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

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
    /// A user name that no account can have.
    #[error("the enrolment of the event names no possible user")]
    NoUser,
}

/// Objects of an event are read down to here, field by field: the event, the enrolment and its user.
const DEEPEST: usize = 3;

/// Reads a body.
///
/// # Errors
/// It is not an event, or a completed topic that lacks what a result needs.
pub fn read_event(body: &[u8]) -> Result<CompletionEvent, UnreadableEvent> {
    let fields = fields(&mended(&readable(body.to_vec())))?;
    let event = JsonRecord::from(&fields);
    match event.value("event") {
        Value::String(name) if name.trim().eq_ignore_ascii_case(COMPLETED) => read_enrolment(event),
        Value::Null => Err(UnreadableEvent::NotAnEvent { line: 1, column: 1 }),
        _ => Ok(CompletionEvent::Other),
    }
}

/// Returns the event's fields, each decoded for itself: one that cannot be decoded is null.
fn fields(json: &[u8]) -> Result<Map<String, Value>, UnreadableEvent> {
    let fields: HashMap<String, &RawValue> =
        serde_json::from_slice(json).map_err(|error| UnreadableEvent::NotAnEvent {
            line: error.line(),
            column: error.column(),
        })?;
    Ok(decoded(fields, DEEPEST))
}

fn decoded(fields: HashMap<String, &RawValue>, depth: usize) -> Map<String, Value> {
    let fields = fields.into_iter();
    fields.map(|(name, raw)| (name, value(raw.get(), depth - 1))).collect()
}

/// Returns the value; of an object that cannot be decoded as a whole, the fields that can.
fn value(json: &str, depth: usize) -> Value {
    let by_field = |_| match serde_json::from_str::<HashMap<String, &RawValue>>(json) {
        Ok(fields) if depth > 0 => Value::Object(decoded(fields, depth)),
        Ok(_) | Err(_) => Value::Null,
    };
    serde_json::from_str(json).unwrap_or_else(by_field)
}

fn read_enrolment(event: JsonRecord<'_>) -> Result<CompletionEvent, UnreadableEvent> {
    let enrolment = event.record("enrolment").ok_or(UnreadableEvent::NotAnEnrolment)?;
    if !is(enrolment, "type", TOPIC)? || !is(enrolment, "status", CONQUERED)? {
        return Ok(CompletionEvent::Other);
    }
    let number = |name| enrolment.whole(name).ok_or(UnreadableEvent::NotAnEnrolment);
    let user = enrolment.record("user").ok_or(UnreadableEvent::NotAnEnrolment)?;
    let user_name = user.id("user_name").ok_or(UnreadableEvent::NoUser)?;
    Ok(CompletionEvent::Completed(Completion {
        enrolment: EnrolmentId(number("id")?),
        topic: TopicId(number("knowledge_id")?),
        topic_code: enrolment.id("knowledge_code").map(TopicCode),
        user_name: user_name.parse().map_err(|_| UnreadableEvent::NoUser)?,
        completed_at: completed_at(enrolment, event.value("occurred_at"))?,
        training_minutes: enrolment
            .whole("training_minutes")
            .and_then(|minutes| minutes.try_into().ok()),
        source: CompletionSource::default(),
    }))
}

/// Whether the field says this word, in any letter case. One that is missing decides nothing; any other value is another word.
fn is(enrolment: JsonRecord<'_>, field: &str, word: &str) -> Result<bool, UnreadableEvent> {
    if !enrolment.has(field) {
        return Err(UnreadableEvent::NotAnEnrolment);
    }
    Ok(enrolment.word(field).is_some_and(|said| said == word))
}

/// The contract does not promise the enrolment's own time; the event is then the completion. A time of the enrolment's that cannot be
/// read is not replaced by another.
fn completed_at(enrolment: JsonRecord<'_>, occurred_at: &Value) -> Result<Timestamp, UnreadableEvent> {
    let at = if enrolment.has("completed_at") {
        enrolment.instant("completed_at")
    } else {
        occurred_at.as_str().and_then(instant)
    };
    at.ok_or(UnreadableEvent::NoCompletionTime)
}
