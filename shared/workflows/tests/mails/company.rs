//! A company that does not exist, and what might happen to it.

use habitsync_domain::approvals::HoldReason;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::courses::plan::NearMiss;
use habitsync_domain::courses::topic::Condition;
use habitsync_domain::identity::TopicCode;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::employment::Evidence;
use habitsync_domain::people::link::Person as Linked;
use habitsync_domain::people::problem::{Cause, ManagerProblem, Problem};
use habitsync_domain::people::rejected_writes::{RejectedPart, RejectedWrite};
use habitsync_domain::people::user::{UserChange, UserFields};
use habitsync_domain::user_plan::{Action, PendingApproval, Permission, Step};
use habitsync_fixtures::{Blueprint, Company, Person};
use habitsync_workflows::course_sync::report::{CourseProblem, CourseReport, SameTitle};
use habitsync_workflows::notifications::{MailKind, MailMessage, Subject, Worklist};
use habitsync_workflows::ports::failure::{RefusedField, Vendor, VendorFailure, VendorFailureKind};
use jiff::{SignedDuration, Timestamp};

use crate::customer::{Received, acme, settings};

/// The company and the moment of all samples: Monday, 23 November 2026, 8:05 in Sydney.
pub(crate) struct Sample {
    pub(crate) company: Company,
    pub(crate) configuration: TenantConfiguration,
    pub(crate) at: Timestamp,
}

impl Sample {
    pub(crate) fn new() -> Self {
        let company = Blueprint::seeded(7).people(40).topics(24).clean().build();
        let name = format!("name = \"{}\"", company.name);
        let to = format!("to = [\"people-systems@{}\"]", company.email_domain);
        let changes = [
            ("name = \"Acme Pty Ltd\"", name.as_str()),
            ("to = [\"hr-systems@acme.com.au\"]", to.as_str()),
        ];
        Self {
            configuration: acme(&changes),
            company,
            at: "2026-11-22T21:05:00Z".parse().expect("a time"),
        }
    }

    fn person(&self, index: usize) -> &Person {
        self.company.current().nth(index).expect("the company is big enough")
    }

    fn problem(&self, index: usize, cause: Cause, seen: Option<&str>) -> Problem {
        let person = self.person(index);
        Problem {
            cause,
            employee_id: person.employee_id.parse().expect("an id"),
            person: person.called(),
            seen: seen.map(str::to_owned),
        }
    }

    /// What a Monday morning brings.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let source = |field: &str| format!("employee.{field}");
        let refused = |reason: &str| Cause::RefusedField {
            field: "X-Location".to_owned(),
            reason: reason.to_owned(),
        };
        vec![
            self.problem(
                0,
                Cause::NoUserName {
                    source: source("workEmail"),
                },
                None,
            ),
            self.problem(
                1,
                Cause::RequiredField {
                    field: "email".parse().expect("a field"),
                    source: source("workEmail"),
                    expected: "an e-mail address such as name@company.com.au".to_owned(),
                },
                Some("morgan.lee@gmail,com"),
            ),
            self.problem(2, Cause::UnknownStatus, Some("Parental leave")),
            self.problem(
                3,
                Cause::Disputed {
                    what: "e-mail".to_owned(),
                    with: vec![self.person(4).employee_id.parse().expect("an id")],
                    more: 0,
                },
                Some(&format!("reception@{}", self.company.email_domain)),
            ),
            self.problem(
                4,
                Cause::Disputed {
                    what: "e-mail".to_owned(),
                    with: vec![self.person(3).employee_id.parse().expect("an id")],
                    more: 0,
                },
                Some(&format!("reception@{}", self.company.email_domain)),
            ),
            self.problem(
                5,
                refused("'Wagga Wagga' is not one of this field's items"),
                Some("Wagga Wagga"),
            ),
            self.problem(
                6,
                Cause::InvalidValue {
                    field: "X-Mobile".parse().expect("a field"),
                    source: "employee.customFields['Mobile']".to_owned(),
                    expected: "a number".to_owned(),
                },
                Some("0491 570 15x"),
            ),
            self.problem(
                7,
                Cause::ManagerNotSet {
                    manager: Some(self.person(8).employee_id.clone()),
                    why: ManagerProblem::Left,
                },
                None,
            ),
        ]
    }

    fn rejected_writes(&self, problems: &[Problem]) -> Vec<RejectedWrite> {
        let refused = problems
            .iter()
            .filter(|problem| matches!(problem.cause, Cause::RefusedField { .. }));
        refused
            .map(|problem| RejectedWrite {
                what: RejectedPart::Field("X-Location".parse().expect("a field")),
                digest: String::new(),
                problem: problem.clone(),
                since: self.at,
                attempts: 2,
                due_at: self.at + SignedDuration::from_hours(12),
                given_up: false,
            })
            .collect()
    }

    pub(crate) fn worklist(&self, problems: &[Problem]) -> Worklist {
        let rejected_writes = self.rejected_writes(problems);
        Worklist::of_user_sync(&self.configuration.users, problems, &[], rejected_writes.iter())
    }

    pub(crate) fn mail(
        &self,
        subject: Subject,
        occasion: MailKind<'_>,
        worklist: &Worklist,
        before: Option<&Worklist>,
    ) -> Received {
        let letter = MailMessage {
            configuration: &self.configuration,
            subject,
            job: subject.job().unwrap_or(Job::UserSync),
            kind: occasion,
            worklist,
            before,
            at: self.at,
            thread: None,
            to: &self.configuration.alerts.to,
        };
        let mail = letter.compose(&settings()).expect("composes");
        Received::of(std::str::from_utf8(&mail.mime).expect("is text"))
    }

    pub(crate) fn news(&self, subject: Subject, worklist: &Worklist) -> Received {
        let occasion = MailKind::News {
            new: 0,
            changed: 0,
            fixed: &[],
            left: &[],
            made: &[],
        };
        self.mail(subject, occasion, worklist, None)
    }

    pub(crate) fn held(&self, index: usize, evidence: Evidence) -> PendingApproval {
        let person = self.person(index);
        let before = Linked {
            employee_id: person.employee_id.parse().expect("an id"),
            user_name: format!("user-{index}").parse().expect("a user name"),
            former_names: Vec::new(),
            active: true,
            fields: UserFields::default(),
            last_change: None,
            removed: None,
            marks: habitsync_domain::approvals::ChangeMarks::default(),
            rewrites: std::collections::BTreeMap::new(),
        };
        let action = Action {
            employee_id: before.employee_id.clone(),
            person: person.called(),
            step: Step::Deactivate {
                before,
                change: UserChange::deactivation(),
                evidence: evidence.clone(),
                approved: false,
            },
            reason: evidence.reason(),
            digest: String::new(),
            permission: Permission::NotNeeded,
        };
        let because = HoldReason::OverLimit {
            planned: 7,
            recent: 0,
            allowed: 5,
        };
        PendingApproval {
            action,
            evidence: evidence.into(),
            hold_reason: because,
            waits_with: None,
        }
    }

    pub(crate) fn refused(&self, vendor: Vendor, kind: VendorFailureKind) -> Received {
        let failure = VendorFailure {
            vendor,
            kind,
            detail: String::new(),
        };
        let last = Some(self.at - SignedDuration::from_hours(63));
        let (subject, worklist) =
            Worklist::of_failure(&failure.into(), Job::UserSync, last).expect("is the customer's to mend");
        self.news(subject, &worklist)
    }

    pub(crate) fn course_report(&self) -> CourseReport {
        let topic = |index: usize| {
            let topic = &self.company.topics[index];
            (TopicCode(topic.code.clone()), topic.title.clone())
        };
        let near = |index, missing| {
            let (code, title) = topic(index);
            NearMiss { code, title, missing }
        };
        let (code, title) = topic(3);
        let refused = RefusedField {
            field: "title".to_owned(),
            reason: "must be at most 200 characters".to_owned(),
        };
        CourseReport {
            near_misses: vec![
                near(0, Condition::HasLink),
                near(1, Condition::Published),
                near(2, Condition::InActiveFolder),
            ],
            problems: vec![CourseProblem {
                code,
                title,
                failure: VendorFailure {
                    vendor: Vendor::EmployeeConnect,
                    kind: VendorFailureKind::Refused(vec![refused]),
                    detail: String::new(),
                },
            }],
            same_titles: vec![SameTitle {
                title: topic(4).1,
                codes: vec![topic(4).0, topic(5).0],
            }],
            ..CourseReport::default()
        }
    }
}
