//! `habitsync courses`: every topic that was seen of a customer's portal, with its verdict and its course: the reason
//! that it is a course in EmployeeConnect, or the conditions that it lacks.

use std::collections::BTreeMap;

use habitsync_domain::courses::course::{LinkedCourse, TopicRecord, TopicState};
use habitsync_domain::courses::topic::Condition;
use habitsync_domain::identity::TopicCode;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::courses::LoadTopics;
use serde::Serialize;
use url::Url;

use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::{Answer, counted};

/// Which topics are listed.
#[derive(Debug, clap::Args)]
pub(crate) struct CoursesArguments {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// Only topics that lack exactly one condition.
    #[arg(long)]
    pub(crate) near: bool,
}

/// A customer's topics.
#[derive(Debug, Serialize)]
struct Courses {
    tenant: TenantId,
    stage: String,
    topics: Vec<TopicRecord>,
    /// Launch addresses that are written by hand, by topic code.
    #[serde(skip)]
    by_hand: BTreeMap<TopicCode, Url>,
}

/// Prints the topics that the arguments select.
pub(crate) async fn list(stage: &Stage, asked: &CoursesArguments) -> Result<(), CommandError> {
    let in_force = stage.in_force(&asked.tenant).await?;
    let mut topics = stage.table().tenant(&asked.tenant).load_topics().await?;
    topics.retain(|topic| !asked.near || is_near(topic));
    topics.sort_by(|one, other| (&one.title, one.topic).cmp(&(&other.title, other.topic)));
    let courses = Courses {
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        topics,
        by_hand: in_force.configuration.courses.launch_urls,
    };
    stage.print(&courses)
}

fn is_near(topic: &TopicRecord) -> bool {
    matches!(&topic.state, TopicState::Lacks { conditions } if conditions.len() == 1)
}

impl Answer for Courses {
    fn heading(&self) -> String {
        let Self {
            tenant, stage, topics, ..
        } = self;
        format!(
            "# {} of {tenant} on stage {stage}, from the table, as the last course sync saw them",
            counted(topics.len(), "topic")
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &["topic", "code", "title", "verdict", "course"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        self.topics.iter().map(|topic| self.row(topic)).collect()
    }

    /// Each missing condition has a row of its own; a topic that lacks none has one.
    fn spreadsheet(&self) -> (&'static [&'static str], Vec<Vec<String>>) {
        const COLUMNS: [&str; 7] = ["topic", "code", "title", "verdict", "missing", "course", "course is"];
        let rows = |topic: &TopicRecord| {
            let missing = match &topic.state {
                TopicState::Lacks { conditions } => conditions.iter().copied().map(missing).collect(),
                TopicState::Qualifies | TopicState::NotATopic => vec![""],
            };
            let [id, state] = topic.course.as_ref().map(course_cells).unwrap_or_default();
            let verdict = match &topic.state {
                TopicState::Lacks { .. } => "no course".to_owned(),
                TopicState::Qualifies | TopicState::NotATopic => self.verdict(topic),
            };
            let cells = |missing: &str| {
                let [number, code] = [topic.topic.to_string(), topic.code.to_string()];
                vec![
                    number,
                    code,
                    topic.title.clone(),
                    verdict.clone(),
                    missing.to_owned(),
                    id.clone(),
                    state.clone(),
                ]
            };
            missing.into_iter().map(cells).collect::<Vec<_>>()
        };
        (&COLUMNS, self.topics.iter().flat_map(rows).collect())
    }
}

impl Courses {
    fn row(&self, topic: &TopicRecord) -> Vec<String> {
        vec![
            topic.topic.to_string(),
            topic.code.to_string(),
            topic.title.clone(),
            self.verdict(topic),
            topic.course.as_ref().map(course).unwrap_or_default(),
        ]
    }

    fn verdict(&self, topic: &TopicRecord) -> String {
        match &topic.state {
            TopicState::Qualifies if self.is_launched_by_hand(topic) => "a course, by courses.launch_urls".to_owned(),
            TopicState::Qualifies => "a course".to_owned(),
            TopicState::NotATopic => "not a topic".to_owned(),
            TopicState::Lacks { conditions } => {
                let missing: Vec<_> = conditions.iter().copied().map(missing).collect();
                format!("missing: {}", missing.join(", "))
            }
        }
    }

    /// Whether its course leads where the file says rather than the portal.
    fn is_launched_by_hand(&self, topic: &TopicRecord) -> bool {
        let by_hand = self.by_hand.get(&topic.code).map(Url::as_str);
        let written = topic.course.as_ref().map(|course| course.written.launch_url.as_str());
        by_hand.is_some() && by_hand == written
    }
}

fn missing(condition: Condition) -> &'static str {
    match condition {
        Condition::Published => "published at 1.0 or later",
        Condition::InActiveFolder => "in the Active folder",
        Condition::HasLink => "an active auto-enrol link with the reference, or a URL in courses.launch_urls",
        Condition::LinkIsWebAddress => "a link that is a web address",
        Condition::HasTitle => "a title",
        Condition::HasCode => "an enrolment code",
    }
}

fn course(course: &LinkedCourse) -> String {
    let [id, state] = course_cells(course);
    match state.as_str() {
        "" => id,
        state => format!("{id}, {state}"),
    }
}

fn course_cells(course: &LinkedCourse) -> [String; 2] {
    let state = match (course.broken, course.written.active) {
        (true, _) => "gone from EmployeeConnect: the next sync makes it again",
        (false, false) => "withdrawn",
        (false, true) => "",
    };
    [course.id.to_string(), state.to_owned()]
}

#[cfg(test)]
pub(crate) mod tests {
    use habitsync_domain::courses::course::Course;
    use habitsync_domain::identity::{CourseId, TopicId};
    use insta::assert_snapshot;
    use jiff::Timestamp;

    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn topic(id: i64, title: &str, state: TopicState, course: Option<(bool, bool)>) -> TopicRecord {
        let code = TopicCode(format!("T-{id}"));
        let course = course.map(|(active, broken)| LinkedCourse {
            id: CourseId(format!("C{id}")),
            written: Course {
                external_id: code.clone(),
                title: title.to_owned(),
                description: None,
                launch_url: "https://acme.example/t".to_owned(),
                active,
            },
            broken,
        });
        TopicRecord {
            topic: TopicId(id),
            code,
            title: title.to_owned(),
            state,
            course,
            seen_at: Timestamp::UNIX_EPOCH,
            release_due: false,
        }
    }

    fn courses() -> Courses {
        let lacks = |conditions: &[Condition]| TopicState::Lacks {
            conditions: conditions.to_vec(),
        };
        Courses {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            topics: vec![
                topic(1, "Fire safety", TopicState::Qualifies, Some((true, false))),
                topic(2, "First aid", TopicState::Qualifies, Some((true, true))),
                topic(3, "Induction", lacks(&[Condition::HasLink]), Some((false, false))),
                topic(
                    4,
                    "Leading remote teams through change",
                    lacks(&[Condition::Published, Condition::HasLink]),
                    None,
                ),
                topic(5, "News", TopicState::NotATopic, None),
            ],
            by_hand: BTreeMap::from([(
                TopicCode("T-1".to_owned()),
                "https://acme.example/t".parse().expect("an address"),
            )]),
        }
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        vec![serde_json::to_value(courses()).expect("JSON")]
    }

    #[test]
    fn a_topic_says_why_it_is_a_course_or_what_is_missing() {
        let courses = courses();
        assert_snapshot!(written(&courses, Output::Table, 100).expect("written"));
        assert_snapshot!(written(&courses, Output::Csv, 100).expect("written"));
        let near: Vec<_> = courses
            .topics
            .iter()
            .filter(|topic| is_near(topic))
            .map(|topic| topic.topic)
            .collect();
        assert_eq!(near, [TopicId(3)]);
    }

    #[test]
    fn a_title_of_a_public_report_gives_the_terminal_no_orders() {
        let reported = include_str!("../../../tests/fixtures/public-reports/22-terminal-escapes-in-a-title.json");
        let reported: serde_json::Value = serde_json::from_str(reported).expect("JSON");
        let mut courses = courses();
        let title = reported["title"].as_str().expect("a title");
        courses.topics = vec![topic(458, title, TopicState::Qualifies, None)];
        let table = written(&courses, Output::Table, 200).expect("written");
        let row = table.lines().last().expect("a row").trim_end();
        assert_eq!(
            row.split_whitespace().collect::<Vec<_>>().join(" "),
            "458 T-458 Ladders⟨U+001B⟩]0;owned⟨U+0007⟩⟨U+001B⟩[2J⟨U+009B⟩31m⟨U+202E⟩txt.exe⟨U+200B⟩ a course"
        );
    }
}
