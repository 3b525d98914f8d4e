//! `habitsync results list`: a customer's results, a line each.

use habitsync_domain::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState};
use habitsync_workflows::ports::result_list::ListResults;

use super::arguments::{ListArguments, Output};
use super::configuration;
use crate::failure::Failure;
use crate::stage::Stage;

/// Prints what was asked for.
pub(super) async fn list(stage: &Stage, asked: &ListArguments) -> Result<(), Failure> {
    let tenant = configuration(stage, &asked.tenant).await?.tenant;
    let status = asked.state.map(Into::into);
    let found = stage.table().tenant(&tenant).list_results(status).await?;
    if asked.output == Output::Json {
        println!("{}", serde_json::to_string_pretty(&found)?);
        return Ok(());
    }
    println!(
        "# {} results of {tenant} on stage {}, from the table",
        found.len(),
        stage.name
    );
    for record in &found {
        println!("{}", line(record));
    }
    Ok(())
}

/// One result in a line, without whose it is.
pub(super) fn line(record: &ResultRecord) -> String {
    let completion = &record.completion;
    format!(
        "{:<10} topic {:<8} completed {:<20} {:<9} {}",
        completion.enrolment,
        completion.topic,
        format!("{:.0}", completion.completed_at),
        record.state.status().as_str(),
        detail(record),
    )
}

/// What there is to say about its state.
pub(super) fn detail(record: &ResultRecord) -> String {
    let attempts = record.attempts;
    match &record.state {
        ResultState::Claimed { until } => format!("until {until}"),
        ResultState::Waiting { cause, due_at } => format!("due {due_at} after {attempts} attempts: {cause}"),
        ResultState::Parked { on, since } => format!("since {since} on {}", parked_on(on)),
        ResultState::Recorded {
            course,
            employee_id,
            at,
        } => format!("on course {course} for employee {employee_id} at {at}"),
        ResultState::Ignored { reason } => ignored_because(*reason).to_owned(),
        ResultState::Dead { cause } => format!("after {attempts} attempts: {cause}"),
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

    #[test]
    fn every_state_has_its_line_and_none_says_whose_it_is() {
        let at = "2026-03-01T20:30:00Z".parse().expect("a time");
        let cause = || "EmployeeConnect is not available (status 503)".to_owned();
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
        let lines = (9001..).zip(states).map(|(enrolment, state)| {
            let completion = Completion {
                enrolment: EnrolmentId(enrolment),
                topic: TopicId(456),
                topic_code: None,
                user_name: user_name(),
                completed_at: at,
                training_minutes: None,
            };
            line(&ResultRecord {
                completion,
                state,
                attempts: 8,
            })
        });
        let lines = lines.collect::<Vec<_>>().join("\n");
        assert!(!lines.contains("jo@"), "{lines}");
        assert_snapshot!(lines);
    }
}
