//! Topics become courses, and those that nearly do are named with what they miss.

use std::collections::BTreeSet;

use habitsync_domain::courses::course::TopicState;
use habitsync_domain::courses::topic::Condition;
use habitsync_fixtures::Topic;
use habitsync_simulator_employee_connect::Course;
use habitsync_workflows::ports::courses::LoadTopics as _;

use super::narrator::say;
use super::{DemoError, FIRING, Scene, Story, Told, ensure, until};

/// A topic that misses one condition.
type NearMiss = (String, Condition);

pub(super) async fn play(story: &mut Story) -> Result<(), DemoError> {
    story.narrator.chapter(
        "Topics become courses",
        "A topic is a course when it is published, in the Active folder, and linked for EmployeeConnect.",
    );
    story.step("waiting for the courses", every_course).await?;
    let mut found = Vec::new();
    let look = async |scene: &Scene| {
        found = near_misses(scene).await?;
        Ok(format!(
            "{} topics miss a single condition and are no courses; two of them:",
            found.len()
        ))
    };
    story.step("asking the table for the near misses", look).await?;
    for (title, condition) in found.iter().take(2) {
        say(&format!("  “{title}” {}", lacks(*condition)));
    }
    Ok(())
}

async fn every_course(scene: &Scene) -> Told {
    let hr = &scene.customer.employee_connect;
    let topics: Vec<_> = scene.customer.company.qualifying_topics().collect();
    until("the last course", FIRING, async || {
        Ok((hr.courses().len() >= topics.len()).then_some(()))
    })
    .await?;
    let courses = hr.courses();
    ensure(courses.len() == topics.len(), || {
        format!("{} courses for {} topics", courses.len(), topics.len())
    })?;
    for topic in topics {
        let course = hr.course(&topic.code);
        ensure(course.as_ref().is_some_and(|course| carries(course, topic)), || {
            format!("{}: {course:?}", topic.code)
        })?;
    }
    Ok(format!(
        "{} courses, each with its topic's title, description and link",
        courses.len()
    ))
}

fn carries(course: &Course, topic: &Topic) -> bool {
    let link = topic
        .links
        .iter()
        .find(|link| link.active && link.reference.as_deref() == Some("EC"));
    let is_linked = link.is_some_and(|link| link.url == course.launch_url);
    is_linked && course.active && course.title == topic.title && course.description == topic.description
}

/// What the product says nearly became a course; they must be the topics that the demo prepared as near misses.
async fn near_misses(scene: &Scene) -> Result<Vec<NearMiss>, DemoError> {
    let table = scene.stack.tenant_table(&scene.customer.tenant).await?;
    let mut found = Vec::new();
    for record in table.load_topics().await? {
        if let TopicState::Lacks { conditions } = &record.state
            && let [condition] = conditions[..]
        {
            found.push((record.title, condition));
        }
    }
    let made = scene
        .customer
        .company
        .topics
        .iter()
        .filter(|topic| topic.is_near_miss());
    let made: BTreeSet<_> = made.map(|topic| topic.title.as_str()).collect();
    let titles: BTreeSet<_> = found.iter().map(|(title, _)| title.as_str()).collect();
    ensure(titles == made, || {
        format!("the near misses are {titles:?} instead of {made:?}")
    })?;
    Ok(found)
}

fn lacks(condition: Condition) -> &'static str {
    match condition {
        Condition::Published => "has never been published",
        Condition::InActiveFolder => "is not in the Active folder",
        Condition::HasLink => "has no active auto-enrol link with the reference EC",
        Condition::LinkIsWebAddress => "has a link with the reference EC that leads to no web address",
        Condition::HasTitle => "has no title",
        Condition::HasCode => "has no code",
    }
}
