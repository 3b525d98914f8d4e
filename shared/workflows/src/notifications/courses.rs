//! Notes about courses: topics that lack one condition, titles that several topics share, and courses that EmployeeConnect
//! does not take. They are mailed once a week where they changed.

use habitsync_domain::courses::plan::NearMiss;
use habitsync_domain::courses::topic::Condition;

use super::line::Advice;
use super::line::{Entry, Groups, Labels, Tried};
use super::shown::{shown, shown_words};
use super::unusable::UnusableOf;
use super::worklist::Worklist;
use crate::course_sync::report::{CourseProblem, CourseReport, SameTitle};
use crate::ports::failure::VendorFailureKind;

const TOPICS: Labels = Labels {
    number: "topic",
    field: "Missing",
    seen: "Found",
    expected: "To do",
};

const REFUSED: Advice = Advice {
    rank: 60,
    title: "Courses that EmployeeConnect does not accept",
    what_to_do: "Correct the topic in Tribal Habits as EmployeeConnect says. Each is tried again by every run.",
    labels: Labels {
        field: "Field",
        expected: "It says",
        ..TOPICS
    },
};

const SHARED_CODES: Advice = Advice {
    rank: 59,
    title: "Topics that share a code",
    what_to_do: "EmployeeConnect knows a course by its topic's code, so that one topic of a code can be a course. Give these topics \
                 codes of their own in Tribal Habits. Until then they are no courses, and what is completed on them waits.",
    labels: Labels {
        number: "code",
        field: "",
        ..TOPICS
    },
};

const SHARED: Advice = Advice {
    rank: 61,
    title: "Courses with the same title",
    what_to_do: "Each is a course of its own in EmployeeConnect, and people cannot tell them apart. Give the topics different \
                 titles in Tribal Habits, or leave it if that is meant.",
    labels: Labels {
        number: "topics",
        field: "",
        ..TOPICS
    },
};

const NEARLY: Advice = Advice {
    rank: 62,
    title: "Topics that are almost courses",
    what_to_do: "Each of these meets every condition but one, and so is not in EmployeeConnect. If it should be, do in Tribal \
                 Habits what is said; if not, leave it.",
    labels: TOPICS,
};

impl Worklist {
    /// What a course sync saw that came to its end. `reference` is what the customer's auto-enrol links are called.
    #[must_use]
    pub fn of_courses(report: &CourseReport, reference: &str) -> Self {
        let mut notes = Groups::default();
        for problem in &report.problems {
            add_problem(&mut notes, problem);
        }
        for shared in &report.shared_codes {
            for topic_without in &shared.without {
                notes.add(SHARED_CODES, None, topic(&topic_without.title, shown(&shared.code.0)));
            }
        }
        for same in &report.same_titles {
            notes.add(SHARED, None, same_title(same));
        }
        for near in &report.near_misses {
            notes.add(NEARLY, None, near_miss(near, reference));
        }
        let worklist = Self {
            notes: notes.sorted(),
            ..Self::default()
        };
        worklist.with_unusable(UnusableOf::Topics, &report.unusable)
    }
}

/// A write that a vendor's outage prevented needs no correction: the next run makes it.
fn add_problem(notes: &mut Groups, problem: &CourseProblem) {
    let VendorFailureKind::Refused(fields) = &problem.failure.kind else {
        return;
    };
    for refused in fields {
        let entry = Entry {
            field: shown(&refused.field),
            expected: shown_words(&refused.field, &refused.reason),
            tried: Tried::NextRun,
            ..topic(&problem.title, shown(&problem.code.0))
        };
        notes.add(REFUSED, None, entry);
    }
}

fn same_title(same: &SameTitle) -> Entry<'_> {
    let codes: Vec<_> = same.codes.iter().map(|code| shown(&code.0)).collect();
    topic(&same.title, codes.join(", "))
}

fn near_miss<'a>(near: &'a NearMiss, reference: &str) -> Entry<'a> {
    let (missing, to_do) = match near.missing {
        Condition::Published => ("a published version, 1.0 or later".to_owned(), "publish it".to_owned()),
        Condition::InActiveFolder => (
            "its place in the Active folder".to_owned(),
            "move it to the Active folder".to_owned(),
        ),
        Condition::HasLink => (
            format!("an active auto-enrol link with the reference {}", shown(reference)),
            format!(
                "add an auto-enrol link, write {} as its reference, and make it active",
                shown(reference)
            ),
        ),
        Condition::LinkIsWebAddress => (
            format!(
                "the link with the reference {} leads to no web address",
                shown(reference)
            ),
            "make that link anew".to_owned(),
        ),
        Condition::HasTitle => ("a title".to_owned(), "give it a title".to_owned()),
        Condition::HasCode => ("an enrolment code".to_owned(), "give it an enrolment code".to_owned()),
    };
    Entry {
        field: missing,
        expected: to_do,
        ..topic(&near.title, shown(&near.code.0))
    }
}

fn topic(title: &str, number: String) -> Entry<'_> {
    Entry {
        who: shown(title),
        number,
        field: String::new(),
        seen: None,
        expected: String::new(),
        tried: Tried::Never,
        unseen: false,
        raw: title,
    }
}
