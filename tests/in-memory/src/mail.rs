//! Sent mails, one customer's alert states, and suppressed addresses.

use habitsync_domain::identity::EmailAddress;
use parking_lot::Mutex;

use crate::breakdown::Breakdowns;
use crate::faults::{Call, Faults};
use crate::table::{Table, TableState};
use habitsync_workflows::notifications::MailSettings;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::mail::{AlertState, ListStopped, Mail, RememberAlert, SendMail};

/// A mailbox that receives everything that is sent.
#[derive(Debug, Default)]
pub struct Mailbox {
    /// Its failures and its journal.
    pub faults: Faults<ServiceFailure>,
    /// Calls that break for one customer.
    pub breakdowns: Breakdowns,
    sent: Mutex<Vec<String>>,
    /// The recipients of each mail.
    delivered: Mutex<Vec<Vec<EmailAddress>>>,
    /// Addresses that are refused, and every mail to one of them with it.
    refused: Mutex<Vec<EmailAddress>>,
}

impl Mailbox {
    /// Every mail as it was sent, headers included.
    pub fn sent(&self) -> Vec<String> {
        self.sent.lock().clone()
    }

    /// The recipients of each mail, in the order of sending.
    pub fn delivered(&self) -> Vec<Vec<EmailAddress>> {
        self.delivered.lock().clone()
    }

    /// Refuses every mail to this address from now on, as SES does whose address is not verified.
    pub fn refuse(&self, address: EmailAddress) {
        self.refused.lock().push(address);
    }
}

/// The settings of a stage without an operators' address.
///
/// # Panics
/// Never: the sender's address is valid.
#[must_use]
pub fn mail_settings() -> MailSettings {
    MailSettings {
        sender: "integration@tribalhabits.com".parse().expect("valid"),
        operator: None,
    }
}

/// What SES says of a mail that it does not take: the same mail is refused again.
#[must_use]
pub fn mail_refused() -> ServiceFailure {
    ServiceFailure {
        service: "SES",
        retryable: false,
        detail: "SendRawEmail was refused (MessageRejected)".to_owned(),
    }
}

impl SendMail for Mailbox {
    async fn send_mail(&self, mail: &Mail) -> Result<String, ServiceFailure> {
        if let Some(tenant) = &mail.tenant {
            self.breakdowns.meet(tenant, Call::SendMail).await?;
        }
        let send = || {
            if mail.to.iter().any(|to| self.refused.lock().contains(to)) {
                return Err(mail_refused());
            }
            self.delivered.lock().push(mail.to.clone());
            let mut sent = self.sent.lock();
            sent.push(String::from_utf8_lossy(&mail.mime).into_owned());
            Ok(format!("<{}@memory.example>", sent.len()))
        };
        self.faults.call(Call::SendMail, send).await
    }
}

impl RememberAlert for Table {
    async fn load_alert(&self, cause: &str) -> Result<Option<AlertState>, ServiceFailure> {
        let load = || Ok(self.state().alerts.get(cause).cloned());
        self.faults.call(Call::LoadAlert, load).await
    }

    async fn save_alert(&self, cause: &str, state: &AlertState) -> Result<(), ServiceFailure> {
        let save = || {
            self.state().alerts.insert(cause.to_owned(), state.clone());
            Ok(())
        };
        self.faults.call(Call::SaveAlert, save).await
    }
}

impl ListStopped for Table {
    async fn list_stopped(&self) -> Result<Vec<EmailAddress>, ServiceFailure> {
        let list = || Ok(self.state().stopped());
        self.faults.call(Call::ListStopped, list).await
    }
}

impl TableState {
    /// The addresses that are stopped under the configuration in force.
    pub(crate) fn stopped(&self) -> Vec<EmailAddress> {
        let stopped = self
            .address_statuses
            .values()
            .filter(|(_, status)| status.is_stopped(self.version));
        stopped.map(|(address, _)| address.clone()).collect()
    }
}
