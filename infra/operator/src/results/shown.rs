//! A result as an operator reads it, in the customer's own time.

use habitsync_domain::results::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState};
use jiff::tz::TimeZone;

use crate::terminal::{counted, local};

/// What a result's row says.
pub(super) const COLUMNS: [&str; 5] = ["enrolment", "topic", "completed", "state", "what there is to say"];

/// One result, without whose it is.
pub(super) fn row(record: &ResultRecord, zone: &TimeZone) -> Vec<String> {
    let completion = &record.completion;
    vec![
        completion.enrolment.to_string(),
        completion.topic.to_string(),
        local(completion.completed_at, zone),
        record.state.status().as_str().to_owned(),
        detail(record, zone),
    ]
}

/// What there is to say about its state.
pub(super) fn detail(record: &ResultRecord, zone: &TimeZone) -> String {
    let attempts = counted(record.attempts, "attempt");
    match &record.state {
        ResultState::Claimed { until } => format!("by somebody who has until {}", local(*until, zone)),
        ResultState::Waiting { cause, due_at } => format!("until {}, after {attempts}: {cause}", local(*due_at, zone)),
        ResultState::Unconfirmed { cause, due_at } => {
            format!("asked again {}, after {attempts}: {cause}", local(*due_at, zone))
        }
        ResultState::Parked { on, since } => format!("on {}, since {}", parked_on(on), local(*since, zone)),
        ResultState::Recorded {
            course,
            employee_id,
            at,
        } => format!("course {course}, employee {employee_id}, {}", local(*at, zone)),
        ResultState::Ignored { reason } => ignored_because(*reason).to_owned(),
        ResultState::Dead { cause, .. } => format!("after {attempts}: {cause}"),
    }
}

fn parked_on(on: &ParkedOn) -> String {
    match on {
        ParkedOn::Topic(topic) => format!("the course of topic {topic}"),
        ParkedOn::User(_) => "the employee behind the user name".to_owned(),
        ParkedOn::Employee(employee) => format!("employee {employee}, unknown to EmployeeConnect"),
        ParkedOn::Customer => "the customer, who is paused or records no results".to_owned(),
        ParkedOn::EmployeeConnect => "EmployeeConnect, which does not answer".to_owned(),
    }
}

fn ignored_because(reason: IgnoredBecause) -> &'static str {
    match reason {
        IgnoredBecause::TopicIsNotACourse => "the topic is not a course",
        IgnoredBecause::UserIsNoEmployee => "the account belongs to no employee",
        IgnoredBecause::NotConfirmed => "Tribal Habits does not confirm the completion",
        IgnoredBecause::ConfirmationFailed => "Tribal Habits could not be asked to confirm the completion",
    }
}
