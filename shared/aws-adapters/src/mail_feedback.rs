//! SES's reports of mails: its events arrive on a queue by way of a topic, each message one event as SES writes it.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use habitsync_domain::identity::EmailAddress;
use habitsync_domain::notifications::mail_feedback::Feedback;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::mail::{MailReport, ReceiveMailFeedback, ReceivedReports};
use serde::Deserialize;
use tracing::warn;

use crate::connection::Aws;
use crate::failure::AwsError;
use crate::mailer::TENANT_TAG;

/// Number of messages that SQS returns at most at a time.
const MOST: i32 = 10;

/// Receives from the feedback queue.
#[derive(Debug, Clone)]
pub struct FeedbackQueue {
    client: Client,
    url: String,
}

impl Aws {
    /// The feedback queue with this URL.
    #[must_use]
    pub fn feedback_queue(&self, url: &str) -> FeedbackQueue {
        FeedbackQueue {
            client: Client::new(&self.config),
            url: url.to_owned(),
        }
    }
}

impl ReceiveMailFeedback for FeedbackQueue {
    type Receipt = String;

    async fn receive_feedback(&self) -> Result<ReceivedReports<String>, ServiceFailure> {
        let receive = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(MOST);
        let answer = receive
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("SQS", "ReceiveMessage", &error))?;
        let mut received = ReceivedReports {
            reports: Vec::new(),
            others: Vec::new(),
            unreadable: Vec::new(),
        };
        for message in answer.messages.unwrap_or_default() {
            let Some(receipt) = message.receipt_handle else {
                continue;
            };
            match message.body.as_deref().and_then(read) {
                Some(Heard::Report(report)) => received.reports.push((report, receipt)),
                Some(Heard::Other) => received.others.push(receipt),
                None => {
                    // Its content may name a person.
                    warn!("a report of SES cannot be read");
                    received.unreadable.push(receipt);
                }
            }
        }
        Ok(received)
    }

    async fn settle_feedback(&self, receipt: &String) -> Result<(), ServiceFailure> {
        let delete = self
            .client
            .delete_message()
            .queue_url(&self.url)
            .receipt_handle(receipt);
        delete
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("SQS", "DeleteMessage", &error))?;
        Ok(())
    }
}

/// Content of a message.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Report(MailReport),
    /// A delivery, or another kind of event.
    Other,
}

/// An event as SES publishes it; notifications of an identity call its type by another name.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "eventType", alias = "notificationType")]
    kind: String,
    mail: Mail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
}

#[derive(Deserialize)]
struct Mail {
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    feedback_id: String,
    #[serde(rename = "bounceType")]
    kind: String,
    bounced_recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    feedback_id: String,
    #[serde(rename = "complaintFeedbackType")]
    kind: Option<String>,
    complained_recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
}

fn read(body: &str) -> Option<Heard> {
    let event: Event = serde_json::from_str(body).ok()?;
    let (id, feedback, recipients) = match (event.kind.as_str(), event.bounce, event.complaint) {
        ("Bounce", Some(bounce), _) => {
            let feedback = if bounce.kind == "Permanent" {
                Feedback::HardBounce
            } else {
                Feedback::SoftBounce
            };
            (bounce.feedback_id, feedback, bounce.bounced_recipients)
        }
        // A recipient who takes a mail out of the spam folder is reported like one who puts it there.
        ("Complaint", _, Some(complaint)) if complaint.kind.as_deref() == Some("not-spam") => {
            return Some(Heard::Other);
        }
        ("Complaint", _, Some(complaint)) => (
            complaint.feedback_id,
            Feedback::Complaint,
            complaint.complained_recipients,
        ),
        ("Bounce" | "Complaint", _, _) => return None,
        _ => return Some(Heard::Other),
    };
    let tenant = event.mail.tags.get(TENANT_TAG).and_then(|values| values.first());
    Some(Heard::Report(MailReport {
        id,
        tenant: tenant.and_then(|tenant| tenant.parse().ok()),
        feedback,
        addresses: recipients.iter().filter_map(address).collect(),
    }))
}

/// `jo@acme.example`, or `"Jo" <jo@acme.example>`.
fn address(recipient: &Recipient) -> Option<EmailAddress> {
    let written = recipient.email_address.trim().trim_end_matches('>');
    let bare = written.rsplit_once('<').map_or(written, |(_, bare)| bare);
    bare.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As in the SES developer guide, "Examples of event data that Amazon SES publishes to Amazon SNS", shortened where
    /// nothing is read, and with a tag of ours.
    const BOUNCE: &str = r#"{
        "eventType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [{
                "emailAddress": "recipient@example.com",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown"
            }],
            "timestamp": "2017-08-05T00:41:02.669Z",
            "feedbackId": "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000",
            "reportingMTA": "dsn; mta.example.com"
        },
        "mail": {
            "timestamp": "2017-08-05T00:40:02.012Z",
            "source": "Sender Name <sender@example.com>",
            "sourceArn": "arn:aws:ses:us-east-1:123456789012:identity/sender@example.com",
            "sendingAccountId": "123456789012",
            "messageId": "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
            "destination": ["recipient@example.com"],
            "headersTruncated": false,
            "headers": [{"name": "From", "value": "Sender Name <sender@example.com>"}],
            "commonHeaders": {"from": ["Sender Name <sender@example.com>"], "subject": "Message sent from Amazon SES"},
            "tags": {"ses:configuration-set": ["ConfigSet"], "ses:caller-identity": ["ses_user"], "tenant": ["acme"]}
        }
    }"#;
    const COMPLAINT: &str = r#"{
        "eventType": "Complaint",
        "complaint": {
            "complainedRecipients": [{"emailAddress": "recipient@example.com"}],
            "timestamp": "2017-08-05T00:41:02.669Z",
            "feedbackId": "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000",
            "userAgent": "Mozilla/5.0",
            "complaintFeedbackType": "abuse",
            "arrivalDate": "2017-08-05T00:41:02.669Z"
        },
        "mail": {"messageId": "EXAMPLE7c191be45", "destination": ["recipient@example.com"], "tags": {"tenant": ["acme"]}}
    }"#;

    fn report(body: &str) -> MailReport {
        match read(body) {
            Some(Heard::Report(report)) => report,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_ses_publishes_is_understood() {
        let bounce = report(BOUNCE);
        assert_eq!(bounce.tenant.expect("is tagged").as_str(), "acme");
        assert_eq!(
            (bounce.feedback, bounce.addresses[0].as_str()),
            (Feedback::HardBounce, "recipient@example.com")
        );
        let transient = report(&BOUNCE.replace("Permanent", "Transient"));
        assert_eq!(transient.feedback, Feedback::SoftBounce);
        let complaint = report(COMPLAINT);
        assert_eq!(
            (complaint.feedback, complaint.addresses.len()),
            (Feedback::Complaint, 1)
        );
    }

    #[test]
    fn an_identitys_own_notification_has_no_tags_and_is_nobodys() {
        let notification = BOUNCE
            .replace("eventType", "notificationType")
            .replace("\"tags\"", "\"other\"");
        assert_eq!(report(&notification).tenant, None);
    }

    #[test]
    fn a_name_around_the_address_is_no_part_of_it() {
        let named = BOUNCE.replace("recipient@example.com", "\\\"Jo\\\" <recipient@example.com>");
        assert_eq!(report(&named).addresses[0].as_str(), "recipient@example.com");
    }

    #[test]
    fn what_is_about_something_else_is_told_from_what_cannot_be_read() {
        assert_eq!(read(&COMPLAINT.replace("abuse", "not-spam")), Some(Heard::Other));
        assert_eq!(read(r#"{"eventType": "Delivery", "mail": {}}"#), Some(Heard::Other));
        for body in ["", "{}", "no json", r#"{"eventType": "Bounce", "mail": {}}"#] {
            assert_eq!(read(body), None, "{body}");
        }
    }
}
