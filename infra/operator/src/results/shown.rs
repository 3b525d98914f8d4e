//! A result as an operator reads it: a line or two, no wider than a terminal, in the customer's own time.

use habitsync_domain::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState};
use jiff::tz::TimeZone;

use crate::terminal::{counted, local};

/// As wide as terminals are.
const WIDTH: usize = 100;

/// What stands above the lines.
pub(super) const HEADER: &str = "enrolment  topic      completed         state";

/// One result, without whose it is.
pub(super) fn lines(record: &ResultRecord, zone: &TimeZone) -> String {
    let completion = &record.completion;
    let columns = format!(
        "{:<10} {:<10} {:<17} {:<9} ",
        completion.enrolment,
        completion.topic,
        local(completion.completed_at, zone),
        record.state.status().as_str(),
    );
    wrapped(&columns, &detail(record, zone))
}

/// A text behind what is written already; where it needs several lines, they begin below each other.
pub(super) fn wrapped(before: &str, text: &str) -> String {
    let indent = " ".repeat(before.chars().count());
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(before)
        .subsequent_indent(&indent)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}

/// What there is to say about its state.
pub(super) fn detail(record: &ResultRecord, zone: &TimeZone) -> String {
    let attempts = counted(record.attempts, "attempt");
    match &record.state {
        ResultState::Claimed { until } => format!("by somebody who has until {}", local(*until, zone)),
        ResultState::Waiting { cause, due_at } => format!("until {}, after {attempts}: {cause}", local(*due_at, zone)),
        ResultState::Parked { on, since } => format!("on {}, since {}", parked_on(on), local(*since, zone)),
        ResultState::Recorded {
            course,
            employee_id,
            at,
        } => format!("course {course}, employee {employee_id}, {}", local(*at, zone)),
        ResultState::Ignored { reason } => ignored_because(*reason).to_owned(),
        ResultState::Dead { cause } => format!("after {attempts}: {cause}"),
    }
}

fn parked_on(on: &ParkedOn) -> String {
    match on {
        ParkedOn::Topic(topic) => format!("the course of topic {topic}"),
        ParkedOn::User(_) => "the employee behind the user name".to_owned(),
        ParkedOn::Customer => "the customer, who is paused or records no results".to_owned(),
        ParkedOn::EmployeeConnect => "EmployeeConnect, which does not answer".to_owned(),
    }
}

fn ignored_because(reason: IgnoredBecause) -> &'static str {
    match reason {
        IgnoredBecause::TopicIsNotACourse => "the topic is not a course",
        IgnoredBecause::UserIsNoEmployee => "the account belongs to no employee",
        IgnoredBecause::NotConfirmed => "Tribal Habits does not confirm the completion",
    }
}

#[cfg(test)]
mod tests {
    use habitsync_domain::completion::Completion;
    use habitsync_domain::identity::{CourseId, EnrolmentId, TopicId, UserName};
    use insta::assert_snapshot;

    use super::*;

    fn user_name() -> UserName {
        "jo@acme.example".parse().expect("a user name")
    }

    fn record(enrolment: i64, state: ResultState, attempts: u32) -> ResultRecord {
        let completion = Completion {
            enrolment: EnrolmentId(enrolment),
            topic: TopicId(456),
            topic_code: None,
            user_name: user_name(),
            completed_at: "2026-03-01T20:30:00Z".parse().expect("a time"),
            training_minutes: None,
        };
        ResultRecord {
            completion,
            state,
            attempts,
        }
    }

    #[test]
    fn every_state_has_its_line_and_none_says_whose_it_is() {
        let at = "2026-03-01T20:30:59.123Z".parse().expect("a time");
        let cause = || {
            "EmployeeConnect refused the request (fields: employeeId, completedOn): POST /courses/{courseId}/results \
             answered 422"
                .to_owned()
        };
        let parked = |on| ResultState::Parked { on, since: at };
        let states = [
            ResultState::Claimed { until: at },
            ResultState::Waiting {
                cause: cause(),
                due_at: at,
            },
            parked(ParkedOn::Topic(TopicId(456))),
            parked(ParkedOn::User(user_name())),
            parked(ParkedOn::Customer),
            parked(ParkedOn::EmployeeConnect),
            ResultState::Recorded {
                course: CourseId("C1".to_owned()),
                employee_id: "E1".parse().expect("an employee"),
                at,
            },
            ResultState::Ignored {
                reason: IgnoredBecause::UserIsNoEmployee,
            },
            ResultState::Dead { cause: cause() },
        ];
        let zone = TimeZone::get("Australia/Sydney").expect("bundled");
        let shown = (9001..).zip(states).zip(1..);
        let shown = shown.map(|((enrolment, state), attempts)| lines(&record(enrolment, state, attempts), &zone));
        let shown: Vec<_> = std::iter::once(HEADER.to_owned()).chain(shown).collect();
        let shown = shown.join("\n");
        assert!(!shown.contains("jo@"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= WIDTH), "{shown}");
        assert_snapshot!(shown);
    }
}
