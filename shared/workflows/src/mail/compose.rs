//! A mail as bytes: headers that cannot be injected into, plain text and HTML of the same content, the lines as CSV.

use askama::Template;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::EmailAddress;
use jiff::Timestamp;
use lettre::message::header::{ContentType, InReplyTo, References};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};

use super::worklist::{Subject, Worklist};
use crate::ports::failure::ServiceFailure;
use crate::ports::mail::Mail;

/// What every mail of a stage has in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// The verified address that mails come from.
    pub sender: EmailAddress,
    /// Where the operators read; none where the alarms are all they get.
    pub operator: Option<EmailAddress>,
}

/// A mail to one customer about one subject.
#[derive(Debug)]
pub struct Letter<'a> {
    /// To whom, and under which name from.
    pub configuration: &'a TenantConfiguration,
    /// What it is about.
    pub subject: Subject,
    /// What there is to do; empty: the all-clear.
    pub worklist: &'a Worklist,
    /// When the run was, shown in the customer's time.
    pub at: Timestamp,
    /// The first mail of the thread, which this one answers.
    pub thread: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "worklist.html")]
struct Html<'a> {
    page: Page<'a>,
}

#[derive(Template)]
#[template(path = "worklist.txt")]
struct Text<'a> {
    page: Page<'a>,
}

/// What both renderings show.
#[derive(Clone, Copy)]
struct Page<'a> {
    customer: &'a str,
    subject: Subject,
    worklist: &'a Worklist,
    local_time: &'a str,
}

impl Letter<'_> {
    /// The complete mail.
    ///
    /// # Errors
    /// It cannot be rendered, or the customer has no address to write to.
    pub fn compose(&self, settings: &MailSettings) -> Result<Mail, ServiceFailure> {
        let local_time = self.local_time();
        let page = Page {
            customer: &self.configuration.name,
            subject: self.subject,
            worklist: self.worklist,
            local_time: &local_time,
        };
        let text = Text { page }.render().map_err(|error| not_composed(&error))?;
        let html = Html { page }.render().map_err(|error| not_composed(&error))?;
        let alternatives = MultiPart::alternative_plain_html(text, html);
        let message = self
            .headers(settings)?
            .multipart(self.with_csv(alternatives)?)
            .map_err(|error| not_composed(&error))?;
        Ok(Mail {
            to: self.configuration.alerts.to.clone(),
            mime: message.formatted(),
        })
    }

    fn headers(&self, settings: &MailSettings) -> Result<lettre::message::MessageBuilder, ServiceFailure> {
        let name = self
            .configuration
            .alerts
            .from_name
            .as_deref()
            .unwrap_or("Tribal Habits integration");
        let mut builder = Message::builder()
            .from(mailbox(Some(one_line(name)), &settings.sender)?)
            .subject(self.title());
        for to in &self.configuration.alerts.to {
            builder = builder.to(mailbox(None, to)?);
        }
        if let Some(thread) = self.thread {
            builder = builder
                .header(InReplyTo::from(thread.to_owned()))
                .header(References::from(thread.to_owned()));
        }
        Ok(builder)
    }

    /// The same for every mail of the thread.
    fn title(&self) -> String {
        one_line(&format!(
            "{}: what needs attention in your {}",
            self.configuration.name,
            self.subject.name()
        ))
    }

    fn local_time(&self) -> String {
        let local = self.at.to_zoned(self.configuration.time_zone.zone().clone());
        local.strftime("%A %-d %B %Y, %-I:%M %P (%Z)").to_string()
    }

    fn with_csv(&self, alternatives: MultiPart) -> Result<MultiPart, ServiceFailure> {
        let mixed = MultiPart::mixed().multipart(alternatives);
        if self.worklist.rows().next().is_none() {
            return Ok(mixed);
        }
        let csv = csv_of(self.worklist).map_err(|error| not_composed(&error))?;
        let kind = ContentType::parse("text/csv; charset=utf-8").map_err(|error| not_composed(&error))?;
        let attachment: SinglePart = Attachment::new(format!("{}-worklist.csv", self.subject.key())).body(csv, kind);
        Ok(mixed.singlepart(attachment))
    }
}

/// One row per line, with what the mail says about its group.
fn csv_of(worklist: &Worklist) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "problem",
        "person",
        "employee number",
        "field",
        "value seen",
        "should be",
        "what to do",
    ])?;
    for (advice, line) in worklist.rows() {
        let seen = line.seen.clone().unwrap_or_default();
        let cells = [
            &advice.title,
            &line.person,
            &line.employee_id,
            &line.field,
            &seen,
            &line.expected,
            &advice.what_to_do,
        ];
        writer.write_record(cells.map(|cell| as_text(cell)))?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// A spreadsheet takes a cell that begins like a formula for one: an apostrophe keeps it a text.
fn as_text(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// Header values are one line: a line break in a customer's name cannot begin another header.
pub(super) fn one_line(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    text.chars().take(200).collect()
}

pub(super) fn mailbox(name: Option<String>, address: &EmailAddress) -> Result<Mailbox, ServiceFailure> {
    let address = address
        .as_str()
        .parse()
        .map_err(|_| not_composed(&"an address that mail cannot be sent to"))?;
    Ok(Mailbox::new(name, address))
}

pub(super) fn not_composed(reason: &dyn std::fmt::Display) -> ServiceFailure {
    ServiceFailure {
        service: "mail",
        retryable: false,
        detail: reason.to_string(),
    }
}
