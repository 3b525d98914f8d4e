//! A customer who is written to, with time, table and mailbox in memory.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::courses::plan::NearMiss;
use habitsync_domain::courses::topic::Condition;
use habitsync_domain::identity::TopicCode;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::problem::{Cause, Problem};
use habitsync_in_memory::{Fleet, Mailbox, ManualClock, Table, Tenants};
use habitsync_workflows::course_sync::report::CourseReport;
use habitsync_workflows::notifications::remind_customers::{RemindCustomers, ReminderReport, remind_customers};
use habitsync_workflows::notifications::{MailContent, MailSettings, Notified, Subject, Worklist, notify_customer};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use mail_parser::{MessageParser, MimeHeaders};

/// Acme's configuration with some of its lines changed.
pub(crate) fn acme(changes: &[(&str, &str)]) -> TenantConfiguration {
    let mut source = include_str!("../../../domain/src/configuration/acme.toml").to_owned();
    for (old, new) in changes {
        assert!(source.contains(old), "{old} is not in the example");
        source = source.replace(old, new);
    }
    source.parse().expect("valid")
}

pub(crate) fn problem(employee_id: &str, person: &str, cause: Cause, seen: Option<&str>) -> Problem {
    Problem {
        cause,
        employee_id: employee_id.parse().expect("valid"),
        person: person.to_owned(),
        seen: seen.map(str::to_owned),
    }
}

pub(crate) fn no_user_name() -> Cause {
    Cause::NoUserName {
        source: "employee.workEmail".to_owned(),
    }
}

pub(crate) fn people(problems: &[Problem]) -> Worklist {
    Worklist::of_people(problems, &[])
}

/// A worklist of so many people without a user name, the first with the number `from`.
pub(crate) fn nameless(from: usize, count: usize) -> Worklist {
    let problems: Vec<_> = (from..from + count)
        .map(|number| problem(&format!("E{number}"), &format!("Person {number}"), no_user_name(), None))
        .collect();
    people(&problems)
}

pub(crate) fn nearly(titles: &[&str]) -> Worklist {
    let near = |title: &&str| NearMiss {
        code: TopicCode(format!("TH-{title}")),
        title: (*title).to_owned(),
        missing: Condition::HasLink,
    };
    let report = CourseReport {
        near_misses: titles.iter().map(near).collect(),
        ..CourseReport::default()
    };
    Worklist::of_courses(&report, "EC")
}

pub(crate) fn settings() -> MailSettings {
    MailSettings {
        sender: "integration@tribalhabits.com".parse().expect("valid"),
        operator: Some("operators@tribalhabits.com".parse().expect("valid")),
    }
}

/// A mail as a mail program reads it.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) to: Vec<String>,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) spreadsheet: Option<String>,
    pub(crate) raw: String,
}

impl Received {
    pub(crate) fn of(raw: &str) -> Self {
        let mail = MessageParser::default().parse(raw.as_bytes()).expect("is a mail");
        let to = mail.to().expect("is to somebody").iter();
        let attachment = mail.attachments().find(|part| part.attachment_name().is_some());
        Self {
            to: to.filter_map(|address| Some(address.address()?.to_owned())).collect(),
            subject: mail.subject().expect("has a subject").to_owned(),
            text: mail.body_text(0).expect("has a text").replace("\r\n", "\n"),
            html: mail.body_html(0).unwrap_or_default().replace("\r\n", "\n"),
            spreadsheet: attachment.and_then(|part| part.text_contents()).map(str::to_owned),
            raw: raw.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let headers = self.raw.split("\r\n\r\n").next().expect("has headers");
        headers
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The text with its line breaks taken out, to look for sentences in.
    pub(crate) fn flat(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn assert_says(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.flat().contains(part), "{part:?} is missing:\n{}", self.text);
        }
    }
}

/// A customer, from Monday, 2 November 2026, 9:05 in Sydney on.
pub(crate) struct Customer {
    pub(crate) configuration: TenantConfiguration,
    pub(crate) table: Table,
    pub(crate) mail: Mailbox,
    pub(crate) clock: ManualClock,
}

impl Customer {
    pub(crate) fn new() -> Self {
        Self::configured(&[])
    }

    pub(crate) fn configured(changes: &[(&str, &str)]) -> Self {
        let customer = Self {
            configuration: acme(changes),
            table: Table::default(),
            mail: Mailbox::default(),
            clock: ManualClock::at(Timestamp::UNIX_EPOCH),
        };
        customer.table.state().version = 1;
        customer.at("2026-11-02T09:05");
        customer
    }

    /// Lets the time come when the customer's clocks show this.
    pub(crate) fn at(&self, local: &str) {
        let local: DateTime = local.parse().expect("a time");
        let zone = self.configuration.time_zone.zone().clone();
        let then = local.to_zoned(zone).expect("exists").timestamp();
        self.clock.advance(then.duration_since(self.clock.now()));
    }

    pub(crate) async fn tell(&self, worklist: &Worklist) -> Notified {
        self.tell_about(Subject::Users, worklist, true).await
    }

    pub(crate) async fn tell_about(&self, subject: Subject, worklist: &Worklist, verified: bool) -> Notified {
        self.try_to_tell(subject, worklist, verified).await.expect("is told")
    }

    pub(crate) async fn try_to_tell(
        &self,
        subject: Subject,
        worklist: &Worklist,
        verified: bool,
    ) -> Result<Notified, ServiceFailure> {
        let news = MailContent {
            configuration: &self.configuration,
            subject,
            worklist,
            at: self.clock.now(),
            verified,
            job: subject.job().unwrap_or(Job::UserSync),
        };
        notify_customer(&self.table, &self.mail, &settings(), &news).await
    }

    pub(crate) fn tenants(&self) -> Tenants {
        let tenants = Tenants::default();
        tenants.add(self.configuration.clone(), &[]);
        tenants
    }

    pub(crate) fn fleet(&self) -> Fleet<'_> {
        Fleet::of(vec![(self.configuration.tenant.clone(), &self.table)])
    }

    /// Lets the watchdog look for reminders.
    pub(crate) async fn remind(&self) -> ReminderReport {
        let remind = RemindCustomers {
            fleet: &self.fleet(),
            tenants: &self.tenants(),
            mail: &self.mail,
            settings: &settings(),
            clock: &self.clock,
        };
        let deadline = self.clock.now() + SignedDuration::from_secs(55);
        remind_customers(&remind, deadline).await.expect("looks")
    }

    pub(crate) fn mails(&self) -> Vec<Received> {
        self.mail.sent().iter().map(|raw| Received::of(raw)).collect()
    }

    pub(crate) fn newest(&self) -> Received {
        Received::of(self.mail.sent().last().expect("a mail was sent"))
    }
}
