//! Plans the writes of a topic's course: compares the desired values of the course with those last written to it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::configuration::{CoursesConfiguration, OnWithdrawn};
use crate::courses::codes::{SharedCode, shared_codes};
use crate::courses::course::{Course, LinkedCourse, ResultDestination, TopicRecord, TopicState};
use crate::courses::topic::{Condition, Topic, TopicVerdict};
use crate::identity::{CourseId, TopicCode, TopicId};
use crate::text::excerpt::clip;

/// EmployeeConnect's limit of a title, in characters (assumed).
const LONGEST_TITLE: usize = 200;

/// So much of a description is written, in bytes: the table's item of the topic holds it, too, and an image that is part of the text
/// would not fit into it.
const LONGEST_DESCRIPTION: usize = 64 * 1024;

/// The action on one topic's course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CourseAction {
    /// Nothing.
    Leave,
    /// Find it by its reference, or create it.
    Create(Course),
    /// Write what it should carry now.
    Change(CourseId, Course),
    /// Make it inactive: its topic no longer qualifies.
    Withdraw(CourseId, Course),
    /// Nothing: another topic has the same code, so that there is no telling whose course it would be. Results wait.
    SharesCode,
}

/// A topic's new record, before its course is written, and what to do about the course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPlan {
    /// The record with today's verdict and the course as last written.
    pub record: TopicRecord,
    /// The action on the course.
    pub action: CourseAction,
    /// Where results of the topic have gone so far: there may be some that are parked on it, or ignored because of it.
    pub results_went: PastResults,
}

/// Where results of a topic have gone until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastResults {
    /// They were parked on the topic, or their release has not been completed.
    Parked,
    /// They were ignored: the topic was not a course.
    Ignored,
    /// They were recorded on its course.
    Recorded,
}

impl PastResults {
    fn so_far(known: Option<&TopicRecord>) -> Self {
        match known.map(|record| (record.release_due, record.results_go())) {
            None | Some((true, _) | (_, ResultDestination::Wait)) => Self::Parked,
            Some((false, ResultDestination::Nowhere)) => Self::Ignored,
            Some((false, ResultDestination::To(_))) => Self::Recorded,
        }
    }
}

impl TopicPlan {
    /// Whether results that are parked on the topic, or were ignored because of it, have somewhere to go now; parked ones are
    /// released, too, where it is known now that they go nowhere.
    #[must_use]
    pub fn releases_results(&self, after: &TopicRecord) -> bool {
        match (self.results_went, after.results_go()) {
            (_, ResultDestination::Wait)
            | (PastResults::Recorded, _)
            | (PastResults::Ignored, ResultDestination::Nowhere) => false,
            (PastResults::Parked, _) | (PastResults::Ignored, ResultDestination::To(_)) => true,
        }
    }

    /// The topic qualifies all the same, so that its results wait.
    fn without_course(mut self) -> Self {
        self.record.course = None;
        self.action = CourseAction::SharesCode;
        self
    }
}

/// The actions on the courses of all topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoursePlan {
    /// Every topic that is listed, in that order, and then those that no longer are.
    pub topics: Vec<TopicPlan>,
    /// Codes that several topics want a course by.
    pub shared_codes: Vec<SharedCode>,
}

/// Plans a complete list of topics, and those `known` from earlier that it no longer has. The courses of topics whose records are
/// `unusable` stay as they are.
#[must_use]
pub fn plan_courses(
    topics: &[Topic],
    unusable: &BTreeSet<TopicId>,
    known: &BTreeMap<TopicId, TopicRecord>,
    courses: &CoursesConfiguration,
    now: Timestamp,
) -> CoursePlan {
    let qualifying = topics.iter().filter(|topic| topic.verdict(courses).qualifies());
    let shared_codes = shared_codes(qualifying, known);
    let without = shared_codes.iter().flat_map(|shared| &shared.without);
    let without: BTreeSet<_> = without.map(|sharer| sharer.topic).collect();
    let listed = topics.iter().map(|topic| {
        let verdict = topic.verdict(courses);
        let plan = plan_topic(topic, &verdict, known.get(&topic.id), courses.on_withdrawn, now);
        if without.contains(&topic.id) {
            plan.without_course()
        } else {
            plan
        }
    });
    let ids: BTreeSet<_> = topics
        .iter()
        .map(|topic| topic.id)
        .chain(unusable.iter().copied())
        .collect();
    let missing = known.iter().filter(|(id, _)| !ids.contains(id));
    let missing = missing.filter_map(|(_, record)| plan_missing_topic(record, courses.on_withdrawn));
    CoursePlan {
        topics: listed.chain(missing).collect(),
        shared_codes,
    }
}

/// Plans one topic of a complete list.
fn plan_topic(
    topic: &Topic,
    verdict: &TopicVerdict,
    known: Option<&TopicRecord>,
    on_withdrawn: OnWithdrawn,
    now: Timestamp,
) -> TopicPlan {
    let course = known.and_then(|record| record.course.clone());
    let action = match verdict {
        TopicVerdict::Qualifies { launch_url } => bring_up_to_date(course.as_ref(), wanted_course(topic, launch_url)),
        // The course keeps the title and the code that it has.
        TopicVerdict::Lacks(conditions) if conditions.iter().all(|condition| condition.is_about_content()) => {
            CourseAction::Leave
        }
        TopicVerdict::Lacks(_) | TopicVerdict::NotATopic => withdraw(course.as_ref(), on_withdrawn),
    };
    let record = TopicRecord {
        topic: topic.id,
        code: TopicCode(or_known(&topic.code.0, known.map(|record| &record.code.0))),
        title: or_known(&topic.title, known.map(|record| &record.title)),
        state: state_of(verdict),
        course,
        seen_at: now,
        release_due: false,
    };
    TopicPlan {
        record,
        action,
        results_went: PastResults::so_far(known),
    }
}

/// Returns the text, or the one known from earlier where it is empty.
fn or_known(text: &str, known: Option<&String>) -> String {
    let known = known.filter(|_| text.is_empty());
    known.map_or(text, String::as_str).to_owned()
}

/// Plans a topic that the complete list no longer has: it meets no condition any more. None where that is known already.
fn plan_missing_topic(known: &TopicRecord, on_withdrawn: OnWithdrawn) -> Option<TopicPlan> {
    let state = TopicState::Lacks {
        conditions: vec![Condition::Published, Condition::InActiveFolder, Condition::HasLink],
    };
    let action = withdraw(known.course.as_ref(), on_withdrawn);
    if known.state == state && action == CourseAction::Leave && !known.release_due {
        return None;
    }
    let record = TopicRecord {
        state,
        release_due: false,
        ..known.clone()
    };
    Some(TopicPlan {
        record,
        action,
        results_went: PastResults::so_far(Some(known)),
    })
}

fn wanted_course(topic: &Topic, launch_url: &str) -> Course {
    Course {
        external_id: topic.code.clone(),
        title: course_title(topic),
        description: topic.description.as_deref().map(|text| clip(text, LONGEST_DESCRIPTION)),
        launch_url: launch_url.to_owned(),
        active: true,
    }
}

/// The title as EmployeeConnect takes it.
#[must_use]
pub fn course_title(topic: &Topic) -> String {
    let cut: String = topic.title.trim().chars().take(LONGEST_TITLE).collect();
    cut.trim_end().to_owned()
}

/// A course keeps the reference under which it was made: it cannot be changed, and a topic's new code alone is no reason to
/// write.
fn bring_up_to_date(linked: Option<&LinkedCourse>, wanted: Course) -> CourseAction {
    let Some(linked) = linked.filter(|linked| !linked.broken) else {
        return CourseAction::Create(wanted);
    };
    let wanted = Course {
        external_id: linked.written.external_id.clone(),
        ..wanted
    };
    if linked.written == wanted {
        CourseAction::Leave
    } else {
        CourseAction::Change(linked.id.clone(), wanted)
    }
}

fn withdraw(linked: Option<&LinkedCourse>, on_withdrawn: OnWithdrawn) -> CourseAction {
    match linked {
        Some(linked) if on_withdrawn == OnWithdrawn::Deactivate && linked.written.active => {
            let inactive = Course {
                active: false,
                ..linked.written.clone()
            };
            CourseAction::Withdraw(linked.id.clone(), inactive)
        }
        _ => CourseAction::Leave,
    }
}

fn state_of(verdict: &TopicVerdict) -> TopicState {
    match verdict {
        TopicVerdict::Qualifies { .. } => TopicState::Qualifies,
        TopicVerdict::Lacks(conditions) => TopicState::Lacks {
            conditions: conditions.clone(),
        },
        TopicVerdict::NotATopic => TopicState::NotATopic,
    }
}

/// A topic that lacks exactly one of the conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// The topic's code.
    pub code: TopicCode,
    /// Its title.
    pub title: String,
    /// The condition that the topic lacks.
    pub missing: Condition,
}

impl NearMiss {
    /// A topic without a code is known by its id, one without a title by its code.
    fn lacking(topic: &Topic, missing: Condition) -> Self {
        let code = match missing {
            Condition::HasCode => TopicCode(format!("topic {}", topic.id)),
            _ => topic.code.clone(),
        };
        let title = match missing {
            Condition::HasTitle => code.to_string(),
            _ => topic.title.clone(),
        };
        Self { code, title, missing }
    }

    /// The near miss that this verdict is.
    #[must_use]
    pub fn new(topic: &Topic, verdict: &TopicVerdict) -> Option<Self> {
        match verdict {
            TopicVerdict::Lacks(conditions) => match conditions[..] {
                [missing] => Some(Self::lacking(topic, missing)),
                _ => None,
            },
            TopicVerdict::Qualifies { .. } | TopicVerdict::NotATopic => None,
        }
    }
}
