//! Incidents: one vendor fails many customers alike at one domain. An incident never prevents a run. While it is open it
//! groups the operators' alerts and mutes the customers' mails about that connection; one customer's success ends it.
//!
//! Pure over the attempts that the fleet's summary shows, and the time. The watchdog stores each next state by a compare and
//! swap, and then sends what the state asks for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::fleet::failure_streak::{FailureSignature, VendorFault};
use crate::jobs::lease::CLOCKS_DIFFER;
use crate::tenant::TenantId;
use crate::vendors::domain::VendorDomain;
use crate::vendors::vendor::Vendor;

/// The fewest customers that fail alike in an incident.
const FEWEST: usize = 5;

/// At least one in so many of the customers that tried has to fail alike.
const ONE_IN: usize = 2;

/// Attempts older than this say nothing about the vendor now.
const LATELY: SignedDuration = SignedDuration::from_mins(15);

/// How long an incident stays ended before the operators get the closing mail: a vendor that fails again meanwhile is the same
/// incident, and no second mail.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// One customer's last attempt to use a vendor, by one job, as the fleet's summary has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The customer.
    pub tenant: TenantId,
    /// The vendor that was called.
    pub vendor: Vendor,
    /// The domain at which it was called.
    pub domain: VendorDomain,
    /// When the attempt ended.
    pub at: Timestamp,
    /// How the vendor failed; none where the attempt succeeded.
    pub failed: Option<VendorFault>,
}

/// An incident of one vendor at one domain. One item of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// The vendor that fails.
    pub vendor: Vendor,
    /// The domain at which it fails. Unknown in items of the versions that knew none: those are history.
    #[serde(default)]
    pub domain: VendorDomain,
    /// The kinds of its failures.
    pub kinds: BTreeSet<VendorFault>,
    /// When the first of the customers failed that made it an incident.
    pub opened_at: Timestamp,
    /// The customers that have failed by it so far.
    #[serde(alias = "customers")]
    pub affected: BTreeSet<TenantId>,
    /// When it ended; none while it is open.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// That the operators got the opening mail, and its Message-ID.
    #[serde(default, rename = "told")]
    pub opening_mail: Option<OpeningMail>,
    /// Whether the operators got the closing mail: then it is history.
    #[serde(default)]
    pub closing_mail_sent: bool,
    /// Counts the changes; a change is stored only over the revision that it was made from.
    #[serde(default)]
    pub revision: u64,
}

/// The mail that the closing one answers; without a Message-ID where the stage has no operator's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningMail {
    /// The Message-ID of the opening mail.
    pub thread: Option<String>,
}

/// The result of comparing the attempts at one vendor's domain: the kinds in which enough customers fail alike, and
/// those customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// When the first of them failed.
    pub since: Timestamp,
    /// How the vendor fails.
    pub kinds: BTreeSet<VendorFault>,
    /// The customers that fail so.
    pub affected: BTreeSet<TenantId>,
}

/// Detects whether a vendor's domain fails many alike: at least five customers, and half of those that tried it lately, in one
/// kind, and none has succeeded since. `attempts` are those at that domain.
#[must_use]
pub fn detect(attempts: &[Attempt], now: Timestamp) -> Option<Detection> {
    let lately: Vec<_> = past(attempts, now).filter(|attempt| is_lately(attempt, now)).collect();
    let tried: BTreeSet<_> = lately.iter().map(|attempt| &attempt.tenant).collect();
    let last_success = last_success(attempts, now);
    let failed = lately.iter().filter(|attempt| Some(attempt.at) > last_success);
    let mut alike: BTreeMap<VendorFault, BTreeMap<&TenantId, Timestamp>> = BTreeMap::new();
    for attempt in failed {
        if let Some(kind) = attempt.failed.filter(|kind| kind.can_be_an_incident()) {
            alike.entry(kind).or_default().insert(&attempt.tenant, attempt.at);
        }
    }
    alike.retain(|_, affected| affected.len() >= FEWEST && affected.len() * ONE_IN >= tried.len());
    let all = || alike.values().flatten();
    Some(Detection {
        since: *all().map(|(_, at)| at).min()?,
        affected: all().map(|(tenant, _)| (*tenant).clone()).collect(),
        kinds: alike.keys().copied().collect(),
    })
}

fn is_lately(attempt: &Attempt, now: Timestamp) -> bool {
    now.duration_since(attempt.at) < LATELY
}

/// The attempts that can have been made by `now`. One in the future was noted by a clock that was wrong: it must decide nothing
/// for other customers.
fn past(attempts: &[Attempt], now: Timestamp) -> impl Iterator<Item = &Attempt> {
    attempts
        .iter()
        .filter(move |attempt| attempt.at.duration_since(now) <= CLOCKS_DIFFER)
}

fn last_success(attempts: &[Attempt], now: Timestamp) -> Option<Timestamp> {
    let succeeded = past(attempts, now).filter(|attempt| attempt.failed.is_none());
    succeeded.map(|attempt| attempt.at).max()
}

impl Incident {
    /// Opens an incident; `last` is the closed incident that this vendor's domain had before.
    #[must_use]
    pub fn new(vendor: Vendor, domain: VendorDomain, detection: Detection, last: Option<&Self>) -> Self {
        Self {
            vendor,
            domain,
            kinds: detection.kinds,
            opened_at: detection.since,
            affected: detection.affected,
            ended_at: None,
            opening_mail: None,
            closing_mail_sent: false,
            revision: last.map_or(1, |last| last.revision.saturating_add(1)),
        }
    }

    /// Whether the incident is open. One without a domain was written by a version whose incidents prevented runs, and
    /// counts as closed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none() && !self.domain.is_unknown()
    }

    /// Whether nothing is left to do about it.
    #[must_use]
    pub fn is_history(&self) -> bool {
        self.closing_mail_sent || self.domain.is_unknown()
    }

    /// Whether it is the vendor's failure at this domain: its mails are muted, and its alerts are one.
    #[must_use]
    pub fn is_at(&self, vendor: Vendor, domain: &VendorDomain) -> bool {
        self.is_open() && self.vendor == vendor && self.domain == *domain
    }

    /// Whether it explains what a run failed with at this domain.
    #[must_use]
    pub fn explains(&self, signature: &FailureSignature, domain: &VendorDomain) -> bool {
        matches!(signature, FailureSignature::Vendor { vendor, kind } if self.is_at(*vendor, domain) && self.kinds.contains(kind))
    }

    /// The incident a moment later; `attempts` are those at its domain. Only the revision is left to the caller.
    #[must_use]
    pub fn next(&self, attempts: &[Attempt], now: Timestamp) -> Self {
        let mut next = self.clone();
        let detection = detect(attempts, now);
        if self.is_open() {
            let is_over =
                last_success(attempts, now) > Some(self.opened_at) || !past(attempts, now).any(|it| self.meets(it));
            next.ended_at = is_over.then_some(now);
        } else if detection.is_some() {
            next.ended_at = None;
        }
        if let Some(detection) = detection.filter(|_| next.is_open()) {
            next.kinds.extend(detection.kinds);
        }
        if next.is_open() {
            let affected = past(attempts, now).filter(|attempt| next.meets(attempt));
            let affected: Vec<_> = affected.map(|attempt| attempt.tenant.clone()).collect();
            next.affected.extend(affected);
        }
        next
    }

    fn meets(&self, attempt: &Attempt) -> bool {
        attempt.failed.is_some_and(|kind| self.kinds.contains(&kind))
    }

    /// Whether the closing mail is due: it has been over for some minutes.
    #[must_use]
    pub fn is_settled(&self, now: Timestamp) -> bool {
        self.ended_at
            .is_some_and(|ended_at| now.duration_since(ended_at) >= SETTLED_AFTER)
    }
}
