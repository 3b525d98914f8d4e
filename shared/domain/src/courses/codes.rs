//! Which topic a course's reference belongs to. EmployeeConnect knows a course by its reference, which is the topic's code:
//! two topics with one code would share one course, and a completion of either would be recorded as both.

use std::collections::BTreeMap;

use crate::courses::course::TopicRecord;
use crate::courses::topic::Topic;
use crate::identity::{TopicCode, TopicId};

/// A code that more than one topic wants a course by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedCode {
    /// The code.
    pub code: TopicCode,
    /// The topic that has the course already, and keeps it; none where no topic has it yet.
    pub kept_by: Option<TopicId>,
    /// Those that get none until their codes differ: nothing is guessed. In the order of their ids, never empty.
    pub without: Vec<SharingTopic>,
}

/// A topic that gets no course because of its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharingTopic {
    /// The topic.
    pub topic: TopicId,
    /// Its title, by which the customer knows it.
    pub title: String,
}

/// The codes that several of these qualifying topics, or one of them and a topic with a course, want a course by.
#[must_use]
pub fn shared_codes<'t>(
    qualifying: impl IntoIterator<Item = &'t Topic>,
    known: &BTreeMap<TopicId, TopicRecord>,
) -> Vec<SharedCode> {
    let mut wanted: BTreeMap<TopicCode, BTreeMap<TopicId, &str>> = BTreeMap::new();
    for topic in qualifying {
        let code = reference_of(known.get(&topic.id)).unwrap_or(&topic.code);
        wanted.entry(code.clone()).or_default().insert(topic.id, &topic.title);
    }
    wanted
        .into_iter()
        .filter_map(|(code, topics)| shared(code, topics, known))
        .collect()
}

fn shared(
    code: TopicCode,
    topics: BTreeMap<TopicId, &str>,
    known: &BTreeMap<TopicId, TopicRecord>,
) -> Option<SharedCode> {
    let kept_by = keeper(&code, &topics, known);
    if kept_by.is_none() && topics.len() == 1 {
        return None;
    }
    let without = topics.into_iter().filter(|(topic, _)| Some(*topic) != kept_by);
    let without = without.map(|(topic, title)| SharingTopic {
        topic,
        title: title.to_owned(),
    });
    let without: Vec<_> = without.collect();
    (!without.is_empty()).then_some(SharedCode { code, kept_by, without })
}

/// Returns the topic that has the course of this code, whether it still qualifies or not; or that had it, where the
/// course has to be created again.
fn keeper(
    code: &TopicCode,
    wanting: &BTreeMap<TopicId, &str>,
    known: &BTreeMap<TopicId, TopicRecord>,
) -> Option<TopicId> {
    let has_it = |record: &&TopicRecord| reference_of(Some(record)) == Some(code);
    let lost_it = |record: &&TopicRecord| {
        let course = record.course.as_ref();
        wanting.contains_key(&record.topic) && course.is_some_and(|course| course.written.external_id == *code)
    };
    let keeper = known.values().find(has_it).or_else(|| known.values().find(lost_it));
    keeper.map(|record| record.topic)
}

/// The reference of the topic's course, which stays what it was when it was made; none where it has to be made first.
fn reference_of(known: Option<&TopicRecord>) -> Option<&TopicCode> {
    let course = known?.course.as_ref().filter(|course| !course.broken)?;
    Some(&course.written.external_id)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::courses::course::{Course, LinkedCourse, TopicState};
    use crate::courses::topic::{Folder, TopicKind};
    use crate::identity::CourseId;

    fn code(code: &str) -> TopicCode {
        TopicCode(code.to_owned())
    }

    fn topic(id: i64, of: &str) -> Topic {
        Topic {
            id: TopicId(id),
            code: code(of),
            kind: TopicKind::Topic,
            title: format!("Topic {id}"),
            description: None,
            folder: Folder::Active,
            published_version: Some("1.0".to_owned()),
            links: Vec::new(),
        }
    }

    /// A topic whose course was made under this reference.
    fn linked(id: i64, reference: &str, broken: bool) -> (TopicId, TopicRecord) {
        let course = Course {
            external_id: code(reference),
            title: format!("Topic {id}"),
            description: None,
            launch_url: "https://acme.tribalhabits.com/enrol".to_owned(),
            active: true,
        };
        let written = LinkedCourse::written(&CourseId(format!("C{id}")), &course);
        let record = TopicRecord {
            topic: TopicId(id),
            code: code(reference),
            title: course.title,
            state: TopicState::Qualifies,
            course: Some(LinkedCourse { broken, ..written }),
            seen_at: Timestamp::UNIX_EPOCH,
            release_due: false,
        };
        (record.topic, record)
    }

    fn found<const K: usize>(topics: &[Topic], known: [(TopicId, TopicRecord); K]) -> Vec<(Option<i64>, Vec<i64>)> {
        let shared = shared_codes(topics, &known.into());
        let plain = |shared: SharedCode| {
            let without = shared.without.into_iter().map(|sharer| sharer.topic.0).collect();
            (shared.kept_by.map(|topic| topic.0), without)
        };
        shared.into_iter().map(plain).collect()
    }

    #[test]
    fn a_code_of_ones_own_is_nobody_elses() {
        assert_eq!(found(&[topic(1, "A"), topic(2, "B")], []), []);
        assert_eq!(found(&[topic(1, "A"), topic(2, "B")], [linked(1, "A", false)]), []);
    }

    #[test]
    fn of_topics_that_have_no_course_yet_none_gets_it() {
        let topics = [topic(2, "A"), topic(1, "A"), topic(3, "B")];
        assert_eq!(found(&topics, []), [(None, vec![1, 2])]);
    }

    #[test]
    fn the_topic_that_has_the_course_keeps_it_though_it_does_not_qualify_any_more() {
        let topics = [topic(1, "A"), topic(2, "A")];
        assert_eq!(found(&topics, [linked(2, "A", false)]), [(Some(2), vec![1])]);
        assert_eq!(found(&[topic(1, "A")], [linked(2, "A", false)]), [(Some(2), vec![1])]);
    }

    #[test]
    fn a_course_is_known_by_the_code_it_was_made_with_whatever_its_topics_is_now() {
        let topics = [topic(1, "moved"), topic(2, "A"), topic(3, "moved")];
        assert_eq!(found(&topics, [linked(1, "A", false)]), [(Some(1), vec![2])]);
    }

    #[test]
    fn a_course_that_has_to_be_made_again_is_its_topics_unless_another_has_it_by_now() {
        let topics = || [topic(1, "A"), topic(2, "A")];
        assert_eq!(found(&topics(), [linked(2, "A", true)]), [(Some(2), vec![1])]);
        let both = [linked(1, "A", true), linked(2, "A", false)];
        assert_eq!(found(&topics(), both), [(Some(2), vec![1])]);
        assert_eq!(
            found(&[topic(1, "A")], [linked(2, "A", true)]),
            [],
            "it does not qualify"
        );
    }

    #[test]
    fn of_topics_that_came_to_share_a_course_one_keeps_it() {
        let both = [linked(1, "A", false), linked(2, "A", false)];
        assert_eq!(found(&[topic(1, "A"), topic(2, "A")], both), [(Some(1), vec![2])]);
    }
}
