//! Whether a mail may be sent now, and to which readers: the one place that decides it.

use habitsync_domain::configuration::{MOST_RECIPIENTS, Status, TenantConfiguration};
use habitsync_domain::identity::EmailAddress;

use super::compose::MailSettings;
use crate::ports::mail::Audience;

/// Who is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Readers {
    /// The customer's own people.
    Customer(Vec<EmailAddress>),
    /// The operators, since no address of the customer can be written to.
    Operator,
}

impl Readers {
    pub(crate) const fn audience(&self) -> Audience {
        match self {
            Self::Customer(_) => Audience::Customer,
            Self::Operator => Audience::Operator,
        }
    }
}

/// Returns the readers of this customer's mails now; none while the customer is a draft or paused. A mail that is not sent
/// is not stored as sent, so that its content is news later.
pub(crate) fn may_be_told(
    configuration: &TenantConfiguration,
    settings: &MailSettings,
    stopped: &[EmailAddress],
) -> Option<Readers> {
    if configuration.status != Status::Live {
        return None;
    }
    let works = |address: &&EmailAddress| !stopped.contains(address);
    let readers = configuration.alerts.to.iter().filter(works).take(MOST_RECIPIENTS);
    let readers: Vec<_> = readers.cloned().collect();
    if readers.is_empty() {
        settings.operator.is_some().then_some(Readers::Operator)
    } else {
        Some(Readers::Customer(readers))
    }
}
