//! Mail through SES: complete MIME messages, sent from the one verified address.

use aws_sdk_ses::Client;
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::{MessageTag, RawMessage};
use habitsync_domain::identity::EmailAddress;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::mail::{Mail, SendMail};

use crate::connection::Aws;
use crate::failure::{AwsError, AwsErrorKind};

/// The region whose Message-IDs have a domain of their own, for history's sake.
const FIRST_REGION: &str = "us-east-1";

/// Name of the message tag that holds a mail's customer, which SES repeats in its reports.
pub(crate) const TENANT_TAG: &str = "tenant";

/// Sends mail from the verified sender.
#[derive(Debug, Clone)]
pub struct Mailer {
    client: Client,
    sender: String,
    configuration_set: String,
    region: String,
}

impl Aws {
    /// A mailer for the verified address `sender`, which is the envelope's; the message's `From` must be the same
    /// address. SES reports about a mail as its `configuration_set` defines.
    #[must_use]
    pub fn mailer(&self, sender: &EmailAddress, configuration_set: impl Into<String>) -> Mailer {
        let region = self
            .config
            .region()
            .map_or(FIRST_REGION, |region| region.as_ref())
            .to_owned();
        Mailer {
            client: Client::new(&self.config),
            sender: sender.as_str().to_owned(),
            configuration_set: configuration_set.into(),
            region,
        }
    }
}

impl SendMail for Mailer {
    async fn send_mail(&self, mail: &Mail) -> Result<String, ServiceFailure> {
        let failed = |kind| AwsError::new("SES", "SendRawEmail", kind);
        let message = RawMessage::builder().data(Blob::new(mail.mime.as_slice())).build();
        let message = message.map_err(|error| failed(AwsErrorKind::Unreadable(error.to_string())))?;
        let tag = |tenant: &TenantId| MessageTag::builder().name(TENANT_TAG).value(tenant.as_str()).build();
        let tags: Result<Vec<_>, _> = mail.tenant.iter().map(tag).collect();
        let tags = tags.map_err(|error| failed(AwsErrorKind::Unreadable(error.to_string())))?;
        let recipients = mail.to.iter().map(|address| address.as_str().to_owned()).collect();
        let mail = self
            .client
            .send_raw_email()
            .source(&self.sender)
            .configuration_set_name(&self.configuration_set)
            .set_tags(Some(tags).filter(|tags| !tags.is_empty()))
            .set_destinations(Some(recipients));
        let answer = mail
            .raw_message(message)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("SES", "SendRawEmail", &error))?;
        Ok(message_id(answer.message_id(), &self.region))
    }
}

/// Returns the Message-ID header that SES sets in place of the product's, and that later mails of the thread refer to.
/// SES returns the part before the `@`; a complete identifier stays as it is.
fn message_id(id: &str, region: &str) -> String {
    if id.contains('@') {
        return format!("<{id}>");
    }
    let host = if region == FIRST_REGION { "email" } else { region };
    format!("<{id}@{host}.amazonses.com>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_id_is_the_header_that_ses_writes() {
        assert_eq!(
            message_id("0108", "ap-southeast-2"),
            "<0108@ap-southeast-2.amazonses.com>"
        );
        assert_eq!(message_id("0108", "us-east-1"), "<0108@email.amazonses.com>");
        assert_eq!(message_id("0108@mail.example", "us-east-1"), "<0108@mail.example>");
    }
}
