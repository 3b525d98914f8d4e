//! A completed topic, as Tribal Habits tells it by webhook or in its list of enrolments.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::identity::{EnrolmentId, TopicCode, TopicId, UserName};
use crate::tenant::TenantId;

/// One enrolment in a topic that has been completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// The enrolment: one enrolment is one result, whatever path it comes by.
    pub enrolment: EnrolmentId,
    /// The topic that was completed.
    pub topic: TopicId,
    /// Its code, where it was sent.
    #[serde(default)]
    pub topic_code: Option<TopicCode>,
    /// Who completed it.
    pub user_name: UserName,
    /// When.
    pub completed_at: Timestamp,
    /// How long the training took, where it is known.
    #[serde(default)]
    pub training_minutes: Option<u32>,
}

impl Completion {
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
    /// What was completed.
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
        };
        let sydney = TimeZone::get("Australia/Sydney").expect("bundled");
        assert_eq!(completion.completed_on(&sydney).to_string(), "2025-03-02");
        assert_eq!(completion.idempotency_key(), "th-enrolment-9001");
    }
}
