//! Delivers one mail to its recipients. SES refuses a mail to several addresses as a whole where one of them is refused; then each
//! recipient gets the mail by itself, so that one address keeps it from no other.

use tracing::error;

use crate::ports::failure::ServiceFailure;
use crate::ports::mail::{Mail, SendMail};

/// Sends the mail, and returns the Message-ID that later mails of the thread refer to.
///
/// # Errors
/// The mail reached no recipient.
pub(crate) async fn deliver<M: SendMail>(sender: &M, mail: &Mail) -> Result<String, ServiceFailure> {
    match sender.send_mail(mail).await {
        Err(failure) if !failure.retryable && mail.to.len() > 1 => deliver_one_by_one(sender, mail, failure).await,
        sent => sent,
    }
}

async fn deliver_one_by_one<M: SendMail>(
    sender: &M,
    mail: &Mail,
    failure: ServiceFailure,
) -> Result<String, ServiceFailure> {
    let (mut sent_as, mut refused) = (None, Vec::new());
    for (index, address) in mail.to.iter().enumerate() {
        let to = vec![address.clone()];
        let tenant = mail.tenant.clone();
        let mime = mail.mime.clone();
        match sender.send_mail(&Mail { to, tenant, mime }).await {
            Ok(id) => sent_as = sent_as.or(Some(id)),
            Err(_) => refused.push(index + 1),
        }
    }
    // The addresses are personal data: the operator finds them by their place in the configuration.
    error!(mail.refused_recipients = ?refused, mail.recipients = mail.to.len(), error = %failure, "recipients of a mail were refused");
    sent_as.ok_or(failure)
}
