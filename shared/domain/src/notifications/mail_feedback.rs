//! The feedback of mail providers about a customer's address, and when mails to it stop.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The number of hard bounces that stops the mails to an address.
const HARD_BOUNCES: u32 = 2;

/// The number of stored reports, so that one that is delivered twice counts once.
const REMEMBERED: usize = 16;

/// Feedback of the mail service about an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feedback {
    /// There is no such mailbox, and never will be.
    HardBounce,
    /// A full mailbox, a host that was away: it may work the next time.
    SoftBounce,
    /// The reader called it spam.
    Complaint,
}

/// How an address stands under one version of a customer's configuration. Another version begins anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressStatus {
    /// The configuration's number.
    pub version: u64,
    /// Hard bounces.
    pub hard_bounces: u32,
    /// Soft bounces; counted only.
    pub soft_bounces: u32,
    /// Why mails to it have stopped, and when; none where they go on.
    #[serde(default)]
    pub stopped: Option<(Feedback, Timestamp)>,
    /// The reports that are counted, the last ones.
    #[serde(default)]
    pub reports: Vec<String>,
}

impl AddressStatus {
    /// How the address stands after this report, under the configuration's version `version`.
    #[must_use]
    pub fn after(&self, report: &str, feedback: Feedback, version: u64, now: Timestamp) -> Self {
        let mut standing = if self.version == version {
            self.clone()
        } else {
            Self {
                version,
                ..Self::default()
            }
        };
        if standing.reports.iter().any(|known| known == report) {
            return standing;
        }
        standing.reports.push(report.to_owned());
        let forgotten = standing.reports.len().saturating_sub(REMEMBERED);
        standing.reports.drain(..forgotten);
        let stops = match feedback {
            Feedback::HardBounce => {
                standing.hard_bounces += 1;
                standing.hard_bounces >= HARD_BOUNCES
            }
            Feedback::SoftBounce => {
                standing.soft_bounces += 1;
                false
            }
            Feedback::Complaint => true,
        };
        if stops && standing.stopped.is_none() {
            standing.stopped = Some((feedback, now));
        }
        standing
    }

    /// Whether mails to the address have stopped under this version of the configuration.
    #[must_use]
    pub fn is_stopped(&self, version: u64) -> bool {
        self.version == version && self.stopped.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(feedback: &[(&str, Feedback)]) -> AddressStatus {
        feedback
            .iter()
            .fold(AddressStatus::default(), |standing, (report, feedback)| {
                standing.after(report, *feedback, 1, Timestamp::UNIX_EPOCH)
            })
    }

    #[test]
    fn two_hard_bounces_or_one_complaint_stop_an_address_and_soft_bounces_never_do() {
        let soft: Vec<_> = ["a", "b", "c", "d"]
            .map(|report| (report, Feedback::SoftBounce))
            .to_vec();
        assert!(!told(&soft).is_stopped(1));
        assert!(!told(&[("a", Feedback::HardBounce)]).is_stopped(1));
        assert!(told(&[("a", Feedback::HardBounce), ("b", Feedback::HardBounce)]).is_stopped(1));
        assert!(told(&[("a", Feedback::Complaint)]).is_stopped(1));
    }

    #[test]
    fn a_report_that_comes_twice_counts_once() {
        assert!(!told(&[("a", Feedback::HardBounce), ("a", Feedback::HardBounce)]).is_stopped(1));
    }

    #[test]
    fn a_new_version_of_the_configuration_lifts_the_stop_and_begins_anew() {
        let stopped = told(&[("a", Feedback::Complaint)]);
        assert!(!stopped.is_stopped(2));
        let again = stopped.after("b", Feedback::HardBounce, 2, Timestamp::UNIX_EPOCH);
        assert_eq!((again.hard_bounces, again.stopped), (1, None));
    }
}
