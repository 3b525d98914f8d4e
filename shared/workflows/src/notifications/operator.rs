//! Mail to the operators, in plain text. A notice names customers, jobs and counts, and never a person: it may be forwarded.

use habitsync_domain::text::printable::printable_lines;
use lettre::message::header::{ContentType, InReplyTo, References};
use lettre::message::{Mailbox, Message};

use super::compose::{MailSettings, mailbox, not_composed, one_line};
use crate::ports::failure::ServiceFailure;
use crate::ports::mail::{Mail, SendMail};

/// Something that an operator should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorMail {
    /// The subject line.
    pub title: String,
    /// The text, line by line.
    pub lines: Vec<String>,
}

/// Writes to the operators, in answer to `thread` where there is one, and returns the Message-ID; none where the stage has no
/// operator's address.
///
/// # Errors
/// The mail could not be composed or sent.
pub async fn alert_operator<M: SendMail>(
    mail: &M,
    settings: &MailSettings,
    notice: &OperatorMail,
    thread: Option<&str>,
) -> Result<Option<String>, ServiceFailure> {
    let Some(operator) = &settings.operator else {
        return Ok(None);
    };
    let from: Mailbox = mailbox(Some("HabitSync".to_owned()), &settings.sender)?;
    let mut message = Message::builder()
        .from(from)
        .to(mailbox(None, operator)?)
        .subject(one_line(&notice.title))
        .header(ContentType::TEXT_PLAIN);
    if let Some(thread) = thread {
        message = message
            .header(InReplyTo::from(thread.to_owned()))
            .header(References::from(thread.to_owned()));
    }
    let message = message
        .body(body(&notice.lines))
        .map_err(|error| not_composed(&error))?;
    let mail_to_operator = Mail {
        to: vec![operator.clone()],
        tenant: None,
        mime: message.formatted(),
    };
    mail.send_mail(&mail_to_operator).await.map(Some)
}

fn body(lines: &[String]) -> String {
    let lines = lines
        .iter()
        .map(|line| printable_lines(line).replace('\n', "\r\n") + "\r\n");
    lines.collect()
}
