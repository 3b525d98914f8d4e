//! Every state of a result, as it is shown.

use habitsync_domain::identity::{CourseId, EnrolmentId, TopicId, UserName};
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::result::Tried;
use insta::assert_snapshot;

use habitsync_domain::results::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState};
use jiff::tz::TimeZone;

use crate::results::list::Listed;
use crate::terminal::Output;
use crate::terminal::answer::written;

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
        training_minutes: Some(12),
        source: CompletionSource::Signature,
    };
    ResultRecord {
        completion,
        state,
        attempts,
    }
}

fn in_every_state() -> Vec<ResultRecord> {
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
        parked(ParkedOn::Employee("E1".parse().expect("an employee"))),
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
        ResultState::Unconfirmed {
            cause: "Tribal Habits does not confirm the completion".to_owned(),
            due_at: at,
        },
        ResultState::Dead {
            cause: cause(),
            tried: Some(Tried {
                course: CourseId("C1".to_owned()),
                employee_id: "E1".parse().expect("an employee"),
            }),
        },
    ];
    (9001..)
        .zip(states)
        .zip(1..)
        .map(|((enrolment, state), attempts)| record(enrolment, state, attempts))
        .collect()
}

fn results() -> Listed {
    Listed {
        tenant: "acme".parse().expect("a tenant"),
        stage: "test".to_owned(),
        results: in_every_state(),
        unreadable: 0,
        kind: None,
        zone: TimeZone::get("Australia/Sydney").expect("bundled"),
    }
}

/// What `docs/OUTPUT.md` has to name: of the list, and of one result.
pub(crate) fn examples() -> [Vec<serde_json::Value>; 2] {
    let one = |record| crate::results::show::Shown {
        tenant: "acme".parse().expect("a tenant"),
        stage: "test".to_owned(),
        record,
        zone: TimeZone::UTC,
    };
    let ones = in_every_state().into_iter().map(one);
    [
        vec![serde_json::to_value(results()).expect("JSON")],
        ones.map(|one| serde_json::to_value(one).expect("JSON")).collect(),
    ]
}

#[test]
fn every_state_has_its_line_and_none_says_whose_it_is() {
    let shown = written(&results(), Output::Table, 100).expect("written");
    assert!(!shown.contains("jo@"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    assert_snapshot!(shown);
}
