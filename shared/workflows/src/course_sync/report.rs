//! Report of one course sync.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::configuration::CoursesConfiguration;
use habitsync_domain::courses::codes::SharedCode;
use habitsync_domain::courses::course::{LinkedCourse, TopicRecord};
use habitsync_domain::courses::plan::{NearMiss, course_title};
use habitsync_domain::courses::topic::Topic;
use habitsync_domain::identity::{TopicCode, TopicId};
use habitsync_domain::jobs::failure_rate::fails_too_often;
use habitsync_domain::vendors::list::UnusableRecord;

use crate::jobs::outcome::{Counts, Progress};
use crate::ports::failure::VendorFailure;

/// What a course sync saw and did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CourseReport {
    /// Counts by name: `topics`, `qualify`, the planned changes (`to_create`, `to_change`, `to_withdraw`, `unchanged`,
    /// `shares_code`) and the changes made (`created`, `adopted`, `changed`, `withdrawn`, `failed`,
    /// `results_released`); `launch_urls_unused` and `mails_failed` where there are any.
    pub counts: Counts,
    /// Topics that lack exactly one condition.
    pub near_misses: Vec<NearMiss>,
    /// Courses that could not be written; each is tried again by the next run.
    pub problems: Vec<CourseProblem>,
    /// Codes that several topics claim for their course. Topics without a course get none, and their results wait,
    /// until the customer gives each topic a code of its own.
    pub shared_codes: Vec<SharedCode>,
    /// Topics whose records cannot be used: their courses stay as they are.
    pub unusable: Vec<UnusableRecord>,
    /// Titles that more than one course has. A course is identified by its reference, so that each is kept; all are
    /// reported.
    pub same_titles: Vec<SameTitle>,
}

/// A topic whose course could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseProblem {
    /// The topic's code.
    pub code: TopicCode,
    /// Title that the courses share.
    pub title: String,
    /// The failed call to EmployeeConnect.
    pub failure: VendorFailure,
}

/// Topics that share a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameTitle {
    /// The title, as the first of them writes it.
    pub title: String,
    /// Codes that share the course, two or more.
    pub codes: Vec<TopicCode>,
}

impl CourseReport {
    /// Starts the report with the findings about the topics, and about the `known` ones from earlier runs, before the
    /// plan is made.
    pub(crate) fn new(
        topics: &[Topic],
        known: &BTreeMap<TopicId, TopicRecord>,
        courses: &CoursesConfiguration,
    ) -> Self {
        let mut report = Self::default();
        let mut titles = Titles::default();
        let mut qualifying = BTreeSet::new();
        report.add("topics", topics.len() as u64);
        let unused = unused_launch_urls(topics, courses);
        if !unused.is_empty() {
            report.add("launch_urls_unused", unused.len() as u64);
            tracing::warn!(topic.codes = ?unused, "launch addresses are configured for codes that no topic has");
        }
        for topic in topics {
            let verdict = topic.verdict(courses);
            report.near_misses.extend(NearMiss::new(topic, &verdict));
            if verdict.qualifies() {
                report.count("qualify");
                qualifying.insert(topic.id);
                titles.note(course_title(topic), &topic.code);
            }
        }
        for (course, record) in kept_courses(known, &qualifying) {
            titles.note(course.written.title.clone(), &record.code);
        }
        report.same_titles = titles.shared();
        report
    }

    pub(crate) fn count(&mut self, name: &str) {
        self.add(name, 1);
    }

    pub(crate) fn add(&mut self, name: &str, by: u64) {
        *self.counts.entry(name.to_owned()).or_default() += by;
    }

    pub(crate) fn note(&mut self, topic: &TopicRecord, failure: &VendorFailure) {
        self.count("failed");
        let (code, title) = (topic.code.clone(), topic.title.clone());
        self.problems.push(CourseProblem {
            code,
            title,
            failure: failure.clone(),
        });
    }

    /// Returns whether so many writes failed that the cause is common to all courses.
    pub(crate) fn fails_too_often(&self) -> bool {
        let failed = self.counted("failed");
        fails_too_often(self.written() + failed, failed)
    }

    fn written(&self) -> u64 {
        let kinds = ["created", "adopted", "changed", "withdrawn"];
        kinds.into_iter().map(|kind| self.counted(kind)).sum()
    }

    fn counted(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    pub(crate) fn progress(self, finished: bool) -> Progress<Self> {
        Progress {
            finished,
            advanced: self.written() > 0,
            counts: self.counts.clone(),
            outcome: self,
        }
    }
}

/// Courses that stay, active, though their topic does not qualify any more.
fn kept_courses<'k>(
    known: &'k BTreeMap<TopicId, TopicRecord>,
    qualifying: &BTreeSet<TopicId>,
) -> impl Iterator<Item = (&'k LinkedCourse, &'k TopicRecord)> {
    let others = known.values().filter(|record| !qualifying.contains(&record.topic));
    others.filter_map(|record| {
        let course = record.course.as_ref().filter(|course| course.written.active)?;
        Some((course, record))
    })
}

/// Codes that have a launch address by hand and no topic.
fn unused_launch_urls<'c>(topics: &[Topic], courses: &'c CoursesConfiguration) -> Vec<&'c str> {
    let codes: BTreeSet<_> = topics.iter().map(|topic| &topic.code).collect();
    let by_hand = courses.launch_urls.keys();
    by_hand
        .filter(|code| !codes.contains(code))
        .map(|code| code.0.as_str())
        .collect()
}

/// The titles of courses, compared without regard to letter case.
#[derive(Default)]
struct Titles(BTreeMap<String, SameTitle>);

impl Titles {
    fn note(&mut self, title: String, code: &TopicCode) {
        let same = self.0.entry(title.to_lowercase());
        let codes = Vec::new();
        same.or_insert_with(|| SameTitle { title, codes })
            .codes
            .push(code.clone());
    }

    fn shared(self) -> Vec<SameTitle> {
        self.0.into_values().filter(|same| same.codes.len() > 1).collect()
    }
}
