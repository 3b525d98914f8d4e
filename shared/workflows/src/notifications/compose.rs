//! A mail as bytes: headers that cannot be injected into, plain text and HTML of the same content, the lines as CSV.

use askama::Template;
use habitsync_domain::identity::EmailAddress;
use habitsync_domain::text::printable::{is_hidden, printable_lines};
use lettre::message::header::{ContentType, InReplyTo, References};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};

use super::message::MailMessage;
use super::page::Page;
use super::spreadsheet::WorklistSheet;
use crate::ports::failure::ServiceFailure;
use crate::ports::mail::Mail;

/// What every mail of a stage has in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// The verified address that mails come from.
    pub sender: EmailAddress,
    /// Where the operators read, and where customers' answers go; none where the alarms are all they get.
    pub operator: Option<EmailAddress>,
}

#[derive(Template)]
#[template(path = "worklist.html")]
struct Html<'a> {
    page: &'a Page<'a>,
}

#[derive(Template)]
#[template(path = "worklist.txt")]
struct Text<'a> {
    page: &'a Page<'a>,
}

impl MailMessage<'_> {
    /// The complete mail.
    ///
    /// # Errors
    /// It cannot be rendered, or there is no address to write to.
    pub fn compose(&self, settings: &MailSettings) -> Result<Mail, ServiceFailure> {
        let mut page = Page::new(self);
        let spreadsheet = WorklistSheet::new(self.worklist, &page).map_err(|error| not_composed(&error))?;
        page.add_small_print(spreadsheet.as_ref().map(|sheet| (sheet.rows, sheet.left)));
        let text = Text { page: &page }.render().map_err(|error| not_composed(&error))? + "\n";
        let html = Html { page: &page }.render().map_err(|error| not_composed(&error))?;
        let (text, html) = (printable_lines(&text), printable_lines(&html));
        let alternatives = MultiPart::alternative_plain_html(text, html);
        let message = self
            .headers(settings)?
            .multipart(self.with_csv(alternatives, spreadsheet)?)
            .map_err(|error| not_composed(&error))?;
        Ok(Mail {
            to: self.to.to_vec(),
            tenant: Some(self.configuration.tenant.clone()),
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
        if let Some(operator) = &settings.operator {
            builder = builder.reply_to(mailbox(None, operator)?);
        }
        for to in self.to {
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
        one_line(&format!("{}: {}", self.configuration.name, self.subject.title()))
    }

    fn with_csv(
        &self,
        alternatives: MultiPart,
        spreadsheet: Option<WorklistSheet>,
    ) -> Result<MultiPart, ServiceFailure> {
        let mixed = MultiPart::mixed().multipart(alternatives);
        let Some(spreadsheet) = spreadsheet else {
            return Ok(mixed);
        };
        let kind = ContentType::parse("text/csv; charset=utf-8").map_err(|error| not_composed(&error))?;
        let attachment: SinglePart =
            Attachment::new(format!("{}-worklist.csv", self.subject.key())).body(spreadsheet.csv, kind);
        Ok(mixed.singlepart(attachment))
    }
}

/// Header values are one line: a line break in a customer's name cannot begin another header.
pub(super) fn one_line(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|character| if is_hidden(character) { ' ' } else { character })
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
