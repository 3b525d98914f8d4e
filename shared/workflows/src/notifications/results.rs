//! Completions that did not become results, and that are not tried any more: those that the customer can correct are things
//! to do, the others are notes, since operators replay them.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::people::link::Person;
use habitsync_domain::results::parked::{EndedWait, ended_waiting};
use habitsync_domain::results::result::{ResultRecord, ResultState};
use jiff::{SignedDuration, Timestamp};

use super::line::Advice;
use super::line::{Entry, Groups, Labels, Tried};
use super::shown::{shown, shown_value, shown_words};
use super::worklist::Worklist;
use crate::ports::courses::FindTopic;
use crate::ports::failure::ServiceFailure;
use crate::ports::people::{FindPersonByUserName, LoadPerson};
use crate::ports::result_list::ListDead;

/// Older completions are not mailed any more, so that reminders end.
const TOLD_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The greatest number of completions that a mail names; `habitsync results list` shows the others.
const MOST: u32 = 500;

const RESULTS: Labels = Labels {
    number: "employee",
    field: "Topic",
    seen: "Completed",
    expected: "Because",
};

const NO_COURSE: Advice = Advice {
    rank: 70,
    title: "Completions of topics that had no course",
    what_to_do: "Their topics did not become courses in EmployeeConnect within 30 days. If they should be recorded, make the \
                 topics courses (published, in the Active folder, with an active auto-enrol link), then reply to this e-mail, and \
                 we send the completions again. If not, leave them.",
    labels: RESULTS,
};

const NOBODY: Advice = Advice {
    rank: 71,
    title: "Completions of people who are not in EmployeeConnect",
    what_to_do: "These user names were no employee's within 30 days. If one is an employee's, correct the record in \
                 EmployeeConnect, then reply to this e-mail, and we send the completions again. If not, leave them.",
    labels: Labels {
        number: "enrolment",
        ..RESULTS
    },
};

const OURS: Advice = Advice {
    rank: 72,
    title: "Completions that EmployeeConnect did not take",
    what_to_do: "You need not do anything: we look into it and send them again.",
    labels: RESULTS,
};

/// The worklist of one customer's results, as they are at `now`.
///
/// # Errors
/// The table failed.
pub async fn results_worklist<T>(
    table: &T,
    configuration: &TenantConfiguration,
    now: Timestamp,
) -> Result<Worklist, ServiceFailure>
where
    T: ListDead + FindTopic + FindPersonByUserName + LoadPerson,
{
    let (mut groups, mut notes) = (Groups::default(), Groups::default());
    for record in table.list_dead(MOST).await? {
        let is_told = now.duration_since(record.completion.completed_at) <= TOLD_FOR;
        if let (true, ResultState::Dead { cause, .. }) = (is_told, &record.state) {
            let described = describe(table, configuration, &record).await?;
            match ended_waiting(cause) {
                Some(EndedWait::ForCourse) => groups.add(NO_COURSE, None, described.entry("", &record)),
                Some(EndedWait::ForPerson) => groups.add(NOBODY, None, described.entry("", &record)),
                Some(EndedWait::ForEmployeeConnect) | None => {
                    notes.add(OURS, None, described.entry(cause, &record));
                }
            }
        }
    }
    Ok(Worklist {
        groups: groups.sorted(),
        notes: notes.sorted(),
        ..Worklist::default()
    })
}

/// What a reader knows a completion by.
struct Described {
    person: Option<Person>,
    topic: String,
    completed_on: String,
}

async fn describe<T>(
    table: &T,
    configuration: &TenantConfiguration,
    record: &ResultRecord,
) -> Result<Described, ServiceFailure>
where
    T: FindTopic + FindPersonByUserName + LoadPerson,
{
    let completion = &record.completion;
    let employee = table
        .find_person(&completion.user_name, completion.completed_at)
        .await?;
    let person = match employee {
        Some(employee) => table.load_person(&employee).await?,
        None => None,
    };
    let topic = table.find_topic(completion.topic).await?;
    let title = topic.map_or_else(|| format!("topic {}", completion.topic.0), |topic| topic.title);
    let day = completion.completed_on(configuration.time_zone.zone());
    Ok(Described {
        person,
        topic: shown(&title),
        completed_on: day.strftime("%-d %B %Y").to_string(),
    })
}

impl Described {
    fn entry<'a>(self, cause: &str, record: &'a ResultRecord) -> Entry<'a> {
        let enrolment = record.completion.enrolment;
        let user_name = record.completion.user_name.as_str();
        let (who, number) = match &self.person {
            Some(person) => (shown(&person.display_name()), shown(person.employee_id.as_str())),
            None if cause.is_empty() => (shown_value("user name", user_name), enrolment.0.to_string()),
            None => (
                shown_value("user name", user_name),
                format!("unknown, enrolment {}", enrolment.0),
            ),
        };
        Entry {
            who,
            number,
            field: self.topic,
            seen: Some(self.completed_on),
            expected: shown_words("", cause),
            tried: Tried::Never,
            unseen: false,
            raw: user_name,
        }
    }
}
