//! A completed topic, as Tribal Habits reports it by webhook or in its list of enrolments.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::identity::{EnrolmentId, TopicCode, TopicId, UserName};
use crate::tenant::TenantId;

/// One enrolment in a topic that has been completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// The enrolment: one enrolment is one result, whether a webhook or a sweep reports it.
    pub enrolment: EnrolmentId,
    /// The topic that was completed.
    pub topic: TopicId,
    /// Its code, where it was sent.
    #[serde(default)]
    pub topic_code: Option<TopicCode>,
    /// The user who completed it.
    pub user_name: UserName,
    /// When.
    pub completed_at: Timestamp,
    /// How long the training took, where it is known.
    #[serde(default)]
    pub training_minutes: Option<u32>,
    /// How these values reached HabitSync.
    #[serde(default)]
    pub source: CompletionSource,
}

/// How the values of a completion reached HabitSync, the least reliable way first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletionSource {
    /// A webhook with a bearer token, which every holder of the token can send: Tribal Habits has to confirm it.
    BearerToken,
    /// A webhook with a signature, or a completion that was stored before its source was kept.
    #[default]
    Signature,
    /// Tribal Habits listed the enrolment, or was asked for it.
    Portal,
}

impl Completion {
    /// Which values of one enrolment count: those of this completion, which was stored first, or those of `later`. A webhook
    /// replaces only values that a less reliable source brought; what Tribal Habits says when asked replaces every value.
    #[must_use]
    pub fn updated_by<'a>(&'a self, later: &'a Self) -> &'a Self {
        let is_better = later.source > self.source || later.source == CompletionSource::Portal;
        if is_better { later } else { self }
    }

    /// The calendar day of the completion where the customer is: never a UTC date.
    #[must_use]
    pub fn completed_on(&self, zone: &TimeZone) -> Date {
        self.completed_at.to_zoned(zone.clone()).date()
    }

    /// The identity of the result in EmployeeConnect, the same for every attempt to record it.
    #[must_use]
    pub fn idempotency_key(&self) -> String {
        format!("th-enrolment-{}", self.enrolment)
    }
}

/// A completion on its way from the webhook (or the sweep) to the pusher: the body of one message on the result queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletionMessage {
    /// The customer; also the message's group, so that one customer's burst does not delay another.
    pub tenant: TenantId,
    /// The completion.
    pub completion: Completion,
    /// When we accepted it: the seconds until it is recorded are counted from here.
    pub accepted_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_completion_date_is_the_day_where_the_customer_is() {
        let completion = Completion {
            enrolment: EnrolmentId(9001),
            topic: TopicId(456),
            topic_code: None,
            user_name: "jo@acme.example".parse().expect("valid"),
            completed_at: "2025-03-01T20:30:00Z".parse().expect("valid"),
            training_minutes: None,
            source: CompletionSource::Signature,
        };
        let sydney = TimeZone::get("Australia/Sydney").expect("bundled");
        assert_eq!(completion.completed_on(&sydney).to_string(), "2025-03-02");
        assert_eq!(completion.idempotency_key(), "th-enrolment-9001");
    }

    #[test]
    fn a_later_webhook_never_replaces_stored_values_and_the_portal_always_does() {
        use CompletionSource::{BearerToken, Portal, Signature};
        let from = |source, minute: i64| Completion {
            enrolment: EnrolmentId(9001),
            topic: TopicId(456),
            topic_code: None,
            user_name: "jo@acme.example".parse().expect("valid"),
            completed_at: Timestamp::from_second(60 * minute).expect("valid"),
            training_minutes: None,
            source,
        };
        let is_replaced = |stored, later| {
            let (stored, later) = (from(stored, 1), from(later, 2));
            *stored.updated_by(&later) == later
        };
        for (stored, later, expected) in [
            (BearerToken, BearerToken, false),
            (BearerToken, Signature, true),
            (Signature, BearerToken, false),
            (Signature, Signature, false),
            (Portal, Signature, false),
            (Signature, Portal, true),
            (Portal, Portal, true),
        ] {
            assert_eq!(is_replaced(stored, later), expected, "{stored:?}, then {later:?}");
        }
    }

    #[test]
    fn a_completion_stored_without_its_source_is_readable() {
        let stored = r#"{"enrolment":1,"topic":2,"user_name":"jo@acme.example","completed_at":"2025-03-01T20:30:00Z"}"#;
        let completion: Completion = serde_json::from_str(stored).expect("readable");
        assert_eq!(completion.source, CompletionSource::Signature);
    }
}
