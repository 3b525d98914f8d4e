//! Whether anybody may be told now, and who: the one place where that is asked.

use habitsync_domain::configuration::{MOST_RECIPIENTS, Status, TenantConfiguration};
use habitsync_domain::identity::EmailAddress;

use super::compose::MailSettings;
use crate::ports::mail::Audience;

/// Who is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Readers {
    /// The customer's own people.
    Customer(Vec<EmailAddress>),
    /// The operators, since the customer has nobody to write to.
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

/// Who may be told of this customer's affairs now; nobody while the customer is a draft or paused. What is not told is not
/// remembered as told, so that it is news again once somebody may be.
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
