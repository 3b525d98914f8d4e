//! What a course sync saw and did.

use std::collections::BTreeMap;

use habitsync_domain::brake::fails_too_often;
use habitsync_domain::configuration::CoursesConfiguration;
use habitsync_domain::course::TopicRecord;
use habitsync_domain::course_plan::NearMiss;
use habitsync_domain::identity::TopicCode;
use habitsync_domain::topic::Topic;

use crate::job_run::{Counts, Progress};
use crate::ports::failure::VendorFailure;

/// What a course sync saw and did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CourseReport {
    /// By name: `topics`, `qualify`, what the plan wants (`to_create`, `to_change`, `to_withdraw`, `unchanged`) and what
    /// was done (`created`, `adopted`, `changed`, `withdrawn`, `failed`, `results_released`).
    pub counts: Counts,
    /// Topics that lack exactly one condition.
    pub near_misses: Vec<NearMiss>,
    /// Courses that could not be written; each is tried again by the next run.
    pub problems: Vec<CourseProblem>,
    /// Titles that more than one course has: a course is known by its reference, so that each is kept, and all are told.
    pub same_titles: Vec<SameTitle>,
}

/// A topic whose course could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseProblem {
    /// The topic's code.
    pub code: TopicCode,
    /// Its title.
    pub title: String,
    /// What EmployeeConnect answered.
    pub failure: VendorFailure,
}

/// Topics that share a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameTitle {
    /// The title, as the first of them writes it.
    pub title: String,
    /// Their codes, two or more.
    pub codes: Vec<TopicCode>,
}

impl CourseReport {
    /// What can be said of the topics before anything is planned.
    pub(crate) fn of(topics: &[Topic], courses: &CoursesConfiguration) -> Self {
        let mut report = Self::default();
        let mut titles: BTreeMap<String, SameTitle> = BTreeMap::new();
        report.add("topics", topics.len() as u64);
        for topic in topics {
            let verdict = topic.verdict(&courses.reference);
            report.near_misses.extend(NearMiss::of(topic, &verdict));
            if verdict.qualifies() {
                report.count("qualify");
                let title = topic.title.trim();
                let same = titles.entry(title.to_lowercase());
                let same = same.or_insert_with(|| SameTitle {
                    title: title.to_owned(),
                    codes: Vec::new(),
                });
                same.codes.push(topic.code.clone());
            }
        }
        report.same_titles = titles.into_values().filter(|same| same.codes.len() > 1).collect();
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

    /// Whether so many writes failed that it is not about each course.
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
