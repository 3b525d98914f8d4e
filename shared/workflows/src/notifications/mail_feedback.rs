//! Bounces and complaints: the feedback of SES about customers' mails is counted by address. An address that does not work,
//! or whose reader does not want our mails, gets no more mails, and the operators are alerted, without the address itself.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::EmailAddress;
use habitsync_domain::notifications::mail_feedback::Feedback;
use habitsync_domain::tenant::TenantId;
use jiff::{SignedDuration, Timestamp};

use crate::jobs::contained::contained;
use crate::notifications::{MailSettings, OperatorMail, alert_operator};
use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::mail::{KeepAddressStatuses, KeepReminders, MailReport, ReceiveMailFeedback, SendMail};
use crate::ports::tenants::LoadConfiguration;

/// What one more look may take: none begins later than this before the deadline.
const ROOM: SignedDuration = SignedDuration::from_secs(15);

/// Reads of the queue per call: the other messages wait for the next minute.
const MOST_LOOKS: u32 = 10;

/// What reading feedback touches.
#[derive(Debug)]
pub struct ReadMailFeedback<'a, Queue, Fleet, Tenants, Mail, Clock> {
    /// Where reports arrive.
    pub queue: &'a Queue,
    /// How addresses stand.
    pub fleet: &'a Fleet,
    /// Customers' configurations.
    pub tenants: &'a Tenants,
    /// Where mail to the operators goes out.
    pub mail: &'a Mail,
    /// Who they are.
    pub settings: &'a MailSettings,
    /// Time.
    pub clock: &'a Clock,
}

/// The feedback of one call, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedbackReport {
    /// Hard bounces of customers' addresses.
    pub hard_bounces: u64,
    /// Soft bounces.
    pub soft_bounces: u64,
    /// Complaints.
    pub complaints: u64,
    /// Addresses that mails have stopped to because of it.
    pub stopped: u64,
    /// Feedback about an address that no mail is sent to: a former one, or not a customer's.
    pub unattributed: u64,
    /// Could not be read; thrown away.
    pub unreadable: u64,
    /// Reports that could not be counted; they are received again.
    pub failures: Vec<ServiceFailure>,
}

/// Reads the messages on the queue.
///
/// # Errors
/// The queue could not be read.
pub async fn read_mail_feedback<Queue, Fleet, Tenants, Mail, Clock>(
    read: &ReadMailFeedback<'_, Queue, Fleet, Tenants, Mail, Clock>,
    deadline: Timestamp,
) -> Result<FeedbackReport, ServiceFailure>
where
    Queue: ReceiveMailFeedback,
    Fleet: KeepAddressStatuses + KeepReminders,
    Tenants: LoadConfiguration,
    Mail: SendMail,
    Clock: Now,
{
    let mut report = FeedbackReport::default();
    for _ in 0..MOST_LOOKS {
        if read.clock.time_until(deadline) <= ROOM {
            break;
        }
        let received = read.queue.receive_feedback().await?;
        let is_empty = received.reports.is_empty() && received.others.is_empty() && received.unreadable.is_empty();
        if is_empty {
            break;
        }
        report.unreadable += u64::try_from(received.unreadable.len()).unwrap_or(u64::MAX);
        for receipt in received.others.iter().chain(&received.unreadable) {
            report.failures.extend(read.queue.settle_feedback(receipt).await.err());
        }
        for (heard, receipt) in &received.reports {
            if read.clock.time_until(deadline) <= ROOM {
                break;
            }
            let counted = match contained(read.count(heard, &mut report)).await {
                Ok(()) => read.queue.settle_feedback(receipt).await,
                Err(failure) => Err(failure),
            };
            report.failures.extend(counted.err());
        }
    }
    Ok(report)
}

impl<Queue, Fleet, Tenants, Mail, Clock> ReadMailFeedback<'_, Queue, Fleet, Tenants, Mail, Clock>
where
    Fleet: KeepAddressStatuses + KeepReminders,
    Tenants: LoadConfiguration,
    Mail: SendMail,
    Clock: Now,
{
    async fn count(&self, heard: &MailReport, report: &mut FeedbackReport) -> Result<(), ServiceFailure> {
        let Some(tenant) = &heard.tenant else {
            report.unattributed += 1;
            return Ok(());
        };
        let Some(stored) = self.tenants.load_configuration(tenant).await? else {
            report.unattributed += 1;
            return Ok(());
        };
        for address in &heard.addresses {
            if !stored.configuration.alerts.to.contains(address) {
                report.unattributed += 1;
                continue;
            }
            match heard.feedback {
                Feedback::HardBounce => report.hard_bounces += 1,
                Feedback::SoftBounce => report.soft_bounces += 1,
                Feedback::Complaint => report.complaints += 1,
            }
            let before = self.fleet.load_address_status(tenant, address).await?;
            let status = before.after(&heard.id, heard.feedback, stored.version, self.clock.now());
            let stops = status.is_stopped(stored.version) && !before.is_stopped(stored.version);
            if stops {
                // Operators are notified before it is stored: a report that is received again notifies twice rather than not at all. A notice that
                // SES refuses would be refused again: the address stops all the same.
                let told = self.tell(tenant, &stored.configuration, address, heard.feedback).await;
                match told {
                    Err(failure) if !failure.retryable => report.failures.push(failure),
                    told => told?,
                }
                report.stopped += 1;
            }
            self.fleet.save_address_status(tenant, address, &status).await?;
        }
        Ok(())
    }

    async fn tell(
        &self,
        tenant: &TenantId,
        configuration: &TenantConfiguration,
        address: &EmailAddress,
        feedback: Feedback,
    ) -> Result<(), ServiceFailure> {
        let stopped = self.fleet.list_stopped_of(tenant).await?;
        let readers = &configuration.alerts.to;
        let works = |reader: &&EmailAddress| *reader != address && !stopped.contains(reader);
        let left = readers.iter().filter(works).count();
        let notice = notice(configuration, address, feedback, (left, readers.len()));
        alert_operator(self.mail, self.settings, &notice, None).await.map(drop)
    }
}

fn notice(
    configuration: &TenantConfiguration,
    address: &EmailAddress,
    feedback: Feedback,
    (left, of): (usize, usize),
) -> OperatorMail {
    let TenantConfiguration { tenant, name, .. } = configuration;
    let why = match feedback {
        Feedback::Complaint => "its reader reported one of our mails as spam",
        Feedback::HardBounce | Feedback::SoftBounce => "two mails came back: there is no such mailbox",
    };
    let now = if left == 0 {
        "Nobody of this customer can be written to any more; you hear how much there is to do instead."
    } else {
        "The others are written to as before."
    };
    OperatorMail {
        title: format!("{tenant}: mails to one of the customer's addresses have stopped"),
        lines: vec![
            format!("Customer: {name} ({tenant})"),
            format!("Address: {}, because {why}.", masked(address)),
            format!("{left} of the customer's {of} addresses still work. {now}"),
            "Ask the customer for another address. Applying their configuration, with or without a change, writes to all of \
             its addresses again."
                .to_owned(),
        ],
    }
}

/// Enough to recognise the address beside the customer's configuration.
fn masked(address: &EmailAddress) -> String {
    let (local, domain) = address.as_str().rsplit_once('@').unwrap_or((address.as_str(), ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}...@{domain}")
}
