//! What every kind of mail looks like, in `docs/samples`, for a company that does not exist. After a change to the mails,
//! `UPDATE_EXPECT=1 cargo test -p habitsync-workflows --test mails samples` writes them anew.

use std::path::PathBuf;

use expect_test::expect_file;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::course_plan::NearMiss;
use habitsync_domain::employment::Evidence;
use habitsync_domain::identity::TopicCode;
use habitsync_domain::job::Job;
use habitsync_domain::mail_feedback::Feedback;
use habitsync_domain::parking::{Refused, Setback};
use habitsync_domain::person::Person as Linked;
use habitsync_domain::problem::{Cause, ManagerProblem, Problem};
use habitsync_domain::topic::Condition;
use habitsync_domain::user::{UserChange, UserFields};
use habitsync_domain::user_plan::{Action, HeldRemoval, Step};
use habitsync_fixtures::{Blueprint, Company, Person};
use habitsync_workflows::course_report::{CourseProblem, CourseReport, SameTitle};
use habitsync_workflows::mail::{Letter, Occasion, Subject, Worklist};
use habitsync_workflows::ports::failure::{RefusedField, Vendor, VendorFailure, VendorFailureKind};
use jiff::{SignedDuration, Timestamp};

use crate::customer::{Customer, Received, acme, settings};
use crate::feedback::{FIRST, hear, report, two_readers};

/// The company and the moment of all samples: Monday, 23 November 2026, 8:05 in Sydney.
struct Sample {
    company: Company,
    configuration: TenantConfiguration,
    at: Timestamp,
}

impl Sample {
    fn new() -> Self {
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
    fn problems(&self) -> Vec<Problem> {
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
                },
                Some(&format!("reception@{}", self.company.email_domain)),
            ),
            self.problem(
                4,
                Cause::Disputed {
                    what: "e-mail".to_owned(),
                    with: vec![self.person(3).employee_id.parse().expect("an id")],
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

    fn setbacks(&self, problems: &[Problem]) -> Vec<Setback> {
        let refused = problems
            .iter()
            .filter(|problem| matches!(problem.cause, Cause::RefusedField { .. }));
        refused
            .map(|problem| Setback {
                what: Refused::Field("X-Location".parse().expect("a field")),
                digest: String::new(),
                problem: problem.clone(),
                since: self.at,
                attempts: 2,
                due_at: self.at + SignedDuration::from_hours(12),
                given_up: false,
            })
            .collect()
    }

    fn worklist(&self, problems: &[Problem]) -> Worklist {
        let setbacks = self.setbacks(problems);
        Worklist::of_user_sync(&self.configuration.users, problems, &[], setbacks.iter())
    }

    fn mail(
        &self,
        subject: Subject,
        occasion: Occasion<'_>,
        worklist: &Worklist,
        before: Option<&Worklist>,
    ) -> Received {
        let letter = Letter {
            configuration: &self.configuration,
            subject,
            job: subject.job().unwrap_or(Job::Users),
            occasion,
            worklist,
            before,
            at: self.at,
            thread: None,
            to: &self.configuration.alerts.to,
        };
        let mail = letter.compose(&settings()).expect("composes");
        Received::of(std::str::from_utf8(&mail.mime).expect("is text"))
    }

    fn news(&self, subject: Subject, worklist: &Worklist) -> Received {
        let occasion = Occasion::News {
            new: 0,
            changed: 0,
            fixed: &[],
        };
        self.mail(subject, occasion, worklist, None)
    }

    fn held(&self, index: usize, evidence: Evidence) -> HeldRemoval {
        let person = self.person(index);
        let before = Linked {
            employee_id: person.employee_id.parse().expect("an id"),
            user_name: format!("user-{index}").parse().expect("a user name"),
            former_names: Vec::new(),
            active: true,
            fields: UserFields::default(),
            last_change: None,
        };
        let action = Action {
            employee_id: before.employee_id.clone(),
            person: person.called(),
            step: Step::Deactivate {
                before,
                change: UserChange::deactivation(),
            },
            reason: evidence.reason(),
            digest: String::new(),
        };
        HeldRemoval { action, evidence }
    }

    fn refused(&self, vendor: Vendor, kind: VendorFailureKind) -> Received {
        let failure = VendorFailure {
            vendor,
            kind,
            detail: String::new(),
        };
        let last = Some(self.at - SignedDuration::from_hours(63));
        let (subject, worklist) = Worklist::of_failure(&failure.into(), last).expect("is the customer's to mend");
        self.news(subject, &worklist)
    }

    fn course_report(&self) -> CourseReport {
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

fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/samples");
    folder.join(name)
}

fn keep_text(name: &str, mail: &Received) {
    let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
    expect_file![file(&format!("{name}.txt"))].assert_eq(&text);
}

fn keep(name: &str, mail: &Received) {
    keep_text(name, mail);
    expect_file![file(&format!("{name}.html"))].assert_eq(&mail.html);
    let widest = mail.text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(76), "{name}: a line of {widest:?} characters");
}

#[test]
fn a_first_worklist() {
    let sample = Sample::new();
    let problems = sample.problems();
    keep("worklist", &sample.news(Subject::Users, &sample.worklist(&problems)));
}

#[test]
fn a_worklist_with_news_and_with_what_was_fixed() {
    let sample = Sample::new();
    let before = sample.worklist(&sample.problems()[..6]);
    let mut after = sample.problems().split_off(2);
    after[0].seen = Some("Sabbatical".to_owned());
    let fixed: Vec<_> = sample.problems()[..2]
        .iter()
        .map(|problem| problem.person.clone())
        .collect();
    let occasion = Occasion::News {
        new: 2,
        changed: 1,
        fixed: &fixed,
    };
    let mail = sample.mail(Subject::Users, occasion, &sample.worklist(&after), Some(&before));
    keep("worklist-news", &mail);
}

#[test]
fn a_reminder() {
    let sample = Sample::new();
    let told_at = sample.at - SignedDuration::from_hours(72);
    let worklist = sample.worklist(&sample.problems()[2..4]);
    let mail = sample.mail(Subject::Users, Occasion::Reminder { told_at }, &worklist, None);
    keep("reminder", &mail);
}

#[test]
fn an_all_clear() {
    let sample = Sample::new();
    let names: Vec<_> = sample.problems()[2..4]
        .iter()
        .map(|problem| problem.person.clone())
        .collect();
    let occasion = Occasion::AllClear {
        fixed: 8,
        names: &names,
    };
    keep(
        "all-clear",
        &sample.mail(Subject::Users, occasion, &Worklist::default(), None),
    );
}

#[test]
fn refused_credentials_of_either_vendor_and_a_missing_module() {
    let sample = Sample::new();
    let credentials = || VendorFailureKind::Credentials;
    keep(
        "credentials-employee-connect",
        &sample.refused(Vendor::EmployeeConnect, credentials()),
    );
    keep(
        "credentials-tribal-habits",
        &sample.refused(Vendor::TribalHabits, credentials()),
    );
    let module = sample.refused(Vendor::EmployeeConnect, VendorFailureKind::ModuleDisabled);
    keep("module-missing", &module);
}

#[test]
fn what_is_good_to_know_about_courses() {
    let sample = Sample::new();
    let worklist = Worklist::of_courses(&sample.course_report(), "EC");
    keep(
        "courses",
        &sample.mail(Subject::Courses, Occasion::Notes, &worklist, None),
    );
}

#[test]
fn removals_that_are_held() {
    let sample = Sample::new();
    let ended = |day: &str| Evidence::Ended {
        last_day: day.parse().expect("a date"),
    };
    let held = [
        sample.held(10, ended("2026-11-20")),
        sample.held(11, ended("2026-11-20")),
        sample.held(12, Evidence::Terminated),
        sample.held(13, Evidence::Vanished),
        sample.held(14, Evidence::Vanished),
        sample.held(15, Evidence::Vanished),
    ];
    let worklist = Worklist::of_people(&[], &held).held_as(Some("7f3a9c21"));
    keep("held-removals", &sample.news(Subject::Users, &worklist));
}

#[tokio::test]
async fn results_that_did_not_arrive() {
    let sample = Sample::new();
    let customer = Customer::new();
    customer.at("2026-11-23T08:05");
    customer.has_lost_results(&sample.company);
    let worklist = customer.results().await;
    keep("results", &sample.news(Subject::Results, &worklist));
}

#[tokio::test]
async fn what_the_operators_hear_of_a_customer_who_cannot_be_written_to() {
    let sample = Sample::new();
    let customer = Customer::configured(&[("to = [\"hr-systems@acme.com.au\"]", "to = []")]);
    customer.tell(&sample.worklist(&sample.problems())).await;
    keep_text("operators-counts", &customer.newest());
}

#[tokio::test]
async fn what_the_operators_hear_of_an_address_that_does_not_work() {
    let customer = two_readers();
    hear(&customer, ["a", "b"].map(|id| report(id, Feedback::HardBounce, FIRST))).await;
    keep_text("operators-bounces", &customer.newest());
}
